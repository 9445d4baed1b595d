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
 * Limits are looked after in one sweep over all; nobody needs them to the millisecond.
 * When there are too many, the one that would be cut next makes room for who comes. So it
 * is among the connections of one address, too; where all of these are being answered, who
 * comes is told why he is not, and where too many are told so, cut.
 *
 * libsoup before 3.4: reads the end of an idle connection, finds no request to give
 * up, and forgets the connection, socket and all. So the idle socket is watched, and at
 * its end the connection is stolen before libsoup sees it: what is polled is checked
 * before anything is dispatched. The watch lives as long as the connection and is
 * switched by the events that it polls for, which wakes nobody. libsoup's listener also
 * keeps a reference to each socket; when a closed one has a second owner long after its
 * end, that is it. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/connections.h"

#include "daemon/http/peer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#define SWEEP_MAX 1000 /* ms */
#define LONG_AFTER (5 * G_TIME_SPAN_SECOND)
#define TOLD 16 /* connections of an address that are told that they are too many */
#define TLS_ALERT 0x15
#define TLS_DATA 0x17
#define TLS_GOODBYE 19 /* bytes of the record that ends a TLS 1.3 connection; no request is as short */

struct _IsrConnections {
  SoupServer *server;
  IsrLimits limits;
  GHashTable *records; /* GSocket -> Connection */
  GHashTable *peers;   /* name -> Peer */
  guint excess;        /* records of connections that are one too many */
  guint sweep;         /* source */
};

typedef struct _Watch Watch;

/* An address that has connections. */
typedef struct {
  char *name;
  guint records;
} Peer;

typedef struct {
  IsrConnections *all;
  Peer *peer;      /* NULL: it has no limit */
  gboolean excess; /* one too many of it */
  GSocket *socket;
  gint64 deadline;         /* of what it waits for; 0: none */
  gint64 closed;           /* when it was seen closed; 0: not yet */
  Watch *watch;            /* from the first answer on */
  SoupServerMessage *last; /* idle: the one that was answered; by it the connection can be taken */
} Connection;

struct _Watch {
  GSource source;
  Connection *connection;
  GPollFD poll;
  gboolean polled; /* it is part of the source */
};

static void
stop_waiting (Connection *self)
{
  self->deadline = 0;
  if (self->watch)
    self->watch->poll.events = 0;
  g_clear_object (&self->last);
}

static void
peer_free (gpointer data)
{
  g_free (((Peer *) data)->name);
  g_free (data);
}

static void
leave_peer (Connection *self)
{
  if (self->peer && --self->peer->records == 0)
    g_hash_table_remove (self->all->peers, self->peer->name);
}

