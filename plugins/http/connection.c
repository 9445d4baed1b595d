/* SPDX-License-Identifier: MIT */
/* connection.c - libsoup in a main context of its own, which runs only while the
 * headers are awaited. Asynchronous there, because only then a limit can be put on the
 * whole of name, connection, TLS and headers without another thread.
 *
 * A session serves one request: nothing of a broken connection is kept for the next. */
#include "plugins/http/connection.h"

#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <libsoup/soup.h>
#include <sys/socket.h>

struct _IsrHttpConnection {
  GMainContext *context;
  SoupSession *session;
  SoupMessage *message;
  GSocket *socket; /* NULL until it is connected */
  gboolean tls;
  gboolean plain;
  GInputStream *body;
  IsrHttpRequest request; /* its strings are valid while it is opened only */
  gint64 limit;
};

/* --- what libsoup asks and tells while a request is under way --- */

static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *stream, IsrHttpConnection *self)
{
  static const char *const protocols[] = { "http/1.1", NULL };

  if (event == G_SOCKET_CLIENT_CONNECTED && G_IS_SOCKET_CONNECTION (stream))
    g_set_object (&self->socket, g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)));
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING && G_IS_TLS_CONNECTION (stream)) {
    self->tls = TRUE; /* one endless body gains nothing from HTTP/2 */
    g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (stream), protocols);
  }
}

static gboolean
on_certificate (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, IsrHttpConnection *self)
{
  return !self->request.strict;
}

static gboolean
on_authenticate (SoupMessage *message, SoupAuth *auth, gboolean retrying, IsrHttpConnection *self)
{
  if (retrying || !self->request.user)
    return FALSE;
  soup_auth_authenticate (auth, self->request.user, self->request.password ? self->request.password : "");
  return TRUE;
}

/* --- opening --- */

typedef struct {
  GInputStream *body;
  GError *error;
  GCancellable *inner;
  gboolean done, late, cancelled;
} Sending;

static void
on_sent (GObject *session, GAsyncResult *result, gpointer data)
{
  Sending *sending = data;

  sending->body = soup_session_send_finish (SOUP_SESSION (session), result, &sending->error);
  sending->done = TRUE;
}

static gboolean
on_late (gpointer data)
{
  Sending *sending = data;

  sending->late = TRUE;
  g_cancellable_cancel (sending->inner);
  return G_SOURCE_REMOVE;
}

static gboolean
on_cancelled (int fd, GIOCondition condition, gpointer data)
{
  Sending *sending = data;

  sending->cancelled = TRUE;
  g_cancellable_cancel (sending->inner);
  return G_SOURCE_REMOVE;
}

static GSource *
attach (GSource *source, GSourceFunc func, Sending *sending, GMainContext *context)
{
  g_source_set_callback (source, func, sending, NULL);
  g_source_attach (source, context);
  return source;
}

static void
detach (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static const struct {
  GTlsCertificateFlags flag;
  const char *words;
} certificate_words[] = {
  { G_TLS_CERTIFICATE_UNKNOWN_CA, "it is signed by nobody who is trusted here" },
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "it is for another name" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "it is not valid yet" },
  { G_TLS_CERTIFICATE_EXPIRED, "it has expired" },
  { G_TLS_CERTIFICATE_REVOKED, "it was revoked" },
  { G_TLS_CERTIFICATE_INSECURE, "its algorithm is not secure" },
};

/* "Unacceptable TLS certificate" does not say why. */
static void
explain_certificate (IsrHttpConnection *self, GError *error)
{
  GTlsCertificateFlags flags = soup_message_get_tls_peer_certificate_errors (self->message);
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  if (!g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (certificate_words); i++)
    if (flags & certificate_words[i].flag)
      g_ptr_array_add (words, (gpointer) certificate_words[i].words);
  if (words->len == 0)
    return;
  g_ptr_array_add (words, NULL);
  g_free (error->message);
  error->message = g_strjoinv (", ", (char **) words->pdata);
}

static gboolean
send_request (IsrHttpConnection *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GCancellable) inner = g_cancellable_new ();
  Sending sending = { NULL, NULL, inner };
  GSource *late = attach (g_timeout_source_new ((guint) MAX (1, self->limit / 1000)), on_late, &sending, self->context);
  int fd = g_cancellable_get_fd (cancellable); /* a source of the cancellable itself is lost when another thread cancels just then (GLib 2.74) */
  GSource *cancelled = attach (g_unix_fd_source_new (fd, G_IO_IN), G_SOURCE_FUNC (on_cancelled), &sending, self->context);

  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, inner, on_sent, &sending);
  while (!sending.done)
    g_main_context_iteration (self->context, TRUE);
  detach (late);
  detach (cancelled);
  if (fd >= 0)
    g_cancellable_release_fd (cancellable);
  self->body = sending.body;
  if (self->body && self->socket)
    return TRUE;
  if (sending.late && !sending.cancelled)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no answer within %.3g s", self->limit / 1e6);
  else if (sending.error)
    g_propagate_error (error, g_steal_pointer (&sending.error));
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "no connection was made");
  if (error && *error)
    explain_certificate (self, *error);
  g_clear_error (&sending.error);
  return FALSE;
}

/* As the environment says and nothing else: GLib would ask libproxy, in a thread, with
 * modules of its own, for each connection. NULL: no proxy. */
