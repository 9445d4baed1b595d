/* SPDX-License-Identifier: MIT */
/* retry.h - when the next try is due. Pure.
 *
 * The first one comes within 250 ms: most drops are over at once. Then @delay, doubled
 * each time up to two minutes, with a jitter of a fifth, so that fifty listeners of one
 * server do not come back in one instant. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_RETRY_FIRST (250 * G_TIME_SPAN_MILLISECOND)
#define ISR_RETRY_MAX (2 * G_TIME_SPAN_MINUTE)

/* µs to wait after failure number @failures (from 1) in a row. @random: uniform in [0, 1). */
static inline gint64
isr_retry_wait (guint failures, gint64 delay, double random)
{
  gint64 ceiling = MAX (delay, ISR_RETRY_MAX), wait = delay;

  if (failures <= 1)
    return (gint64) ((0.4 + 0.6 * random) * (double) MIN (ISR_RETRY_FIRST, delay));
  for (guint i = 2; i < failures && wait < ceiling; i++)
    wait *= 2;
  return (gint64) ((0.8 + 0.2 * random) * (double) MIN (wait, ceiling));
}

G_END_DECLS
