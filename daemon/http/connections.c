/* SPDX-License-Identifier: MIT */
/* connections.c - one record a socket, until the socket is closed.
 *
 *   receiving --request is there--> answering --answer is sent--> idle --next byte--> receiving
 *      | receive_ms                                                | idle_ms, or the client goes
 *      v                                                           v
 *     cut                                                        taken from libsoup, closed
 *
 * While an answer is sent there is no limit: a paused player reads no further for an
 * hour, and is right. The system asks silent peers whether they are still there.
 *
 * libsoup before 3.4: reads the end of an idle connection, finds no request to give
 * up, and forgets the connection, socket and all. So the idle socket is watched with a
 * higher priority than libsoup's, and at its end the connection is stolen before
 * libsoup sees it. Its listener also keeps a reference to each socket; when a closed one
 * has a second owner long after its end, that is it. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/connections.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define SWEEP 5 /* seconds */
#define TLS_ALERT 0x15
#define TLS_DATA 0x17
#define TLS_GOODBYE 19 /* bytes of the record that ends a TLS 1.3 connection; no request is as short */

struct _IsrConnections {
  SoupServer *server;
  IsrLimits limits;
  GHashTable *records; /* GSocket -> Connection */
  guint sweep;         /* source */
};

typedef struct {
  IsrConnections *all;
  GSocket *socket;
  guint timeout;           /* source */
  guint settle;            /* source: the answer was sent, is it kept alive? */
  GSource *watch;          /* while it is idle */
  SoupServerMessage *last; /* the one that was answered; by it the connection can be taken */
  guint seen_closed;       /* sweeps */
} Connection;

static void
stop_waiting (Connection *self)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_handle_id (&self->settle, g_source_remove);
  if (self->watch) {
    g_source_destroy (self->watch);
    g_clear_pointer (&self->watch, g_source_unref);
  }
  g_clear_object (&self->last);
}

static void
connection_free (gpointer data)
{
  Connection *self = data;
  gboolean kept_by_listener = self->seen_closed > 1 && !soup_check_version (3, 4, 0) && G_OBJECT (self->socket)->ref_count == 2;

  stop_waiting (self);
  if (kept_by_listener)
    g_object_unref (self->socket);
  g_object_unref (self->socket);
  g_free (self);
}

/* Takes an idle connection away from libsoup, which forgets it properly. */
static void
take_away (Connection *self)
{
  g_autoptr (SoupServerMessage) last = g_steal_pointer (&self->last);
  g_autoptr (GIOStream) stream = NULL;

  stop_waiting (self);
  stream = soup_server_message_steal_connection (last);
  g_socket_close (self->socket, NULL);
}

/* The end of the stream, or the goodbye of TLS, which libsoup would take for it. */
static gboolean
is_ending (Connection *self)
{
  guint8 head[5] = { 0 };
  gssize n = recv (g_socket_get_fd (self->socket), head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
  gboolean goodbye = head[0] == TLS_ALERT || (head[0] == TLS_DATA && head[3] * 256 + head[4] <= TLS_GOODBYE);

  return n <= 0 || (n == sizeof head && soup_server_is_https (self->all->server) && goodbye);
}

static gboolean
on_readable (GSocket *socket, GIOCondition condition, gpointer data)
{
  Connection *self = data;

  if (is_ending (self))
    take_away (self);
  else
    stop_waiting (self); /* a request: libsoup's turn */
  return G_SOURCE_REMOVE;
}

static gboolean
on_timeout (gpointer data)
{
  Connection *self = data;

  self->timeout = 0;
  if (self->last)
    take_away (self);
  else
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL); /* libsoup closes it */
  return G_SOURCE_REMOVE;
}

static void
expect (Connection *self, guint ms)
{
  g_clear_handle_id (&self->timeout, g_source_remove);
  self->timeout = g_timeout_add (ms, on_timeout, self);
}

