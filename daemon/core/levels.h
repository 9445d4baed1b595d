/* SPDX-License-Identifier: MIT */
/* levels.h - a second or so of measured loudness of one source, as a value.
 *
 * Made by capture out of isr-level, kept by analysis, shown by http. Windows of
 * 100 ms, numbered in the unbroken run of audio that they belong to; levels in
 * centi-dB re full scale (plugins/messages.h says which is what). */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define ISR_LEVELS_UNKNOWN G_MININT16 /* a floor that is not known */

typedef struct {
  char *source;         /* section of the config */
  gint64 run_us;        /* names the unbroken run: UTC µs at which it began, new after every gap */
  guint64 first_window; /* number of the first one in the run */
  guint64 position;     /* stream time of its first sample, ns: the one of IsrRecording.position */
  gint64 start_us;      /* UTC of that sample */
  guint n;              /* windows; the arrays have as many */
  gint16 *levels;       /* without DC, weighted if a weighting is set */
  gint16 *raw;          /* with DC */
  gint16 *peaks;        /* largest magnitude */
  gint16 *floors;       /* reference that a section must exceed by the margin, or ISR_LEVELS_UNKNOWN */
} IsrLevels;

/* All arrays made, of @n zeros. */
IsrLevels *isr_levels_new (const char *source, guint n);
IsrLevels *isr_levels_copy (const IsrLevels *self);
void isr_levels_free (IsrLevels *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrLevels, isr_levels_free)

G_END_DECLS
