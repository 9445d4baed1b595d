/* SPDX-License-Identifier: MIT */
/* peer.h - who is one and the same to the limits: an address, of IPv6 the network of /64.
 *
 * Whoever has one address of such a network has them all. Pure. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *isr_peer_name (GInetAddress *address);

/* Connections of this machine itself, a reverse proxy's among them. */
gboolean isr_peer_is_here (GInetAddress *address);

G_END_DECLS
