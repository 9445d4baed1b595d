/* SPDX-License-Identifier: MIT */
/* store.c - jobs for one thread.
 *
 * Disk trouble is said once until it is over: recording does not need levels, and the
 * recorder says itself when the disk is full. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/store.h"

#include "daemon/core/log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define SUFFIX ".levels"
#define READABLE 100 /* characters of a name that are kept */

struct _IsrStore {
  char *directory;
  GThreadPool *pool; /* of one thread */
  gint failing;      /* the thread's */
};

typedef struct _Job Job;
struct _Job {
  gboolean (*run) (IsrStore *self, Job *job, GError **error);
  char *path, *other;
  IsrLevelsHeader header;
  IsrLevelsRow *rows;
  gsize n;
  guint flags;
  guint64 bytes;
  IsrLevelsWhole *whole;
  GHashTable *names;
  IsrStoreDone done;
  gpointer data;
  GAsyncQueue *flushed;
};

/* --- values --- */

IsrLevelsWhole *
isr_levels_whole_new (guint64 n)
{
  IsrLevelsWhole *self = g_new0 (IsrLevelsWhole, 1);

  self->header.n = n;
  for (guint i = 0; i < ISR_LEVELS_COLUMNS; i++)
    self->columns[i] = g_new0 (gint16, n);
  return self;
}

void
isr_levels_whole_free (IsrLevelsWhole *self)
{
  for (guint i = 0; i < ISR_LEVELS_COLUMNS; i++)
    g_free (self->columns[i]);
  g_free (self);
}

static void
job_free (Job *job)
{
  g_free (job->path);
  g_free (job->other);
  g_free (job->rows);
  g_clear_pointer (&job->whole, isr_levels_whole_free);
  g_clear_pointer (&job->names, g_hash_table_unref);
  g_free (job);
}

/* --- names --- */

static char *
make_file_name (const char *name)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, name, -1);
  g_autofree char *readable = g_utf8_substring (base, 0, MIN (g_utf8_strlen (base, -1), READABLE));

  return g_strdup_printf ("%.*s.%.16s" SUFFIX, (int) MIN (strlen (readable), 200), readable, hash);
}

char *
isr_store_get_path (IsrStore *self, const char *name)
{
  g_autofree char *file = make_file_name (name);

  return g_build_filename (self->directory, file, NULL);
}

/* --- the thread --- */

static gboolean
run_create (IsrStore *self, Job *job, GError **error)
{
  return isr_levels_file_create (job->path, &job->header, error);
}

static gboolean
run_append (IsrStore *self, Job *job, GError **error)
{
  return isr_levels_file_append (job->path, job->rows, job->n, error);
}

static gboolean
run_truncate (IsrStore *self, Job *job, GError **error)
{
  return isr_levels_file_truncate (job->path, job->n, error);
}

static gboolean
run_finish (IsrStore *self, Job *job, GError **error)
{
  return isr_levels_file_finish (job->path, job->flags, job->bytes, error);
}

static gboolean
run_write (IsrStore *self, Job *job, GError **error)
{
  return isr_levels_file_write (job->path, &job->whole->header, job->whole->columns, error);
}

static gboolean
run_rename (IsrStore *self, Job *job, GError **error)
{
  if (g_rename (job->path, job->other) < 0 && errno != ENOENT)
    g_warning ("levels %s: can not be renamed: %s", job->path, g_strerror (errno));
  return TRUE;
}

static gboolean
run_remove (IsrStore *self, Job *job, GError **error)
{
  if (g_unlink (job->path) < 0 && errno != ENOENT)
    g_warning ("levels %s: can not be removed: %s", job->path, g_strerror (errno));
  return TRUE;
}

/* Only what we made ourselves: by its name and by what stands in it. */
static gboolean
is_ours (const char *path)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };

  return isr_levels_reader_open (&reader, path, NULL);
}

