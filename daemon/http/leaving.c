/* SPDX-License-Identifier: MIT */
/* leaving.c - polls for the end of what the client says. */
#include "daemon/http/leaving.h"

#include "daemon/http/tcp.h"

#include <glib-unix.h>
#include <poll.h>

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

static gboolean
on_left (gint fd, GIOCondition condition, gpointer message)
{
  isr_leaving_cut (message);
  return G_SOURCE_REMOVE;
}

GSource *
isr_leaving_watch (SoupServerMessage *message)
{
  GSocket *socket = isr_tcp_get_socket (message);
  GSource *source;

  if (!socket)
    return NULL;
  source = g_unix_fd_source_new (g_socket_get_fd (socket), (GIOCondition) POLLRDHUP);
  g_source_set_callback (source, G_SOURCE_FUNC (on_left), message, NULL);
  g_source_attach (source, NULL);
  return source;
}
