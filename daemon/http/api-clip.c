/* SPDX-License-Identifier: MIT */
/* api-clip.c - /api/clip: a stretch of the archive as WAV, sent while it is decoded.
 *
 *   open (worker) -> headers, two portions asked for -> each portion that was written
 *   asks for the next one
 *
 * The length is known before the first sample is, so a browser plays at once, and
 * seeks by Range: decoding then begins there. Several ranges in one request get the
 * whole clip, which a server may always do. */
#define G_LOG_DOMAIN "isr-clip"

#include "daemon/http/handlers.h"
#include "daemon/http/question.h"
#include "daemon/http/range.h"
#include "daemon/http/send.h"
#include "daemon/media/clip.h"

#define FIRST_PORTION (4 * 1024) /* one packet or two */
#define PORTION (256 * 1024)
#define IN_FLIGHT 2

typedef struct {
  IsrLater later;
  IsrClip *clip;
  guint64 left;     /* bytes to be read */
  guint waiting;    /* portions appended and not written */
  gboolean reading; /* a step runs, or waits */
  gboolean begun;   /* headers are out */
} Answer;

static void
answer_free (Answer *self)
{
  isr_clip_cancel (self->clip);
  isr_clip_unref (self->clip);
  isr_later_clear (&self->later);
  g_free (self);
}

static void ask_next (Answer *self);

static void
on_written (SoupServerMessage *message, Answer *self)
{
  self->waiting -= MIN (self->waiting, 1);
  ask_next (self);
}

/* A step that still runs holds the answer. */
static void
on_gone (gpointer data)
{
  Answer *self = data;

  g_signal_handlers_disconnect_by_func (self->later.request.message, on_written, self);
  isr_clip_cancel (self->clip);
  if (!self->reading)
    answer_free (self);
}

/* The length is promised: all that is left is to cut the connection. */
static void
give_up (Answer *self, const GError *error)
{
  GSocket *socket = soup_server_message_get_socket (self->later.request.message);

  g_message ("a clip could not be decoded to its end: %s", error->message);
  if (socket)
    g_socket_shutdown (socket, TRUE, TRUE, NULL);
  soup_server_message_unpause (self->later.request.message);
}

static void
on_portion (GObject *object, GAsyncResult *result, gpointer data)
{
  Answer *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) portion = isr_clip_read_finish (self->clip, result, &error);
  SoupMessageBody *body;

  self->reading = FALSE;
  if (self->later.gone) {
    answer_free (self);
    return;
  }
  if (!portion) {
    give_up (self, error);
    return;
  }
  body = soup_server_message_get_response_body (self->later.request.message);
  soup_message_body_append_bytes (body, portion);
  self->left -= MIN (self->left, g_bytes_get_size (portion));
  self->waiting++;
  if (!self->left)
    soup_message_body_complete (body);
  soup_server_message_unpause (self->later.request.message);
  ask_next (self);
}

static void
ask_next (Answer *self)
{
  gsize size = (gsize) MIN (self->left, self->begun ? PORTION : FIRST_PORTION);

  if (self->reading || !self->left || self->waiting >= IN_FLIGHT)
    return;
  self->begun = self->reading = TRUE;
  isr_clip_read_async (self->clip, size, on_portion, self);
}

/* TRUE: there is a body. */
static gboolean
set_range (Answer *self, guint64 size)
{
  const IsrRequest *request = &self->later.request;
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (IsrRange));
  const char *header = request->head || soup_message_headers_get_one (request->headers, "If-Range") ? NULL : self->later.range;
  IsrRangeResult result = isr_range_parse (header, size, ranges);
  const IsrRange *range = (const IsrRange *) ranges->data;

  if (result == ISR_RANGE_UNSATISFIABLE) {
    isr_send_unsatisfiable (request, size);
    return FALSE;
  }
  self->left = size;
  if (ranges->len == 1) {
    IsrRangeText text;

    soup_message_headers_replace (request->answer, "Content-Range", isr_send_format_range (&text, range->start, range->length, size));
    isr_clip_seek (self->clip, range->start);
    self->left = range->length;
  }
  soup_server_message_set_status (request->message, ranges->len == 1 ? 206 : 200, NULL);
  return TRUE;
}

static void
begin (Answer *self)
{
  const IsrRequest *request = &self->later.request;
  SoupMessageBody *body = soup_server_message_get_response_body (request->message);
  g_autofree char *disposition = isr_words_format_disposition (FALSE, isr_clip_get_name (self->clip));

  soup_message_headers_replace (request->answer, "Accept-Ranges", "bytes");
  soup_message_headers_replace (request->answer, "Cache-Control", "no-store");
  soup_message_headers_replace (request->answer, "Content-Disposition", disposition);
  if (!set_range (self, isr_clip_get_size (self->clip)))
    return;
  soup_message_headers_replace (request->answer, "Content-Type", "audio/wav");
  soup_message_headers_set_content_length (request->answer, (goffset) self->left);
  if (request->head) {
    soup_message_body_complete (body);
    return;
  }
  soup_message_body_set_accumulate (body, FALSE);
  g_signal_connect (request->message, "wrote-chunk", G_CALLBACK (on_written), self);
  ask_next (self);
}

static void
on_open (GObject *object, GAsyncResult *result, gpointer data)
{
  Answer *self = data;
  g_autoptr (GError) error = NULL;
  gboolean ok = isr_clip_open_finish (self->clip, result, &error);

  self->reading = FALSE;
  if (self->later.gone) {
    answer_free (self);
    return;
  }
  if (ok)
    begin (self);
  else
    isr_reply_media_error (&self->later.request, error);
  if (!self->reading)
    soup_server_message_unpause (self->later.request.message);
}

void
isr_handle_clip (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  IsrSpan *span = isr_request_read_span (request, &error);
  Answer *self;

  if (!span) {
    isr_reply_media_error (request, error);
    return;
  }
  self = g_new0 (Answer, 1);
  self->clip = isr_clip_new (span);
  isr_later_init (&self->later, request, on_gone, self);
  self->reading = TRUE;
  isr_clip_open_async (self->clip, on_open, self);
}
