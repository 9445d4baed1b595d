/* SPDX-License-Identifier: MIT */
/* api-cut.c - /api/cut: a stretch of the archive in its own codec, as a file.
 *
 * It is made in whole before it is sent: only then is its length known, and are its
 * tables true. Who asks for it in parts, as players do, is given parts of the same. */
#include "daemon/archive/scan.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"
#include "daemon/http/question.h"
#include "daemon/http/send.h"

#include <fcntl.h>

typedef struct {
  IsrLater later;
  GCancellable *cancellable;
  char *etag;
} Answer;

static void
answer_free (Answer *self)
{
  isr_later_clear (&self->later);
  g_object_unref (self->cancellable);
  g_free (self->etag);
  g_free (self);
}

static void
on_gone (gpointer data)
{
  g_cancellable_cancel (((Answer *) data)->cancellable);
}

static void
tell_gaps (SoupMessageHeaders *answer, const IsrCutFile *file)
{
  g_autofree char *count = g_strdup_printf ("%u", file->gaps);
  char seconds[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (seconds, sizeof seconds, "%.3f", file->gap_seconds);
  soup_message_headers_replace (answer, "ISR-Gaps", count);
  soup_message_headers_replace (answer, "ISR-Gap-Seconds", seconds);
}

static void
tell_start (const IsrRequest *request, const IsrCutFile *file)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (file->start_us / G_TIME_SPAN_SECOND);
  g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, request->house->zone);
  g_autoptr (GDateTime) exact = g_date_time_add (local, file->start_us % G_TIME_SPAN_SECOND);
  g_autofree char *text = g_date_time_format (exact, "%Y-%m-%dT%H:%M:%S.%f%:z");

  soup_message_headers_replace (request->answer, "ISR-Start", text);
}

static void
send_file (Answer *self, const IsrCutFile *file)
{
  const IsrRequest *request = &self->later.request;
  const char *type = isr_audio_content_type (file->name);
  g_autofree char *disposition = isr_words_format_disposition (TRUE, file->name);
  IsrSendable what = {
    .fd = file->fd,
    .size = file->size,
    .validators = { .etag = self->etag },
    .type = type ? type : "application/octet-stream",
    .disposition = disposition,
  };

  tell_gaps (request->answer, file);
  tell_start (request, file);
  isr_send (request, &what, self->later.range);
}

static void
on_cut (GObject *object, GAsyncResult *result, gpointer data)
{
  Answer *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCutFile) file = isr_cuts_get_finish (NULL, result, &error);
  g_autoptr (SoupServerMessage) message = g_object_ref (self->later.request.message);

  if (self->later.gone) {
    answer_free (self);
    return;
  }
  if (file)
    send_file (self, file);
  else
    isr_reply_media_error (&self->later.request, error);
  answer_free (self);
  soup_server_message_unpause (message);
}

void
isr_handle_cut (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  IsrSpan *span = isr_request_read_span (request, &error);
  g_autofree char *key = NULL;
  Answer *self;

  if (!span) {
    isr_reply_media_error (request, error);
    return;
  }
  key = isr_span_make_key (span);
  self = g_new0 (Answer, 1);
  self->cancellable = g_cancellable_new ();
  self->etag = g_strdup_printf ("\"%s\"", key);
  isr_later_init (&self->later, request, on_gone, self);
  isr_cuts_get_async (request->house->cuts, span, self->cancellable, on_cut, self);
}
