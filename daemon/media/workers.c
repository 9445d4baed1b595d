/* SPDX-License-Identifier: MIT */
/* workers.c - one GThreadPool for the process. */
#include "daemon/media/workers.h"

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
  g_object_set_data (G_OBJECT (task), FUNCTION, (gpointer) function);
  g_thread_pool_push (get_pool (), task, NULL);
}
