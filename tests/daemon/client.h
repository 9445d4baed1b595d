/* SPDX-License-Identifier: MIT */
/* client.h - a client that sends exactly the bytes it is told to, on the main loop
 * that the server runs on. A library would mend what a test wants to be broken. */
#pragma once

#include <gio/gio.h>
#include <string.h>

#include "tests/daemon/temp.h"

typedef struct {
  GSocket *socket;
  GSource *watch;
  GByteArray *in;
  gboolean ended; /* by the server */
} Client;

typedef struct {
  guint status;
  char *head; /* "\r\nName: value\r\n..." */
  GBytes *body;
} Answer;

static inline gboolean
client_on_data (GSocket *socket, GIOCondition condition, gpointer data)
{
  Client *self = data;
  static char buffer[1 << 16];
  gssize n = g_socket_receive (socket, buffer, sizeof buffer, NULL, NULL);

  if (n > 0) {
    g_byte_array_append (self->in, (guint8 *) buffer, (guint) n);
    return G_SOURCE_CONTINUE;
  }
  self->ended = TRUE;
  return G_SOURCE_REMOVE;
}

/* Reads, as soon as the main loop turns, from now on. */
static inline void
client_read (Client *self)
{
  self->watch = g_socket_create_source (self->socket, G_IO_IN | G_IO_HUP, NULL);
  g_source_set_callback (self->watch, G_SOURCE_FUNC (client_on_data), self, NULL);
  g_source_attach (self->watch, NULL);
}

static inline void
client_send (Client *self, const char *bytes, gsize size)
{
  g_autoptr (GError) error = NULL;

  for (gsize sent = 0; sent < size;) {
    gssize n = g_socket_send (self->socket, bytes + sent, size - sent, NULL, &error);

    g_assert_no_error (error);
    sent += (gsize) n;
  }
}

static inline Client *
client_new (guint port)
{
  Client *self = g_new0 (Client, 1);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", port);
  g_autoptr (GError) error = NULL;

  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_connect (self->socket, address, NULL, &error));
  self->in = g_byte_array_new ();
  return self;
}

/* Connected, and @text is said. */
static inline Client *
client_begin (guint port, const char *text)
{
  Client *self = client_new (port);

  client_read (self);
  client_send (self, text, strlen (text));
  return self;
}

static inline void
client_free (Client *self)
{
  if (self->watch) {
    g_source_destroy (self->watch);
    g_source_unref (self->watch);
  }
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_byte_array_unref (self->in);
  g_free (self);
}

static inline gboolean
client_has (Client *self, const char *text)
{
  return self->in->len > 0 && memmem (self->in->data, self->in->len, text, strlen (text)) != NULL;
}

static inline Answer *
client_parse (Client *self)
{
  Answer *answer = g_new0 (Answer, 1);
  const char *end = self->in->len ? memmem (self->in->data, self->in->len, "\r\n\r\n", 4) : NULL;
  gsize head;

  g_assert_nonnull (end);
  head = (gsize) (end - (const char *) self->in->data) + 4;
  g_assert_cmpint (memcmp (self->in->data, "HTTP/1.", 7), ==, 0);
  answer->head = g_strndup ((const char *) self->in->data, head);
  answer->status = (guint) g_ascii_strtoull (answer->head + 9, NULL, 10);
  answer->body = g_bytes_new (self->in->data + head, self->in->len - head);
  return answer;
}

static inline void
answer_free (Answer *self)
{
  g_free (self->head);
  g_bytes_unref (self->body);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

/* NULL: not there. */
static inline char *
answer_header (const Answer *self, const char *name)
{
  g_autofree char *start = g_strdup_printf ("\r\n%s: ", name);
  const char *found = strcasestr (self->head, start);

  return found ? g_strndup (found + strlen (start), strcspn (found + strlen (start), "\r")) : NULL;
}

/* One request, whole; the server closes behind its answer. @headers: "A: b\r\n" */
static inline Answer *
ask (guint port, const char *method, const char *target, const char *headers)
{
  g_autoptr (Client) client = client_new (port);
  g_autofree char *host = headers && strcasestr (headers, "host:") ? g_strdup ("") : g_strdup_printf ("Host: 127.0.0.1:%u\r\n", port);
  g_autofree char *text = g_strdup_printf ("%s %s HTTP/1.1\r\n%sConnection: close\r\n%s\r\n", method, target, host, headers ? headers : "");

  client_read (client);
  client_send (client, text, strlen (text));
  TEMP_WAIT_FOR (client->ended);
  return client_parse (client);
}
