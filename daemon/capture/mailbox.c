/* SPDX-License-Identifier: MIT */
/* mailbox.c - letters in a GAsyncQueue; who posts the first one asks the loop to come. */
#include "daemon/capture/mailbox.h"

#define TURN (5 * G_TIME_SPAN_MILLISECOND) /* then others are let in between */

/* The bus holds it, too, and each letter: they may outlive what they are for. */
struct _IsrMailbox {
  GstBus *bus; /* NULL: closed */
  gboolean (*wants) (GstMessage *message);
  IsrMailFunc func;
  gpointer data;
};

typedef struct {
  IsrMailbox *to;
  GstMessage *message;
} Letter;

static gint called; /* atomic: the loop will come */

static void
letter_free (gpointer data)
{
  Letter *self = data;

  gst_message_unref (self->message);
  g_atomic_rc_box_release (self->to);
  g_free (self);
}

static GAsyncQueue *
get_letters (void)
{
  static gsize queue = 0;

  if (g_once_init_enter (&queue))
    g_once_init_leave (&queue, GPOINTER_TO_SIZE (g_async_queue_new_full (letter_free)));
  return GSIZE_TO_POINTER (queue);
}

static gboolean
deliver_next (void)
{
  Letter *letter = g_async_queue_try_pop (get_letters ());

  if (!letter)
    return FALSE;
  if (letter->to->bus)
    letter->to->func (letter->message, letter->to->data);
  letter_free (letter);
  return TRUE;
}

static gboolean
on_called (gpointer none)
{
  gint64 end = g_get_monotonic_time () + TURN;

  g_atomic_int_set (&called, FALSE); /* before the look: what is posted behind it calls again */
  while (deliver_next ())
    if (g_get_monotonic_time () >= end)
      return g_atomic_int_compare_and_exchange (&called, FALSE, TRUE) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
  return G_SOURCE_REMOVE;
}

static GstBusSyncReply
on_posted (GstBus *bus, GstMessage *message, gpointer data)
{
  IsrMailbox *self = data;
  Letter *letter;

  if (!self->wants (message)) {
    gst_message_unref (message);
    return GST_BUS_DROP;
  }
  letter = g_new (Letter, 1);
  *letter = (Letter){ g_atomic_rc_box_acquire (self), message };
  g_async_queue_push (get_letters (), letter);
  if (g_atomic_int_compare_and_exchange (&called, FALSE, TRUE))
    g_idle_add_full (G_PRIORITY_DEFAULT, on_called, NULL, NULL);
  /* cppcheck-suppress memleak; the queue has it */
  return GST_BUS_DROP;
}

IsrMailbox *
isr_mailbox_new (GstElement *element, gboolean (*wants) (GstMessage *message), IsrMailFunc func, gpointer data)
{
  IsrMailbox *self = g_atomic_rc_box_new0 (IsrMailbox);

  *self = (IsrMailbox){ gst_element_get_bus (element), wants, func, data };
  gst_bus_set_sync_handler (self->bus, on_posted, g_atomic_rc_box_acquire (self), g_atomic_rc_box_release);
  return self;
}

void
isr_mailbox_deliver (void)
{
  while (deliver_next ())
    ;
}

void
isr_mailbox_close (IsrMailbox *self)
{
  g_autoptr (GstBus) bus = g_steal_pointer (&self->bus);

  gst_bus_set_flushing (bus, TRUE);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  g_atomic_rc_box_release (self);
}
