/* SPDX-License-Identifier: MIT */
/* hooks.h - commands of the configuration, run when something happens, and a web server
 * that is told (webhook.h).
 *
 * Each has its own queue: of one command one process runs at a time. What it is
 * told is in its environment, as news.h lists it; every variable is always set, and
 * empty where it says nothing.
 *
 * All else that begins with ISR_ is taken out of it: passwords may stand there. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/capture/capture.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrHooks IsrHooks;

IsrHooks *isr_hooks_new (const IsrConfig *config);
void isr_hooks_free (IsrHooks *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrHooks, isr_hooks_free)

/* Other commands, limits, zone. What waits for a command that is gone is still run. */
void isr_hooks_configure (IsrHooks *self, const IsrConfig *config);

/* From now on it is told what happens there. */
void isr_hooks_watch (IsrHooks *self, IsrCapture *capture, IsrCatalog *catalog);

/* What happens; for those who have no capture. @path: where the file is. */
void isr_hooks_tell_state (IsrHooks *self, const IsrSourceState *state);
void isr_hooks_tell_file (IsrHooks *self, const IsrRecording *recording, const char *path);
void isr_hooks_tell_gap (IsrHooks *self, const IsrGap *gap);
void isr_hooks_tell_event (IsrHooks *self, const IsrEvent *event); /* only one that has ended */

/* Nothing more will happen: @done is called, from the main loop, when all commands
 * have run. After the time of one command (timeout_seconds) the rest is dropped. */
void isr_hooks_finish (IsrHooks *self, void (*done) (gpointer data), gpointer data);

G_END_DECLS
