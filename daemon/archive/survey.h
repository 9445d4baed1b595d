/* SPDX-License-Identifier: MIT */
/* survey.h - the questions of the ledger, as SQL over the reader of listing.h.
 * Recordings without a source are none of its business. */
#pragma once

#include "daemon/archive/coverage.h"
#include "daemon/archive/db.h"
#include "daemon/core/recording.h"

G_BEGIN_DECLS

/* (element-type utf8): every source that has a recording, by name. */
GPtrArray *isr_survey_sources (sqlite3 *db, GError **error);
/* (element-type utf8): every source of which there is a recording, a note or a state, by name. */
GPtrArray *isr_survey_known (sqlite3 *db, GError **error);
/* Start of the first and end of the last of its finished recordings; left alone
 * when it has none. */
gboolean isr_survey_life (sqlite3 *db, const char *source, gint64 *first_us, gint64 *last_us, GError **error);
/* Start of the first and end of the last of those that were deleted on purpose; left alone as well. */
gboolean isr_survey_deleted (sqlite3 *db, const char *source, gint64 *first_us, gint64 *last_us, GError **error);
/* Where the notes begin that last to @first_us, the start of the first recording, deleted or
 * not (G_MAXINT64: there is none, and only open ones count): since then it was to be
 * recorded. Lowers @birth_us. */
gboolean isr_survey_birth (sqlite3 *db, const char *source, gint64 first_us, gint64 *birth_us, GError **error);
/* Where its first note of anything that went wrong begins; G_MAXINT64: there is none. */
gboolean isr_survey_first_note (sqlite3 *db, const char *source, gint64 *start_us, GError **error);
/* What lies between the recordings before and behind it, of the same source: from the end of
 * the one to the start of the other, or from or to for ever. */
gboolean isr_survey_neighbours (sqlite3 *db, const IsrRecording *recording, gint64 *from_us, gint64 *to_us, GError **error);
/* Appends its finished recordings (IsrStretch) that reach into the span, and the
 * last one before it. */
gboolean isr_survey_stretches (sqlite3 *db, const char *source, gint64 from_us, gint64 to_us, GArray *stretches, GError **error);
/* Appends its notes (IsrGap, without source) that reach into the span. */
gboolean isr_survey_notes (sqlite3 *db, const char *source, gint64 from_us, gint64 to_us, GArray *notes, GError **error);
/* Appends those of them that are open. */
gboolean isr_survey_open_notes (sqlite3 *db, const char *source, GArray *notes, GError **error);
/* Stretches by their start. */
void isr_survey_sort (GArray *stretches);

G_END_DECLS
