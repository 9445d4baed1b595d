/* SPDX-License-Identifier: MIT */
/* heard.h - one file, decoded in this process: its levels and its sections. */
#pragma once

#include "daemon/analysis/decode.h"
#include "plugins/loudness/detector.h"

G_BEGIN_DECLS

typedef struct {
  IsrDecodeResult result;
  double expected;  /* seconds, as far as is known while decoding; negative: not known */
  GArray *rows;     /* IsrLevelsRow */
  GArray *sections; /* IsrSection, by start; windows of the file */
} IsrHeard;

void isr_heard_free (IsrHeard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrHeard, isr_heard_free)

/* Blocks. @progress: 0-1000, set while it works; may be read by any thread.
 * Errors as of isr_decode_levels(). */
IsrHeard *isr_heard_new (const char *path, const IsrDetectorParams *params, gint *progress, GError **error);

double isr_heard_get_duration (const IsrHeard *self); /* seconds */

/* A picture of it: SVG, with levels, floor and sections. @title: for people. */
char *isr_heard_plot (const IsrHeard *self, const char *title);

G_END_DECLS
