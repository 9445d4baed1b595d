/* SPDX-License-Identifier: MIT */
/* sessions.c - a table from hashes to when they were last used. */
#include "daemon/http/sessions.h"

#include "daemon/http/credentials.h"

#include <sys/random.h>

struct _IsrSessions {
  GHashTable *used; /* hash of a token -> gint64 µs */
};

IsrSessions *
isr_sessions_new (void)
{
  IsrSessions *self = g_new (IsrSessions, 1);

  self->used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
isr_sessions_free (IsrSessions *self)
{
  g_hash_table_unref (self->used);
  g_free (self);
}

static char *
make_token (void)
{
  guint8 bytes[ISR_TOKEN_LENGTH / 2];
  GString *text = g_string_sized_new (ISR_TOKEN_LENGTH);

  if (getrandom (bytes, sizeof bytes, 0) != sizeof bytes)
    g_error ("the system gives no random numbers"); /* it waits for them rather than that */
  for (gsize i = 0; i < sizeof bytes; i++)
    g_string_append_printf (text, "%02x", bytes[i]);
  return g_string_free (text, FALSE);
}

static char *
hash (const char *token)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, token, -1);
}

static void
note (IsrSessions *self, const char *token, gint64 now_us)
{
  g_hash_table_replace (self->used, hash (token), g_memdup2 (&now_us, sizeof now_us));
}

static gboolean
is_over (gpointer key, gpointer value, gpointer data)
{
  gint64 now_us = *(gint64 *) data;

  return now_us - *(gint64 *) value > ISR_SESSION_SECONDS * G_TIME_SPAN_SECOND;
}

static void
make_room (IsrSessions *self, gint64 now_us)
{
  GHashTableIter iter;
  gpointer key, value, oldest = NULL;
  gint64 oldest_us = G_MAXINT64;

  g_hash_table_foreach_remove (self->used, is_over, &now_us);
  if (g_hash_table_size (self->used) < ISR_SESSION_MAX)
    return;
  g_hash_table_iter_init (&iter, self->used);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (*(gint64 *) value < oldest_us) {
      oldest = key;
      oldest_us = *(gint64 *) value;
    }
  g_hash_table_remove (self->used, oldest);
}

char *
isr_sessions_add (IsrSessions *self, gint64 now_us)
{
  char *token = make_token ();

  make_room (self, now_us);
  note (self, token, now_us);
  return token;
}

gboolean
isr_sessions_touch (IsrSessions *self, const char *token, gint64 now_us)
{
  g_autofree char *key = hash (token);
  gint64 *used = g_hash_table_lookup (self->used, key);

  if (!used)
    return FALSE;
  if (is_over (key, used, &now_us)) {
    g_hash_table_remove (self->used, key);
    return FALSE;
  }
  *used = now_us;
  return TRUE;
}

void
isr_sessions_remove (IsrSessions *self, const char *token)
{
  g_autofree char *key = hash (token);

  g_hash_table_remove (self->used, key);
}

guint
isr_sessions_count (const IsrSessions *self)
{
  return g_hash_table_size (self->used);
}
