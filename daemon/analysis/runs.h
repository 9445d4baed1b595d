/* SPDX-License-Identifier: MIT */
/* runs.h - recordings with their levels, as the unbroken audio that they are pieces of.
 *
 * A section belongs to the run of its source and knows no files: to find those of a
 * day the windows of its neighbours are wanted, too. */
#pragma once

#include "daemon/analysis/levels-file.h"
#include "daemon/core/recording.h"

G_BEGIN_DECLS

/* A recording, and where its levels would lie. */
typedef struct {
  IsrRecording *recording;
  char *path;
} IsrPiece;

IsrPiece *isr_piece_new (const IsrRecording *recording, char *path); /* takes @path */
void isr_piece_free (IsrPiece *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrPiece, isr_piece_free)

/* By source, then by time: what isr_runs_*() want. */
void isr_pieces_sort (GPtrArray *pieces);

/* Whether, by what the catalog knows, @next goes on where @recording ends. */
gboolean isr_runs_follows (const IsrRecording *recording, const IsrRecording *next);
/* Whether, by what stands in them, the windows of @next do, too. */
gboolean isr_runs_continues (const IsrRecording *recording, const IsrLevelsHeader *header, const IsrRecording *next, const IsrLevelsHeader *next_header);

/* Whether @header can be that of the levels of @recording as it is now. */
gboolean isr_runs_is_valid (const IsrRecording *recording, const IsrLevelsHeader *header);

/* UTC µs of @ns after the first sample of @recording; beyond its end, too. Between its
 * ends by both of its times: a clock may have been slewed meanwhile. */
gint64 isr_runs_to_utc (const IsrRecording *recording, gint64 ns);
/* And back: seconds from its first sample. */
double isr_runs_from_utc (const IsrRecording *recording, gint64 utc_us);

G_END_DECLS
