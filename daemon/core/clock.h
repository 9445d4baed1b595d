/* SPDX-License-Identifier: MIT */
/* clock.h - time is passed in: whoever needs "now" is given one of these. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  gint64 (*now) (gpointer data); /* UTC µs since the epoch */
  gpointer data;
} IsrClock;

gint64 isr_clock_now (const IsrClock *self); /* NULL: the system's */

G_END_DECLS
