/* SPDX-License-Identifier: MIT */
/* text-match.c - LIKE for ASCII, of which SQLite knows the case; for the rest a function of
 * ours, which folds both as Unicode says.
 *
 * One that is in few rows is found by a look at the narrowest thing that has the column,
 * before anything is sorted. */
#include "daemon/archive/text-match.h"

#include <string.h>

#define SHORT_NAME 512

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

/* contains (column, casefolded text) */
static void
sql_contains (sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *name = (const char *) sqlite3_value_text (values[0]);
  const char *text = (const char *) sqlite3_value_text (values[1]);

  sqlite3_result_int (context, name && text && contains (name, text));
}

void
isr_text_match_prepare (sqlite3 *db)
{
  sqlite3_create_function (db, "contains", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, sql_contains, NULL, NULL);
}

char *
isr_text_match_condition (const char *text, const char *column, const char *parameter)
{
  if (g_str_is_ascii (text))
    return g_strdup_printf ("%s LIKE %s ESCAPE '\\'", column, parameter);
  return g_strdup_printf ("contains (%s, %s)", column, parameter);
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

char *
isr_text_match_value (const char *text)
{
  return g_str_is_ascii (text) ? escape_like (text) : g_utf8_casefold (text, -1);
}

gboolean
isr_text_match_find (sqlite3 *db, const char *table, const char *condition, const char *value, guint few, char **ids, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT id FROM main.%s r WHERE %s", table, condition);
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, sql, error);
  g_autoptr (GString) list = g_string_new (NULL);
  gboolean row;

  *ids = NULL;
  if (!statement)
    return FALSE;
  isr_db_bind_static (statement, sqlite3_bind_parameter_count (statement), value);
  for (guint n = 0; n <= few; n++) {
    if (!isr_db_step (statement, &row, error))
      return FALSE;
    if (!row) {
      *ids = g_string_free (g_steal_pointer (&list), FALSE);
      return TRUE;
    }
    g_string_append_printf (list, "%s%" G_GINT64_FORMAT, n ? "," : "", (gint64) sqlite3_column_int64 (statement, 0));
  }
  return TRUE;
}
