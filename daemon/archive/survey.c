/* SPDX-License-Identifier: MIT */
/* survey.c - reads recordings as stretches of time, and the notes beside them. */
#include "daemon/archive/survey.h"

#include "plugins/messages.h"

#define NOT_PENDING "NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)"
#define FINISHED "FROM main.recordings r INDEXED BY recordings_for_coverage WHERE r.source = ?1 AND r.recording = 0 AND " NOT_PENDING
#define GIVEN "FROM temp.pending r WHERE r.source = ?1 AND r.recording = 0 AND r.gone = 0"
#define COLUMNS "r.start_us, r.end_us, r.reason, r.clock"

/* The names in a table: a jump in its index for each. */
#define NAMES(table)                                                              \
  "SELECT * FROM (WITH RECURSIVE names (source) AS ("                             \
  " SELECT min (source) FROM main." table " WHERE source > ''"                    \
  " UNION ALL SELECT (SELECT min (r.source) FROM main." table                     \
  "  r WHERE r.source > names.source) FROM names WHERE names.source IS NOT NULL)" \
  " SELECT source FROM names WHERE source IS NOT NULL)"
#define RECORDED NAMES ("recordings") " UNION SELECT source FROM temp.pending WHERE source > '' AND gone = 0"

static GPtrArray *
list_names (sqlite3 *db, const char *sql, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, sql, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean row;

  while (statement && isr_db_step (statement, &row, error)) {
    if (!row)
      return g_steal_pointer (&names);
    g_ptr_array_add (names, isr_db_dup_text (statement, 0));
  }
  return NULL;
}

GPtrArray *
isr_survey_sources (sqlite3 *db, GError **error)
{
  return list_names (db, RECORDED " ORDER BY 1", error);
}

GPtrArray *
isr_survey_known (sqlite3 *db, GError **error)
{
  return list_names (db, RECORDED " UNION " NAMES ("gaps") " UNION " NAMES ("states") " ORDER BY 1", error);
}

gboolean
isr_survey_life (sqlite3 *db, const char *source, gint64 *first_us, gint64 *last_us, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db,
      "SELECT * FROM (SELECT r.start_us, r.end_us " FINISHED " ORDER BY r.start_us LIMIT 1)"
      " UNION ALL SELECT * FROM (SELECT r.start_us, r.end_us " FINISHED " ORDER BY r.start_us DESC LIMIT 1)"
      " UNION ALL SELECT r.start_us, r.end_us " GIVEN,
      error);
  gboolean row;

  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, source);
  while (isr_db_step (statement, &row, error)) {
    if (!row)
      return TRUE;
    *first_us = MIN (*first_us, sqlite3_column_int64 (statement, 0));
    *last_us = MAX (*last_us, sqlite3_column_int64 (statement, 1));
  }
  return FALSE;
}

#define DELETED(what, index) "(SELECT " what " FROM main.gaps INDEXED BY " index " WHERE source = ?1 AND cause = '" ISR_CAUSE_DELETED "')"

gboolean
isr_survey_deleted (sqlite3 *db, const char *source, gint64 *first_us, gint64 *last_us, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, "SELECT " DELETED ("min (start_us)", "gaps_deleted") ", " DELETED ("max (end_us)", "gaps_deleted_end"), error);
  gboolean row;

  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, source);
  if (!isr_db_step (statement, &row, error))
    return FALSE;
  if (row && sqlite3_column_type (statement, 0) != SQLITE_NULL) {
    *first_us = MIN (*first_us, sqlite3_column_int64 (statement, 0));
    *last_us = MAX (*last_us, sqlite3_column_int64 (statement, 1));
  }
  return TRUE;
}

gboolean
isr_survey_first_note (sqlite3 *db, const char *source, gint64 *start_us, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, "SELECT start_us FROM main.gaps WHERE source = ?1 AND cause <> '" ISR_CAUSE_DELETED "' ORDER BY start_us LIMIT 1", error);
  gboolean row;

  *start_us = G_MAXINT64;
  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, source);
  if (!isr_db_step (statement, &row, error))
    return FALSE;
  if (row)
    *start_us = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

gboolean
isr_survey_birth (sqlite3 *db, const char *source, gint64 first_us, gint64 *birth_us, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, "SELECT min (start_us) FROM main.gaps WHERE source = ?1 AND start_us < ?2 AND (end_us IS NULL OR end_us >= ?2)", error);
  gboolean row;

  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, source);
  sqlite3_bind_int64 (statement, 2, first_us);
  if (!isr_db_step (statement, &row, error))
    return FALSE;
  if (row && sqlite3_column_type (statement, 0) != SQLITE_NULL)
    *birth_us = MIN (*birth_us, sqlite3_column_int64 (statement, 0));
  return TRUE;
}

#define BESIDE(table, order) "SELECT * FROM (SELECT r.start_us, r.end_us " table " AND r.id <> ?3 AND r.start_us " order " LIMIT 1)"

