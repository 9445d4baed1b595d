/* SPDX-License-Identifier: MIT */
/* Bodies of requests, and bodies that other rooms make. The handler under test is the
 * server's own: a served path that tells what came. */
#include "daemon/http/intake.h"
#include "tests/daemon/house.h"

#include <libsoup/soup.h>

typedef struct {
  SoupServer *server;
  guint port;
  IsrIntakeResult result;
  gsize size;
  guint requests;
} Bare;

static void
on_early (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  isr_intake_watch (message);
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Bare *self = data;
  g_autoptr (GBytes) body = NULL;

  self->result = isr_intake_get (message, &body);
  self->size = body ? g_bytes_get_size (body) : 0;
  self->requests++;
  soup_server_message_set_status (message, 204, NULL);
}

static void
bare_set_up (Bare *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->server = soup_server_new (NULL, NULL);
  soup_server_add_early_handler (self->server, NULL, on_early, self, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
bare_tear_down (Bare *self, gconstpointer data)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
}

static void
send_body (Bare *self, gsize size)
{
  g_autofree char *body = g_strnfill (size, 'x');
  g_autofree char *headers = g_strdup_printf ("Content-Length: %" G_GSIZE_FORMAT "\r\n\r\n%s", size, body);
  g_autoptr (Answer) answer = ask (self->port, "PUT", "/", headers);

  g_assert_cmpuint (answer->status, ==, 204);
}

static void
test_sizes (Bare *self, gconstpointer data)
{
  static const gsize kept[] = { 0, 1, 100, ISR_INTAKE_MAX - 2, ISR_INTAKE_MAX - 10 };

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++) {
    send_body (self, kept[i]); /* ask() adds an empty line, which is no part of it */
    g_assert_cmpint (self->result, ==, ISR_INTAKE_WHOLE);
    g_assert_cmpuint (self->size, ==, kept[i]);
  }
  send_body (self, ISR_INTAKE_MAX + 1);
  g_assert_cmpint (self->result, ==, ISR_INTAKE_TOO_LONG);
  send_body (self, ISR_INTAKE_PATIENCE);
  g_assert_cmpint (self->result, ==, ISR_INTAKE_TOO_LONG);
}

static void
test_chunked (Bare *self, gconstpointer data)
{
  g_autoptr (Answer) answer = ask (self->port, "POST", "/", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n");

  g_assert_cmpuint (answer->status, ==, 204);
  g_assert_cmpuint (self->size, ==, 7);
}

static void
test_cut_off (Bare *self, gconstpointer data)
{
  static const char request[] = "PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc";
  g_autoptr (Client) client = client_new (self->port);

  client_send (client, request, strlen (request));
  g_socket_shutdown (client->socket, FALSE, TRUE, NULL);
  client_read (client);
  TEMP_WAIT_FOR (client->ended);
  g_assert_true (self->requests == 0 || self->result == ISR_INTAKE_CUT_OFF);
}

/* Who sends without end is cut off, and nothing of it is kept. */
static void
test_endless (Bare *self, gconstpointer data)
{
  static const char head[] = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  g_autofree char *filler = g_strnfill (0x1000, 'x');
  g_autofree char *chunk = g_strdup_printf ("1000\r\n%s\r\n", filler);
  g_autoptr (Client) client = client_new (self->port);

  g_socket_set_blocking (client->socket, FALSE);
  g_assert_cmpint (g_socket_send (client->socket, head, strlen (head), NULL, NULL), ==, strlen (head));
  client_read (client);
  for (guint64 sent = 0; !client->ended && sent < 64 * ISR_INTAKE_PATIENCE;) {
    gssize n = g_socket_send (client->socket, chunk, strlen (chunk), NULL, NULL);

    sent += n > 0 ? (guint64) n : 0;
    g_main_context_iteration (NULL, FALSE);
  }
  TEMP_WAIT_FOR (client->ended);
  g_assert_true (self->requests == 0 || self->result == ISR_INTAKE_TOO_LONG);
}

static char *
make_body (gpointer data)
{
  return g_strdup_printf ("asked %d\n", ++*(int *) data);
}

static void
test_served (Fixture *f, gconstpointer data)
{
  int times = 0;

  isr_http_serve (f->http, "/metrics", "text/plain; version=0.0.4", make_body, &times);
  {
    g_autoptr (Answer) first = ask (f->port, "GET", "/metrics", NULL);
    g_autoptr (Answer) head = ask (f->port, "HEAD", "/metrics", NULL);
    g_autoptr (Answer) wrong = ask (f->port, "POST", "/metrics", "Content-Length: 0\r\n");
    g_autoptr (Answer) other = ask (f->port, "GET", "/metrics/x", NULL);

    g_assert_cmpuint (first->status, ==, 200);
    assert_header (first, "Content-Type", "text/plain; version=0.0.4");
    g_assert_cmpmem (g_bytes_get_data (first->body, NULL), g_bytes_get_size (first->body), "asked 1\n", 8);
    g_assert_cmpuint (head->status, ==, 200);
    g_assert_cmpuint (g_bytes_get_size (head->body), ==, 0);
    g_assert_cmpuint (wrong->status, ==, 405);
    assert_header (wrong, "Allow", "GET, HEAD");
    g_assert_cmpuint (other->status, ==, 404);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-intake/" path, Bare, NULL, bare_set_up, func, bare_tear_down)
  ADD ("sizes", test_sizes);
  ADD ("chunked", test_chunked);
  ADD ("cut-off", test_cut_off);
  ADD ("endless", test_endless);
  g_test_add ("/http-intake/served", Fixture, NULL, set_up, test_served, tear_down);
  return g_test_run ();
}