static gboolean
on_settled (gpointer data)
{
  Connection *self = data;

  self->settle = 0;
  if (g_socket_is_closed (self->socket)) {
    stop_waiting (self);
    return G_SOURCE_REMOVE;
  }
  self->watch = g_socket_create_source (self->socket, G_IO_IN | G_IO_HUP | G_IO_ERR, NULL);
  g_source_set_priority (self->watch, G_PRIORITY_HIGH);
  g_source_set_callback (self->watch, G_SOURCE_FUNC (on_readable), self, NULL);
  g_source_attach (self->watch, NULL);
  expect (self, self->all->limits.idle_ms);
  return G_SOURCE_REMOVE;
}

/* No packet waits for the acknowledgement of the one before it, also where libsoup
 * would not see to that itself. */
static void
tune (GSocket *socket)
{
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPIDLE, 120, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPINTVL, 30, NULL);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_KEEPCNT, 4, NULL);
}

static gboolean
is_over (gpointer key, gpointer value, gpointer data)
{
  Connection *self = value;

  return g_socket_is_closed (key) && ++self->seen_closed > 1;
}

static gboolean
sweep (gpointer data)
{
  IsrConnections *self = data;

  g_hash_table_foreach_remove (self->records, is_over, NULL);
  return G_SOURCE_CONTINUE;
}

guint
isr_connections_count (IsrConnections *self)
{
  GHashTableIter iter;
  gpointer socket;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, &socket, NULL))
    n += !g_socket_is_closed (socket);
  return n;
}

static Connection *
find (IsrConnections *all, SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  return socket ? g_hash_table_lookup (all->records, socket) : NULL;
}

static Connection *
add (IsrConnections *all, SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  Connection *self = g_new0 (Connection, 1);

  self->all = all;
  self->socket = g_object_ref (socket);
  tune (socket);
  g_hash_table_insert (all->records, socket, self);
  return self;
}

static void
on_read (SoupServer *server, SoupServerMessage *message, IsrConnections *all)
{
  Connection *self = find (all, message);

  if (self)
    g_clear_handle_id (&self->timeout, g_source_remove);
}

static void
on_started (SoupServer *server, SoupServerMessage *message, IsrConnections *all)
{
  Connection *self = find (all, message);
  gboolean known = self != NULL;

  if (!known)
    self = add (all, message);
  stop_waiting (self);
  if (!known && g_hash_table_size (all->records) > all->limits.connections && isr_connections_count (all) > all->limits.connections)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  expect (self, all->limits.receive_ms);
}

/* What is kept of a message while its connection is idle shall be small. */
static void
on_done (SoupServer *server, SoupServerMessage *message, IsrConnections *all)
{
  Connection *self = find (all, message);

  if (!self)
    return;
  stop_waiting (self);
  soup_message_body_truncate (soup_server_message_get_response_body (message));
  self->last = g_object_ref (message);
  self->settle = g_idle_add_full (G_PRIORITY_HIGH, on_settled, self, NULL);
}

IsrConnections *
isr_connections_new (SoupServer *server)
{
  IsrConnections *self = g_new0 (IsrConnections, 1);

  self->server = g_object_ref (server);
  self->limits = (IsrLimits) ISR_LIMITS_DEFAULT;
  self->records = g_hash_table_new_full (NULL, NULL, NULL, connection_free);
  self->sweep = g_timeout_add_seconds (SWEEP, sweep, self);
  g_signal_connect (server, "request-started", G_CALLBACK (on_started), self);
  g_signal_connect (server, "request-read", G_CALLBACK (on_read), self);
  g_signal_connect (server, "request-finished", G_CALLBACK (on_done), self);
  g_signal_connect (server, "request-aborted", G_CALLBACK (on_done), self);
  return self;
}

void
isr_connections_free (IsrConnections *self)
{
  g_source_remove (self->sweep);
  g_signal_handlers_disconnect_by_data (self->server, self);
  g_hash_table_unref (self->records);
  g_object_unref (self->server);
  g_free (self);
}

void
isr_connections_set_limits (IsrConnections *self, const IsrLimits *limits)
{
  self->limits = *limits;
}
