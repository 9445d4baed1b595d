/* SPDX-License-Identifier: MIT */
/* fixture-radio.c - see fixture-radio.h
 *
 * A frame of MP3 whose side information is zero is 24 ms of silence; a thousand
 * of them are a stream. */
#include "tests/daemon/fixture-radio.h"

#include <string.h>

#define FRAME 384 /* bytes: MPEG-1 layer III, 128 kb/s, 48 kHz */
#define TURN 96   /* ms */
#define FRAMES 4  /* of 24 ms, in a turn */
#define BURST 125 /* frames: 3 s */

static void
send_frames (FixtureRadio *self, SoupServerMessage *message, guint n)
{
  static const guint8 header[] = { 0xff, 0xfb, 0x94, 0xc4 };
  g_autofree guint8 *data = g_malloc0 (n * FRAME);

  for (guint i = 0; i < n; i++)
    memcpy (data + i * FRAME, header, sizeof header);
  soup_message_body_append (soup_server_message_get_response_body (message), SOUP_MEMORY_COPY, data, n * FRAME);
  soup_server_message_unpause (message);
  self->sent += n * FRAME;
}

static gboolean
on_turn (gpointer data)
{
  FixtureRadio *self = data;

  for (guint i = 0; i < self->listeners->len && !self->mute; i++)
    send_frames (self, self->listeners->pdata[i], FRAMES);
  return G_SOURCE_CONTINUE;
}

static void
listen_live (FixtureRadio *self, SoupServerMessage *message, guint burst)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, "audio/mpeg", NULL);
  soup_message_headers_set_encoding (headers, SOUP_ENCODING_CHUNKED);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect_swapped (message, "finished", G_CALLBACK (g_ptr_array_remove), self->listeners);
  g_ptr_array_add (self->listeners, message);
  if (burst)
    send_frames (self, message, burst);
}

static void
on_live (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  FixtureRadio *self = data;

  self->requests++;
  listen_live (self, message, self->mute ? 0 : BURST);
}

static void
on_page (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  const char *page = "<!DOCTYPE html><html><body>Listen to our radio!</body></html>";

  ((FixtureRadio *) data)->requests++;
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "text/html", SOUP_MEMORY_COPY, page, strlen (page));
}

static void
on_status (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  ((FixtureRadio *) data)->requests++;
  soup_server_message_set_status (message, g_ascii_strtoull (path + 1, NULL, 10), NULL);
}

static gboolean
on_password (SoupAuthDomain *domain, SoupServerMessage *message, const char *user, const char *password, gpointer data)
{
  return g_str_equal (user, "me") && g_str_equal (password, "pass word");
}

FixtureRadio *
fixture_radio_new (guint port)
{
  FixtureRadio *self = g_new0 (FixtureRadio, 1);
  g_autoptr (SoupAuthDomain) domain = soup_auth_domain_basic_new ("realm", "radio", "auth-callback", on_password, NULL);
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  self->server = soup_server_new (NULL, NULL);
  self->listeners = g_ptr_array_new ();
  soup_auth_domain_add_path (domain, "/secret.mp3");
  soup_server_add_auth_domain (self->server, domain);
  soup_server_add_handler (self->server, "/live.mp3", on_live, self, NULL);
  soup_server_add_handler (self->server, "/secret.mp3", on_live, self, NULL);
  soup_server_add_handler (self->server, "/page", on_page, self, NULL);
  soup_server_add_handler (self->server, "/", on_status, self, NULL);
  g_assert_true (soup_server_listen_local (self->server, port, SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  uris = soup_server_get_uris (self->server);
  self->port = g_uri_get_port (uris->data);
  self->timer = g_timeout_add (TURN, on_turn, self);
  return self;
}

void
fixture_radio_drop (FixtureRadio *self)
{
  while (self->listeners->len) {
    SoupServerMessage *message = g_ptr_array_steal_index (self->listeners, 0);

    soup_message_body_complete (soup_server_message_get_response_body (message));
    soup_server_message_unpause (message);
  }
}

void
fixture_radio_free (FixtureRadio *self)
{
  g_source_remove (self->timer);
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_ptr_array_unref (self->listeners);
  g_free (self);
}

GSocket *
fixture_radio_hold (guint port)
{
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, (guint16) port);
  g_autoptr (GError) error = NULL;

  g_socket_bind (socket, address, TRUE, &error);
  g_assert_no_error (error);
  return socket;
}

guint
fixture_radio_get_port (GSocket *held)
{
  g_autoptr (GSocketAddress) bound = g_socket_get_local_address (held, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}
