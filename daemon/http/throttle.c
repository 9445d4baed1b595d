/* SPDX-License-Identifier: MIT */
/* throttle.c - of each address the time at which all its tries are back: each try moves it on. */
#include "daemon/http/throttle.h"

#include <string.h>

#define EACH (ISR_THROTTLE_SECONDS * G_TIME_SPAN_SECOND)

struct _IsrThrottle {
  GHashTable *whole; /* name of an address -> gint64 µs */
};

IsrThrottle *
isr_throttle_new (void)
{
  IsrThrottle *self = g_new (IsrThrottle, 1);

  self->whole = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
isr_throttle_free (IsrThrottle *self)
{
  g_hash_table_unref (self->whole);
  g_free (self);
}

static char *
name_of (GInetAddress *address)
{
  guint8 bytes[16] = { 0 };
  g_autoptr (GInetAddress) network = NULL;

  if (g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return g_inet_address_to_string (address);
  memcpy (bytes, g_inet_address_to_bytes (address), 8);
  network = g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
  return g_inet_address_to_string (network);
}

static gboolean
is_whole (gpointer key, gpointer value, gpointer data)
{
  return *(gint64 *) value <= *(gint64 *) data;
}

guint
isr_throttle_take (IsrThrottle *self, GInetAddress *address, gint64 now_us)
{
  g_autofree char *name = name_of (address);
  gint64 *known = g_hash_table_lookup (self->whole, name);
  gint64 next = MAX (known ? *known : 0, now_us) + EACH;

  if (next - now_us > ISR_THROTTLE_TRIES * EACH)
    return (guint) ((next - now_us - ISR_THROTTLE_TRIES * EACH + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND);
  if (!known && g_hash_table_size (self->whole) >= ISR_THROTTLE_MAX)
    g_hash_table_foreach_remove (self->whole, is_whole, &now_us);
  if (!known && g_hash_table_size (self->whole) >= ISR_THROTTLE_MAX)
    return ISR_THROTTLE_SECONDS;
  g_hash_table_replace (self->whole, g_steal_pointer (&name), g_memdup2 (&next, sizeof next));
  return 0;
}

void
isr_throttle_forgive (IsrThrottle *self, GInetAddress *address)
{
  g_autofree char *name = name_of (address);

  g_hash_table_remove (self->whole, name);
}
