/* SPDX-License-Identifier: MIT */
/* watch-pulse.h - says when a sound server appears, or a source in it. Main loop. */
#pragma once

#include "daemon/capture/watch-path.h"

G_BEGIN_DECLS

typedef struct _IsrWatchPulse IsrWatchPulse;

/* @server: NULL: PULSE_SERVER, else the user's own. None is started. */
IsrWatchPulse *isr_watch_pulse_new (const char *server, IsrWatchFunc appeared, gpointer data);
void isr_watch_pulse_free (IsrWatchPulse *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrWatchPulse, isr_watch_pulse_free)

G_END_DECLS
