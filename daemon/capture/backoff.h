/* SPDX-License-Identifier: MIT */
/* backoff.h - when the next try is due. Pure: no clock, no random numbers of its
 * own.
 *
 * The first retry after a failure comes within 250 ms: most drops are over at
 * once. Then `retry_delay`, doubled each time up to two minutes, each with a
 * jitter of a fifth, so that fifty sources of one server do not come back in
 * one instant. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_BACKOFF_FIRST (G_TIME_SPAN_MILLISECOND * 250)
#define ISR_BACKOFF_MAX (G_TIME_SPAN_MINUTE * 2)

typedef struct {
  gint64 delay;   /* µs before the second retry; more than two minutes is kept as it is */
  guint limit;    /* retries in a row that may fail; 0: for ever */
  guint failures; /* in a row, the present one included */
} IsrBackoff;

/* Counts a failure. TRUE: try again after *@wait µs; FALSE: the retries are used
 * up. @random: uniform in [0, 1). */
gboolean isr_backoff_fail (IsrBackoff *self, double random, gint64 *wait);

/* It works again (ten seconds of audio), or a person asked for a new start. */
void isr_backoff_reset (IsrBackoff *self);

G_END_DECLS
