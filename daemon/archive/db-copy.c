/* SPDX-License-Identifier: MIT */
/* db-copy.c - column by column, or page by page, whatever they are. */
#include "daemon/archive/db-copy.h"

#include "daemon/core/error.h"

#include <glib/gstdio.h>

sqlite3_stmt *
isr_db_prepare_copy (sqlite3 *db, const char *into, sqlite3_stmt *rows, GError **error)
{
  GString *sql = g_string_new (into);
  g_autofree char *text = NULL;

  g_string_append (sql, " VALUES (?");
  for (int i = 1; i < sqlite3_column_count (rows); i++)
    g_string_append (sql, ", ?");
  g_string_append_c (sql, ')');
  text = g_string_free (sql, FALSE);
  return isr_db_prepare (db, text, error);
}

gboolean
isr_db_copy_row (sqlite3_stmt *rows, sqlite3_stmt *copy, GError **error)
{
  for (int i = 0; i < sqlite3_column_count (rows); i++)
    sqlite3_bind_value (copy, i + 1, sqlite3_column_value (rows, i));
  return isr_db_run (copy, error);
}

static gboolean
copy_pages (sqlite3 *from, sqlite3 *to, const char *path, int pages, GError **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (to, "main", from, "main");
  int result;

  while (backup && sqlite3_backup_step (backup, pages) == SQLITE_OK)
    g_thread_yield ();
  result = backup ? sqlite3_backup_finish (backup) : sqlite3_errcode (to);
  if (result == SQLITE_OK)
    return isr_db_exec (to, "PRAGMA journal_mode = DELETE", error);
  g_set_error (error, ISR_ERROR, (result & 0xff) == SQLITE_FULL ? ISR_ERROR_NO_SPACE : ISR_ERROR_STORAGE, "%s: can not be written: %s", path, sqlite3_errmsg (to));
  return FALSE;
}

sqlite3 *
isr_db_make_copy (sqlite3 *db, const char *path, int pages, GError **error)
{
  g_autoptr (sqlite3) copy = NULL;

  g_unlink (path);
  if (sqlite3_open_v2 (path, &copy, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "%s: can not be made: %s; check that its directory exists and who owns it", path, sqlite3_errmsg (copy));
    return NULL;
  }
  return copy_pages (db, copy, path, pages, error) ? g_steal_pointer (&copy) : NULL;
}
