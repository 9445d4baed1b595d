/* SPDX-License-Identifier: MIT */
/* tcp.h - a connection that was accepted: what libsoup reads requests from and writes
 * answers to.
 *
 * Without TLS it reads and writes by a wire (wire.h); with it, GIO's own streams are below. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Hands @socket, which was accepted, to @server, which from then on owns the connection.
 * FALSE: its client is gone already, or TLS can not be had, and it is closed. */
gboolean isr_tcp_hand_over (SoupServer *server, GSocket *socket, GTlsCertificate *certificate, GError **error);

/* As soup_server_message_get_socket(), which knows nothing of connections that are handed
 * over. (transfer none) */
GSocket *isr_tcp_get_socket (SoupServerMessage *message);

G_END_DECLS
