/* SPDX-License-Identifier: MIT */
/* alive.h - does every source deliver, or wait for something that is known? Pure.
 *
 * The source's own watchdog breaks off what is silent, and tries again. What this looks for is
 * a watchdog that does not come round any more: a driver that hangs, a state that stays. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A source that records is silent for so long at most before its own watchdog has to act: the longest
 * stall_seconds that is configured, and as much as the watchdog needs. */
#define ISR_ALIVE_SILENCE (45 * G_TIME_SPAN_SECOND)
/* Opening a device or a connection, or a retry that is due, has happened by then. */
#define ISR_ALIVE_PATIENCE (120 * G_TIME_SPAN_SECOND)

/* @states of IsrSourceState; @silence_us: as above. NULL: all is well; else who hangs and since when. */
char *isr_alive_find_hung (GPtrArray *states, gint64 silence_us, gint64 now_us);

G_END_DECLS
