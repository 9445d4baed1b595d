/* SPDX-License-Identifier: MIT */
/* api-clip.c - /api/clip: a stretch of the archive as WAV, sent while it is decoded.
 *
 *   open -> the first portion -> headers, and it -> each portion that was written asks for
 *   the next one
 *
 * The length is known before the first sample is, so a browser plays at once, and
 * seeks by Range: decoding then begins there. Headers wait for the first portion: until
 * it is there, what goes wrong can still be said. Several ranges in one request get the
 * whole clip, which a server may always do. */
#define G_LOG_DOMAIN "isr-clip"

#include "daemon/http/handlers.h"
#include "daemon/http/leaving.h"
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
  guint64 start, left; /* bytes to be read */
  gboolean partial;
  guint waiting;    /* portions appended and not written */
  gboolean reading; /* a step runs, or waits */
  gboolean begun;   /* headers are out */
} Answer;

static void
answer_free (Answer *self)
{
  isr_clip_free (self->clip);
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

/* What is asked for comes back, and frees the answer. */
static void
on_gone (gpointer data)
{
  Answer *self = data;

  g_signal_handlers_disconnect_by_func (self->later.request.message, on_written, self);
  if (self->reading)
    isr_clip_end (self->clip);
  else
    answer_free (self);
}

/* Once the length is promised, all that is left is to cut the connection. */
static void
give_up (Answer *self, const GError *error)
{
  isr_clip_end (self->clip);
  if (self->begun) {
    g_message ("a clip could not be decoded to its end: %s", error->message);
    isr_leaving_cut (self->later.request.message);
  } else {
    isr_reply_media_error (&self->later.request, error);
  }
}

static void
tell_range (Answer *self)
{
  IsrRangeText text;

  soup_message_headers_replace (self->later.request.answer, "Content-Range", isr_send_format_range (&text, self->start, self->left, isr_clip_get_size (self->clip)));
}

static void
send_headers (Answer *self)
{
  const IsrRequest *request = &self->later.request;
  g_autofree char *disposition = isr_words_format_disposition (FALSE, isr_clip_get_name (self->clip));

  soup_message_headers_replace (request->answer, "Content-Disposition", disposition);
  soup_message_headers_replace (request->answer, "Content-Type", "audio/wav");
  soup_message_headers_set_content_length (request->answer, (goffset) self->left);
  if (self->partial)
    tell_range (self);
  soup_server_message_set_status (request->message, self->partial ? 206 : 200, NULL);
}

static void
begin (Answer *self)
{
  SoupServerMessage *message = self->later.request.message;

  self->begun = TRUE;
  send_headers (self);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (message), FALSE);
  g_signal_connect (message, "wrote-chunk", G_CALLBACK (on_written), self);
}

static void
append (Answer *self, GBytes *portion)
{
  SoupMessageBody *body = soup_server_message_get_response_body (self->later.request.message);

  soup_message_body_append_bytes (body, portion);
  self->waiting++;
  self->left -= MIN (self->left, g_bytes_get_size (portion));
  if (self->left)
    return;
  soup_message_body_complete (body);
  isr_clip_end (self->clip);
}

static void
on_portion (GObject *object, GAsyncResult *result, gpointer data)
{
  Answer *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) portion = isr_clip_read_finish (self->clip, result, &error);

  self->reading = FALSE;
  if (self->later.gone) {
    answer_free (self);
    return;
  }
  if (portion && !self->begun)
    begin (self);
  if (portion)
    append (self, portion);
  else
    give_up (self, error);
  soup_server_message_unpause (self->later.request.message);
  if (portion)
    ask_next (self);
}

static void
ask_next (Answer *self)
{
  gsize size = (gsize) MIN (self->left, self->begun ? PORTION : FIRST_PORTION);

  if (self->reading || !self->left || self->waiting >= IN_FLIGHT)
    return;
  self->reading = TRUE;
  isr_clip_read_async (self->clip, size, on_portion, self);
}

/* FALSE: there is none. */
static gboolean
read_range (Answer *self, guint64 size)
{
  const IsrRequest *request = &self->later.request;
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (IsrRange));
  const char *header = request->head || soup_message_headers_get_one (request->headers, "If-Range") ? NULL : self->later.range;
  IsrRangeResult result = isr_range_parse (header, size, ranges);
  const IsrRange *range = (const IsrRange *) ranges->data;

  self->partial = ranges->len == 1;
  self->start = self->partial ? range->start : 0;
  self->left = self->partial ? range->length : size;
  if (result == ISR_RANGE_UNSATISFIABLE)
    isr_send_unsatisfiable (request, size);
  return result != ISR_RANGE_UNSATISFIABLE;
}

static void
plan (Answer *self)
{
  const IsrRequest *request = &self->later.request;

  soup_message_headers_replace (request->answer, "Accept-Ranges", "bytes");
  soup_message_headers_replace (request->answer, "Cache-Control", "no-store");
  if (!read_range (self, isr_clip_get_size (self->clip)))
    return;
  if (request->head) {
    send_headers (self);
    soup_message_body_complete (soup_server_message_get_response_body (request->message));
    return;
  }
  isr_clip_seek (self->clip, self->start);
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
    plan (self);
  else
    give_up (self, error);
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
