/* SPDX-License-Identifier: MIT */
/* fixture-server.c - threads around a listening socket, and a counter that both sides watch. */
#include "tests/element/fixture-server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

static const char pem[] = "-----BEGIN CERTIFICATE-----\n"
                          "MIIBmjCCAUGgAwIBAgIUVr82WNPxSqLvC9IxSe8UNgN8N80wCgYIKoZIzj0EAwIw\n"
                          "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMDEyMTU1OVoYDzIxMjYxMDI3\n"
                          "MTIxNTU5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
                          "PQMBBwNCAARA4EPb7HaqPQjzZV1VE5P+IhFKwlpZpyPJXESjsENZSvHoUnMjuQ+T\n"
                          "Wnkbj6/Aghhbt/SPPOoNp0QFVNfhJ3sPo28wbTAdBgNVHQ4EFgQUbVa8w6l0zAoj\n"
                          "h/1nEkODbat/8UowHwYDVR0jBBgwFoAUbVa8w6l0zAojh/1nEkODbat/8UowDwYD\n"
                          "VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI\n"
                          "zj0EAwIDRwAwRAIgD8OYmrPM+GDtB9JmRTDV+z7i8Y4qatecgrOpmP7NGVYCIAoW\n"
                          "FLs9JZc4fbOb7xeuo47T47DrwsqDbjuz2HKOoac5\n"
                          "-----END CERTIFICATE-----\n"
                          "-----BEGIN PRIVATE KEY-----\n"
                          "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgB8eneKgCT7gGjMEH\n"
                          "/nvoEfroXu3k2YiH4MMj72R/P1ehRANCAARA4EPb7HaqPQjzZV1VE5P+IhFKwlpZ\n"
                          "pyPJXESjsENZSvHoUnMjuQ+TWnkbj6/Aghhbt/SPPOoNp0QFVNfhJ3sP\n"
                          "-----END PRIVATE KEY-----\n";

struct _Server {
  GSocket *socket;
  GThread *thread;
  GCancellable *cancellable;
  guint16 port;
  Script script;
  gpointer data;
  GTlsCertificate *certificate; /* NULL: plain */
  GMutex lock;
  GCond changed;
  guint ticks, connections, ended;
  GPtrArray *clients; /* GThread; of the accepting thread until that has ended */
};

#define LIMIT (60 * G_TIME_SPAN_SECOND)

static char *
read_request (GIOStream *stream)
{
  GInputStream *in = g_io_stream_get_input_stream (stream);
  g_autoptr (GString) request = g_string_new (NULL);
  char byte;

  while (!g_str_has_suffix (request->str, "\r\n\r\n") && g_input_stream_read (in, &byte, 1, NULL, NULL) == 1)
    g_string_append_c (request, byte);
  return g_strdup (request->str);
}

typedef struct {
  Server *server;
  GSocket *socket;
} Accepted;

static GIOStream *
open_stream (Server *self, GSocket *socket)
{
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);

  if (!self->certificate)
    return G_IO_STREAM (g_steal_pointer (&connection));
  return g_tls_server_connection_new (G_IO_STREAM (connection), self->certificate, NULL);
}

static gpointer
serve (gpointer data)
{
  Accepted *accepted = data;
  Server *self = accepted->server;
  g_autoptr (GIOStream) stream = open_stream (self, accepted->socket);
  Client client = { self, 0, NULL, stream, accepted->socket };

  g_mutex_lock (&self->lock);
  client.number = self->connections++;
  g_mutex_unlock (&self->lock);
  g_socket_set_option (client.socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  client.request = read_request (stream);
  if (*client.request)
    self->script (&client, self->data);
  g_io_stream_close (stream, NULL, NULL);
  g_free (client.request);
  g_object_unref (accepted->socket);
  g_free (accepted);
  g_mutex_lock (&self->lock);
  self->ended++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  return NULL;
}

static gpointer
accept_all (gpointer data)
{
  Server *self = data;
  GSocket *socket;

  while ((socket = g_socket_accept (self->socket, self->cancellable, NULL))) {
    Accepted *accepted = g_new (Accepted, 1);

    *accepted = (Accepted){ self, socket };
    g_mutex_lock (&self->lock);
    g_ptr_array_add (self->clients, g_thread_new ("client", serve, accepted));
    g_mutex_unlock (&self->lock);
  }
  return NULL;
}

Server *
server_new (Script script, gpointer data, gboolean tls)
{
  Server *self = g_new0 (Server, 1);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0), bound = NULL;

  self->script = script;
  self->data = data;
  self->certificate = tls ? g_tls_certificate_new_from_pem (pem, -1, NULL) : NULL;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->clients = g_ptr_array_new ();
  self->cancellable = g_cancellable_new ();
  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_assert_true (g_socket_bind (self->socket, any, TRUE, NULL));
  g_assert_true (g_socket_listen (self->socket, NULL));
  bound = g_socket_get_local_address (self->socket, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->thread = g_thread_new ("accept", accept_all, self);
  return self;
}

void
server_free (Server *self)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_mutex_lock (&self->lock);
  self->ticks = G_MAXUINT / 2;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  g_ptr_array_foreach (self->clients, (GFunc) g_thread_join, NULL);
  g_ptr_array_unref (self->clients);
  g_object_unref (self->socket);
  g_object_unref (self->cancellable);
  g_clear_object (&self->certificate);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

char *
server_get_url (Server *self, const char *path)
{
  return g_strdup_printf ("%s://127.0.0.1:%u%s", self->certificate ? "https" : "http", self->port, path);
}

guint
server_get_connections (Server *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = self->connections;
  g_mutex_unlock (&self->lock);
  return n;
}

void
client_send (Client *self, gconstpointer data, gsize size)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (self->stream), data, size, NULL, NULL, NULL);
}

void
client_say (Client *self, const char *text)
{
  client_send (self, text, strlen (text));
}

void
client_reset (Client *self)
{
  struct linger now = { 1, 0 };

  setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

void
client_wait_for_close (Client *self)
{
  char byte;

  while (g_input_stream_read (g_io_stream_get_input_stream (self->stream), &byte, 1, NULL, NULL) > 0)
    ;
}

static void
wait_for (Server *self, const guint *counter, guint n)
{
  gint64 end = g_get_monotonic_time () + LIMIT;

  g_mutex_lock (&self->lock);
  while (*counter < n)
    if (!g_cond_wait_until (&self->changed, &self->lock, end))
      g_error ("waited in vain for %u, it is %u", n, *counter);
  g_mutex_unlock (&self->lock);
}

void
client_wait (Client *self, guint tick)
{
  wait_for (self->server, &self->server->ticks, tick);
}

void
server_tick (Server *self)
{
  g_mutex_lock (&self->lock);
  self->ticks++;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
server_wait_for_scripts (Server *self, guint scripts)
{
  wait_for (self, &self->ended, scripts);
}
