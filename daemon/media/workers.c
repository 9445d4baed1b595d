/* SPDX-License-Identifier: MIT */
/* workers.c - two GThreadPools for the process. */
#include "daemon/media/workers.h"

#include "daemon/media/turns.h"

#define FUNCTION "isr-function"

static void
run (gpointer data, gpointer unused)
{
  g_autoptr (GTask) task = data;
  GTaskThreadFunc function = (GTaskThreadFunc) g_object_get_data (G_OBJECT (task), FUNCTION);

  if (!g_task_return_error_if_cancelled (task))
    function (task, g_task_get_source_object (task), g_task_get_task_data (task), g_task_get_cancellable (task));
}

static GThreadPool *
make_pool (guint threads)
{
  return g_thread_pool_new (run, NULL, (gint) threads, FALSE, NULL);
}

static void
push (GThreadPool *pool, GTask *task, GTaskThreadFunc function)
{
  g_object_set_data (G_OBJECT (task), FUNCTION, (gpointer) function);
  g_thread_pool_push (pool, task, NULL);
}

void
isr_workers_run (GTask *task, GTaskThreadFunc function)
{
  static gsize pool;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) make_pool (MAX (g_get_num_processors (), 2)));
  push ((GThreadPool *) pool, task, function);
}

void
isr_workers_run_turn (GTask *task, GTaskThreadFunc function)
{
  static gsize pool;

  if (g_once_init_enter (&pool))
    g_once_init_leave (&pool, (gsize) make_pool (isr_turns_get_most ()));
  push ((GThreadPool *) pool, task, function);
}
