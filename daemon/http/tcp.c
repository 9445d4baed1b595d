/* SPDX-License-Identifier: MIT */
/* tcp.c - the two directions of a connection.
 *
 * libsoup never waits in a read or a write; whoever does is served by GSocket. */
#include "daemon/http/tcp.h"

#include "daemon/http/wire.h"

#include <errno.h>
#include <sys/socket.h>

static G_DEFINE_QUARK (isr - tcp - socket, socket)

/* --- what comes -------------------------------------------------------------- */

#define TYPE_INCOMING (incoming_get_type ())
    G_DECLARE_FINAL_TYPE (Incoming, incoming, ISR, INCOMING, GInputStream)

        struct _Incoming {
  GInputStream parent;
  GSocket *socket;
};

static void incoming_pollable (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Incoming, incoming, G_TYPE_INPUT_STREAM, G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, incoming_pollable))

static gssize
incoming_read (GInputStream *stream, void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  return g_socket_receive (ISR_INCOMING (stream)->socket, buffer, count, cancellable, error);
}

static gssize
incoming_read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  GSocket *socket = ISR_INCOMING (stream)->socket;
  gssize n;

  if (g_socket_is_closed (socket)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "the connection is closed");
    return -1;
  }
  do
    n = recv (g_socket_get_fd (socket), buffer, count, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
  return n;
}

static gboolean
incoming_is_readable (GPollableInputStream *stream)
{
  return g_socket_condition_check (ISR_INCOMING (stream)->socket, G_IO_IN) != 0;
}

/* Nobody here waits with a cancellable. */
static GSource *
wrap (GObject *stream, GSource *waiting, GCancellable *cancellable)
{
  GSource *source;

  if (!cancellable)
    return waiting;
  source = g_pollable_source_new_full (stream, waiting, cancellable);
  g_source_unref (waiting);
  return source;
}

static GSource *
incoming_create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  IsrWire *wire = isr_wire_of (ISR_INCOMING (stream)->socket);

  return wrap (G_OBJECT (stream), isr_wire_create_source (wire, G_OBJECT (stream), G_IO_IN), cancellable);
}

static void
incoming_finalize (GObject *object)
{
  g_object_unref (ISR_INCOMING (object)->socket);
  G_OBJECT_CLASS (incoming_parent_class)->finalize (object);
}

static void
incoming_pollable (GPollableInputStreamInterface *iface)
{
  iface->is_readable = incoming_is_readable;
  iface->create_source = incoming_create_source;
  iface->read_nonblocking = incoming_read_nonblocking;
}

static void
incoming_class_init (IncomingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = incoming_finalize;
  G_INPUT_STREAM_CLASS (klass)->read_fn = incoming_read;
}

static void
incoming_init (Incoming *self)
{
}

/* --- what goes ---------------------------------------------------------------- */

#define TYPE_OUTGOING (outgoing_get_type ())
G_DECLARE_FINAL_TYPE (Outgoing, outgoing, ISR, OUTGOING, GOutputStream)

struct _Outgoing {
  GOutputStream parent;
  GSocket *socket;
};

static void outgoing_pollable (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (Outgoing, outgoing, G_TYPE_OUTPUT_STREAM, G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, outgoing_pollable))

static gssize
outgoing_write (GOutputStream *stream, const void *buffer, gsize count, GCancellable *cancellable, GError **error)
{
  GSocket *socket = ISR_OUTGOING (stream)->socket;

  isr_wire_release (isr_wire_of (socket));
  return g_socket_send (socket, buffer, count, cancellable, error);
}

static gssize
outgoing_write_nonblocking (GPollableOutputStream *stream, const void *buffer, gsize count, GError **error)
{
  return isr_wire_send (isr_wire_of (ISR_OUTGOING (stream)->socket), buffer, count, error);
}

static gboolean
outgoing_is_writable (GPollableOutputStream *stream)
{
  return g_socket_condition_check (ISR_OUTGOING (stream)->socket, G_IO_OUT) != 0;
}

static GSource *
outgoing_create_source (GPollableOutputStream *stream, GCancellable *cancellable)
{
  IsrWire *wire = isr_wire_of (ISR_OUTGOING (stream)->socket);

  return wrap (G_OBJECT (stream), isr_wire_create_source (wire, G_OBJECT (stream), G_IO_OUT), cancellable);
}

