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
#include "daemon/archive/rows.h"
#include "daemon/core/error.h"

#define SHORT_NAME 512
#define FEW 1000 /* names that are sorted sooner than the rows before them are looked at */
#define NOT_PENDING "NOT EXISTS (SELECT 1 FROM temp.pending p WHERE p.id = r.id)"

/* The same as g_utf8_casefold() for what is ASCII, as nearly all names are. FALSE: it is
 * not, or too long. */
static gboolean
fold_ascii (const char *name, char folded[SHORT_NAME])
{
  gsize i = 0;

  for (; name[i]; i++) {
    if ((guchar) name[i] >= 0x80 || i == SHORT_NAME - 1)
      return FALSE;
    folded[i] = g_ascii_tolower (name[i]);
  }
  folded[i] = '\0';
  return TRUE;
}

static gboolean
contains (const char *name, const char *text)
{
  char ascii[SHORT_NAME];
  g_autofree char *folded = NULL;

  if (fold_ascii (name, ascii))
    return strstr (ascii, text) != NULL;
  folded = g_utf8_casefold (name, -1);
  return strstr (folded, text) != NULL;
}

/* contains (name, casefolded text), for text beyond ASCII, of which LIKE knows no case */
static void
sql_contains (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *name = (const char *) sqlite3_value_text (values[0]);
  const char *text = (const char *) sqlite3_value_text (values[1]);

  sqlite3_result_int (context, name && text && contains (name, text));
}

gboolean
isr_listing_prepare (sqlite3 *db, GError **error)
{
  sqlite3_create_function (db, "contains", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, sql_contains, NULL, NULL);
  return isr_db_exec (db,
      "PRAGMA temp_store = MEMORY;"
      "CREATE TEMP TABLE pending (id INTEGER PRIMARY KEY, source, name, recording, adopted, start_us, end_us, utc_offset, position,"
      " samples, rate, channels, bytes, mtime_us, reason, clock, number INTEGER, gone INTEGER);"
      "CREATE INDEX temp.pending_by_name ON pending (name)",
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
  gboolean has_range, has_text, ascii;
  char *match;  /* what is bound for the text */
  GString *ids; /* of the finished recordings with the text; NULL: too many, or no text */
} Page;

static void
page_clear (Page *page)
{
  g_free (page->match);
  if (page->ids)
    g_string_free (page->ids, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

#define LIKE_TEXT(name) name " LIKE :text ESCAPE '\\'"
#define CONTAINS_TEXT(name) "contains (" name ", :text)"

static void
add_common (GString *sql, const Page *page)
{
  if (page->query->source)
    g_string_append (sql, " AND r.source = :source");
  if (page->has_range)
    g_string_append (sql, " AND r.start_us < :to");
  if (page->has_text)
    g_string_append (sql, page->ascii ? " AND " LIKE_TEXT ("r.name") : " AND " CONTAINS_TEXT ("r.name"));
  if (page->query->cursor)
    g_string_append (sql, " AND (r.start_us, r.id) < (:cursor_start, :cursor_id)");
}

static GString *
build_page (const Page *page)
{
  GString *sql = g_string_new ("SELECT " ISR_ROW_COLUMNS " FROM main.recordings r ");

  if (page->ids)
    g_string_append_printf (sql, "WHERE r.id IN (%s) AND ", page->ids->str);
  else
    g_string_append_printf (sql, "INDEXED BY %s WHERE ", page->query->source ? "recordings_by_source" : "recordings_by_start");
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

static char *
escape_like (const char *text)
{
  GString *pattern = g_string_new ("%");

  for (const char *p = text; *p; p++) {
    if (*p == '%' || *p == '_' || *p == '\\')
      g_string_append_c (pattern, '\\');
    g_string_append_c (pattern, *p);
  }
  g_string_append_c (pattern, '%');
  return g_string_free (pattern, FALSE);
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
find_ids (Page *page, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, page->ascii ? "SELECT id FROM main.recordings WHERE " LIKE_TEXT ("name") : "SELECT id FROM main.recordings WHERE " CONTAINS_TEXT ("name"), error);
  g_autoptr (GString) ids = g_string_new (NULL);
  gboolean row;

  if (!statement)
    return FALSE;
  bind_text (statement, ":text", page->match);
  for (guint n = 0; n <= FEW; n++) {
    if (!isr_db_step (statement, &row, error))
      return FALSE;
    if (!row) {
      page->ids = g_steal_pointer (&ids);
      return TRUE;
    }
    g_string_append_printf (ids, "%s%" G_GINT64_FORMAT, n ? "," : "", (gint64) sqlite3_column_int64 (statement, 0));
  }
  return TRUE;
}

static gboolean
init_page (Page *page, sqlite3 *db, const IsrCatalogQuery *query, GError **error)
{
  page->query = query;
  page->has_range = query->from_us != 0 || query->to_us != 0;
  page->has_text = query->text && *query->text;
  page->ascii = page->has_text && g_str_is_ascii (query->text);
  if (page->has_range && !isr_db_get_int64 (db, "SELECT max (end_us - start_us) FROM main.recordings", 0, &page->longest, error))
    return FALSE;
  if (page->has_text)
    page->match = page->ascii ? escape_like (query->text) : g_utf8_casefold (query->text, -1);
  return parse_cursor (page, error) && (!page->has_text || find_ids (page, db, error));
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
