/* SPDX-License-Identifier: MIT */
/* history.h - what one isrhttpsrc hands to the next one: the structure isr-history, as the
 * property of that name gives and takes it. Its fields are in plugins/messages.h. */
#pragma once

#include <gst/gst.h>

#include "plugins/http/past.h"

G_BEGIN_DECLS

#define ISR_HISTORY_AGE (60 * G_USEC_PER_SEC) /* no burst reaches so far back */

typedef struct {
  IsrPast *past;
  GstCaps *caps;
  guint rate;     /* bytes per second; 0: not known */
  gint64 utc_us;  /* when the last byte came */
  gint64 boot_us; /* the same by CLOCK_BOOTTIME; 0: not known */
} IsrHistory;

/* FALSE, and nothing in it: @structure is none of these. */
gboolean isr_history_read (IsrHistory *self, const GstStructure *structure);
void isr_history_clear (IsrHistory *self);

GstStructure *isr_history_to_structure (const IsrHistory *self);

/* The clocks; CLOCK_BOOTTIME goes on while the machine sleeps. */
gint64 isr_history_get_boottime (void);

/* µs since the last byte came, now; -1: too long ago, or nobody can say. */
gint64 isr_history_get_age (const IsrHistory *self);
/* Pure. */
gint64 isr_history_count_age (const IsrHistory *self, gint64 now_utc_us, gint64 now_boot_us);

G_END_DECLS
