/* SPDX-License-Identifier: MIT */
/* pending.c - pause, and go on unless all is over. */
#include "daemon/http/pending.h"

struct _IsrPending {
  IsrRequest request;
  GCancellable *cancellable;
  gulong finished;
  gboolean gone;
  GCancellable *ended; /* of the house */
};

static void
on_finished (SoupServerMessage *message, IsrPending *self)
{
  self->gone = TRUE;
  g_cancellable_cancel (self->cancellable);
}

IsrPending *
isr_pending_new (const IsrRequest *request)
{
  IsrPending *self = g_new0 (IsrPending, 1);

  self->request = *request;
  self->request.query = NULL;
  self->request.rest = NULL;
  self->cancellable = g_cancellable_new ();
  self->ended = g_object_ref (request->house->ended);
  g_object_ref (request->message);
  self->finished = g_signal_connect (request->message, "finished", G_CALLBACK (on_finished), self);
  soup_server_message_pause (request->message);
  return self;
}

static gboolean
is_gone (IsrPending *self)
{
  return self->gone || g_cancellable_is_cancelled (self->ended);
}

const IsrRequest *
isr_pending_get_request (IsrPending *self)
{
  return is_gone (self) ? NULL : &self->request;
}

GCancellable *
isr_pending_get_cancellable (IsrPending *self)
{
  return self->cancellable;
}

void
isr_pending_free (IsrPending *self)
{
  g_signal_handler_disconnect (self->request.message, self->finished);
  if (!is_gone (self))
    soup_server_message_unpause (self->request.message);
  g_object_unref (self->request.message);
  g_object_unref (self->cancellable);
  g_object_unref (self->ended);
  g_free (self);
}
