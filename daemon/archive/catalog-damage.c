/* SPDX-License-Identifier: MIT */
/* catalog-damage.c - a database that is damaged while we run is made again, without a restart.
 *
 *   an error says so --> within a second: set aside (db.c), a new one with what can still be read
 *                        + what was not committed + what is being written + what people said
 *                        + the notes that are open --> the directory is looked through
 *
 * Audio does not come through here and goes on. It is done on the main loop, which is held for
 * it: nobody gets an answer before there is a catalog to ask. What can not be had, a disk that
 * is full, leaves everything as it is, errors that say what is wrong; it is tried again. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"

#include <string.h>

#define LOOK 1 /* s */
/* One that is damaged again so soon lies on a disk that is about to die. */
#define CALM (10 * G_TIME_SPAN_MINUTE) /* between two of them */

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

/* --- another database --------------------------------------------------------- */

static void
forget_all (IsrCatalog *self)
{
  self->settled = 0;
  memset (self->overlays_settled, 0, sizeof self->overlays_settled);
  self->first_id = 0;
  isr_day_cache_clear (self->days);
  isr_sources_forget (self);
  g_hash_table_remove_all (self->found);
  g_hash_table_remove_all (self->today);
}

/* Nobody reads or writes the old one any more. */
static void
leave (IsrCatalog *self, sqlite3 *db)
{
  isr_catalog_stop_reconcile (self);
  isr_snapshots_close (self->snapshots);
  g_clear_pointer (&self->find, sqlite3_finalize);
  g_clear_pointer (&self->writer, isr_writer_free);
  g_clear_pointer (&self->journal, isr_journal_free);
  carry_over (self->db, db);
  g_clear_pointer (&self->db, isr_db_close);
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
  for (guint i = 0; i < live->len; i++)
    isr_catalog_bring_back (self, live->pdata[i]);
}

static gboolean
get_ready (IsrCatalog *self, GError **error)
{
  forget_all (self);
  if (!self->writer || !self->db || !isr_catalog_open_reader (self, error) || !isr_ledger_move (self->ledger, self->writer, self->db, error) || !isr_catalog_open_rest (self, error))
    return FALSE;
  write_live (self);
  return TRUE;
}

static gboolean
enter (IsrCatalog *self, sqlite3 *db, GError **error)
{
  self->writer = isr_writer_new (db);
  self->db = isr_db_open (self->database, ISR_DB_READ_AGAIN, error);
  return get_ready (self, error);
}

/* The new one can not be had either: until the next start there is one in memory. */
static gboolean
enter_memory (IsrCatalog *self, const GError *why, GError **error)
{
  g_critical ("%s; the catalog is kept in memory until isr is started again", why->message);
  g_clear_pointer (&self->writer, isr_writer_free);
  g_clear_pointer (&self->db, isr_db_close);
  g_clear_pointer (&self->database, g_free);
  self->db = isr_db_open (NULL, ISR_DB_MEMORY, error);
  self->writer = self->db ? isr_writer_new_shared (self->db) : NULL;
  return get_ready (self, error);
}

static void
on_looked (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!isr_catalog_reconcile_finish (ISR_CATALOG (object), result, &error))
    g_message ("%s", error->message);
}

gboolean
isr_catalog_mend (IsrCatalog *self, GError **error)
{
  static const char *const kinds[] = { "file", "source", "gap", "title", "section", "label", "trash", "storage" };
  sqlite3 *db = isr_db_open (self->database, ISR_DB_WRITE, error);
  g_autoptr (GError) wrong = NULL;

  if (!db)
    return FALSE;
  leave (self, db);
  if (!enter (self, db, &wrong) && !enter_memory (self, wrong, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    isr_catalog_changed (self, kinds[i], "");
  isr_catalog_reconcile_async (self, on_looked, NULL);
  return TRUE;
}

/* --- noticing ------------------------------------------------------------------- */

static gboolean
on_look (gpointer data)
{
  IsrCatalog *self = data;
  g_autoptr (GError) error = NULL;
  gint64 now = g_get_monotonic_time ();

  if (!self->database || isr_db_count_damages () == self->damages || (self->mended_at && now - self->mended_at < CALM))
    return G_SOURCE_CONTINUE;
  self->mended_at = now;
  g_critical ("catalog %s: it is damaged; it is made again, recording goes on", self->database);
  if (!isr_catalog_mend (self, &error))
    g_critical ("%s", error->message);
  self->damages = isr_db_count_damages ();
  return G_SOURCE_CONTINUE;
}

void
isr_catalog_watch_damage (IsrCatalog *self)
{
  self->damages = isr_db_count_damages ();
  self->look = g_timeout_add_seconds (LOOK, on_look, self);
}
