/* SPDX-License-Identifier: MIT */
/* hearing.h - what isrloudness says, as values in UTC: for one pipeline.
 *
 *     isr-level, isr-event   position in stream time  --.
 *     file-opened            position and its UTC     --+-> IsrLevels, IsrEvent
 *
 * Each window lies in the file that it begins in, and has the UTC that this file
 * gives it. The news of a file can be late, for it waits for the disk: what belongs
 * to it waits here, for a while. Main loop. */
#pragma once

#include <gst/gst.h>

#include "daemon/core/event.h"
#include "daemon/core/levels.h"
#include "daemon/core/recording.h"

G_BEGIN_DECLS

typedef struct _IsrHearing IsrHearing;

typedef struct {
  void (*levels) (gpointer data, const IsrLevels *levels);
  void (*event) (gpointer data, const IsrEvent *event);
} IsrHearingFuncs;

/* @source and @funcs must outlive it. */
IsrHearing *isr_hearing_new (const char *source, const IsrHearingFuncs *funcs, gpointer data);
void isr_hearing_free (IsrHearing *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrHearing, isr_hearing_free)

/* A file of this pipeline began. */
void isr_hearing_take_file (IsrHearing *self, const IsrRecording *recording);

/* isr-level or isr-event, in the stream time of the files. With the boolean field
 * "within-file" the run began in the middle of a file, which then need not be
 * waited for. */
void isr_hearing_take (IsrHearing *self, const GstStructure *message);

/* No more files will begin: what waits is given out, as far as it has a UTC. */
void isr_hearing_flush (IsrHearing *self);

G_END_DECLS
