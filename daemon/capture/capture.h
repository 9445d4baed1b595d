/* SPDX-License-Identifier: MIT */
/* capture.h - all sources of a config, started, stopped and watched as one.
 *
 * The app makes one, gives its IsrControl to http and its news to the catalog
 * (isr_capture_feed), starts it, and stops it before it ends. */
#pragma once

#include <gio/gio.h>

#include "daemon/archive/catalog.h"
#include "daemon/capture/source.h"
#include "daemon/config/config.h"
#include "daemon/core/clock.h"
#include "daemon/core/control.h"

G_BEGIN_DECLS

#define ISR_TYPE_CAPTURE (isr_capture_get_type ())
G_DECLARE_FINAL_TYPE (IsrCapture, isr_capture, ISR, CAPTURE, GObject)

/* Signals, on the main loop:
 *   "state-changed" (IsrSourceState *)  one source is in another state, has other
 *                                       warnings or another file
 *   "file-opened"   (IsrRecording *)    "file-closed" (IsrRecording *)
 *   "file-lost"     (const char *name)  "title" (IsrTitle *)
 *   "file-renamed"  (const char *old, IsrRecording *)  see source.h
 *   "levels"        (IsrLevels *)       once a second a source: how loud it was. Never more
 *                                       than one file's; may come before that file is told of
 *   "event"         (IsrEvent *)        a loud section begins, was none, or is final */

/* Nothing is opened yet. @clock: NULL, the system's. The elements are registered
 * (isr_elements_register). */
IsrCapture *isr_capture_new (IsrConfig *config, const IsrClock *clock);

/* From now on the catalog is told of every file and every change of a state. */
void isr_capture_feed (IsrCapture *self, IsrCatalog *catalog);

/* Starts all sources; how that goes, their states tell. */
void isr_capture_start (IsrCapture *self);

/* Stops all sources at once. Finished when every file is closed and its news is
 * out; after 20 s at the latest, with ISR_ERROR_FAILED and the names of the
 * sources that hang. */
void isr_capture_stop_async (IsrCapture *self, GAsyncReadyCallback callback, gpointer data);
gboolean isr_capture_stop_finish (IsrCapture *self, GAsyncResult *result, GError **error);

/* Another configuration, while all run: a source that is recorded as before
 * (isr_source_config_equal) goes on and loses nothing; one that is not is stopped and
 * started anew, one that is gone is stopped, a new one started. States come in the new
 * order at once; what is stopped finishes its file meanwhile. A source that somebody
 * stopped stays stopped unless it is another one now. */
void isr_capture_configure (IsrCapture *self, IsrConfig *config);

/* When all are stopped: what they leave is kept in the state directory, so that the next process goes
 * on where this one ended; before they are started: it is taken from there. */
void isr_capture_keep (IsrCapture *self);
void isr_capture_recall (IsrCapture *self);
/* Before they are started: what a process that died left; takes @unfinished (unfinished.h). */
void isr_capture_take_unfinished (IsrCapture *self, GPtrArray *unfinished);

/* Valid as long as @self. */
const IsrControl *isr_capture_get_control (IsrCapture *self);

G_END_DECLS
