/* SPDX-License-Identifier: MIT */
/* listing.c - builds the SQL.
 *
 * A page is three SELECTs, merged by SQLite in the order of the index: rows that
 * are finished, rows that are being written (a handful, found by a partial
 * index), and `pending`. Pages are keyed by (start_us, id) and not by a count of
 * rows: what is inserted meanwhile neither repeats nor hides anything.
 *
 * A text is looked for in the index of names, which is a tenth of the rows; only when
 * it is in very many of them, the rows are walked from the newest on: the page is full soon. */
#define G_LOG_DOMAIN "isr-listing"

#include "daemon/archive/listing.h"

#include "daemon/archive/days.h"
#include "daemon/archive/text-match.h"
#include "daemon/archive/rows.h"
#include "daemon/core/error.h"

#define FEW 1000 /* names that are sorted sooner than the rows before them are looked at */
#define NOT_PENDING "NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)"

gboolean
isr_listing_prepare (sqlite3 *db, GError **error)
{
  isr_text_match_prepare (db);
  return isr_db_exec (db,
      "PRAGMA temp_store = MEMORY;"
      "CREATE TEMP TABLE pending (id INTEGER PRIMARY KEY, source, name, recording, adopted, start_us, end_us, utc_offset, position,"
      " samples, rate, channels, bytes, mtime_us, reason, clock, number INTEGER, gone INTEGER);"
      "CREATE INDEX temp.pending_by_name ON pending (name);"
      "CREATE INDEX temp.pending_by_source ON pending (source, start_us)",
      error);
}

gboolean
isr_listing_put (sqlite3 *db, const IsrRecording *recording, gboolean gone, gsize number, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, "INSERT OR REPLACE INTO temp.pending (" ISR_ROW_COLUMNS ", number, gone) VALUES (" ISR_ROW_PLACES ", ?17, ?18)", error);

  if (!statement)
    return FALSE;
  isr_row_bind (statement, recording);
  sqlite3_bind_int64 (statement, ISR_ROW_N_COLUMNS + 1, (gint64) number);
  sqlite3_bind_int (statement, ISR_ROW_N_COLUMNS + 2, gone);
  return isr_db_run (statement, error);
}

gboolean
isr_listing_settle (sqlite3 *db, gsize number, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, "DELETE FROM temp.pending WHERE number <= ?1", error);

  if (!statement)
    return FALSE;
  sqlite3_bind_int64 (statement, 1, (gint64) number);
  return isr_db_run (statement, error);
}

typedef struct {
  const IsrCatalogQuery *query;
  gint64 longest;      /* µs: no finished recording is longer */
  gint64 start_us, id; /* cursor */
  gboolean has_range;
  char *condition; /* for the text; NULL: none */
  char *match;     /* what is bound for it */
  char *ids;       /* of the finished recordings with the text; NULL: too many, or no text */
} Page;

static void
page_clear (Page *page)
{
  g_free (page->condition);
  g_free (page->match);
  g_free (page->ids);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

static void
add_common (GString *sql, const Page *page)
{
  if (page->query->source)
    g_string_append (sql, " AND r.source = :source");
  if (page->has_range)
    g_string_append (sql, " AND r.start_us < :to");
  if (page->condition)
    g_string_append_printf (sql, " AND %s", page->condition);
  if (page->query->cursor)
    g_string_append (sql, " AND (r.start_us, r.id) < (:cursor_start, :cursor_id)");
}

static GString *
build_page (const Page *page)
{
  GString *sql = g_string_new ("SELECT " ISR_ROW_COLUMNS " FROM main.recordings r ");

  if (page->ids)
    g_string_append_printf (sql, "WHERE r.id IN (%s) AND ", page->ids);
  else
    g_string_append_printf (sql, "INDEXED BY %s WHERE ", page->query->source ? "recordings_for_coverage" : "recordings_for_days");
  g_string_append (sql, "r.recording = 0 AND " NOT_PENDING);
  if (page->has_range)
    g_string_append (sql, " AND r.start_us >= :from - :longest AND (r.end_us > :from OR r.start_us >= :from)");
  add_common (sql, page);

  g_string_append (sql, " UNION ALL SELECT " ISR_ROW_COLUMNS " FROM main.recordings r INDEXED BY recordings_unfinished WHERE r.recording = 1 AND " NOT_PENDING);
  add_common (sql, page);

  g_string_append (sql, " UNION ALL SELECT " ISR_ROW_COLUMNS " FROM temp.pending r WHERE r.gone = 0");
  if (page->has_range)
    g_string_append (sql, " AND (r.recording = 1 OR r.end_us > :from OR r.start_us >= :from)");
  add_common (sql, page);
  g_string_append (sql, " ORDER BY start_us DESC, id DESC LIMIT :limit");
  return sql;
}

static void
bind_int64 (sqlite3_stmt *statement, const char *name, gint64 value)
{
  int index = sqlite3_bind_parameter_index (statement, name);

  if (index)
    sqlite3_bind_int64 (statement, index, value);
}

static void
bind_text (sqlite3_stmt *statement, const char *name, const char *value)
{
  int index = sqlite3_bind_parameter_index (statement, name);

  if (index)
    isr_db_bind_text (statement, index, value);
}

static void
bind_page (sqlite3_stmt *statement, const Page *page)
{
  const IsrCatalogQuery *query = page->query;

  bind_int64 (statement, ":limit", (gint64) query->limit + 1);
  bind_int64 (statement, ":from", query->from_us);
  bind_int64 (statement, ":to", query->to_us);
  bind_int64 (statement, ":longest", page->longest);
  bind_int64 (statement, ":cursor_start", page->start_us);
  bind_int64 (statement, ":cursor_id", page->id);
  bind_text (statement, ":source", query->source);
  bind_text (statement, ":text", page->match);
}

static gboolean
parse_cursor (Page *page, GError **error)
{
  g_auto (GStrv) parts = page->query->cursor ? g_strsplit (page->query->cursor, ".", 3) : NULL;

  if (!parts)
    return TRUE;
  if (g_strv_length (parts) == 2 && g_ascii_string_to_signed (parts[0], 10, G_MININT64, G_MAXINT64, &page->start_us, NULL) && g_ascii_string_to_signed (parts[1], 10, 0, G_MAXINT64, &page->id, NULL))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "“%s” is not a cursor: take the one that came as “next” with the page before", page->query->cursor);
  return FALSE;
}

