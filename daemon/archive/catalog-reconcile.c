/* SPDX-License-Identifier: MIT */
/* catalog-reconcile.c - the directory is looked through, in a worker or at once, and
 * again where something was done by hand. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/labels.h"
#include "daemon/archive/reconcile.h"

#define PROGRESS 1000 /* ms */

static IsrReconcile *
prepare_reconcile (IsrCatalog *self)
{
  IsrReconcile *job = g_new0 (IsrReconcile, 1);

  job->output_directory = g_strdup (self->output_directory);
  job->database = g_strdup (self->database);
  job->memory = self->database ? NULL : self->db;
  job->may_repair = self->writable;
  job->zone = g_time_zone_ref (self->zone);
  job->sources = g_strdupv (self->alive);
  job->writer = self->writer;
  job->next_id = &self->next_id;
  job->first_id = (gint64) self->first_id;
  job->done = &self->looked_at;
  job->total = &self->to_look_at;
  return job;
}

static void
tell_changed (IsrCatalog *self)
{
  isr_day_cache_clear (self->days);
  isr_sources_forget (self);
  isr_catalog_changed (self, "file", "");
}

/* What hangs on the name of a recording goes with it. */
static void
report_reconcile (IsrCatalog *self, const IsrReconcile *job)
{
  for (guint i = 0; job->renamed && i + 1 < job->renamed->len; i += 2) {
    isr_labels_rename (self, job->renamed->pdata[i], job->renamed->pdata[i + 1]);
    isr_catalog_renamed (self, job->renamed->pdata[i], job->renamed->pdata[i + 1]);
  }
  if (job->changed)
    tell_changed (self);
}

/* --- in a worker ---------------------------------------------------------- */

static void
reconcile_in_worker (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  IsrCatalog *self = source;
  IsrReconcile *job = data;
  GError *error = NULL;
  gboolean ok;

  if (self->watch && !job->names) /* first: what happens during the look is told afterwards */
    isr_dir_watch_add_all (self->watch);
  ok = isr_reconcile_run (job, &error);
  g_async_queue_push (self->reconciled, GINT_TO_POINTER (1));
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* What is found already is shown while the rest is looked at. */
static gboolean
on_progress (gpointer data)
{
  IsrCatalog *self = data;
  gint now = g_atomic_int_get (&self->looked_at);

  if (now != self->told)
    tell_changed (self);
  if (now != self->told)
    isr_catalog_changed (self, "job", "0");
  self->told = now;
  return G_SOURCE_CONTINUE;
}

static void
wait_for_worker (IsrCatalog *self)
{
  if (self->reconciling)
    g_async_queue_pop (self->reconciled);
  self->reconciling = FALSE;
  g_clear_handle_id (&self->progress, g_source_remove);
}

void
isr_catalog_stop_reconcile (IsrCatalog *self)
{
  wait_for_worker (self);
  g_clear_pointer (&self->watch, isr_dir_watch_free);
  g_clear_pointer (&self->look_at, g_ptr_array_unref);
  self->look_again = FALSE;
}

/* @names: only these; takes a reference. */
static void
begin (IsrCatalog *self, GPtrArray *names, GTask *task)
{
  IsrReconcile *job = prepare_reconcile (self);

  job->names = names ? g_ptr_array_ref (names) : NULL;
  self->reconciling = TRUE;
  self->progress = g_timeout_add (PROGRESS, on_progress, self);
  g_task_set_task_data (task, job, (GDestroyNotify) isr_reconcile_free);
  g_task_run_in_thread (task, reconcile_in_worker);
}

/* --- what is done by hand --------------------------------------------------- */

static void
on_looked_again (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!isr_catalog_reconcile_finish (ISR_CATALOG (object), result, &error))
    g_message ("%s", error->message);
}

static void
look_again (IsrCatalog *self)
{
  g_autoptr (GPtrArray) names = g_steal_pointer (&self->look_at);
  g_autoptr (GTask) task = g_task_new (self, NULL, on_looked_again, NULL);

  self->look_again = FALSE;
  begin (self, names, task);
}

void
isr_catalog_look_after (IsrCatalog *self)
{
  if (self->look_again && !self->reconciling && !self->mending && !self->moving)
    look_again (self);
}

static gpointer
copy_name (gconstpointer name, gpointer unused)
{
  return g_strdup (name);
}

static void
on_disk_changed (GPtrArray *names, gpointer data)
{
  IsrCatalog *self = data;
  gboolean everything = !names || (self->look_again && !self->look_at);

  if (everything)
    g_clear_pointer (&self->look_at, g_ptr_array_unref);
  else if (self->look_at)
    g_ptr_array_extend (self->look_at, names, copy_name, NULL);
  else
    self->look_at = g_ptr_array_ref (names);
  self->look_again = TRUE;
  isr_catalog_look_after (self);
}

gboolean
isr_catalog_is_looking (IsrCatalog *self, guint *done, guint *total)
{
  *total = (guint) g_atomic_int_get (&self->to_look_at);
  *done = MIN (*total, (guint) g_atomic_int_get (&self->looked_at));
  return *total > 0;
}

/* --- for all --------------------------------------------------------------- */

void
isr_catalog_reconcile_async (IsrCatalog *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  if (!self->writer || self->reconciling || self->mending || self->moving) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  if (!self->watch)
    self->watch = isr_dir_watch_new (self->output_directory, on_disk_changed, self);
  g_task_set_source_tag (task, isr_catalog_reconcile_async);
  begin (self, NULL, task);
}

gboolean
isr_catalog_reconcile_finish (IsrCatalog *self, GAsyncResult *result, GError **error)
{
  IsrReconcile *job = g_task_get_task_data (G_TASK (result));

  if (job) {
    wait_for_worker (self);
    report_reconcile (self, job);
  }
  if (job && self->look_again)
    look_again (self);
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
