/* SPDX-License-Identifier: MIT */
/* catalog-exchange.c - the catalog goes on in another database.
 *
 *   worker      makes it, while the writer rests
 *   main loop   + what was not committed + what is being written + the notes that are open;
 *               the writer goes on in it
 *
 * What is given meanwhile waits in the writer's queue. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-journal.h"
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/db-copy.h"
#include "daemon/archive/events.h"
#include "daemon/archive/trash.h"

gboolean
isr_new_database_open (IsrNewDatabase *self, sqlite3 *taken, const char *path, GError **error)
{
  g_autoptr (sqlite3) db = taken, reader = db ? isr_db_open (path, ISR_DB_READ_AGAIN, error) : NULL;

  if (!reader || !isr_catalog_prepare (reader, error))
    return FALSE;
  self->db = g_steal_pointer (&db);
  self->reader = g_steal_pointer (&reader);
  return TRUE;
}

/* --- what was not committed ------------------------------------------------- */

/* "INSERT OR REPLACE INTO main.T VALUES (?, ...)"; the overlay has two columns more. */
static sqlite3_stmt *
prepare_put (sqlite3 *db, const char *table, int columns)
{
  GString *sql = g_string_new ("INSERT OR REPLACE INTO main.");
  g_autofree char *text = NULL;

  g_string_append_printf (sql, "%s VALUES (?1", table);
  for (int i = 2; i <= columns; i++)
    g_string_append_printf (sql, ", ?%d", i);
  g_string_append_c (sql, ')');
  text = g_string_free (sql, FALSE);
  return isr_db_prepare (db, text, NULL);
}

static void
carry_table (sqlite3 *from, sqlite3 *to, const char *table, const char *overlay)
{
  g_autofree char *select = g_strdup_printf ("SELECT * FROM temp.%s WHERE number < 9223372036854775807", overlay), *remove_sql = g_strdup_printf ("DELETE FROM main.%s WHERE id = ?1", table);
  g_autoptr (sqlite3_stmt) rows = isr_db_prepare (from, select, NULL), gone = isr_db_prepare (to, remove_sql, NULL);
  const int columns = rows ? sqlite3_column_count (rows) - 2 : 0;
  g_autoptr (sqlite3_stmt) put = columns > 0 ? prepare_put (to, table, columns) : NULL;
  gboolean row;

  while (put && gone && isr_db_step (rows, &row, NULL) && row) {
    sqlite3_stmt *statement = sqlite3_column_int (rows, columns + 1) ? gone : put;

    for (int i = 0; i < (statement == put ? columns : 1); i++)
      sqlite3_bind_value (statement, i + 1, sqlite3_column_value (rows, i));
    isr_db_run (statement, NULL);
  }
}

static void
carry_over (sqlite3 *from, sqlite3 *to)
{
  static const char *const tables[][2] = { { "recordings", "pending" }, { "trash", "pending_trash" }, { "events", "pending_events" }, { "titles", "pending_titles" } };

  isr_db_exec (to, "BEGIN IMMEDIATE", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    carry_table (from, to, tables[i][0], tables[i][1]);
  isr_db_exec (to, "COMMIT", NULL);
}

static void
forget_all (IsrCatalog *self)
{
  self->first_id = 0;
  isr_day_cache_clear (self->days);
  isr_sources_forget (self);
  g_hash_table_remove_all (self->found);
  g_hash_table_remove_all (self->today);
}

static void
write_live (IsrCatalog *self)
{
  g_autoptr (GPtrArray) live = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free);
  GHashTableIter iter;
  gpointer recording;

  g_hash_table_iter_init (&iter, self->live);
  while (g_hash_table_iter_next (&iter, NULL, &recording))
    g_ptr_array_add (live, isr_recording_copy (recording));
  g_hash_table_remove_all (self->live); /* with the ids that they had */
  for (guint i = 0; i < live->len; i++)
    isr_catalog_bring_back (self, live->pdata[i]);
}

/* What is on its way; of what people said the new one has read everything already. */
static gboolean
lay_over (sqlite3 *from, sqlite3 *to, GError **error)
{
  return isr_overlays_copy (from, to, TRUE, error) && isr_db_exec (to, "DELETE FROM temp.pending_labels; DELETE FROM temp.pending_protection", error);
}

/* From now on the new one is read, and then the writer writes it. One in memory is the writer's
 * as well, which closes it. */
static void
exchange (IsrCatalog *self, const IsrNewDatabase *new)
{
  sqlite3 *reader = new->reader ? new->reader : new->db;
  g_autoptr (GError) error = NULL;
  gint64 last;

  carry_over (self->db, new->db);
  if (!lay_over (self->db, reader, &error) || !isr_db_get_int64 (reader, "SELECT max (id) FROM main.recordings", 0, &last, &error))
    g_critical ("%s", error->message);
  else
    self->next_id = MAX (self->next_id, (gsize) last + 1);
  g_clear_pointer (&self->find, sqlite3_finalize);
  if (self->database)
    isr_db_close (self->db);
  self->db = reader;
  g_free (self->database);
  self->database = new->reader ? g_strdup (self->place) : NULL;
  isr_writer_go_on (self->writer, new->db, !new->reader);
}

/* What the new one does not know, and we do. */
static void
tell (IsrCatalog *self, gboolean broken)
{
  g_autoptr (GError) error = NULL;

  forget_all (self);
  if (!isr_ledger_move (self->ledger, self->writer, self->db, &error) || !isr_catalog_catch_up (self, &error))
    g_critical ("%s", error->message);
  if (broken) {
    isr_trash_find (self);
    isr_events_hide_all (self);
  }
  write_live (self);
}

void
isr_catalog_exchange (IsrCatalog *self, const IsrNewDatabase *new)
{
  exchange (self, new);
  tell (self, new->broken);
}
