/* SPDX-License-Identifier: MIT */
/* watch.h - says when a device may have appeared: a card in /dev/snd, a sound
 * server, a source in it. What it was nobody is told: who waits for a device tries
 * again. Never while nothing has changed. Main loop. */
#pragma once

#include "daemon/capture/watch-path.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrWatch IsrWatch;

/* Watches what the sound cards in @config can come from; NULL: it has none. What
 * appears within 100 ms is told once. */
IsrWatch *isr_watch_new (const IsrConfig *config, IsrWatchFunc appeared, gpointer data);
void isr_watch_free (IsrWatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrWatch, isr_watch_free)

G_END_DECLS
