/* SPDX-License-Identifier: MIT */
/* kept.c - answers that wait for the medium: what people said is theirs to keep, so "200"
 * is not said before a power cut can no longer take it. */
#include "daemon/http/kept.h"

#include "daemon/archive/labels.h"
#include "daemon/http/json.h"
#include "daemon/http/question.h"

typedef struct {
  IsrLater later;
  GCancellable *ended; /* the server has: the request's house is no more */
  char *body;
} Answer;

static void
on_kept (const GError *error, gpointer data)
{
  Answer *self = data;
  g_autoptr (SoupServerMessage) message = g_object_ref (self->later.request.message);
  gboolean gone = self->later.gone || g_cancellable_is_cancelled (self->ended);

  if (!gone && error)
    isr_reply_gerror (&self->later.request, error);
  else if (!gone)
    isr_reply_body (&self->later.request, g_steal_pointer (&self->body));
  isr_later_clear (&self->later);
  g_object_unref (self->ended);
  g_free (self->body);
  g_free (self);
  if (!gone)
    soup_server_message_unpause (message);
}

void
isr_reply_kept (const IsrRequest *request, JsonBuilder *builder)
{
  Answer *self = g_new0 (Answer, 1);

  self->ended = g_object_ref (request->house->ended);
  self->body = isr_json_finish (builder);
  isr_later_init (&self->later, request, NULL, NULL);
  isr_catalog_when_kept (request->house->catalog, on_kept, self);
}
