/* SPDX-License-Identifier: MIT */
/* throttle.c - of each address, and of all together, the time at which all tries are back:
 * each try moves it on. */
#include "daemon/http/throttle.h"

#include "daemon/http/peer.h"

#define EACH (ISR_THROTTLE_SECONDS * G_TIME_SPAN_SECOND)
#define OF_ALL (ISR_THROTTLE_ALL_SECONDS * G_TIME_SPAN_SECOND)
#define TRUSTED_MAX 64

struct _IsrThrottle {
  GHashTable *whole;   /* name of an address -> gint64 µs */
  GHashTable *trusted; /* names of addresses from which the password came */
  gint64 all_whole;    /* µs */
};

IsrThrottle *
isr_throttle_new (void)
{
  IsrThrottle *self = g_new0 (IsrThrottle, 1);

  self->whole = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->trusted = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
isr_throttle_free (IsrThrottle *self)
{
  g_hash_table_unref (self->whole);
  g_hash_table_unref (self->trusted);
  g_free (self);
}

static gboolean
is_whole (gpointer key, gpointer value, gpointer data)
{
  return *(gint64 *) value <= *(gint64 *) data;
}

/* How long until a try is there: @tries of them, each back after @each µs, all at @whole. */
static guint
get_wait (gint64 whole, guint tries, gint64 each, gint64 now_us)
{
  gint64 early = MAX (whole, now_us) + each - now_us - tries * each;

  return early > 0 ? (guint) ((early + G_TIME_SPAN_SECOND - 1) / G_TIME_SPAN_SECOND) : 0;
}

static guint
take_own (IsrThrottle *self, const char *name, gint64 now_us)
{
  gint64 *known = g_hash_table_lookup (self->whole, name);
  gint64 next = MAX (known ? *known : 0, now_us) + EACH;
  guint seconds = get_wait (known ? *known : 0, ISR_THROTTLE_TRIES, EACH, now_us);

  if (seconds)
    return seconds;
  if (!known && g_hash_table_size (self->whole) >= ISR_THROTTLE_MAX)
    g_hash_table_foreach_remove (self->whole, is_whole, &now_us);
  if (!known && g_hash_table_size (self->whole) >= ISR_THROTTLE_MAX)
    return ISR_THROTTLE_SECONDS;
  g_hash_table_replace (self->whole, g_strdup (name), g_memdup2 (&next, sizeof next));
  return 0;
}

/* Whoever tries from very many addresses shall not keep these out. */
static gboolean
is_apart (IsrThrottle *self, GInetAddress *address, const char *name)
{
  return isr_peer_is_here (address) || g_hash_table_contains (self->trusted, name);
}

guint
isr_throttle_take (IsrThrottle *self, GInetAddress *address, gint64 now_us)
{
  g_autofree char *name = isr_peer_name (address);
  gboolean apart = is_apart (self, address, name);
  guint seconds = apart ? 0 : get_wait (self->all_whole, ISR_THROTTLE_ALL_TRIES, OF_ALL, now_us);

  if (!seconds)
    seconds = take_own (self, name, now_us);
  if (!seconds && !apart)
    self->all_whole = MAX (self->all_whole, now_us) + OF_ALL;
  return seconds;
}

void
isr_throttle_forgive (IsrThrottle *self, GInetAddress *address)
{
  g_autofree char *name = isr_peer_name (address);

  g_hash_table_remove (self->whole, name);
  if (g_hash_table_size (self->trusted) >= TRUSTED_MAX)
    g_hash_table_remove_all (self->trusted);
  g_hash_table_add (self->trusted, g_steal_pointer (&name));
}