gboolean
isr_survey_neighbours (sqlite3 *db, const IsrRecording *recording, gint64 *from_us, gint64 *to_us, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db,
      BESIDE (FINISHED, "<= ?2 ORDER BY r.start_us DESC") " UNION ALL " BESIDE (GIVEN, "<= ?2 ORDER BY r.start_us DESC") " UNION ALL " BESIDE (FINISHED, "> ?2 ORDER BY r.start_us") " UNION ALL " BESIDE (GIVEN, "> ?2 ORDER BY r.start_us"),
      error);
  gboolean row;

  *from_us = G_MININT64;
  *to_us = G_MAXINT64;
  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, recording->source ? recording->source : "");
  sqlite3_bind_int64 (statement, 2, recording->start_us);
  sqlite3_bind_int64 (statement, 3, recording->id);
  while (isr_db_step (statement, &row, error)) {
    gint64 start_us = row ? sqlite3_column_int64 (statement, 0) : 0;

    if (!row)
      return TRUE;
    if (start_us <= recording->start_us)
      *from_us = MAX (*from_us, MIN (sqlite3_column_int64 (statement, 1), recording->start_us));
    else
      *to_us = MIN (*to_us, MAX (start_us, recording->end_us));
  }
  return FALSE;
}

/* Found, not recorded here; or by a process that died. What went wrong while it lived it has
 * noted, and a note says more than a file. */
static gboolean
is_left_behind (const IsrRecording *file)
{
  return !file->reason || g_str_equal (file->reason, ISR_CLOSE_ERROR);
}

static void
add_stretch (sqlite3_stmt *statement, GArray *stretches)
{
  IsrRecording file = { .reason = (char *) sqlite3_column_text (statement, 2) };
  IsrStretch stretch = {
    .start_us = sqlite3_column_int64 (statement, 0),
    .end_us = sqlite3_column_int64 (statement, 1),
    .uncertainty_us = isr_clock_get_uncertainty ((const char *) sqlite3_column_text (statement, 3)),
    .after = is_left_behind (&file) ? ISR_CAUSE_NOT_RUNNING : isr_cause_of_file (&file),
  };

  g_array_append_val (stretches, stretch);
}

gboolean
isr_survey_stretches (sqlite3 *db, const char *source, gint64 from_us, gint64 to_us, GArray *stretches, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db,
      "SELECT " COLUMNS " " FINISHED " AND r.start_us >= ?2 - ?4 AND r.start_us < ?3"
      " UNION ALL SELECT * FROM (SELECT " COLUMNS " " FINISHED " AND r.start_us < ?2 - ?4 ORDER BY r.start_us DESC LIMIT 1)"
      " UNION ALL SELECT " COLUMNS " " GIVEN " AND r.start_us < ?3",
      error);
  gint64 longest;
  gboolean row;

  if (!statement || !isr_db_get_longest (db, &longest, error))
    return FALSE;
  isr_db_bind_text (statement, 1, source);
  sqlite3_bind_int64 (statement, 2, from_us);
  sqlite3_bind_int64 (statement, 3, to_us);
  sqlite3_bind_int64 (statement, 4, longest);
  while (isr_db_step (statement, &row, error)) {
    if (!row)
      return TRUE;
    add_stretch (statement, stretches);
  }
  return FALSE;
}

static gboolean
read_notes (sqlite3_stmt *statement, GArray *notes, GError **error)
{
  gboolean row;

  while (isr_db_step (statement, &row, error)) {
    gboolean open = row && sqlite3_column_type (statement, 2) == SQLITE_NULL;
    const char *cause = row ? isr_cause_find ((const char *) sqlite3_column_text (statement, 3)) : NULL;
    IsrGap note = { .cause = cause ? cause : ISR_CAUSE_DAMAGED };

    if (!row)
      return TRUE;
    note.id = sqlite3_column_int64 (statement, 0);
    note.start_us = sqlite3_column_int64 (statement, 1);
    note.end_us = open ? G_MAXINT64 : sqlite3_column_int64 (statement, 2);
    note.uncertainty_us = sqlite3_column_int64 (statement, 4);
    g_array_append_val (notes, note);
  }
  return FALSE;
}

#define NOTE "id, start_us, end_us, cause, uncertainty_us"

gboolean
isr_survey_notes (sqlite3 *db, const char *source, gint64 from_us, gint64 to_us, GArray *notes, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, "SELECT " NOTE " FROM main.gaps WHERE source = ?1 AND start_us < ?3 AND (end_us IS NULL OR end_us > ?2)", error);

  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, source);
  sqlite3_bind_int64 (statement, 2, from_us);
  sqlite3_bind_int64 (statement, 3, to_us);
  return read_notes (statement, notes, error);
}

gboolean
isr_survey_open_notes (sqlite3 *db, const char *source, GArray *notes, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, "SELECT " NOTE " FROM main.gaps INDEXED BY gaps_open WHERE end_us IS NULL AND source = ?1", error);

  if (!statement)
    return FALSE;
  isr_db_bind_text (statement, 1, source);
  return read_notes (statement, notes, error);
}

static int
by_start (gconstpointer a, gconstpointer b)
{
  const IsrStretch *one = a, *two = b;

  return (one->start_us > two->start_us) - (one->start_us < two->start_us);
}

void
isr_survey_sort (GArray *stretches)
{
  g_array_sort (stretches, by_start);
}
