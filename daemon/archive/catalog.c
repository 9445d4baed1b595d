/* SPDX-License-Identifier: MIT */
/* catalog.c - the index as the main loop sees it.
 *
 *   begin, finish, forget --+--> pending (in memory, this connection)
 *                           |        |
 *                           +--> writer thread --> isr.db --+
 *                                    |                      v
 *          number of the last commit +------> list = isr.db with pending laid over it
 *
 * What is given goes two ways at once: as a job to the writer, and into a
 * temporary table of the reader's connection, under the number of the job. When
 * the writer has committed that number, the temporary entry is dropped, at the
 * next call: before that the overlay and the row say the same. Ids are given out
 * here, so that an entry has its place in the order of pages before it is a row.
 *
 * Days are counted once and kept; a file that ends is added to them. What is being
 * written is added to a copy at every question. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"

#include "daemon/archive/day-cache.h"
#include "daemon/archive/days.h"
#include "daemon/archive/listing.h"
#include "daemon/archive/lock.h"
#include "daemon/archive/reconcile.h"
#include "daemon/archive/titles.h"
#include "daemon/core/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

struct _IsrCatalog {
  GObject parent;

  char *output_directory;
  char *database; /* path; NULL: in memory */
  gboolean writable;
  GTimeZone *zone;
  IsrLock *lock;
  sqlite3 *db; /* the reader's connection, with `pending` */
  IsrWriter *writer;
  gsize next_id; /* atomic: reconcile takes a range of them in its worker */
  gsize settled; /* the last commit that was taken note of */
  gboolean reconciling;
  GAsyncQueue *reconciled; /* one token when the worker has ended */

  IsrDayCache *days;
  gint64 version; /* of another process' catalog, when the days were counted */
};

G_DEFINE_FINAL_TYPE (IsrCatalog, isr_catalog, G_TYPE_OBJECT)

