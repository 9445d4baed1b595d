/* SPDX-License-Identifier: MIT */
/* beat.c - a list and a timer, both there while somebody listens. */
#include "daemon/capture/beat.h"

struct _IsrBeat {
  void (*func) (gpointer data); /* NULL: stopped, and freed at the next beat */
  gpointer data;
};

static GQueue beats = G_QUEUE_INIT;
static guint timer;

static gboolean
on_beat (gpointer none)
{
  for (guint n = beats.length; n > 0; n--) { /* who is new waits a second */
    IsrBeat *self = g_queue_pop_head (&beats);

    if (self->func) {
      g_queue_push_tail (&beats, self);
      self->func (self->data);
    } else {
      g_free (self);
    }
  }
  timer = beats.length ? timer : 0;
  return timer ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

IsrBeat *
isr_beat_start (void (*func) (gpointer data), gpointer data)
{
  IsrBeat *self = g_new (IsrBeat, 1);

  *self = (IsrBeat){ func, data };
  g_queue_push_tail (&beats, self);
  if (!timer)
    timer = g_timeout_add_seconds (1, on_beat, NULL);
  return self;
}

void
isr_beat_stop (IsrBeat *self)
{
  self->func = NULL;
}
