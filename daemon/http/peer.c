/* SPDX-License-Identifier: MIT */
/* peer.c - a socket for both kinds of addresses says ::ffff:192.0.2.1 for 192.0.2.1. */
#include "daemon/http/peer.h"

#include <string.h>

static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static GInetAddress *
unmap (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6 && memcmp (bytes, mapped, sizeof mapped) == 0)
    return g_inet_address_new_from_bytes (bytes + sizeof mapped, G_SOCKET_FAMILY_IPV4);
  return g_object_ref (address);
}

char *
isr_peer_name (GInetAddress *address)
{
  g_autoptr (GInetAddress) plain = unmap (address), network = NULL;
  guint8 bytes[16] = { 0 };

  if (g_inet_address_get_family (plain) != G_SOCKET_FAMILY_IPV6)
    return g_inet_address_to_string (plain);
  memcpy (bytes, g_inet_address_to_bytes (plain), 8);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

gboolean
isr_peer_is_here (GInetAddress *address)
{
  g_autoptr (GInetAddress) plain = unmap (address);

  return g_inet_address_get_is_loopback (plain);
}
