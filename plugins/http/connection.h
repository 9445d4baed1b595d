/* SPDX-License-Identifier: MIT */
/* connection.h - one HTTP request and the endless body that answers it.
 *
 * Opening blocks, but never longer than the request's limit, whatever the server
 * does: a name that does not resolve, headers that come a byte a second. The body
 * is read without blocking, and waited for on the socket, where the kernel can be
 * told to wait for more than one byte.
 *
 * Knows nothing of GStreamer, of audio, of retries. Not thread-safe; what opens a
 * connection reads it, any thread may free it afterwards. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _IsrHttpConnection IsrHttpConnection;

typedef struct {
  const char *user_agent;
  const char *user, *password; /* for the server that asks; NULL: none */
  gboolean icy;                /* ask for titles: "Icy-MetaData: 1" */
  gboolean strict;             /* refuse certificates that prove nothing */
  gint64 limit;                /* µs until the headers are there */
} IsrHttpRequest;

/* @uri: http or https, without user and password. Any status is a success here; an
 * error is that of GIO, libsoup or TLS, the last with what is wrong with the
 * certificate in words. */
IsrHttpConnection *isr_http_connection_open (GUri *uri, const IsrHttpRequest *request, GCancellable *cancellable, GError **error);
void isr_http_connection_free (IsrHttpConnection *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrHttpConnection, isr_http_connection_free)

guint isr_http_connection_get_status (IsrHttpConnection *self);
const char *isr_http_connection_get_phrase (IsrHttpConnection *self);

/* NULL: there is no such header. */
const char *isr_http_connection_get_header (IsrHttpConnection *self, const char *name);
void isr_http_connection_foreach_header (IsrHttpConnection *self, void (*func) (const char *name, const char *value, gpointer data), gpointer data);

/* The whole of a short body, at most @size bytes, within the request's limit. */
GBytes *isr_http_connection_read_all (IsrHttpConnection *self, gsize size, GCancellable *cancellable, GError **error);

/* What is there: bytes read; 0: the server ended the body; -1: an error, among them
 * G_IO_ERROR_WOULD_BLOCK. */
gssize isr_http_connection_read (IsrHttpConnection *self, guint8 *data, gsize size, GError **error);

/* TRUE: the body is the bytes of the socket. A read that brings less than was asked for has
 * taken all there was; in chunks or TLS it may have come to the end of one. */
gboolean isr_http_connection_is_plain (IsrHttpConnection *self);

/* Until the socket has something to say, or @us have passed, which is no error. FALSE:
 * cancelled, or the socket is broken. */
gboolean isr_http_connection_wait (IsrHttpConnection *self, gint64 us, GCancellable *cancellable, GError **error);

/* How long ago the last byte reached this machine, read or not, µs, to the millisecond; 0: not known. */
gint64 isr_http_connection_get_age (IsrHttpConnection *self);

/* The kernel wakes a waiter when so many bytes are there, or the connection ends.
 * FALSE: not on this connection (TLS has records of its own). */
gboolean isr_http_connection_set_low_watermark (IsrHttpConnection *self, gsize bytes);

G_END_DECLS
