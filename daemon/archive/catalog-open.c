/* SPDX-License-Identifier: MIT */
/* catalog-open.c - opens the catalog, whatever the process before left behind, and closes it.
 *
 * A disk that is full is no reason not to start: who can not look can not make room. Nor is a
 * database that can neither be opened nor made: the catalog is in memory then, until it can be. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-journal.h"
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/db-salvage.h"
#include "daemon/archive/events.h"
#include "daemon/archive/labels.h"
#include "daemon/archive/listing.h"
#include "daemon/archive/titles.h"
#include "daemon/archive/trash.h"
#include "daemon/archive/status-news.h"
#include "daemon/core/advice.h"
#include "daemon/core/error.h"

#include <errno.h>
#include <glib/gstdio.h>

static gboolean
make_directory (const char *path, GError **error)
{
  int code = g_mkdir_with_parents (path, 0755) == 0 ? 0 : errno;
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *advice = isr_advise_writing (code, parent);

  if (code == 0)
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "%s: can not be made: %s%s", path, g_strerror (code), advice);
  return FALSE;
}

/* --- what a dead process was writing ------------------------------------------ */

/* Entries that say "being written" are another process' when we only read, and a
 * dead process' when we hold the lock. On a disk that is full they can not be told so
 * now: the writer does as soon as it can, and until then they are laid over as gone. */
static gboolean
leave_behind (IsrCatalog *self, sqlite3 *db, GError **error)
{
  g_autoptr (GError) wrong = NULL;

  if (isr_db_exec (db, "UPDATE recordings SET recording = 2 WHERE recording = 1", &wrong))
    return TRUE;
  self->left_behind = g_error_matches (wrong, ISR_ERROR, ISR_ERROR_NO_SPACE);
  if (self->left_behind)
    g_warning ("%s; recording begins when there is room", wrong->message);
  else
    g_propagate_error (error, g_steal_pointer (&wrong));
  return self->left_behind;
}

static gboolean
run_leave_behind (sqlite3 *db, gpointer data, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("UPDATE recordings SET recording = 2 WHERE recording = 1 AND id < %" G_GSIZE_FORMAT, *(gsize *) data);

  return isr_db_exec (db, sql, error);
}

static gboolean
hide_left_behind (IsrCatalog *self, GError **error)
{
  g_autoptr (GPtrArray) live = self->left_behind ? isr_listing_live (self->db, NULL, error) : g_ptr_array_new ();
  gsize number;

  self->first_id = self->left_behind ? self->next_id : 0;
  if (!live || !self->left_behind)
    return live != NULL;
  number = isr_writer_call (self->writer, run_leave_behind, g_memdup2 (&self->first_id, sizeof self->first_id), g_free);
  for (guint i = 0; i < live->len; i++)
    if (!isr_listing_put (self->db, live->pdata[i], TRUE, number, error))
      return FALSE;
  return TRUE;
}

/* --- without a file ------------------------------------------------------------ */

static gboolean
open_in_memory (IsrCatalog *self, GError **error)
{
  g_clear_pointer (&self->database, g_free);
  self->db = isr_db_open (NULL, ISR_DB_MEMORY, error);
  self->writer = self->db ? isr_writer_new_shared (self->db) : NULL;
  return self->writer != NULL;
}

/* Somebody holds it, or a newer isr has made it: those are to be asked first. */
static gboolean
can_do_without (const GError *error)
{
  return g_error_matches (error, ISR_ERROR, ISR_ERROR_STORAGE) || g_error_matches (error, ISR_ERROR, ISR_ERROR_NO_SPACE);
}

/* What is heard is worth more than the index of it. */
static gboolean
open_instead (IsrCatalog *self, const GError *why, GError **error)
{
  g_autofree char *path = g_strdup (self->database);
  g_auto (IsrDbMended) mended = { 0 };

  if (!open_in_memory (self, error) || !isr_db_salvage (self->db, path, &mended, error))
    return FALSE;
  isr_catalog_note_memory (self, why, &mended);
  return leave_behind (self, self->db, error);
}

/* --- opening, closing ----------------------------------------------------------- */

static gboolean
open_writable (IsrCatalog *self, const char *state_directory, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (GError) wrong = NULL;

  if (!make_directory (self->output_directory, error) || !make_directory (state_directory, error))
    return FALSE;
  self->lock = isr_lock_take (state_directory, error);
  if (!self->lock)
    return FALSE;
  db = isr_db_open (self->database, ISR_DB_WRITE, &wrong);
  if (!db && can_do_without (wrong))
    return open_instead (self, wrong, error);
  if (wrong)
    g_propagate_error (error, g_steal_pointer (&wrong));
  if (!db || !leave_behind (self, db, error))
    return FALSE;
  self->writer = isr_writer_new (g_steal_pointer (&db));
  self->db = isr_db_open (self->database, ISR_DB_READ, error);
  return self->writer && self->db;
}

