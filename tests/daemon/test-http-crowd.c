/* SPDX-License-Identifier: MIT */
/* One address has only so many connections, whatever others have. */
#include "tests/daemon/house.h"

#include <sys/socket.h>

#define LISTEN "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define ASK "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define MOST 3
#define TOLD 16 /* beyond it, an answer each */

static void
limit_to (Fixture *f, guint most, gboolean here)
{
  const IsrLimits limits = { .connections = 100, .receive_ms = 60000, .idle_ms = 60000, .per_address = most, .here = here };

  isr_http_set_limits (f->http, &limits);
}

static void
limit (Fixture *f, gboolean here)
{
  limit_to (f, MOST, here);
}

/* From @address, one of this machine's. */
static Client *
come (Fixture *f, const char *address, const char *text)
{
  g_autoptr (GSocketAddress) from = g_inet_socket_address_new_from_string (address, 0);
  g_autoptr (GSocketAddress) to = g_inet_socket_address_new_from_string ("127.0.0.1", f->port);
  Client *self = g_new0 (Client, 1);
  g_autoptr (GError) error = NULL;

  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (self->socket, from, FALSE, &error));
  g_assert_true (g_socket_connect (self->socket, to, NULL, &error));
  self->in = g_byte_array_new ();
  client_read (self);
  client_send (self, text, strlen (text));
  return self;
}

/* 0: cut without a word. */
static guint
get_status (Client *client)
{
  g_autoptr (Answer) answer = NULL;

  TEMP_WAIT_FOR (client->ended || client_has (client, "\r\n\r\n"));
  answer = client->in->len ? client_parse (client) : NULL;
  return answer ? answer->status : 0;
}

static guint
ask_from (Fixture *f, const char *address)
{
  g_autoptr (Client) client = come (f, address, ASK);

  return get_status (client);
}

static void
listen_all (Fixture *f, Client **clients)
{
  for (guint i = 0; i < MOST; i++) {
    clients[i] = come (f, "127.0.0.2", LISTEN);
    g_assert_cmpuint (get_status (clients[i]), ==, 200);
  }
}

static void
free_all (Client **clients)
{
  for (guint i = 0; i < MOST; i++)
    client_free (clients[i]);
}

static void
test_told (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = NULL;
  g_autoptr (Answer) answer = NULL;
  g_autofree char *again = NULL, *text = NULL;
  Client *clients[MOST];

  limit (f, TRUE);
  listen_all (f, clients);
  client = come (f, "127.0.0.2", ASK);
  TEMP_WAIT_FOR (client->ended);
  answer = client_parse (client);
  g_assert_cmpuint (answer->status, ==, 503);
  again = answer_header (answer, "Retry-After");
  g_assert_cmpstr (again, ==, "10");
  text = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  g_assert_true (g_str_has_prefix (text, "{\"error\":\"unavailable\",\"message\":\"your address has as many connections"));
  g_assert_cmpuint (ask_from (f, "127.0.0.3"), ==, 200);
  for (guint i = 0; i < MOST; i++)
    g_assert_false (clients[i]->ended);
  client_free (clients[0]);
  TEMP_WAIT_FOR (ask_from (f, "127.0.0.2") == 200);
  clients[0] = come (f, "127.0.0.3", LISTEN);
  free_all (clients);
}

/* The limit was lowered below what an address has: what comes then is not worth a word. */
static void
test_many_more (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) one_more = NULL;
  Client *clients[MOST + TOLD];

  limit_to (f, G_N_ELEMENTS (clients), TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++) {
    clients[i] = come (f, "127.0.0.2", LISTEN);
    g_assert_cmpuint (get_status (clients[i]), ==, 200);
  }
  limit (f, TRUE);
  one_more = come (f, "127.0.0.2", ASK);
  TEMP_WAIT_FOR (one_more->ended);
  g_assert_cmpuint (one_more->in->len, ==, 0);
  g_assert_cmpuint (ask_from (f, "127.0.0.3"), ==, 200);
  client_free (clients[0]);
  TEMP_WAIT_FOR (ask_from (f, "127.0.0.2") == 503);
  for (guint i = 1; i < G_N_ELEMENTS (clients); i++) {
    g_assert_false (clients[i]->ended);
    client_free (clients[i]);
  }
}

/* Who says nothing makes room, as he would be cut sooner or later. */
static void
test_silent (Fixture *f, gconstpointer data)
{
  Client *clients[MOST];

  limit (f, TRUE);
  for (guint i = 0; i < MOST; i++) {
    clients[i] = come (f, "127.0.0.2", ASK);
    g_assert_cmpuint (get_status (clients[i]), ==, 200);
  }
  g_assert_cmpuint (ask_from (f, "127.0.0.2"), ==, 200);
  TEMP_WAIT_FOR (clients[0]->ended);
  g_assert_false (clients[MOST - 1]->ended);
  free_all (clients);
}

/* A proxy in front of us is everybody. */
static void
test_here (Fixture *f, gconstpointer data)
{
  Client *clients[MOST];

  limit (f, FALSE);
  listen_all (f, clients);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (ask_from (f, "127.0.0.2"), ==, 200);
  free_all (clients);
}

/* Who resets an idle connection leaves no complaint in the log, which would end this test. */
static void
test_reset (Fixture *f, gconstpointer data)
{
  Client *client = come (f, "127.0.0.2", ASK);

  g_assert_cmpuint (get_status (client), ==, 200);
  setsockopt (g_socket_get_fd (client->socket), SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 }, sizeof (struct linger));
  client_free (client);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (ask_from (f, "127.0.0.2"), ==, 200);
}

#define ADD(name, test) g_test_add ("/http-crowd/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("told", test_told);
  ADD ("many-more", test_many_more);
  ADD ("silent", test_silent);
  ADD ("here", test_here);
  ADD ("reset", test_reset);
  return g_test_run ();
}
