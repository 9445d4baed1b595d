/* SPDX-License-Identifier: MIT */
/* leaving.c - polls for the end of what the client says, and asks what it means.
 *
 *   FIN  --> nothing of the answer is sent yet: "102 Processing", which a client that listens passes
 *            over, and to which one that is gone answers with a reset
 *        --> else: the next portion does the same
 *   RST  --> gone
 *
 * Below TLS nothing of ours can be said, and nobody closes half of it: there FIN is the end. HTTP/1.0
 * knows no such word: its clients are gone when they are reset. */
#include "daemon/http/leaving.h"

#include "daemon/http/tcp.h"
#include "daemon/http/wire.h"

#include <poll.h>
#include <string.h>

#define STILL_THERE "HTTP/1.1 102 Processing\r\n\r\n"

typedef struct {
  GSource parent;
  SoupServerMessage *message; /* outlives it */
  gpointer tag;
} Leaving;

/* With a body that is still to come libsoup would pause again, and never write; and it would take
 * a connection that is kept alive for an idle one. */
void
isr_leaving_cut (SoupServerMessage *message)
{
  GSocket *socket = isr_tcp_get_socket (message);

  if (!socket || g_socket_is_closed (socket)) /* of a server that is no more, too */
    return;
  g_socket_shutdown (socket, TRUE, TRUE, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection", "close");
  soup_message_body_complete (soup_server_message_get_response_body (message));
  soup_server_message_unpause (message);
}

static IsrWire *
get_wire (SoupServerMessage *message)
{
  GSocket *socket = isr_tcp_get_socket (message);

  return socket && !g_socket_is_closed (socket) ? isr_wire_of (socket) : NULL;
}

static void
ask_whether_there (SoupServerMessage *message, IsrWire *wire)
{
  if (soup_server_message_get_status (message) || soup_server_message_get_http_version (message) == SOUP_HTTP_1_0)
    return;
  isr_wire_release (wire);
  isr_wire_send (wire, STILL_THERE, strlen (STILL_THERE), NULL);
}

static gboolean
dispatch (GSource *source, GSourceFunc unused, gpointer data)
{
  Leaving *self = (Leaving *) source;
  guint seen = g_source_query_unix_fd (source, self->tag);
  IsrWire *wire = get_wire (self->message);

  if (seen & (POLLHUP | POLLERR) || !wire || !isr_wire_is_plain (wire)) {
    isr_leaving_cut (self->message);
    return G_SOURCE_REMOVE;
  }
  g_source_modify_unix_fd (source, self->tag, 0); /* a reset is told without being asked for */
  ask_whether_there (self->message, wire);
  return G_SOURCE_CONTINUE;
}

GSource *
isr_leaving_watch (SoupServerMessage *message)
{
  static GSourceFuncs funcs = { .dispatch = dispatch };
  GSocket *socket = isr_tcp_get_socket (message);
  Leaving *self;

  if (!socket || g_socket_is_closed (socket))
    return NULL;
  self = (Leaving *) g_source_new (&funcs, sizeof *self);
  self->message = message;
  self->tag = g_source_add_unix_fd (&self->parent, g_socket_get_fd (socket), (GIOCondition) POLLRDHUP);
  g_source_attach (&self->parent, NULL);
  return &self->parent;
}
