/* SPDX-License-Identifier: MIT */
/* db-salvage.c - each table from its begin to the first row that can not be read, and from its
 * end back to there: what lies between is lost. A page of nonsense may look like rows: what is
 * no source, no name, no time, no place in the trash is passed over. What people said is in the
 * journal, and better. */
#include "daemon/archive/db-salvage.h"

#include "daemon/archive/db-copy.h"
#include "daemon/core/error.h"

#include <string.h>

#define TEXT(column) " AND typeof (" column ") = 'text' AND length (" column ") > 0 AND instr (" column ", char (0)) = 0"
#define TIME(column) " AND typeof (" column ") = 'integer' AND " column " BETWEEN 0 AND 4102444800000000"

static const struct {
  const char *table, *sane;
} tables[] = {
  { "recordings", TEXT ("name") TIME ("start_us") TIME ("end_us") " AND end_us >= start_us AND typeof (source) = 'text' AND typeof (bytes) = 'integer'" },
  { "trash", TEXT ("name") TEXT ("path") TIME ("start_us") TIME ("end_us") TIME ("deleted_us") " AND typeof (source) = 'text' AND typeof (bytes) = 'integer' AND instr (path, '.trash/') > 0 AND instr ('/' || path, '/../') = 0" },
  { "gaps", TEXT ("source") TIME ("start_us") TEXT ("cause") " AND (end_us IS NULL OR end_us >= start_us)" },
  { "states", TEXT ("source") TIME ("at_us") TEXT ("state") },
  { "titles", TEXT ("source") TIME ("at_us") TEXT ("title") },
  { "events", TEXT ("source") TIME ("start_us") TIME ("end_us") " AND end_us >= start_us AND typeof (score) = 'integer'" },
};

/* A row that the table does not take is nonsense, and passed over. FALSE: there is no room. */
static gboolean
copy_row (sqlite3 *db, sqlite3_stmt *rows, sqlite3_stmt *insert, guint *n, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  if (isr_db_copy_row (rows, insert, &wrong))
    *n += sqlite3_changes (db) > 0;
  else if (g_error_matches (wrong, ISR_ERROR, ISR_ERROR_NO_SPACE))
    g_propagate_error (error, g_steal_pointer (&wrong));
  return !error || !*error;
}

/* Until the end, or until it can not be read. @last: id of the last row that could be.
 * TRUE: to the end. */
static gboolean
copy_rows (sqlite3 *db, sqlite3 *from, guint which, gint64 behind, gboolean backwards, gint64 *last, guint *n, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM main.%s NOT INDEXED WHERE id > %" G_GINT64_FORMAT "%s ORDER BY id%s", tables[which].table, behind, tables[which].sane, backwards ? " DESC" : "");
  g_autofree char *into = g_strconcat ("INSERT OR IGNORE INTO main.", tables[which].table, NULL);
  g_autoptr (sqlite3_stmt) rows = isr_db_prepare (from, sql, NULL);
  g_autoptr (sqlite3_stmt) insert = rows ? isr_db_prepare_copy (db, into, rows, NULL) : NULL;
  gboolean row;

  while (insert && isr_db_step (rows, &row, NULL)) {
    if (!row)
      return TRUE;
    *last = sqlite3_column_int64 (rows, 0);
    if (!copy_row (db, rows, insert, n, error))
      return FALSE;
  }
  return FALSE;
}

/* TRUE: all of it. */
static gboolean
salvage_table (sqlite3 *db, sqlite3 *from, guint which, guint *n, GError **error)
{
  gint64 last = 0, none;

  if (copy_rows (db, from, which, 0, FALSE, &last, n, error))
    return TRUE;
  if (!*error)
    copy_rows (db, from, which, last, TRUE, &none, n, error);
  return FALSE;
}

static gboolean
salvage_tables (sqlite3 *db, sqlite3 *from, IsrDbMended *mended, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  isr_db_exec (from, "PRAGMA cell_size_check = ON; PRAGMA query_only = ON", NULL);
  for (guint i = 0; !wrong && i < G_N_ELEMENTS (tables); i++) {
    if (salvage_table (db, from, i, &mended->rows, &wrong))
      continue;
    mended->whole = FALSE;
    mended->broken |= g_str_equal (tables[i].table, "trash");
  }
  if (!wrong)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

/* --- opening it -------------------------------------------------------------- */

static sqlite3 *
open_with (const char *uri, const char *pragma)
{
  g_autoptr (sqlite3) db = NULL;
  gint64 version;

  if (sqlite3_open_v2 (uri, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL) != SQLITE_OK)
    return NULL;
  isr_db_exec (db, pragma, NULL);
  return isr_db_get_int64 (db, "SELECT count (*) FROM main.sqlite_master", 0, &version, NULL) ? g_steal_pointer (&db) : NULL;
}

/* A disk that is full has no room for what WAL's readers share: who is alone can do without;
 * where nothing may be written, what was not tidied up of the WAL is not seen. */
static sqlite3 *
open_somehow (const char *path, gboolean *whole)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", TRUE);
  g_autofree char *uri = g_strdup_printf ("file:%s", escaped), *as_it_lies = g_strdup_printf ("file:%s?immutable=1", escaped);
  sqlite3 *db = open_with (uri, "");

  if (!db)
    db = open_with (uri, "PRAGMA locking_mode = EXCLUSIVE");
  *whole = db != NULL;
  return db ? db : open_with (as_it_lies, "");
}

gboolean
isr_db_salvage (sqlite3 *db, const char *path, IsrDbMended *mended, GError **error)
{
  g_autoptr (sqlite3) from = NULL;
  gboolean ok;

  if (!isr_db_exec (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  from = open_somehow (path, &mended->whole);
  mended->rows = 0;
  mended->read = from != NULL;
  mended->broken = !from;
  ok = (!from || salvage_tables (db, from, mended, error)) && isr_db_exec (db, "COMMIT", error);
  if (!ok && !sqlite3_get_autocommit (db))
    isr_db_exec (db, "ROLLBACK", NULL);
  return ok;
}