static gboolean
open_readable (IsrCatalog *self, GError **error)
{
  self->db = isr_db_open (self->database, ISR_DB_READ, NULL);
  if (self->db)
    return TRUE;
  isr_catalog_set_condition (self, "memory", NULL);
  return open_in_memory (self, error);
}

/* When a process that did not end cleanly last replaced its status.json. */
static gint64
get_heartbeat (const char *state_directory)
{
  g_autofree char *path = g_build_filename (state_directory, "status.json", NULL);
  GStatBuf st;

  return g_stat (path, &st) == 0 ? MIN (st.st_mtim.tv_sec * G_TIME_SPAN_SECOND + st.st_mtim.tv_nsec / 1000, g_get_real_time ()) : 0;
}

/* It died, and its disk had been full before. */
static void
note_left (IsrCatalog *self)
{
  g_autoptr (GHashTable) left = isr_status_news_read_left (self->state_directory);
  GHashTableIter iter;
  gpointer source, disk_us;

  g_hash_table_iter_init (&iter, left);
  while (g_hash_table_iter_next (&iter, &source, &disk_us))
    if (*(const char *) source)
      isr_ledger_note_left (self->ledger, source, *(gint64 *) disk_us);
}

static gboolean
open_ledger (IsrCatalog *self, GError **error)
{
  self->ledger = isr_ledger_new (self->writer, self->db, get_heartbeat (self->state_directory), error);
  if (self->ledger)
    note_left (self);
  return self->ledger != NULL;
}

gboolean
isr_catalog_prepare (sqlite3 *db, GError **error)
{
  return isr_listing_prepare (db, error) && isr_titles_prepare (db, error) && isr_events_prepare (db, error) && isr_labels_prepare (db, error) && isr_trash_prepare (db, error);
}

static gboolean
open_reader (IsrCatalog *self, GError **error)
{
  gint64 last;

  if (self->database)
    sqlite3_busy_timeout (self->db, ISR_DB_PATIENCE);
  if (!isr_catalog_prepare (self->db, error) || !isr_db_get_int64 (self->db, "SELECT max (id) FROM main.recordings", 0, &last, error))
    return FALSE;
  self->next_id = MAX (self->next_id, (gsize) last + 1);
  return TRUE;
}

static gboolean
open_rest (IsrCatalog *self, GError **error)
{
  if (self->writer && !isr_catalog_catch_up (self, error))
    return FALSE;
  if (self->writable)
    isr_trash_find (self);
  isr_events_hide_all (self);
  return TRUE;
}

IsrCatalog *
isr_catalog_open (const char *output_directory, const char *state_directory, gboolean writable, GError **error)
{
  g_autoptr (IsrCatalog) self = g_object_new (ISR_TYPE_CATALOG, NULL);

  self->output_directory = g_canonicalize_filename (output_directory, NULL);
  self->database = g_build_filename (state_directory, "isr.db", NULL);
  self->place = g_strdup (self->database);
  self->state_directory = g_canonicalize_filename (state_directory, NULL);
  self->writable = writable;
  isr_catalog_set_condition (self, "ok", NULL);
  if (!(writable ? open_writable (self, state_directory, error) : open_readable (self, error)))
    return NULL;
  if (!open_reader (self, error) || !hide_left_behind (self, error) || !open_rest (self, error))
    return NULL;
  if (writable && !open_ledger (self, error))
    return NULL;
  if (writable)
    isr_catalog_watch_damage (self);
  return g_steal_pointer (&self);
}

/* The reader goes first: the last connection tidies up the WAL, and must be one
 * that may write. */
void
isr_catalog_close (IsrCatalog *self)
{
  g_clear_handle_id (&self->look, g_source_remove);
  isr_catalog_end_mending (self);
  isr_catalog_end_move (self);
  isr_catalog_stop_reconcile (self);
  isr_catalog_save_memory (self);
  isr_snapshots_close (self->snapshots);
  g_clear_pointer (&self->find, sqlite3_finalize);
  if (self->database)
    g_clear_pointer (&self->db, isr_db_close);
  g_clear_pointer (&self->ledger, isr_ledger_free);
  g_clear_pointer (&self->writer, isr_writer_free);
  g_clear_pointer (&self->journal, isr_journal_free);
  g_clear_pointer (&self->lock, isr_lock_free);
}
