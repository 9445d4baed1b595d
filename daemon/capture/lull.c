/* SPDX-License-Identifier: MIT */
/* lull.c - a probe that waits in a queue which nobody fills before the end.
 *
 *     lull | read at once, read at once, a read that had to wait | lull | ...
 *
 * How much a read brings tells nothing: of a chunked body it is a chunk at most. All has
 * been taken when the next read has to wait. The first one after a lull never has to: when
 * it does, the machine is too busy to tell, and nothing is held until the next time. */
#include "daemon/capture/lull.h"

#define LENGTH (500 * G_TIME_SPAN_MILLISECOND)
#define UNTOUCHED (4 * G_TIME_SPAN_SECOND)     /* from the first byte */
#define WAITED (20 * G_TIME_SPAN_MILLISECOND)  /* for a read that had nothing to take */
#define SILENCE (60 * G_TIME_SPAN_MILLISECOND) /* then all has been read, at the end */
#define LAST (300 * G_TIME_SPAN_MILLISECOND)   /* that the end waits for it */
#define BLOCK (16 * 1024)                      /* of one read */

struct _IsrLull {
  gint64 begun;        /* streaming thread, like the next two: when the first buffer came; 0: none yet */
  gint64 left;         /* when the probe was left */
  gboolean fresh;      /* behind a lull */
  gint ended;          /* atomic */
  GAsyncQueue *nudges; /* ends the one that is on */
  GAsyncQueue *reads;  /* since the end */
};

/* The source has taken all that there was. */
static gboolean
is_dry (IsrLull *self, gint64 now)
{
  gboolean waited = now - self->left >= WAITED, fresh = self->fresh;

  self->fresh = FALSE;
  return waited && !fresh && now - self->begun >= UNTOUCHED;
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  IsrLull *self = data;
  gint64 now = g_get_monotonic_time ();

  if (!self->begun)
    self->begun = now;
  if (g_atomic_int_get (&self->ended)) {
    g_async_queue_push (self->reads, self);
  } else if (is_dry (self, now)) {
    g_async_queue_timeout_pop (self->nudges, LENGTH);
    self->fresh = TRUE;
  }
  self->left = g_get_monotonic_time ();
  return GST_PAD_PROBE_OK;
}

IsrLull *
isr_lull_new (GstElement *source)
{
  IsrLull *self = g_new0 (IsrLull, 1);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (source, "src");

  self->nudges = g_async_queue_new ();
  self->reads = g_async_queue_new ();
  g_object_set (source, "blocksize", BLOCK, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, self, NULL);
  return self;
}

void
isr_lull_free (IsrLull *self)
{
  g_async_queue_unref (self->nudges);
  g_async_queue_unref (self->reads);
  g_free (self);
}

void
isr_lull_end (IsrLull *self)
{
  gint64 end = g_get_monotonic_time () + LAST;

  if (!g_atomic_int_compare_and_exchange (&self->ended, FALSE, TRUE))
    return;
  g_async_queue_push (self->nudges, self);
  while (g_get_monotonic_time () < end && g_async_queue_timeout_pop (self->reads, SILENCE))
    ;
}
