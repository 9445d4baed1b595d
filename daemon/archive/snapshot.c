/* SPDX-License-Identifier: MIT */
/* snapshot.c - a second catalog over a connection of its own.
 *
 *   main loop   what is not committed --copy--> pending tables of the snapshot
 *               BEGIN and a first read: from now on it sees the rows of this moment
 *   worker      asks it
 *   main loop   COMMIT, and it is there for the next question
 *
 * The copy comes first: a row that is committed in between is there twice, as always, and
 * what is laid over it counts. In WAL nobody waits for anybody. A few run at a time,
 * others wait their turn: the disk and the cores are the recorder's. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/snapshot.h"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/events.h"
#include "daemon/archive/snapshots.h"

#define AT_ONCE 3
#define KEPT 1 /* connections that wait for the next question */

struct _IsrSnapshots {
  GPtrArray *idle;    /* IsrCatalog */
  GPtrArray *running; /* Work */
  GQueue waiting;     /* Work */
  GAsyncQueue *ended; /* one token a worker */
};

typedef struct {
  IsrCatalog *catalog;
  IsrCatalog *snapshot; /* NULL before it runs */
  GTask *task;          /* whose answer it is */
  GCancellable *cancellable;
  gulong cancelled;
  IsrSnapshotBegin begin; /* NULL: nothing */
  IsrSnapshotFunc func;
  gpointer data;
  GDestroyNotify free_data, free_result;
  gpointer result;
  GError *error;
} Work;

static void
work_free (Work *self)
{
  g_cancellable_disconnect (self->cancellable, self->cancelled);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->snapshot);
  if (self->free_data)
    self->free_data (self->data);
  if (self->result && self->free_result)
    self->free_result (self->result);
  g_clear_error (&self->error);
  g_object_unref (self->task);
  g_object_unref (self->catalog);
  g_free (self);
}

IsrSnapshots *
isr_snapshots_new (void)
{
  IsrSnapshots *self = g_new0 (IsrSnapshots, 1);

  self->idle = g_ptr_array_new_with_free_func (g_object_unref);
  self->running = g_ptr_array_new ();
  self->ended = g_async_queue_new ();
  return self;
}

void
isr_snapshots_free (IsrSnapshots *self)
{
  g_ptr_array_unref (self->idle);
  g_ptr_array_unref (self->running);
  g_async_queue_unref (self->ended);
  g_free (self);
}

/* --- a snapshot ------------------------------------------------------------ */

static gboolean
open_snapshot (IsrCatalog *self, GError **error)
{
  self->db = isr_db_open (self->database, ISR_DB_READ_AGAIN, error);
  return self->db && isr_catalog_prepare (self->db, error);
}

static IsrCatalog *
snapshot_new (IsrCatalog *of, GError **error)
{
  g_autoptr (IsrCatalog) self = g_object_new (ISR_TYPE_CATALOG, NULL);

  self->snapshot = TRUE;
  self->output_directory = g_strdup (of->output_directory);
  self->state_directory = g_strdup (of->state_directory);
  self->database = g_strdup (of->database);
  self->writable = of->writable;
  return open_snapshot (self, error) ? g_steal_pointer (&self) : NULL;
}

static void
copy_values (IsrCatalog *self, IsrCatalog *of)
{
  isr_catalog_set_timezone (self, of->zone);
  isr_day_cache_clear (self->days);
  isr_sources_forget (self);
  g_hash_table_remove_all (self->today);
  g_strfreev (self->alive);
  self->alive = g_strdupv (of->alive);
  self->trash_days = of->trash_days;
  isr_events_tell_hidden (of, self);
  self->measure = of->measure;
  self->measure_data = of->measure_data;
  isr_catalog_set_storage_rules (self, &of->rules);
  g_clear_pointer (&self->ledger, isr_ledger_free);
  self->ledger = of->ledger ? isr_ledger_copy_given (of->ledger) : NULL;
}

/* From now on it is what @of is. */
static gboolean
take (IsrCatalog *self, IsrCatalog *of, GError **error)
{
  gint64 version;

  isr_catalog_settle (of);
  isr_events_settle (of);
  if (!isr_db_exec (self->db, "BEGIN", error) || !isr_overlays_copy (of->db, self->db, FALSE, error))
    return FALSE;
  copy_values (self, of); /* before the database is looked at: what is committed meanwhile is in one of the two */
  if (!isr_db_get_int64 (self->db, "SELECT max (id) FROM main.recordings", 0, &version, error))
    return FALSE;
  isr_catalog_drop_old (self); /* nothing is older than itself */
  return TRUE;
}

/* --- working ---------------------------------------------------------------- */

static void run_next (IsrSnapshots *self);

static void
work_in_thread (GTask *task, gpointer unused, gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  isr_events_hide_told (work->snapshot);
  work->result = work->func (work->snapshot, work->data, &work->error);
  g_async_queue_push (work->catalog->snapshots->ended, GINT_TO_POINTER (1));
  g_task_return_boolean (task, TRUE);
}