static GPtrArray *
read_rows (sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free);
  gboolean row;

  while (TRUE) {
    if (!isr_db_step (statement, &row, error))
      return NULL;
    if (!row)
      return g_steal_pointer (&rows);
    g_ptr_array_add (rows, isr_row_read (statement));
  }
}

/* Those with the text, unless there are too many of them. */
static gboolean
find_text (Page *page, sqlite3 *db, GError **error)
{
  const char *text = page->query->text;

  if (!text || !*text)
    return TRUE;
  page->condition = isr_text_match_condition (text, "r.name", ":text");
  page->match = isr_text_match_value (text);
  return isr_text_match_find (db, "recordings", page->condition, page->match, FEW, &page->ids, error);
}

static gboolean
init_page (Page *page, sqlite3 *db, const IsrCatalogQuery *query, GError **error)
{
  page->query = query;
  page->has_range = query->from_us != 0 || query->to_us != 0;
  if (page->has_range && !isr_db_get_longest (db, &page->longest, error))
    return FALSE;
  return parse_cursor (page, error) && find_text (page, db, error);
}

GPtrArray *
isr_listing_page (sqlite3 *db, const IsrCatalogQuery *query, char **next, GError **error)
{
  g_auto (Page) page = { 0 };
  g_autoptr (GString) sql = NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  if (!init_page (&page, db, query, error))
    return NULL;
  sql = build_page (&page);
  statement = isr_db_prepare (db, sql->str, error);
  if (!statement)
    return NULL;
  bind_page (statement, &page);
  rows = read_rows (statement, error);
  if (rows && rows->len > query->limit) {
    IsrRecording *last = rows->pdata[query->limit - 1];

    g_ptr_array_set_size (rows, query->limit);
    if (next)
      *next = g_strdup_printf ("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, last->start_us, last->id);
  }
  return g_steal_pointer (&rows);
}

/* Nothing is sorted, and of a row only its name is read. */
GPtrArray *
isr_listing_names (sqlite3 *db, const IsrCatalogQuery *query, GError **error)
{
  const char *of_source = query->source ? " AND r.source = ?4" : "";
  g_autofree char *sql = g_strdup_printf ("SELECT r.name FROM main.recordings r INDEXED BY %1$s WHERE r.recording = 0 AND r.start_us < ?2 AND r.start_us > ?1 - ?3 AND (r.end_us > ?1 OR r.start_us >= ?1)%2$s AND " NOT_PENDING
                                          " UNION ALL SELECT r.name FROM main.recordings r INDEXED BY recordings_unfinished WHERE r.recording = 1 AND r.start_us < ?2%2$s AND " NOT_PENDING
                                          " UNION ALL SELECT r.name FROM temp.pending r WHERE r.gone = 0 AND r.start_us < ?2 AND (r.recording = 1 OR r.end_us > ?1 OR r.start_us >= ?1)%2$s",
      query->source ? "recordings_for_coverage" : "recordings_for_days", of_source);
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, sql, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gint64 longest;
  gboolean row;

  if (!statement || !isr_db_get_longest (db, &longest, error))
    return NULL;
  sqlite3_bind_int64 (statement, 1, query->from_us);
  sqlite3_bind_int64 (statement, 2, query->to_us);
  sqlite3_bind_int64 (statement, 3, longest + 1);
  if (query->source)
    isr_db_bind_text (statement, 4, query->source);
  while (isr_db_step (statement, &row, error)) {
    if (!row)
      return g_steal_pointer (&names);
    g_ptr_array_add (names, isr_db_dup_text (statement, 0));
  }
  return NULL;
}

sqlite3_stmt *
isr_listing_prepare_lookup (sqlite3 *db, GError **error)
{
  return isr_db_prepare (db,
      "SELECT " ISR_ROW_COLUMNS " FROM temp.pending r WHERE r.name = ?1 AND r.gone = 0"
      " UNION ALL SELECT " ISR_ROW_COLUMNS " FROM main.recordings r WHERE r.name = ?1 AND r.recording < 2 AND " NOT_PENDING,
      error);
}

IsrRecording *
isr_listing_lookup (sqlite3_stmt *statement, const char *name, GError **error)
{
  IsrRecording *recording;
  gboolean row;

  isr_db_bind_static (statement, 1, name);
  recording = isr_db_step (statement, &row, error) && row ? isr_row_read (statement) : NULL;
  sqlite3_reset (statement);
  return recording;
}

IsrRecording *
isr_listing_find_at (sqlite3 *db, const char *source, gint64 at_us, gint64 slack, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db,
      "SELECT " ISR_ROW_COLUMNS " FROM main.recordings r INDEXED BY recordings_for_coverage WHERE r.source = ?1 AND r.recording = 0 AND " NOT_PENDING
      "  AND r.start_us < ?2 + ?3 AND r.start_us > ?2 - ?4 AND (r.end_us > ?2 OR r.start_us >= ?2)"
      " UNION ALL SELECT " ISR_ROW_COLUMNS " FROM main.recordings r INDEXED BY recordings_unfinished WHERE r.recording = 1 AND r.source = ?1 AND " NOT_PENDING " AND r.start_us < ?2 + ?3"
      " UNION ALL SELECT " ISR_ROW_COLUMNS " FROM temp.pending r WHERE r.source = ?1 AND r.gone = 0"
      "  AND r.start_us < ?2 + ?3 AND (r.recording = 1 OR r.end_us > ?2 OR r.start_us >= ?2)"
      " ORDER BY start_us DESC, id DESC LIMIT 1",
      error);
  gint64 longest;
  gboolean row;

  if (!statement || !isr_db_get_longest (db, &longest, error))
    return NULL;
  isr_db_bind_text (statement, 1, source);
  sqlite3_bind_int64 (statement, 2, at_us);
  sqlite3_bind_int64 (statement, 3, slack);
  sqlite3_bind_int64 (statement, 4, longest);
  return isr_db_step (statement, &row, error) && row ? isr_row_read (statement) : NULL;
}

