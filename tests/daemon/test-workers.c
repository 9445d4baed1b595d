/* SPDX-License-Identifier: MIT */
/* What is done for people takes a few threads and no more: who comes later waits, who leaves while he
 * waits takes none. */
#include "daemon/media/workers.h"
#include "tests/daemon/temp.h"

typedef struct {
  GMutex mutex;
  GCond cond;
  gboolean open;
  guint inside, most, begun; /* tasks */
  guint done;                /* main loop */
} Gate;

static void
pass (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Gate *gate = data;

  g_mutex_lock (&gate->mutex);
  gate->begun++;
  gate->inside++;
  gate->most = MAX (gate->most, gate->inside);
  g_cond_broadcast (&gate->cond);
  while (!gate->open)
    g_cond_wait (&gate->cond, &gate->mutex);
  gate->inside--;
  g_mutex_unlock (&gate->mutex);
  g_task_return_boolean (task, TRUE);
}

static void
on_passed (GObject *object, GAsyncResult *result, gpointer data)
{
  ((Gate *) data)->done++;
}

static void
send_in (Gate *gate, guint n, GCancellable *cancellable)
{
  for (guint i = 0; i < n; i++) {
    GTask *task = g_task_new (NULL, cancellable, on_passed, gate);

    g_task_set_task_data (task, gate, NULL);
    isr_workers_run (task, pass);
  }
}

static guint
count_workers (void)
{
  return MAX (g_get_num_processors (), 2);
}

static void
wait_until_full (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  while (gate->inside < count_workers ())
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

static void
open_gate (Gate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->open = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

static void
test_limit (void)
{
  guint n = 4 * count_workers ();
  Gate gate = { 0 };

  send_in (&gate, n, NULL);
  wait_until_full (&gate);
  open_gate (&gate);
  TEMP_WAIT_FOR (gate.done == n);
  g_assert_cmpuint (gate.begun, ==, n);
  g_assert_cmpuint (gate.most, ==, count_workers ());
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Gate gate = { 0 };

  send_in (&gate, count_workers (), NULL);
  wait_until_full (&gate);
  send_in (&gate, 10, cancellable);
  g_cancellable_cancel (cancellable);
  open_gate (&gate);
  TEMP_WAIT_FOR (gate.done == count_workers () + 10);
  g_assert_cmpuint (gate.begun, ==, count_workers ());
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/workers/limit", test_limit);
  g_test_add_func ("/workers/cancelled", test_cancelled);
  return g_test_run ();
}
