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
 * up, and forgets the connection, socket and all. So the idle socket is watched (wire.h),
 * and at its end the connection is stolen before libsoup sees it. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/connections.h"

#include "daemon/http/peer.h"
#include "daemon/http/tcp.h"
#include "daemon/http/wire.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define SWEEP_MAX 1000 /* ms */
#define TOLD 16        /* connections of an address that are told that they are too many */

struct _IsrConnections {
  SoupServer *server;
  IsrLimits limits;
  GHashTable *records; /* GSocket -> Connection */
  GHashTable *peers;   /* name -> Peer */
  guint excess;        /* records of connections that are one too many */
  guint sweep;         /* source */
};

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
  IsrWire *wire;           /* the socket's */
  SoupServerMessage *last; /* idle: the one that was answered; by it the connection can be taken */
} Connection;

static void
stop_waiting (Connection *self)
{
  self->deadline = 0;
  isr_wire_set_idle (self->wire, NULL, NULL);
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

  stop_waiting (self);
  leave_peer (self);
  self->all->excess -= self->excess;
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

/* Of an idle one. A request is libsoup's, as the connection is from now on. */
static void
on_turn (gpointer data, gboolean gone)
{
  Connection *self = data;

  if (gone && self->last)
    take_away (self);
  else
    stop_waiting (self);
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

  if (g_socket_is_closed (key))
    return TRUE;
  isr_wire_settle (self->wire);
  enforce (self, *(gint64 *) now);
  return g_socket_is_closed (key);
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
  GSocket *socket = isr_tcp_get_socket (message);

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
  g_autoptr (GSocketAddress) there = g_socket_get_remote_address (isr_tcp_get_socket (message), NULL);
  GSocketAddress *known = there ? soup_server_message_get_remote_address (message) : NULL;
  GInetAddress *address = G_IS_INET_SOCKET_ADDRESS (known) ? g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (known)) : NULL;

  if (!address || (!all->limits.here && isr_peer_is_here (address)))
    return NULL;
  return join_peer (all, address);
}

static Connection *
add (IsrConnections *all, SoupServerMessage *message)
{
  GSocket *socket = isr_tcp_get_socket (message);
  Connection *self = g_new0 (Connection, 1);

  self->all = all;
  self->socket = g_object_ref (socket);
  self->peer = find_peer (all, message);
  self->wire = isr_wire_of (socket);
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

/* What is kept of a message while its connection is idle shall be small. An answer that is 500
 * counts as aborted, and its connection is kept alive nevertheless. */
static void
on_done (SoupServer *server, SoupServerMessage *message, IsrConnections *all)
{
  Connection *self = find (all, message);

  if (!self)
    return;
  stop_waiting (self);
  isr_wire_release (self->wire);
  soup_message_body_truncate (soup_server_message_get_response_body (message));
  self->last = g_object_ref (message);
  expect (self, all->limits.idle_ms);
  isr_wire_set_idle (self->wire, on_turn, self);
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