static void
connection_free (gpointer data)
{
  Connection *self = data;
  GSource *watch = self->watch ? &self->watch->source : NULL;
  gboolean kept_by_listener = self->closed && !soup_check_version (3, 4, 0) && G_OBJECT (self->socket)->ref_count == 2;

  stop_waiting (self);
  leave_peer (self);
  self->all->excess -= self->excess;
  if (watch) {
    g_source_destroy (watch);
    g_source_unref (watch);
  }
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

/* --- watching an idle one ------------------------------------------------- */

static void
poll_socket (Watch *self, gboolean polled)
{
  if (polled && !self->polled)
    g_source_add_poll (&self->source, &self->poll);
  else if (!polled && self->polled)
    g_source_remove_poll (&self->source, &self->poll);
  self->polled = polled;
}

/* The answer was sent. Was it kept alive? */
static gboolean
on_prepare (GSource *source, gint *timeout)
{
  Watch *self = (Watch *) source;
  Connection *connection = self->connection;

  *timeout = -1;
  if (!connection->last || self->poll.events)
    return FALSE;
  if (g_socket_is_closed (connection->socket)) {
    stop_waiting (connection);
    poll_socket (self, FALSE);
  } else {
    self->poll.events = G_IO_IN | POLLRDHUP;
    poll_socket (self, TRUE);
  }
  return FALSE;
}

/* Plain bytes alone are no end. */
static gboolean
may_end (const Watch *self)
{
  return self->poll.revents != G_IO_IN || soup_server_is_https (self->connection->all->server);
}

/* Whoever hangs up while he is answered is libsoup's, which writes to him. */
static gboolean
on_check (GSource *source)
{
  Watch *self = (Watch *) source;

  if (!self->polled || !self->poll.revents)
    return FALSE;
  if (!self->poll.events)
    poll_socket (self, FALSE);
  else if (may_end (self) && is_ending (self->connection))
    return TRUE;
  else
    stop_waiting (self->connection); /* a request: libsoup's turn */
  return FALSE;
}

static gboolean
on_ending (GSource *source, GSourceFunc unused, gpointer data)
{
  Watch *self = (Watch *) source;

  poll_socket (self, FALSE);
  if (self->connection->last)
    take_away (self->connection);
  return G_SOURCE_CONTINUE;
}

static Watch *
watch_new (Connection *connection)
{
  static GSourceFuncs funcs = { on_prepare, on_check, on_ending };
  Watch *self = (Watch *) g_source_new (&funcs, sizeof *self);

  self->connection = connection;
  self->poll.fd = g_socket_get_fd (connection->socket);
  g_source_set_priority (&self->source, G_PRIORITY_HIGH);
  g_source_attach (&self->source, NULL);
  return self;
}

/* --- limits ---------------------------------------------------------------- */

static void
expect (Connection *self, guint ms)
{
  self->deadline = g_get_monotonic_time () + ms * G_TIME_SPAN_MILLISECOND;
}

static void
enforce (Connection *self, gint64 now)
{
  if (!self->deadline || self->deadline > now)
    return;
  self->deadline = 0;
  if (self->last)
    take_away (self);
  else
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL); /* libsoup closes it */
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
is_over (gpointer key, gpointer value, gpointer now)
{
  Connection *self = value;

  if (!g_socket_is_closed (key))
    enforce (self, *(gint64 *) now);
  else if (!self->closed)
    self->closed = *(gint64 *) now;
  return self->closed && *(gint64 *) now - self->closed >= LONG_AFTER;
}

static gboolean
sweep (gpointer data)
{
  IsrConnections *self = data;
  gint64 now = g_get_monotonic_time ();

  g_hash_table_foreach_remove (self->records, is_over, &now);
  return G_SOURCE_CONTINUE;
}

static void
sweep_often_enough (IsrConnections *self)
{
  guint shortest = MIN (self->limits.receive_ms, self->limits.idle_ms);

  g_clear_handle_id (&self->sweep, g_source_remove);
  self->sweep = g_timeout_add (CLAMP (shortest / 10, 10, SWEEP_MAX), sweep, self);
}

/* Of @peer; NULL: all. */
static guint
count_open (IsrConnections *self, const Peer *peer)
{
  GHashTableIter iter;
  gpointer socket;
  Connection *one;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->records);
  while (g_hash_table_iter_next (&iter, &socket, (gpointer *) &one))
    n += (!peer || one->peer == peer) && !g_socket_is_closed (socket);
  return n;
}

guint
isr_connections_count (IsrConnections *self)
{
  return count_open (self, NULL);
}

static Connection *
find (IsrConnections *all, SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);

  return socket ? g_hash_table_lookup (all->records, socket) : NULL;
}

static Peer *
join_peer (IsrConnections *all, GInetAddress *address)
{
  g_autofree char *name = isr_peer_name (address);
  Peer *peer = g_hash_table_lookup (all->peers, name);

  if (!peer) {
    peer = g_new0 (Peer, 1);
    peer->name = g_steal_pointer (&name);
    g_hash_table_insert (all->peers, peer->name, peer);
  }
  peer->records++;
  return peer;
}

/* libsoup remembers the address when it is asked, and complains when it is asked later,
 * of a connection that was reset. NULL: there is no limit for it. */
static Peer *
find_peer (IsrConnections *all, SoupServerMessage *message)
{
  g_autoptr (GSocketAddress) there = g_socket_get_remote_address (soup_server_message_get_socket (message), NULL);
  GSocketAddress *known = there ? soup_server_message_get_remote_address (message) : NULL;
  GInetAddress *address = G_IS_INET_SOCKET_ADDRESS (known) ? g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (known)) : NULL;

  if (!address || (!all->limits.here && isr_peer_is_here (address)))
    return NULL;
  return join_peer (all, address);
}

