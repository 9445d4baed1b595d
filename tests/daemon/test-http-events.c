/* SPDX-License-Identifier: MIT */
/* /api/events: what changes is told, once, and what was missed is caught up with. */
#include "daemon/http/sse.h"
#include "tests/daemon/house.h"

#include <sys/socket.h>

static Client *
listen_for_events (Fixture *f, const char *headers)
{
  Client *client = client_new (f->port);
  g_autofree char *request = g_strdup_printf ("GET /api/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n%s\r\n", headers);

  client_send (client, request, strlen (request));
  client_read (client);
  TEMP_WAIT_FOR (client_has (client, "retry: 2000\n\n"));
  return client;
}

static void
begin (Fixture *f, const char *name)
{
  g_autoptr (IsrRecording) recording = make (name, 1000, 0, 0);

  recording->recording = TRUE;
  isr_catalog_begin (f->catalog, recording);
}

static guint
count (Client *client, const char *text)
{
  g_autofree char *all = g_strndup ((char *) client->in->data, client->in->len);
  guint n = 0;

  for (const char *p = all; (p = strstr (p, text)); p++)
    n++;
  return n;
}

/* The id of the last event so far. */
static char *
last_id (Client *client)
{
  g_autofree char *all = g_strndup ((char *) client->in->data, client->in->len);
  const char *id = g_strrstr (all, "id: ");

  g_assert_nonnull (id);
  return g_strndup (id + 4, strcspn (id + 4, "\n"));
}

static void
test_changes (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = listen_for_events (f, "");
  g_autoptr (IsrSourceState) state = isr_source_state_new ("mic \"1\"", "soundcard");

  g_assert_true (client_has (client, "Content-Type: text/event-stream"));
  g_assert_true (client_has (client, "Cache-Control: no-store"));
  begin (f, "one.wav");
  isr_catalog_note_state (f->catalog, state);
  begin (f, "one.wav");
  TEMP_WAIT_FOR (client_has (client, "event: status\ndata: {\"name\":\"mic \\\"1\\\"\"}\n\n"));
  begin (f, "two.wav");
  TEMP_WAIT_FOR (client_has (client, "event: file\ndata: {\"name\":\"two.wav\"}\n\n"));
  g_assert_cmpuint (count (client, "\"one.wav\""), ==, 1);
}

/* A second's levels, for who listens now; without an id they are no place to go on from. */
static void
test_levels (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = listen_for_events (f, "");

  TEMP_WAIT_FOR (client_has (client, "\"level\":-23.45,\"peak\":-1.0,\"floor\":null}]}\n\n"));
  g_assert_true (client_has (client, "event: level\ndata: {\"levels\":[{\"source\":\"mic\",\"at_us\":"));
  g_assert_false (client_has (client, "id: "));
}

static void
test_resume (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) first = listen_for_events (f, "");
  g_autofree char *id = NULL, *header = NULL;
  g_autoptr (Client) second = NULL, third = NULL;

  begin (f, "seen.wav");
  TEMP_WAIT_FOR (client_has (first, "seen.wav"));
  id = last_id (first);
  g_clear_pointer (&first, client_free);
  begin (f, "missed-1.wav");
  begin (f, "missed-2.wav");
  third = listen_for_events (f, "");
  begin (f, "marker.wav");
  TEMP_WAIT_FOR (client_has (third, "marker.wav")); /* all of them are sent */

  header = g_strdup_printf ("Last-Event-ID: %s\r\n", id);
  second = listen_for_events (f, header);
  TEMP_WAIT_FOR (client_has (second, "marker.wav"));
  g_assert_cmpuint (count (second, "missed-1.wav"), ==, 1);
  g_assert_cmpuint (count (second, "missed-2.wav"), ==, 1);
  g_assert_cmpuint (count (second, "seen.wav"), ==, 0);
}

static void
assert_asks_everything (Fixture *f, const char *id)
{
  static const char *const kinds[] = { "status", "file", "gap", "title", "section", "label", "job", "trash", "storage" };
  g_autofree char *header = g_strdup_printf ("Last-Event-ID: %s\r\n", id);
  g_autoptr (Client) client = listen_for_events (f, header);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    g_autofree char *event = g_strdup_printf ("event: %s\ndata: {\"name\":\"\"}", kinds[i]);

    TEMP_WAIT_FOR (client_has (client, event));
  }
}

static void
test_lost_track (Fixture *f, gconstpointer data)
{
  static const char *const strange[] = { "0-1", "x", "-", "'; DROP TABLE", "ffffffffffffff-18446744073709551616" };
  g_autoptr (Client) client = listen_for_events (f, "");
  g_autofree char *id = NULL, *future = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (strange); i++)
    assert_asks_everything (f, strange[i]);
  begin (f, "early.wav");
  TEMP_WAIT_FOR (client_has (client, "early.wav"));
  id = last_id (client);
  future = g_strconcat (id, "9", NULL);
  assert_asks_everything (f, future);
  for (int i = 0; i < ISR_SSE_HISTORY + 1; i++) {
    g_autofree char *name = g_strdup_printf ("%d.wav", i);

    begin (f, name);
  }
  TEMP_WAIT_FOR (client_has (client, "\"256.wav\""));
  assert_asks_everything (f, id);
}

/* A client that does not read is let go, and costs no more than its limit. */
static void
test_slow_client (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) slow = client_new (f->port);
  g_autoptr (Client) good = NULL;
  static const char request[] = "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
  g_autofree char *long_name = g_strnfill (60000, 'x');
  int size = 65536;

  setsockopt (g_socket_get_fd (slow->socket), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  client_send (slow, request, strlen (request));
  good = listen_for_events (f, "");
  for (int i = 0; i < 120; i++) { /* 7 MB: more than the kernel keeps for it */
    g_autofree char *name = g_strdup_printf ("%d-%s", i, long_name);
    g_autofree char *marker = g_strdup_printf ("\"%d-x", i);

    begin (f, name);
    TEMP_WAIT_FOR (client_has (good, marker));
  }
  client_read (slow);
  TEMP_WAIT_FOR (slow->ended);
  g_assert_false (good->ended);
}

static void
test_too_many (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) clients = g_ptr_array_new_with_free_func ((GDestroyNotify) client_free);
  g_autoptr (Answer) answer = NULL;

  for (int i = 0; i < ISR_SSE_MAX_LISTENERS; i++)
    g_ptr_array_add (clients, listen_for_events (f, ""));
  answer = ask (f->port, "GET", "/api/events", NULL);
  g_assert_cmpuint (answer->status, ==, 503);
  assert_header (answer, "Retry-After", "30");
  g_ptr_array_set_size (clients, 1);
  begin (f, "one.wav");
  TEMP_WAIT_FOR (client_has (clients->pdata[0], "one.wav"));
}

static void
test_head (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = ask (f->port, "HEAD", "/api/events", NULL);

  g_assert_cmpuint (answer->status, ==, 200);
  assert_header (answer, "Content-Type", "text/event-stream");
}

/* The server ends: so do the connections, and nothing is left over. */
static void
test_end (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = listen_for_events (f, "");

  begin (f, "last.wav");
  isr_http_free (f->http);
  TEMP_WAIT_FOR (client->ended);
  start_server (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-events/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("changes", test_changes);
  ADD ("levels", test_levels);
  ADD ("resume", test_resume);
  ADD ("lost-track", test_lost_track);
  ADD ("slow-client", test_slow_client);
  ADD ("too-many", test_too_many);
  ADD ("head", test_head);
  ADD ("end", test_end);
  return g_test_run ();
}