/* Takes @work. One that was given up because there is nothing to ask may ask again. */
static void
answer (Work *work)
{
  if (!work->result && !g_cancellable_is_cancelled (work->cancellable) && work->catalog->mending) {
    g_clear_error (&work->error);
    isr_catalog_check_whole (work->catalog, &work->error);
  }
  if (work->result)
    g_task_return_pointer (work->task, g_steal_pointer (&work->result), work->free_result);
  else if (work->error)
    g_task_return_error (work->task, g_steal_pointer (&work->error));
  else
    g_task_return_new_error (work->task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the question was given up");
  work_free (work);
}

/* Its connection is as good as new, unless something went wrong with it. */
static void
give_back (IsrSnapshots *self, Work *work)
{
  gboolean whole = work->snapshot->db && !work->error && isr_db_exec (work->snapshot->db, "COMMIT", NULL);

  if (whole && self->idle->len < KEPT) {
    sqlite3_db_release_memory (work->snapshot->db);
    g_ptr_array_add (self->idle, g_steal_pointer (&work->snapshot));
  }
  g_clear_object (&work->snapshot);
}

static void
on_worked (GObject *object, GAsyncResult *result, gpointer data)
{
  Work *work = data;
  IsrSnapshots *self = work->catalog->snapshots;
  g_autoptr (IsrCatalog) catalog G_GNUC_UNUSED = g_object_ref (work->catalog);

  if (g_ptr_array_remove_fast (self->running, work)) { /* else it was closed */
    g_async_queue_pop (self->ended);
    g_cancellable_disconnect (work->cancellable, work->cancelled);
    work->cancelled = 0;
    give_back (self, work);
  }
  answer (work);
  run_next (self);
}

static void
on_cancelled (GCancellable *cancellable, Work *work)
{
  if (work->snapshot->db)
    sqlite3_interrupt (work->snapshot->db);
}

static IsrCatalog *
get_snapshot (IsrSnapshots *self, IsrCatalog *of, GError **error)
{
  g_autoptr (IsrCatalog) snapshot = self->idle->len ? g_ptr_array_steal_index_fast (self->idle, 0) : snapshot_new (of, error);

  return snapshot && take (snapshot, of, error) ? g_steal_pointer (&snapshot) : NULL;
}

/* Takes @work. */
static void
run (IsrSnapshots *self, Work *work)
{
  g_autoptr (GTask) task = NULL;

  work->snapshot = get_snapshot (self, work->catalog, &work->error);
  if (!work->snapshot) {
    answer (work);
    return;
  }
  if (work->begin)
    work->begin (work->catalog, work->data);
  g_ptr_array_add (self->running, work);
  if (work->cancellable)
    work->cancelled = g_cancellable_connect (work->cancellable, G_CALLBACK (on_cancelled), work, NULL);
  task = g_task_new (NULL, NULL, on_worked, work); /* its thread lets it go when it likes: nothing of ours is to hang on it */
  g_task_set_task_data (task, work, NULL);
  g_task_run_in_thread (task, work_in_thread);
}

static void
run_next (IsrSnapshots *self)
{
  Work *work;

  while (self->running->len < AT_ONCE && (work = g_queue_pop_head (&self->waiting))) {
    if (g_cancellable_is_cancelled (work->cancellable))
      answer (work);
    else
      run (self, work);
  }
}

static Work *
work_new (IsrCatalog *catalog, IsrSnapshotFunc func, gpointer data, GDestroyNotify free_result, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Work *self = g_new0 (Work, 1);

  self->catalog = g_object_ref (catalog);
  self->task = g_task_new (catalog, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, isr_catalog_work_async);
  self->func = func;
  self->data = data;
  self->free_result = free_result;
  self->cancellable = cancellable ? g_object_ref (cancellable) : NULL;
  return self;
}

/* Takes @work. */
static void
ask (IsrCatalog *self, Work *work)
{
  if (!self->db || self->mending) {
    answer (work);
  } else if (!self->database) {
    work->result = work->func (self, work->data, &work->error);
    answer (work);
  } else {
    g_queue_push_tail (&self->snapshots->waiting, work);
    run_next (self->snapshots);
  }
}

void
isr_snapshots_work_async (IsrCatalog *self, IsrSnapshotBegin begin, IsrSnapshotFunc func, gpointer data, GDestroyNotify free_result, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Work *work = work_new (self, func, data, free_result, cancellable, callback, user_data);

  work->begin = begin;
  ask (self, work);
}

void
isr_catalog_work_async (IsrCatalog *self, IsrSnapshotFunc func, gpointer data, GDestroyNotify free_data, GDestroyNotify free_result, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  Work *work = work_new (self, func, data, free_result, cancellable, callback, user_data);

  work->free_data = free_data;
  ask (self, work);
}

gpointer
isr_catalog_work_finish (IsrCatalog *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
isr_snapshots_return (GTask *task, GPtrArray *list, GError *error)
{
  if (list)
    g_task_return_pointer (task, list, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

void
isr_snapshots_close (IsrSnapshots *self)
{
  Work *work;

  while ((work = g_queue_pop_head (&self->waiting)))
    answer (work);
  for (guint i = 0; i < self->running->len; i++)
    sqlite3_interrupt (((Work *) self->running->pdata[i])->snapshot->db);
  for (guint i = 0; i < self->running->len; i++)
    g_async_queue_pop (self->ended);
  for (guint i = 0; i < self->running->len; i++)
    isr_catalog_close (((Work *) self->running->pdata[i])->snapshot);
  g_ptr_array_set_size (self->running, 0);
  g_ptr_array_set_size (self->idle, 0);
}
