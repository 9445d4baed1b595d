/* SPDX-License-Identifier: MIT */
/* scenesrc.c - the shell round the pure scene: buffers of 50 ms, each handed out
 * when the clock has reached its end, as a sound card would. */
#include "daemon/capture/scenesrc.h"

#include <gst/audio/audio.h>

#define FRAMES (ISR_SCENE_RATE / 20)

struct _IsrSceneSrc {
  GstPushSrc parent;

  IsrScene scene; /* set once, before it runs */
  guint64 seed;

  guint channels; /* from here on: streaming thread */
  guint64 next;   /* sample number */
};

G_DEFINE_FINAL_TYPE (IsrSceneSrc, isr_scene_src, GST_TYPE_PUSH_SRC)

static GstStaticPadTemplate template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS ("audio/x-raw, format = " GST_AUDIO_NE (S16) ", layout = interleaved, rate = 48000, channels = [ 1, 2 ]"));

static gboolean
isr_scene_src_start (GstBaseSrc *base)
{
  ISR_SCENE_SRC (base)->next = 0;
  return TRUE;
}

static GstCaps *
isr_scene_src_fixate (GstBaseSrc *base, GstCaps *caps)
{
  caps = gst_caps_make_writable (caps);
  gst_structure_fixate_field_nearest_int (gst_caps_get_structure (caps, 0), "channels", 1);
  return GST_BASE_SRC_CLASS (isr_scene_src_parent_class)->fixate (base, caps);
}

static gboolean
isr_scene_src_set_caps (GstBaseSrc *base, GstCaps *caps)
{
  GstAudioInfo info;

  if (!gst_audio_info_from_caps (&info, caps))
    return FALSE;
  ISR_SCENE_SRC (base)->channels = GST_AUDIO_INFO_CHANNELS (&info);
  return TRUE;
}

/* The base class waits until @start on the clock before it hands out a buffer. */
static void
isr_scene_src_get_times (GstBaseSrc *base, GstBuffer *buffer, GstClockTime *start, GstClockTime *end)
{
  *start = GST_BUFFER_PTS (buffer) + GST_BUFFER_DURATION (buffer);
  *end = GST_CLOCK_TIME_NONE;
}

static gboolean
isr_scene_src_query (GstBaseSrc *base, GstQuery *query)
{
  GstClockTime latency = gst_util_uint64_scale (FRAMES, GST_SECOND, ISR_SCENE_RATE);

  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return GST_BASE_SRC_CLASS (isr_scene_src_parent_class)->query (base, query);
  gst_query_set_latency (query, TRUE, latency, latency);
  return TRUE;
}

static GstFlowReturn
isr_scene_src_create (GstPushSrc *push, GstBuffer **buffer)
{
  IsrSceneSrc *self = ISR_SCENE_SRC (push);
  gsize size = FRAMES * self->channels * sizeof (gint16);
  gint16 *samples = g_malloc (size);

  isr_scene_render (self->scene, self->seed, self->next, FRAMES, self->channels, samples);
  *buffer = gst_buffer_new_wrapped (samples, size);
  GST_BUFFER_OFFSET (*buffer) = self->next;
  GST_BUFFER_PTS (*buffer) = gst_util_uint64_scale (self->next, GST_SECOND, ISR_SCENE_RATE);
  self->next += FRAMES;
  GST_BUFFER_OFFSET_END (*buffer) = self->next;
  GST_BUFFER_DURATION (*buffer) = gst_util_uint64_scale (self->next, GST_SECOND, ISR_SCENE_RATE) - GST_BUFFER_PTS (*buffer);
  return GST_FLOW_OK;
}

static void
isr_scene_src_class_init (IsrSceneSrcClass *klass)
{
  GstBaseSrcClass *base_class = GST_BASE_SRC_CLASS (klass);
  GstPushSrcClass *push_class = GST_PUSH_SRC_CLASS (klass);

  base_class->start = isr_scene_src_start;
  base_class->fixate = isr_scene_src_fixate;
  base_class->set_caps = isr_scene_src_set_caps;
  base_class->get_times = isr_scene_src_get_times;
  base_class->query = isr_scene_src_query;
  push_class->create = isr_scene_src_create;
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &template);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "ISR scene source", "Source/Audio", "Plays a synthetic scene in real time", "The ISR authors");
}

static void
isr_scene_src_init (IsrSceneSrc *self)
{
  gst_base_src_set_live (GST_BASE_SRC (self), TRUE);
  gst_base_src_set_format (GST_BASE_SRC (self), GST_FORMAT_TIME);
}

GstElement *
isr_scene_src_new (IsrScene scene, guint64 seed)
{
  IsrSceneSrc *self = g_object_new (ISR_TYPE_SCENE_SRC, NULL);

  self->scene = scene;
  self->seed = seed;
  return GST_ELEMENT (self);
}
