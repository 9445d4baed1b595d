/* SPDX-License-Identifier: MIT */
/* feedsrc.c - a GAsyncQueue of buffers; two markers in it say "the end" and "look up". */
#include "daemon/capture/feedsrc.h"

struct _IsrFeedSrc {
  GstPushSrc parent;
  GstCaps *caps;
  GAsyncQueue *queue; /* GstBuffer, end, wake */
  gint bytes;         /* atomic: in it */
  gint closed;        /* atomic */
  gint flushing;      /* atomic: the state changes */
};

G_DEFINE_FINAL_TYPE (IsrFeedSrc, isr_feed_src, GST_TYPE_PUSH_SRC)

static GstStaticPadTemplate template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

static const char end[] = "end", wake[] = "wake";

static gboolean
is_buffer (gconstpointer item)
{
  return item != end && item != wake;
}

gboolean
isr_feed_src_push (IsrFeedSrc *self, GQueue *buffers)
{
  gboolean ok = !isr_feed_src_is_closed (self);
  GstBuffer *buffer;

  g_async_queue_lock (self->queue);
  while (ok && (buffer = g_queue_pop_head (buffers))) {
    gint size = (gint) gst_buffer_get_size (buffer);

    ok = g_atomic_int_get (&self->bytes) + size <= ISR_FEED_SRC_LIMIT;
    if (!ok) {
      gst_buffer_unref (buffer);
      break;
    }
    g_atomic_int_add (&self->bytes, size);
    g_async_queue_push_unlocked (self->queue, buffer);
  }
  g_async_queue_unlock (self->queue);
  g_queue_clear_full (buffers, (GDestroyNotify) gst_buffer_unref);
  return ok;
}

void
isr_feed_src_end (IsrFeedSrc *self)
{
  g_async_queue_push (self->queue, (gpointer) end);
}

static void
empty (IsrFeedSrc *self)
{
  gpointer item;

  while ((item = g_async_queue_try_pop (self->queue)))
    if (is_buffer (item))
      gst_buffer_unref (item);
}

void
isr_feed_src_close (IsrFeedSrc *self)
{
  g_atomic_int_set (&self->closed, TRUE);
  empty (self);
  g_async_queue_push (self->queue, (gpointer) end);
}

gboolean
isr_feed_src_is_closed (IsrFeedSrc *self)
{
  return g_atomic_int_get (&self->closed);
}

/* --- the analysis thread --- */

static GstFlowReturn
isr_feed_src_create (GstPushSrc *push, GstBuffer **buffer)
{
  IsrFeedSrc *self = ISR_FEED_SRC (push);

  while (!g_atomic_int_get (&self->flushing)) {
    gpointer item = g_async_queue_pop (self->queue);

    if (item == end)
      return GST_FLOW_EOS;
    if (item == wake)
      continue;
    *buffer = item;
    g_atomic_int_add (&self->bytes, -(gint) gst_buffer_get_size (*buffer));
    return GST_FLOW_OK;
  }
  return GST_FLOW_FLUSHING;
}

static gboolean
isr_feed_src_unlock (GstBaseSrc *base)
{
  IsrFeedSrc *self = ISR_FEED_SRC (base);

  g_atomic_int_set (&self->flushing, TRUE);
  g_async_queue_push (self->queue, (gpointer) wake);
  return TRUE;
}

static gboolean
isr_feed_src_unlock_stop (GstBaseSrc *base)
{
  g_atomic_int_set (&ISR_FEED_SRC (base)->flushing, FALSE);
  return TRUE;
}

static GstCaps *
isr_feed_src_get_caps (GstBaseSrc *base, GstCaps *filter)
{
  IsrFeedSrc *self = ISR_FEED_SRC (base);

  return filter ? gst_caps_intersect_full (filter, self->caps, GST_CAPS_INTERSECT_FIRST) : gst_caps_ref (self->caps);
}

static gboolean
isr_feed_src_is_seekable (GstBaseSrc *base)
{
  return FALSE;
}

/* --- class --- */

static void
isr_feed_src_finalize (GObject *object)
{
  IsrFeedSrc *self = ISR_FEED_SRC (object);

  empty (self);
  g_async_queue_unref (self->queue);
  gst_caps_unref (self->caps);
  G_OBJECT_CLASS (isr_feed_src_parent_class)->finalize (object);
}

static void
isr_feed_src_class_init (IsrFeedSrcClass *klass)
{
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = isr_feed_src_finalize;
  GST_PUSH_SRC_CLASS (klass)->create = isr_feed_src_create;
  base_class->unlock = isr_feed_src_unlock;
  base_class->unlock_stop = isr_feed_src_unlock_stop;
  base_class->get_caps = isr_feed_src_get_caps;
  base_class->is_seekable = isr_feed_src_is_seekable;
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &template);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "ISR feed source", "Source/Audio", "Hands what is recorded to its analysis", "The ISR authors");
}

static void
isr_feed_src_init (IsrFeedSrc *self)
{
  self->queue = g_async_queue_new ();
}

GstElement *
isr_feed_src_new (GstCaps *caps, gboolean timed)
{
  IsrFeedSrc *self = g_object_new (ISR_TYPE_FEED_SRC, NULL);

  self->caps = gst_caps_ref (caps);
  gst_base_src_set_format (GST_BASE_SRC (self), timed ? GST_FORMAT_TIME : GST_FORMAT_BYTES);
  return GST_ELEMENT (self);
}
