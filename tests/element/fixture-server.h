/* SPDX-License-Identifier: MIT */
/* fixture-server.h - an HTTP server whose every byte is the test's: a script per
 * connection, which runs in a thread of its own. Scripts wait for conditions, not for
 * time. */
#pragma once

#include <gio/gio.h>

typedef struct _Server Server;

typedef struct {
  Server *server;
  guint number; /* of the connection, from 0 */
  char *request;
  GIOStream *stream;
  GSocket *socket;
} Client;

typedef void (*Script) (Client *client, gpointer data);

/* @tls: with a certificate that nobody has signed. */
Server *server_new (Script script, gpointer data, gboolean tls);
void server_free (Server *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)

/* "http://127.0.0.1:PORT" + @path, to be freed. */
char *server_get_url (Server *self, const char *path);
guint server_get_connections (Server *self);

/* What a script does. */
void client_send (Client *self, gconstpointer data, gsize size);
void client_say (Client *self, const char *text);
void client_reset (Client *self);            /* RST instead of FIN */
void client_wait_for_close (Client *self);   /* until the other side has hung up */
void client_wait (Client *self, guint tick); /* until server_tick() was called so often */

/* What the test does. */
void server_tick (Server *self);
void server_wait_for_scripts (Server *self, guint scripts); /* until so many have ended */