static void
outgoing_finalize (GObject *object)
{
  g_object_unref (ISR_OUTGOING (object)->socket);
  G_OBJECT_CLASS (outgoing_parent_class)->finalize (object);
}

static void
outgoing_pollable (GPollableOutputStreamInterface *iface)
{
  iface->is_writable = outgoing_is_writable;
  iface->create_source = outgoing_create_source;
  iface->write_nonblocking = outgoing_write_nonblocking;
}

static void
outgoing_class_init (OutgoingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = outgoing_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = outgoing_write;
}

static void
outgoing_init (Outgoing *self)
{
}

/* --- both ----------------------------------------------------------------------- */

#define TYPE_PLAIN (plain_get_type ())
G_DECLARE_FINAL_TYPE (Plain, plain, ISR, PLAIN, GIOStream)

struct _Plain {
  GIOStream parent;
  GSocket *socket;
  Incoming *incoming;
  Outgoing *outgoing;
};

G_DEFINE_FINAL_TYPE (Plain, plain, G_TYPE_IO_STREAM)

static GInputStream *
plain_get_incoming (GIOStream *stream)
{
  return G_INPUT_STREAM (ISR_PLAIN (stream)->incoming);
}

static GOutputStream *
plain_get_outgoing (GIOStream *stream)
{
  return G_OUTPUT_STREAM (ISR_PLAIN (stream)->outgoing);
}

static gboolean
plain_close (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  return g_socket_close (ISR_PLAIN (stream)->socket, error);
}

static void
plain_finalize (GObject *object)
{
  Plain *self = ISR_PLAIN (object);

  G_OBJECT_CLASS (plain_parent_class)->finalize (object);
  g_object_unref (self->incoming);
  g_object_unref (self->outgoing);
  g_object_unref (self->socket);
}

static void
plain_class_init (PlainClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = plain_finalize;
  G_IO_STREAM_CLASS (klass)->get_input_stream = plain_get_incoming;
  G_IO_STREAM_CLASS (klass)->get_output_stream = plain_get_outgoing;
  G_IO_STREAM_CLASS (klass)->close_fn = plain_close;
}

static void
plain_init (Plain *self)
{
}

static GIOStream *
plain_new (GSocket *socket)
{
  Plain *self = g_object_new (TYPE_PLAIN, NULL);

  self->socket = g_object_ref (socket);
  self->incoming = g_object_new (TYPE_INCOMING, NULL);
  self->incoming->socket = g_object_ref (socket);
  self->outgoing = g_object_new (TYPE_OUTGOING, NULL);
  self->outgoing->socket = g_object_ref (socket);
  return G_IO_STREAM (self);
}

/* What libsoup would make: it takes the end of the stream without a goodbye for an end. */
static GIOStream *
encrypted_new (GSocket *socket, GTlsCertificate *certificate, GError **error)
{
  static const char *const protocols[] = { "http/1.1", "http/1.0", NULL };
  g_autoptr (GSocketConnection) connection = g_socket_connection_factory_create_connection (socket);

  return g_initable_new (g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()), NULL, error, "base-io-stream", connection, "certificate", certificate, "require-close-notify", FALSE, "advertised-protocols", protocols, NULL);
}

gboolean
isr_tcp_hand_over (SoupServer *server, GSocket *socket, GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GSocketAddress) here = g_socket_get_local_address (socket, error);
  g_autoptr (GSocketAddress) there = here ? g_socket_get_remote_address (socket, error) : NULL;
  g_autoptr (GIOStream) stream = NULL;

  if (!there)
    return FALSE;
  isr_wire_attach (socket, certificate == NULL);
  g_object_set_qdata_full (G_OBJECT (there), socket_quark (), g_object_ref (socket), g_object_unref);
  stream = certificate ? encrypted_new (socket, certificate, error) : plain_new (socket);
  return stream && soup_server_accept_iostream (server, stream, here, there, error);
}

GSocket *
isr_tcp_get_socket (SoupServerMessage *message)
{
  GSocket *accepted_by_libsoup = soup_server_message_get_socket (message);
  GSocketAddress *there = accepted_by_libsoup ? NULL : soup_server_message_get_remote_address (message);

  if (accepted_by_libsoup)
    return accepted_by_libsoup;
  return there ? g_object_get_qdata (G_OBJECT (there), socket_quark ()) : NULL;
}
