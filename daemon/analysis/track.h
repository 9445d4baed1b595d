/* SPDX-License-Identifier: MIT */
/* track.h - the levels of one source, as they come, given to the recordings that they
 * belong to.
 *
 *   levels    ----|----|----|----|----|----|----|---->  a window every 100 ms
 *   files     [------------ a ------------][--- b ---
 *
 * A window belongs to the recording in which it begins, by stream position, to the
 * sample. Levels and files come by different ways: a window may be there before its
 * file is, and the last window of a file after its end. So windows that no file takes
 * are kept for a while, those that a file took too many of are taken back when the
 * next one begins, and a file is finished when a window from behind it has come, or
 * none can come any more. Main loop; the writing is the store's. */
#pragma once

#include "daemon/analysis/store.h"
#include "daemon/core/levels.h"
#include "daemon/core/recording.h"

G_BEGIN_DECLS

typedef struct _IsrTrack IsrTrack;

/* A recording has all the levels that will come live. @complete: none is missing.
 * @heard: the source is one that levels come of. */
typedef void (*IsrTrackFinished) (const IsrRecording *recording, gboolean complete, gboolean heard, gpointer data);

/* @weighting: that of the levels. */
IsrTrack *isr_track_new (IsrStore *store, const char *source, guint weighting, IsrTrackFinished finished, gpointer data);
/* Files that are still open stay as they grow: who starts next finds them. */
void isr_track_free (IsrTrack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrTrack, isr_track_free)

void isr_track_take_levels (IsrTrack *self, const IsrLevels *levels);
void isr_track_begin (IsrTrack *self, const IsrRecording *recording);
void isr_track_end (IsrTrack *self, const IsrRecording *recording);
void isr_track_rename (IsrTrack *self, const char *old, const IsrRecording *recording);
void isr_track_forget (IsrTrack *self, const char *name);
/* Nothing more comes: what has ended is finished. */
void isr_track_close (IsrTrack *self);

G_END_DECLS
