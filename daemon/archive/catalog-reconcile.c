/* SPDX-License-Identifier: MIT */
/* catalog-reconcile.c - the directory is looked through, in a worker or at once. */
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/reconcile.h"

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
void
isr_catalog_wait_for_reconcile (IsrCatalog *self)
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
  isr_catalog_changed (self, "file", "");
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
    isr_catalog_wait_for_reconcile (self);
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