enum {
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
changed (IsrCatalog *self, const char *kind, const char *name)
{
  g_signal_emit (self, signals[CHANGED], 0, kind, name);
}

static void
settle (IsrCatalog *self)
{
  g_autoptr (GError) error = NULL;
  gsize committed = self->writer ? isr_writer_get_committed (self->writer) : 0;

  if (committed == self->settled)
    return;
  if (!isr_listing_settle (self->db, committed, &error))
    g_critical ("%s", error->message);
  self->settled = committed;
}

static void
overlay (IsrCatalog *self, const IsrRecording *recording, gboolean gone, gsize number)
{
  g_autoptr (GError) error = NULL;

  if (!isr_listing_put (self->db, recording, gone, number, &error))
    g_critical ("%s", error->message);
}

static IsrRecording *
lookup_entry (IsrCatalog *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  IsrRecording *recording;

  settle (self);
  recording = isr_listing_lookup (self->db, name, &error);
  if (error)
    g_critical ("%s", error->message);
  return recording;
}

static void
keep_text (char **text, const char *known)
{
  if (!*text)
    *text = g_strdup (known);
}

/* What the end of a file does not say again is as it was at its begin. */
static void
keep (IsrRecording *entry, const IsrRecording *known)
{
  entry->id = known->id;
  keep_text (&entry->source, known->source);
  keep_text (&entry->clock, known->clock);
  entry->utc_offset = entry->utc_offset ? entry->utc_offset : known->utc_offset;
  entry->rate = entry->rate ? entry->rate : known->rate;
  entry->channels = entry->channels ? entry->channels : known->channels;
}

/* Gives @recording to the writer under the id that its name has, or a new one. */
static void
put (IsrCatalog *self, const IsrRecording *recording)
{
  g_autoptr (IsrRecording) entry = isr_recording_copy (recording);
  g_autoptr (IsrRecording) known = lookup_entry (self, recording->name);

  if (known)
    keep (entry, known);
  else
    entry->id = (gint64) (gsize) g_atomic_pointer_add (&self->next_id, 1);
  overlay (self, entry, FALSE, isr_writer_put (self->writer, entry));
  if (known && !known->recording)
    isr_day_cache_clear (self->days);
  else if (!entry->recording)
    isr_day_cache_add (self->days, entry);
  changed (self, "file", entry->name);
}

void
isr_catalog_begin (IsrCatalog *self, const IsrRecording *recording)
{
  g_return_if_fail (self->writer && recording->name && recording->recording);

  put (self, recording);
}

void
isr_catalog_finish (IsrCatalog *self, const IsrRecording *recording)
{
  g_return_if_fail (self->writer && recording->name && !recording->recording);

  put (self, recording);
}

void
isr_catalog_forget (IsrCatalog *self, const char *name)
{
  g_autoptr (IsrRecording) known = NULL;

  g_return_if_fail (self->writer);
  known = lookup_entry (self, name);
  if (!known)
    return;
  overlay (self, known, TRUE, isr_writer_remove (self->writer, known->id));
  isr_day_cache_clear (self->days);
  changed (self, "file", name);
}

void
isr_catalog_note_state (IsrCatalog *self, const IsrSourceState *state)
{
  g_return_if_fail (self->writer);

  isr_writer_note_state (self->writer, state);
  g_signal_emit (self, signals[CHANGED], 0, "source", state->name);
}

sqlite3 *
isr_catalog_get_reader (IsrCatalog *self)
{
  return self->db;
}

IsrWriter *
isr_catalog_get_writer (IsrCatalog *self)
{
  return self->writer;
}

const char *
isr_catalog_get_output_directory (IsrCatalog *self)
{
  return self->output_directory;
}

char *
isr_catalog_get_path (IsrCatalog *self, const IsrRecording *recording)
{
  g_autofree char *path = g_build_filename (self->output_directory, recording->name, NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);

  if (g_access (part, F_OK) == 0 && (recording->recording || g_access (path, F_OK) < 0))
    return g_steal_pointer (&part);
  return g_steal_pointer (&path);
}

/* What a file being written has so far; its last write is the end of its audio. */
static void
refresh (IsrCatalog *self, IsrRecording *recording)
{
  g_autofree char *path = NULL;
  struct stat st;

  if (!recording->recording)
    return;
  path = isr_catalog_get_path (self, recording);
  if (lstat (path, &st) < 0 || !S_ISREG (st.st_mode))
    return;
  recording->bytes = (guint64) st.st_size;
  recording->mtime_us = st.st_mtim.tv_sec * G_TIME_SPAN_SECOND + st.st_mtim.tv_nsec / 1000;
  recording->end_us = MAX (recording->mtime_us, recording->start_us);
}

GPtrArray *
isr_catalog_list (IsrCatalog *self, const IsrCatalogQuery *query, char **next, GError **error)
{
  GPtrArray *page;

  g_return_val_if_fail (self->db && query->limit >= 1 && query->limit <= 1000, NULL);
  if (next)
    *next = NULL;
  settle (self);
  page = isr_listing_page (self->db, query, next, error);
  for (guint i = 0; page && i < page->len; i++)
    refresh (self, page->pdata[i]);
  return page;
}

IsrRecording *
isr_catalog_lookup (IsrCatalog *self, const char *name)
{
  IsrRecording *recording;

  g_return_val_if_fail (self->db, NULL);
  recording = lookup_entry (self, name);
  if (recording)
    refresh (self, recording);
  return recording;
}

/* Where another process writes, the number changes with its every commit. */
static void
drop_old_days (IsrCatalog *self)
{
  gint64 version = 0;

  if (!self->writer)
    isr_db_get_int64 (self->db, "PRAGMA data_version", 0, &version, NULL);
  if (version != self->version)
    isr_day_cache_clear (self->days);
  self->version = version;
}

static GPtrArray *
get_finished_days (IsrCatalog *self, const char *source, GTimeZone *zone, GError **error)
{
  GPtrArray *days;

  drop_old_days (self);
  days = isr_day_cache_get (self->days, source, zone);
  if (days)
    return days;
  days = isr_listing_days (self->db, source, zone, error);
  return days ? isr_day_cache_put (self->days, source, zone, days) : NULL;
}

GPtrArray *
isr_catalog_days (IsrCatalog *self, const char *source, GTimeZone *zone, GError **error)
{
  g_autoptr (GPtrArray) live = NULL;
  GPtrArray *finished, *days;

  g_return_val_if_fail (self->db, NULL);
  settle (self);
  finished = get_finished_days (self, source, zone, error);
  live = finished ? isr_listing_live (self->db, source, error) : NULL;
  if (!live)
    return NULL;
  days = g_ptr_array_copy (finished, isr_day_copy, NULL);
  for (guint i = 0; i < live->len; i++) {
    IsrRecording *recording = live->pdata[i];

    refresh (self, recording);
    isr_days_merge (days, zone, recording->start_us, recording->bytes, isr_recording_get_duration (recording));
  }
  return days;
}

void
isr_catalog_set_timezone (IsrCatalog *self, GTimeZone *zone)
{
  g_time_zone_ref (zone);
  g_time_zone_unref (self->zone);
  self->zone = zone;
}

static IsrReconcile *
prepare_reconcile (IsrCatalog *self)
{
  IsrReconcile *job = g_new0 (IsrReconcile, 1);

  job->output_directory = g_strdup (self->output_directory);
  job->database = g_strdup (self->database);
  job->memory = self->database ? NULL : self->db;
  job->may_repair = self->writable;
  job->zone = g_time_zone_ref (self->zone);
  job->writer = self->writer;
  job->next_id = &self->next_id;
  return job;
}

static void
reconcile_in_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  IsrCatalog *self = source;
  GError *error = NULL;
  gboolean ok = isr_reconcile_run (data, &error);

