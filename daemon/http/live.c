/* SPDX-License-Identifier: MIT */
/* live.c - /live/<source>: listen now.
 *
 * An answer without a length, in pieces as they come. Who takes them too slowly is
 * dropped when more than a megabyte waits; a source that ends ends the answer. */
#define G_LOG_DOMAIN "isr-live"

#include "daemon/media/live.h"

#include <string.h>

#include "daemon/http/handlers.h"
#include "daemon/http/question.h"
#include "daemon/http/send.h"
#include "daemon/http/tcp.h"
#include "daemon/media/media-error.h"

#define MAX_UNSENT (1024 * 1024)

typedef struct {
  IsrLater later;
  IsrListener *listener; /* NULL: it is over */
  gsize unsent;
  gulong wrote;
} Answer;

static void
answer_free (Answer *self)
{
  g_clear_pointer (&self->listener, isr_listener_free);
  g_clear_signal_handler (&self->wrote, self->later.request.message);
  isr_later_clear (&self->later);
  g_free (self);
}

static void
on_wrote (SoupServerMessage *message, guint size, gpointer data)
{
  Answer *self = data;

  self->unsent -= MIN (self->unsent, size);
}

static void
begin (gpointer data, const char *type)
{
  Answer *self = data;
  const IsrRequest *request = &self->later.request;

  soup_server_message_set_status (request->message, 200, NULL);
  soup_message_headers_replace (request->answer, "Content-Type", type);
  soup_message_headers_replace (request->answer, "Cache-Control", "no-store");
  soup_message_headers_replace (request->answer, "Accept-Ranges", "none");
  isr_send_set_endless (request->message);
  soup_message_body_set_accumulate (soup_server_message_get_response_body (request->message), FALSE);
  self->wrote = g_signal_connect (request->message, "wrote-body-data", G_CALLBACK (on_wrote), self);
  if (request->head) {
    soup_message_body_complete (soup_server_message_get_response_body (request->message));
    soup_server_message_unpause (request->message);
  }
}

static void
take_bytes (gpointer data, GBytes *bytes)
{
  Answer *self = data;
  const IsrRequest *request = &self->later.request;
  GSocket *socket = isr_tcp_get_socket (request->message);

  if (request->head)
    return;
  self->unsent += g_bytes_get_size (bytes);
  if (self->unsent > MAX_UNSENT) {
    if (socket)
      g_socket_shutdown (socket, TRUE, TRUE, NULL);
    return;
  }
  soup_message_body_append_bytes (soup_server_message_get_response_body (request->message), bytes);
  soup_server_message_unpause (request->message);
}

static void
end (gpointer data, const GError *error)
{
  Answer *self = data;
  const IsrRequest *request = &self->later.request;

  g_clear_pointer (&self->listener, isr_listener_free);
  if (self->wrote)
    soup_message_body_complete (soup_server_message_get_response_body (request->message));
  else if (g_error_matches (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FAILED)) /* the log has it already */
    isr_reply_error (request, 500, "failed", error->message);
  else if (error)
    isr_reply_media_error (request, error);
  else
    isr_reply_error (request, 503, "unavailable", "the source ended before anything was heard of it: ask again");
  soup_server_message_unpause (request->message);
}

/* Raw sources are encoded, whatever their files are. */
static gboolean
is_raw (const IsrHouse *house, const char *source)
{
  g_autoptr (GPtrArray) states = isr_control_states (house->control);

  for (guint i = 0; i < states->len; i++) {
    const IsrSourceState *state = states->pdata[i];

    if (strcmp (state->name, source) == 0)
      return g_strcmp0 (state->type, "stream") != 0;
  }
  return FALSE;
}

void
isr_handle_live (const IsrRequest *request)
{
  static const IsrListenerClass klass = { begin, take_bytes, end };
  g_autoptr (GError) error = NULL;
  Answer *self = g_new0 (Answer, 1);

  isr_later_init (&self->later, request, (void (*) (gpointer)) answer_free, self);
  self->listener = isr_live_listen (request->house->live, request->rest, is_raw (request->house, request->rest), &klass, self, &error);
  if (self->listener)
    return;
  isr_reply_media_error (request, error);
  soup_server_message_unpause (request->message);
}