static Connection *
add (IsrConnections *all, SoupServerMessage *message)
{
  GSocket *socket = soup_server_message_get_socket (message);
  Connection *self = g_new0 (Connection, 1);

  self->all = all;
  self->socket = g_object_ref (socket);
  self->peer = find_peer (all, message);
  tune (socket);
  g_hash_table_insert (all->records, socket, self);
  return self;
}

static void
on_read (SoupServer *server, SoupServerMessage *message, IsrConnections *all)
{
  Connection *self = find (all, message);

  if (self)
    self->deadline = 0;
}

/* The one that would be cut next, as nothing comes from its client. NULL: all of them are
 * being answered. @peer: as above. */
static Connection *
find_silent (IsrConnections *all, const Peer *peer, const Connection *newcomer)
{
  Connection *found = NULL, *self;
  GHashTableIter iter;
  gpointer socket;

  g_hash_table_iter_init (&iter, all->records);
  while (g_hash_table_iter_next (&iter, &socket, (gpointer *) &self))
    if (self != newcomer && (!peer || self->peer == peer) && self->deadline && !g_socket_is_closed (socket) && (!found || self->deadline < found->deadline))
      found = self;
  return found;
}

/* Who holds connections and says nothing does not keep others out. */
static void
make_room (IsrConnections *all, Connection *newcomer)
{
  Connection *silent;

  if (g_hash_table_size (all->records) <= all->limits.connections || isr_connections_count (all) <= all->limits.connections)
    return;
  silent = find_silent (all, NULL, newcomer);
  if (silent)
    enforce (silent, G_MAXINT64);
  else
    g_socket_shutdown (newcomer->socket, TRUE, TRUE, NULL);
}

/* The same among the connections of its address. */
static void
make_room_for_peer (IsrConnections *all, Connection *newcomer)
{
  const Peer *peer = newcomer->peer;
  guint most = all->limits.per_address, open;
  Connection *silent;

  if (!peer || !most || peer->records <= most || (open = count_open (all, peer)) <= most)
    return;
  silent = find_silent (all, peer, newcomer);
  if (silent)
    enforce (silent, G_MAXINT64);
  else if (open <= most + TOLD)
    all->excess += newcomer->excess = TRUE;
  else
    g_socket_shutdown (newcomer->socket, TRUE, TRUE, NULL);
}

gboolean
isr_connections_is_excess (IsrConnections *self, SoupServerMessage *message)
{
  Connection *connection = self->excess ? find (self, message) : NULL;

  return connection && connection->excess;
}

static void
on_started (SoupServer *server, SoupServerMessage *message, IsrConnections *all)
{
  Connection *self = find (all, message);

  if (self) {
    stop_waiting (self);
  } else {
    self = add (all, message);
    make_room (all, self);
    make_room_for_peer (all, self);
  }
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
  g_socket_set_option (self->socket, IPPROTO_TCP, TCP_CORK, FALSE, NULL); /* body.c */
  soup_message_body_truncate (soup_server_message_get_response_body (message));
  self->last = g_object_ref (message);
  expect (self, all->limits.idle_ms);
  if (!self->watch)
    self->watch = watch_new (self);
}

IsrConnections *
isr_connections_new (SoupServer *server)
{
  IsrConnections *self = g_new0 (IsrConnections, 1);

  self->server = g_object_ref (server);
  self->limits = (IsrLimits) ISR_LIMITS_DEFAULT;
  self->records = g_hash_table_new_full (NULL, NULL, NULL, connection_free);
  self->peers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, peer_free);
  sweep_often_enough (self);
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
  g_hash_table_unref (self->peers);
  g_object_unref (self->server);
  g_free (self);
}

void
isr_connections_set_limits (IsrConnections *self, const IsrLimits *limits)
{
  self->limits = *limits;
  sweep_often_enough (self);
}