static gboolean
run_prune (IsrStore *self, Job *job, GError **error)
{
  g_autoptr (GDir) directory = g_dir_open (self->directory, 0, NULL);
  g_autoptr (GHashTable) wanted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GHashTableIter iter;
  gpointer name;
  const char *file;
  guint removed = 0;

  g_hash_table_iter_init (&iter, job->names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_add (wanted, make_file_name (name));
  while (directory && (file = g_dir_read_name (directory))) {
    g_autofree char *path = g_build_filename (self->directory, file, NULL);
    gboolean hidden = g_str_has_suffix (file, SUFFIX ".tmp");

    if ((hidden || (g_str_has_suffix (file, SUFFIX) && !g_hash_table_contains (wanted, file))) && is_ours (path) && g_unlink (path) == 0)
      removed++;
  }
  if (removed)
    isr_log_info (NULL, "levels of %u recordings that are gone were removed", removed);
  return TRUE;
}

static gboolean
run_nothing (IsrStore *self, Job *job, GError **error)
{
  return TRUE;
}

static void
tell (IsrStore *self, const GError *error)
{
  if (error && !self->failing)
    isr_log_warning (NULL, "%s; recording goes on", error->message);
  self->failing = error != NULL;
}

typedef struct {
  IsrStoreDone done;
  gpointer data;
  gboolean ok;
} Answer;

static Answer *
answer_new (IsrStoreDone done, gpointer data, gboolean ok)
{
  Answer *self = g_new (Answer, 1);

  *self = (Answer){ done, data, ok };
  return self;
}

static gboolean
answer (gpointer data)
{
  Answer *self = data;

  self->done (self->ok, self->data);
  return G_SOURCE_REMOVE;
}

static void
run_job (gpointer data, gpointer user_data)
{
  IsrStore *self = user_data;
  Job *job = data;
  g_autoptr (GError) error = NULL;

  if (job->run) {
    gboolean ok = job->run (self, job, &error);

    tell (self, error);
    if (job->done)
      g_idle_add_full (G_PRIORITY_DEFAULT, answer, answer_new (job->done, job->data, ok), g_free);
  }
  if (job->flushed)
    g_async_queue_push (job->flushed, GINT_TO_POINTER (1));
  job_free (job);
}

/* --- giving --- */

IsrStore *
isr_store_new (const char *state_directory)
{
  IsrStore *self = g_new0 (IsrStore, 1);

  self->directory = g_build_filename (state_directory, "analyses", NULL);
  self->pool = g_thread_pool_new (run_job, self, 1, FALSE, NULL);
  return self;
}

void
isr_store_free (IsrStore *self)
{
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_free (self->directory);
  g_free (self);
}

static Job *
job_new (IsrStore *self, gboolean (*run) (IsrStore *, Job *, GError **), const char *name)
{
  Job *job = g_new0 (Job, 1);

  job->run = run;
  job->path = name ? isr_store_get_path (self, name) : NULL;
  return job;
}

static void
give (IsrStore *self, Job *job)
{
  g_thread_pool_push (self->pool, job, NULL);
}

void
isr_store_create (IsrStore *self, const char *name, const IsrLevelsHeader *header)
{
  Job *job = job_new (self, run_create, name);

  job->header = *header;
  give (self, job);
}

void
isr_store_append (IsrStore *self, const char *name, const IsrLevelsRow *rows, gsize n)
{
  Job *job = job_new (self, run_append, name);

  job->rows = g_memdup2 (rows, n * sizeof *rows);
  job->n = n;
  give (self, job);
}

void
isr_store_truncate (IsrStore *self, const char *name, guint64 n)
{
  Job *job = job_new (self, run_truncate, name);

  job->n = n;
  give (self, job);
}

void
isr_store_finish (IsrStore *self, const char *name, guint flags, guint64 recording_bytes, IsrStoreDone done, gpointer data)
{
  Job *job = job_new (self, run_finish, name);

  job->flags = flags;
  job->bytes = recording_bytes;
  job->done = done;
  job->data = data;
  give (self, job);
}

void
isr_store_write (IsrStore *self, const char *name, IsrLevelsWhole *whole, IsrStoreDone done, gpointer data)
{
  Job *job = job_new (self, run_write, name);

  job->whole = whole;
  job->done = done;
  job->data = data;
  give (self, job);
}

void
isr_store_rename (IsrStore *self, const char *from, const char *to)
{
  Job *job = job_new (self, run_rename, from);

  job->other = isr_store_get_path (self, to);
  give (self, job);
}

void
isr_store_remove (IsrStore *self, const char *name)
{
  give (self, job_new (self, run_remove, name));
}

void
isr_store_prune (IsrStore *self, GHashTable *names)
{
  Job *job = job_new (self, run_prune, NULL);

  job->names = names;
  give (self, job);
}

void
isr_store_when_done (IsrStore *self, IsrStoreDone done, gpointer data)
{
  Job *job = job_new (self, run_nothing, NULL);

  job->done = done;
  job->data = data;
  give (self, job);
}

void
isr_store_flush (IsrStore *self)
{
  g_autoptr (GAsyncQueue) flushed = g_async_queue_new ();
  Job *job = job_new (self, NULL, NULL);

  job->flushed = flushed;
  give (self, job);
  g_async_queue_pop (flushed);
}