  g_async_queue_push (self->reconciled, GINT_TO_POINTER (1));
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Its worker has the writer: neither goes before it has ended. */
static void
wait_for_reconcile (IsrCatalog *self)
{
  if (self->reconciling)
    g_async_queue_pop (self->reconciled);
  self->reconciling = FALSE;
}

static void
report_reconcile (IsrCatalog *self, const IsrReconcile *job)
{
  if (!job->changed)
    return;
  isr_day_cache_clear (self->days);
  changed (self, "file", "");
}

void
isr_catalog_reconcile_async (IsrCatalog *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  if (!self->writer || self->reconciling) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  self->reconciling = TRUE;
  g_task_set_source_tag (task, isr_catalog_reconcile_async);
  g_task_set_task_data (task, prepare_reconcile (self), (GDestroyNotify) isr_reconcile_free);
  g_task_run_in_thread (task, reconcile_in_worker);
}

gboolean
isr_catalog_reconcile_finish (IsrCatalog *self, GAsyncResult *result, GError **error)
{
  IsrReconcile *job = g_task_get_task_data (G_TASK (result));

  if (job) {
    wait_for_reconcile (self);
    report_reconcile (self, job);
  }
  return g_task_propagate_boolean (G_TASK (result), error);
}

gboolean
isr_catalog_reconcile (IsrCatalog *self, GError **error)
{
  g_autoptr (IsrReconcile) job = NULL;

  if (!self->writer)
    return TRUE;
  job = prepare_reconcile (self);
  if (!isr_reconcile_run (job, error))
    return FALSE;
  report_reconcile (self, job);
  return TRUE;
}

static gboolean
make_directory (const char *path, GError **error)
{
  if (g_mkdir_with_parents (path, 0755) == 0)
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "%s: can not be made: %s; check that its parent exists and who owns it", path, g_strerror (errno));
  return FALSE;
}

/* Entries that say "being written" are another process' when we only read, and a
 * dead process' when we hold the lock. */
static gboolean
open_writable (IsrCatalog *self, const char *state_directory, GError **error)
{
  g_autoptr (sqlite3) db = NULL;

  if (!make_directory (self->output_directory, error) || !make_directory (state_directory, error))
    return FALSE;
  self->lock = isr_lock_take (state_directory, error);
  if (!self->lock)
    return FALSE;
  db = isr_db_open (self->database, ISR_DB_WRITE, error);
  if (!db || !isr_db_exec (db, "UPDATE recordings SET recording = 2 WHERE recording = 1", error))
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
  g_clear_pointer (&self->database, g_free);
  self->db = isr_db_open (NULL, ISR_DB_MEMORY, error);
  if (self->db)
    self->writer = isr_writer_new_shared (self->db);
  return self->db != NULL;
}

IsrCatalog *
isr_catalog_open (const char *output_directory, const char *state_directory, gboolean writable, GError **error)
{
  g_autoptr (IsrCatalog) self = g_object_new (ISR_TYPE_CATALOG, NULL);
  gint64 last;

  self->output_directory = g_canonicalize_filename (output_directory, NULL);
  self->database = g_build_filename (state_directory, "isr.db", NULL);
  self->writable = writable;
  if (!(writable ? open_writable (self, state_directory, error) : open_readable (self, error)))
    return NULL;
  if (!isr_listing_prepare (self->db, error) || !isr_titles_prepare (self->db, error) || !isr_db_get_int64 (self->db, "SELECT max (id) FROM main.recordings", 0, &last, error))
    return NULL;
  self->next_id = (gsize) last + 1;
  return g_steal_pointer (&self);
}

/* The reader goes first: the last connection tidies up the WAL, and must be one
 * that may write. */
void
isr_catalog_close (IsrCatalog *self)
{
  wait_for_reconcile (self);
  if (self->database)
    g_clear_pointer (&self->db, sqlite3_close_v2);
  g_clear_pointer (&self->writer, isr_writer_free);
  g_clear_pointer (&self->lock, isr_lock_free);
}

static void
isr_catalog_finalize (GObject *object)
{
  IsrCatalog *self = ISR_CATALOG (object);

  isr_catalog_close (self);
  g_clear_pointer (&self->db, sqlite3_close_v2);
  g_async_queue_unref (self->reconciled);
  isr_day_cache_free (self->days);
  g_time_zone_unref (self->zone);
  g_free (self->output_directory);
  g_free (self->database);
  G_OBJECT_CLASS (isr_catalog_parent_class)->finalize (object);
}

static void
isr_catalog_class_init (IsrCatalogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = isr_catalog_finalize;

  signals[CHANGED] = g_signal_new ("changed", ISR_TYPE_CATALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
isr_catalog_init (IsrCatalog *self)
{
  self->zone = g_time_zone_new_local ();
  self->reconciled = g_async_queue_new ();
  self->days = isr_day_cache_new ();
}