static GProxyResolver *
make_proxy (GUri *uri)
{
  const char *proxy = g_getenv (g_str_equal (g_uri_get_scheme (uri), "https") ? "https_proxy" : "http_proxy");
  const char *without = g_getenv ("no_proxy");
  g_auto (GStrv) ignored = g_strsplit_set (without ? without : "", ", ", -1);

  return proxy && *proxy ? g_simple_proxy_resolver_new (proxy, ignored) : NULL;
}

static void
prepare (IsrHttpConnection *self, GUri *uri)
{
  g_autoptr (GProxyResolver) proxy = make_proxy (uri);
  SoupMessageHeaders *headers;

  self->session = soup_session_new_with_options ("user-agent", self->request.user_agent, "timeout", 0, "proxy-resolver", proxy, NULL);
  self->message = soup_message_new_from_uri ("GET", uri);
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_NEW_CONNECTION);
  headers = soup_message_get_request_headers (self->message);
  soup_message_headers_replace (headers, "Connection", "close");
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (self->request.icy)
    soup_message_headers_replace (headers, "Icy-MetaData", "1");
  g_signal_connect (self->message, "network-event", G_CALLBACK (on_network_event), self);
  g_signal_connect (self->message, "accept-certificate", G_CALLBACK (on_certificate), self);
  g_signal_connect (self->message, "authenticate", G_CALLBACK (on_authenticate), self);
}

IsrHttpConnection *
isr_http_connection_open (GUri *uri, const IsrHttpRequest *request, GCancellable *cancellable, GError **error)
{
  g_autoptr (IsrHttpConnection) self = g_new0 (IsrHttpConnection, 1);
  gboolean sent;

  self->context = g_main_context_new ();
  self->request = *request;
  self->limit = request->limit;
  g_main_context_push_thread_default (self->context);
  prepare (self, uri);
  sent = send_request (self, cancellable, error);
  g_main_context_pop_thread_default (self->context);
  self->request = (IsrHttpRequest){ 0 };
  self->plain = !self->tls && soup_message_headers_get_encoding (soup_message_get_response_headers (self->message)) != SOUP_ENCODING_CHUNKED;
  return sent ? g_steal_pointer (&self) : NULL;
}

void
isr_http_connection_free (IsrHttpConnection *self)
{
  g_main_context_push_thread_default (self->context);
  if (self->message)
    g_signal_handlers_disconnect_by_data (self->message, self);
  if (self->socket)
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL); /* else libsoup would read an endless body to its end */
  g_clear_object (&self->body);
  if (self->session)
    soup_session_abort (self->session);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_clear_object (&self->message);
  g_clear_object (&self->session);
  g_clear_object (&self->socket);
  g_main_context_pop_thread_default (self->context);
  g_main_context_unref (self->context);
  g_free (self);
}

/* --- the answer --- */

guint
isr_http_connection_get_status (IsrHttpConnection *self)
{
  return soup_message_get_status (self->message);
}

const char *
isr_http_connection_get_phrase (IsrHttpConnection *self)
{
  const char *phrase = soup_message_get_reason_phrase (self->message);

  return phrase ? phrase : "";
}

const char *
isr_http_connection_get_header (IsrHttpConnection *self, const char *name)
{
  return soup_message_headers_get_one (soup_message_get_response_headers (self->message), name);
}

void
isr_http_connection_foreach_header (IsrHttpConnection *self, void (*func) (const char *name, const char *value, gpointer data), gpointer data)
{
  soup_message_headers_foreach (soup_message_get_response_headers (self->message), func, data);
}

/* --- the body --- */

gssize
isr_http_connection_read (IsrHttpConnection *self, guint8 *data, gsize size, GError **error)
{
  return g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (self->body), data, size, NULL, error);
}

gboolean
isr_http_connection_is_plain (IsrHttpConnection *self)
{
  return self->plain;
}

gboolean
isr_http_connection_wait (IsrHttpConnection *self, gint64 us, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (g_socket_condition_timed_wait (self->socket, G_IO_IN, MAX (us, 0), cancellable, &local) || g_error_matches (local, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

GBytes *
isr_http_connection_read_all (IsrHttpConnection *self, gsize size, GCancellable *cancellable, GError **error)
{
  gint64 end = g_get_monotonic_time () + self->limit;
  g_autofree guint8 *data = g_malloc (size);
  gsize used = 0;

  while (used < size) {
    g_autoptr (GError) local = NULL;
    gssize n = isr_http_connection_read (self, data + used, size - used, &local);

    if (n == 0)
      break;
    used += (gsize) MAX (n, 0);
    if (n < 0 && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
    if (g_get_monotonic_time () > end) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "a playlist that does not end within %.3g s", self->limit / 1e6);
      return NULL;
    }
    if (n < 0 && !isr_http_connection_wait (self, end - g_get_monotonic_time (), cancellable, error))
      return NULL;
  }
  return g_bytes_new (data, used);
}

gint64
isr_http_connection_get_age (IsrHttpConnection *self)
{
  struct tcp_info info = { 0 };
  socklen_t size = sizeof info;

  if (getsockopt (g_socket_get_fd (self->socket), IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
    return 0;
  return (gint64) info.tcpi_last_data_recv * 1000;
}

gboolean
isr_http_connection_set_low_watermark (IsrHttpConnection *self, gsize bytes)
{
  return !self->tls && g_socket_set_option (self->socket, SOL_SOCKET, SO_RCVLOWAT, (int) MIN (bytes, G_MAXINT), NULL);
}
