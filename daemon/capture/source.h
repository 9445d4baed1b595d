/* SPDX-License-Identifier: MIT */
/* source.h - one source of the config: a state machine over runs (run.h).
 *
 *     idle -> connecting -> recording -> waiting-to-retry -> connecting ...
 *               |  ^            |              |
 *               |  '------------+--------------'     stopped, failed: by a
 *               '-> waiting-to-retry, failed         person, or retries used up
 *
 * A source that fails touches no other. Owned by the main loop, like all that it
 * calls back. */
#pragma once

#include <glib-object.h>

#include "daemon/capture/handover.h"
#include "daemon/config/config.h"
#include "daemon/core/clock.h"
#include "daemon/core/event.h"
#include "daemon/core/levels.h"
#include "daemon/core/recording.h"
#include "daemon/core/source-state.h"
#include "daemon/core/title.h"

G_BEGIN_DECLS

#define ISR_TYPE_SOURCE (isr_source_get_type ())
G_DECLARE_FINAL_TYPE (IsrSource, isr_source, ISR, SOURCE, GObject)

/* Signals:
 *   "changed"      ()                  its state is another: isr_source_get_state()
 *   "file-opened"  (IsrRecording *)    it began a file
 *   "file-closed"  (IsrRecording *)    it finished a file
 *   "file-lost"    (const char *name)  a file that was begun never came to be
 *   "title"        (IsrTitle *)        the stream says what it plays
 *   "file-renamed" (const char *old, IsrRecording *)  a finished file of before the clock was
 *                                      set has its true name and times; the rest of it is as it was
 *   "levels"       (IsrLevels *)       how loud it was, about a second of it
 *   "event"        (IsrEvent *)        a loud section begins, was none, or is final */

/* The @index-th source of @config. @clock: NULL, the system's. */
IsrSource *isr_source_new (IsrConfig *config, guint index, const IsrClock *clock);

/* Begins to record, also what was stopped or has failed; the failures so far are
 * forgotten. While it records or tries to: nothing. While it waits: now. */
void isr_source_start (IsrSource *self);
/* What it waits for may be there now: a source that waits to be tried again is tried at
 * once, however long the wait. One that is being tried is tried once more should that
 * fail, for it may have come too early. Else nothing. Failures are counted as before. */
void isr_source_try_now (IsrSource *self);
/* A person ends the recording; the state is "stopped" when all files are finished. */
void isr_source_stop (IsrSource *self);
/* The same for a successor, or for the end of the process: what it leaves (handover.h) is there
 * when it is quiet. */
void isr_source_leave (IsrSource *self);
/* NULL: nothing. */
const IsrHandover *isr_source_get_handover (IsrSource *self);
IsrHandover *isr_source_take_handover (IsrSource *self);
/* Before it starts: what another one left; takes it. */
void isr_source_set_handover (IsrSource *self, IsrHandover *handover);
/* Begins a new file now. ISR_ERROR_BUSY: it records nothing at the moment. */
gboolean isr_source_split (IsrSource *self, GError **error);

const IsrSourceState *isr_source_get_state (IsrSource *self);
const IsrSourceConfig *isr_source_get_config (IsrSource *self);
/* Nothing of it is open or running: stopped, failed, idle, and all ended. */
gboolean isr_source_is_quiet (IsrSource *self);

G_END_DECLS
