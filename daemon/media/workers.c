/* SPDX-License-Identifier: MIT */
/* workers.c - one GThreadPool for the process. */
#include "daemon/media/workers.h"

typedef struct {
  GTask *task;
  GTaskThreadFunc function;
} Job;

static void
run (gpointer data, gpointer unused)
{
  Job *job = data;

  if (!g_task_return_error_if_cancelled (job->task))
    job->function (job->task, g_task_get_source_object (job->task), g_task_get_task_data (job->task), g_task_get_cancellable (job->task));
  g_object_unref (job->task);
  g_free (job);
}

static GThreadPool *
get_pool (void)
{
  static gsize pool;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) g_thread_pool_new (run, NULL, (gint) MAX (g_get_num_processors (), 2), FALSE, NULL));
  return (GThreadPool *) pool;
}

void
isr_workers_run (GTask *task, GTaskThreadFunc function)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ task, function };
  g_thread_pool_push (get_pool (), job, NULL);
}
