/* SPDX-License-Identifier: MIT */
/* db-copy.c - column by column, whatever they are. */
#include "daemon/archive/db-copy.h"

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