GPtrArray *
isr_listing_live (sqlite3 *db, const char *source, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db,
      "SELECT " ISR_ROW_COLUMNS " FROM temp.pending r WHERE r.gone = 0 AND r.recording = 1 AND r.source = ifnull (?1, r.source)"
      " UNION ALL SELECT " ISR_ROW_COLUMNS " FROM main.recordings r WHERE r.recording = 1 AND r.source = ifnull (?1, r.source) AND " NOT_PENDING,
      error);

  if (!statement)
    return NULL;
  isr_db_bind_text (statement, 1, source);
  return read_rows (statement, error);
}

#define DAY_COLUMNS "r.start_us, r.bytes, CASE WHEN r.samples > 0 AND r.rate > 0 THEN CAST (r.samples AS REAL) / r.rate ELSE max (r.end_us - r.start_us, 0) / 1e6 END"

GPtrArray *
isr_listing_days (sqlite3 *db, const char *source, GTimeZone *zone, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db,
      "SELECT " DAY_COLUMNS " FROM main.recordings r INDEXED BY recordings_for_days WHERE r.recording = 0 AND (?1 IS NULL OR r.source = ?1) AND " NOT_PENDING
      " UNION ALL SELECT " DAY_COLUMNS " FROM temp.pending r WHERE r.gone = 0 AND r.recording = 0 AND (?1 IS NULL OR r.source = ?1)"
      " ORDER BY start_us DESC",
      error);
  g_autoptr (IsrDays) days = isr_days_new (zone);
  gboolean row;

  if (!statement)
    return NULL;
  isr_db_bind_text (statement, 1, source);
  while (TRUE) {
    if (!isr_db_step (statement, &row, error))
      return NULL;
    if (!row)
      return isr_days_steal (days);
    isr_days_add (days, sqlite3_column_int64 (statement, 0), (guint64) sqlite3_column_int64 (statement, 1), sqlite3_column_double (statement, 2));
  }
}
