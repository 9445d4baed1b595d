/* SPDX-License-Identifier: MIT */
/* Somebody waits for a worker: who leaves meanwhile is forgotten before it is his turn, who only
 * says that he has nothing more to say is answered. */
#include "daemon/archive/snapshot.h"
#include "tests/daemon/house.h"

#define WORKERS 3 /* that answer at a time */
#define ASK "GET /api/days HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

static gpointer
wait_for_us (IsrCatalog *snapshot, gpointer go_on, GError **error)
{
  return g_async_queue_pop (go_on);
}

static void
on_worked (GObject *object, GAsyncResult *result, gpointer data)
{
  isr_catalog_work_finish (ISR_CATALOG (object), result, NULL);
  --*(guint *) data;
}

static void
occupy (Fixture *f, GAsyncQueue *go_on, guint *busy)
{
  for (*busy = 0; *busy < WORKERS; ++*busy)
    isr_catalog_work_async (f->catalog, wait_for_us, go_on, NULL, NULL, NULL, on_worked, busy);
}

static void
let_go (GAsyncQueue *go_on, guint *busy)
{
  for (guint i = 0; i < WORKERS; i++)
    g_async_queue_push (go_on, GINT_TO_POINTER (1));
  TEMP_WAIT_FOR (*busy == 0);
}

/* Both ends of a connection are ours. */
static void
test_left (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();
  Client *clients[5];
  guint busy, before;

  occupy (f, go_on, &busy);
  before = temp_count_open_files ();
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    clients[i] = client_begin (f->port, ASK);
  TEMP_WAIT_FOR (temp_count_open_files () == before + 2 * G_N_ELEMENTS (clients));
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++)
    client_free (clients[i]);
  TEMP_WAIT_FOR (temp_count_open_files () == before);
  g_assert_cmpuint (busy, ==, WORKERS);
  let_go (go_on, &busy);
}

static void
test_half_closed (Fixture *f, gconstpointer data)
{
  g_autoptr (GAsyncQueue) go_on = g_async_queue_new ();
  g_autoptr (Client) client = NULL;
  guint busy;

  occupy (f, go_on, &busy);
  client = client_begin (f->port, ASK);
  g_assert_true (g_socket_shutdown (client->socket, FALSE, TRUE, NULL));
  TEMP_WAIT_FOR (client_has (client, "HTTP/1.1 102 Processing\r\n\r\n"));
  let_go (go_on, &busy);
  TEMP_WAIT_FOR (client->ended);
  g_assert_true (client_has (client, "HTTP/1.1 200 OK\r\n"));
  g_assert_true (client_has (client, "{\"days\":[{\"day\":\"2024-01-31\""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/http-leaving/left", Fixture, NULL, set_up, test_left, tear_down);
  g_test_add ("/http-leaving/half-closed", Fixture, NULL, set_up, test_half_closed, tear_down);
  return g_test_run ();
}
