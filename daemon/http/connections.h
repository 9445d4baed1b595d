/* SPDX-License-Identifier: MIT */
/* connections.h - how many connections there are, how long one may say nothing, and that
 * one that has ended is gone.
 *
 * libsoup knows no such limits, and those of 3.2 lose a file descriptor whenever a client
 * ends a connection that is kept alive: for a daemon that runs for a year that is death.
 * From outside we can count sockets, look at a clock, and take connections away. */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

typedef struct {
  guint connections; /* at the same time; beyond it new ones are cut at once */
  guint receive_ms;  /* from the connection, or the first byte of a further request, until the request is there */
  guint idle_ms;     /* between requests */
  guint per_address; /* connections of one address (peer.h); beyond it requests are answered with 503; 0: any number */
  gboolean here;     /* addresses of this machine are limited like others */
} IsrLimits;

/* clang-format off */
#define ISR_LIMITS_DEFAULT { 2048, 30 * 1000, 60 * 1000, 256, FALSE }
/* clang-format on */

typedef struct _IsrConnections IsrConnections;

IsrConnections *isr_connections_new (SoupServer *server);
/* After soup_server_disconnect(). */
void isr_connections_free (IsrConnections *self);
void isr_connections_set_limits (IsrConnections *self, const IsrLimits *limits);
/* The connection is one too many of its address. */
gboolean isr_connections_is_excess (IsrConnections *self, SoupServerMessage *message);
/* Those that are open. */
guint isr_connections_count (IsrConnections *self);

G_END_DECLS
