/* SPDX-License-Identifier: MIT */
/* question.c - parameters to a span, reasons to statuses. */
#include "daemon/http/question.h"

#include "daemon/core/error.h"
#include "daemon/http/leaving.h"
#include "daemon/media/media-error.h"

#define MAX_SECONDS 1e8

static const struct {
  guint status;
  const char *code;
} by_reason[] = {
  [ISR_MEDIA_ERROR_USAGE] = { 400, "bad-request" },
  [ISR_MEDIA_ERROR_NOT_FOUND] = { 404, "not-found" },
  [ISR_MEDIA_ERROR_NOT_YET] = { 409, "not-yet" },
  [ISR_MEDIA_ERROR_FORMAT_CHANGE] = { 409, "format-change" },
  [ISR_MEDIA_ERROR_NO_DECODER] = { 501, "no-decoder" },
  [ISR_MEDIA_ERROR_NO_SPACE] = { 507, "no-space" },
  [ISR_MEDIA_ERROR_FORMAT] = { 415, "format" },
  [ISR_MEDIA_ERROR_FAILED] = { 500, "failed" },
};

static gboolean
read_seconds (const IsrRequest *request, const char *name, double fallback, double *value, GError **error)
{
  return isr_query_get_double (request->query, name, -MAX_SECONDS, MAX_SECONDS, "seconds", fallback, value, error);
}

static IsrSpan *
read_file_span (const IsrRequest *request, const char *file, GError **error)
{
  double start, end;

  if (!read_seconds (request, "start", 0, &start, error) || !read_seconds (request, "end", -1, &end, error))
    return NULL;
  if (isr_query_get (request->query, "end") && end <= start) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "end: it must be later than start");
    return NULL;
  }
  if (isr_query_get (request->query, "end") && end < 0) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "end: it must lie behind the beginning of the file; ask for the file before it, or by source, from and to");
    return NULL;
  }
  return isr_span_new_file (request->house->catalog, file, start, end, error);
}

static IsrSpan *
read_source_span (const IsrRequest *request, const char *source, GError **error)
{
  gint64 from_us, to_us;

  if (!isr_query_get_time (request->query, "from", request->house->zone, G_MININT64, &from_us, error) || !isr_query_get_time (request->query, "to", request->house->zone, G_MININT64, &to_us, error))
    return NULL;
  if (from_us > G_MININT64 / 4 && to_us > from_us && to_us < G_MAXINT64 / 4)
    return isr_span_new_source (request->house->catalog, source, from_us, to_us, error);
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "from, to: both are needed: which stretch of the source?");
  return NULL;
}

IsrSpan *
isr_request_read_span (const IsrRequest *request, GError **error)
{
  const char *file = isr_query_get (request->query, "file");
  const char *source = isr_query_get (request->query, "source");

  if (file)
    return read_file_span (request, file, error);
  if (source)
    return read_source_span (request, source, error);
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "say either file, start and end (seconds from its first sample), or source, from and to");
  return NULL;
}

void
isr_reply_media_error (const IsrRequest *request, const GError *error)
{
  if (error->domain != ISR_MEDIA_ERROR) {
    isr_reply_gerror (request, error);
    return;
  }
  if (error->code == ISR_MEDIA_ERROR_FAILED)
    g_warning ("%s", error->message);
  isr_reply_error (request, by_reason[error->code].status, by_reason[error->code].code, error->message);
}

static void
stop_watching (IsrLater *self)
{
  if (self->leaving)
    g_source_destroy (self->leaving);
  g_clear_pointer (&self->leaving, g_source_unref);
}

static void
on_finished (SoupServerMessage *message, IsrLater *self)
{
  stop_watching (self);
  self->gone = TRUE;
  if (self->on_gone)
    self->on_gone (self->data);
}

void
isr_later_init (IsrLater *self, const IsrRequest *request, void (*on_gone) (gpointer data), gpointer data)
{
  *self = (IsrLater){ *request, .on_gone = on_gone, .data = data };
  self->request.rest = NULL;
  self->request.query = NULL;
  self->range = g_strdup (soup_message_headers_get_one (request->headers, "Range"));
  g_object_ref (request->message);
  self->finished = g_signal_connect (request->message, "finished", G_CALLBACK (on_finished), self);
  self->leaving = isr_leaving_watch (request->message);
  soup_server_message_pause (request->message);
}

void
isr_later_clear (IsrLater *self)
{
  stop_watching (self);
  g_clear_signal_handler (&self->finished, self->request.message);
  g_clear_object (&self->request.message);
  g_clear_pointer (&self->range, g_free);
}
