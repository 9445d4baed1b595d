/* SPDX-License-Identifier: MIT */
/* intake.c - collects portions by hand, as SoupServer's own way knows no limit.
 *
 * A client that sends ever more is read a while, so that it can see the answer; then
 * the connection is cut. */
#define G_LOG_DOMAIN "isr-intake"

#include "daemon/http/intake.h"

#include "daemon/http/tcp.h"

#include <string.h>

#define KEY "isr-intake"
#define DIGITS_MAX 18

static G_DEFINE_QUARK (isr - intake - doubtful, doubtful)

    typedef struct {
  GByteArray *kept;
  guint64 came;
} Intake;

static void
intake_free (gpointer data)
{
  Intake *self = data;

  g_byte_array_unref (self->kept);
  g_free (self);
}

static void
on_chunk (SoupServerMessage *message, GBytes *chunk, Intake *self)
{
  GSocket *socket = isr_tcp_get_socket (message);
  gsize size;
  const guint8 *data = g_bytes_get_data (chunk, &size);

  self->came += size;
  if (self->came <= ISR_INTAKE_MAX)
    g_byte_array_append (self->kept, data, (guint) size);
  else if (self->came > ISR_INTAKE_PATIENCE && socket)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
}

/* One Content-Length, in digits, or chunks: not both. Two that are the same are two. */
static gboolean
is_certain (SoupMessageHeaders *headers)
{
  const char *length = soup_message_headers_get_list (headers, "Content-Length");
  const char *coding = soup_message_headers_get_list (headers, "Transfer-Encoding");

  if (!length)
    return !coding || g_ascii_strcasecmp (coding, "chunked") == 0;
  return !coding && *length && strlen (length) <= DIGITS_MAX && length[strspn (length, "0123456789")] == '\0';
}

/* The end of what is read is the end of the request, which then can be answered. */
static void
read_no_further (SoupServerMessage *message)
{
  GSocket *socket = isr_tcp_get_socket (message);

  g_object_set_qdata (G_OBJECT (message), doubtful_quark (), GINT_TO_POINTER (TRUE));
  if (socket)
    g_socket_shutdown (socket, TRUE, FALSE, NULL);
}

gboolean
isr_intake_is_doubtful (SoupServerMessage *message)
{
  return g_object_get_qdata (G_OBJECT (message), doubtful_quark ()) != NULL;
}

void
isr_intake_watch (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  Intake *self;

  if (!is_certain (headers)) {
    read_no_further (message);
    return;
  }
  if (soup_message_headers_get_encoding (headers) == SOUP_ENCODING_NONE)
    return;
  self = g_new0 (Intake, 1);
  self->kept = g_byte_array_new ();
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  g_object_set_data_full (G_OBJECT (message), KEY, self, intake_free);
  g_signal_connect (message, "got-chunk", G_CALLBACK (on_chunk), self);
}

/* SoupServer takes the end of the connection for the end of the body. */
static gboolean
is_cut_off (SoupServerMessage *message, const Intake *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  return soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH && self->came < (guint64) soup_message_headers_get_content_length (headers);
}

IsrIntakeResult
isr_intake_get (SoupServerMessage *message, GBytes **body)
{
  Intake *self = g_object_get_data (G_OBJECT (message), KEY);

  *body = NULL;
  if (!self) {
    *body = g_bytes_new (NULL, 0);
    return ISR_INTAKE_WHOLE;
  }
  if (self->came > ISR_INTAKE_MAX)
    return ISR_INTAKE_TOO_LONG;
  if (is_cut_off (message, self))
    return ISR_INTAKE_CUT_OFF;
  *body = g_bytes_new (self->kept->data, self->kept->len);
  return ISR_INTAKE_WHOLE;
}
