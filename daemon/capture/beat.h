/* SPDX-License-Identifier: MIT */
/* beat.h - once a second, for all who want it: one timer, where each having its own would
 * make the main loop look at hundreds of them whenever anything happens. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _IsrBeat IsrBeat;

/* @func is called with @data once a second, on the default main context, until it is
 * stopped; also by itself. */
IsrBeat *isr_beat_start (void (*func) (gpointer data), gpointer data);
void isr_beat_stop (IsrBeat *self);

G_END_DECLS
