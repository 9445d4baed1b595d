/* SPDX-License-Identifier: MIT */
/* pending.c - pause, and go on unless all is over. */
#include "daemon/http/pending.h"

#include "daemon/http/leaving.h"

struct _IsrPending {
  IsrRequest request;
  GCancellable *cancellable;
  gulong finished;
  gboolean gone;
  GCancellable *ended; /* of the house */
  GSource *leaving;    /* NULL: it can not be told, or has been */
};

static void
stop_watching (IsrPending *self)
{
  if (self->leaving)
    g_source_destroy (self->leaving);
  g_clear_pointer (&self->leaving, g_source_unref);
}

static void
on_finished (SoupServerMessage *message, IsrPending *self)
{
  stop_watching (self);
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
  self->leaving = isr_leaving_watch (request->message);
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
  stop_watching (self);
  g_signal_handler_disconnect (self->request.message, self->finished);
  if (!is_gone (self))
    soup_server_message_unpause (self->request.message);
  g_object_unref (self->request.message);
  g_object_unref (self->cancellable);
  g_object_unref (self->ended);
  g_free (self);
}
