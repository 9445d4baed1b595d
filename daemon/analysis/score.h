/* SPDX-License-Identifier: MIT */
/* score.h - the loud sections of stored levels, for any margin, gap and mode.
 *
 * The same detector that hears a stream live, over the windows of files that follow
 * each other as if they were one. Blocks; any thread; values in, values out. */
#pragma once

#include <gio/gio.h>

#include "daemon/analysis/runs.h"
#include "daemon/core/event.h"
#include "plugins/loudness/detector.h"

G_BEGIN_DECLS

/* What must be read around a span, so that the sections in it are the true ones: the
 * spread looks back 30 s, a long sound is waited for 5 minutes. */
#define ISR_SCORE_BACK_US (15 * G_TIME_SPAN_MINUTE)
#define ISR_SCORE_AHEAD_US (317 * G_TIME_SPAN_SECOND)

typedef struct {
  GPtrArray *sections; /* IsrEvent, by start; state STARTED: not final yet, what follows is still to come */
  guint missing;       /* pieces without levels */
} IsrScore;

void isr_score_free (IsrScore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrScore, isr_score_free)

/* @pieces: sorted; those of the span and what lies around it. Sections that reach
 * into [from_us, to_us). Levels that lie outside are not counted as missing.
 * G_IO_ERROR_CANCELLED. */
IsrScore *isr_score_run (GPtrArray *pieces, const IsrDetectorParams *params, gint64 from_us, gint64 to_us, GCancellable *cancellable, GError **error);

G_END_DECLS
