/* SPDX-License-Identifier: MIT */
/* fixture-decoder.c - see fixture-decoder.h */
#include "tests/daemon/fixture-decoder.h"

#define NAME "mpg123audiodec"
#define FRAME 1152

typedef struct {
  GstElement parent;
  GstPad *sink, *src;
  guint frames;
} Decoder;

typedef struct {
  GstElementClass parent;
} DecoderClass;

static GType decoder_get_type (void);
G_DEFINE_TYPE (Decoder, decoder, GST_TYPE_ELEMENT)

static struct {
  FixtureDecoderMode mode;
  GMutex mutex;
  GCond cond;
  gboolean awake;
  gint count; /* atomic */
  GList *hidden;
} all;

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/mpeg, mpegversion = 1"));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("audio/x-raw, format = S16LE, layout = interleaved, rate = 48000, channels = 1"));

static void
sleep_until_woken (void)
{
  g_mutex_lock (&all.mutex);
  while (!all.awake)
    g_cond_wait (&all.cond, &all.mutex);
  g_mutex_unlock (&all.mutex);
}

static GstFlowReturn
chain (GstPad *pad, GstObject *parent, GstBuffer *frame)
{
  Decoder *self = (Decoder *) parent;
  GstBuffer *silence;

  if (all.mode == FIXTURE_DECODER_FAILS && ++self->frames == 10) {
    gst_buffer_unref (frame);
    GST_ELEMENT_ERROR (self, STREAM, DECODE, ("Nothing but noise."), (NULL));
    return GST_FLOW_ERROR;
  }
  if (all.mode == FIXTURE_DECODER_SLEEPS)
    sleep_until_woken ();
  silence = gst_buffer_new_allocate (NULL, FRAME * 2, NULL);
  gst_buffer_memset (silence, 0, 0, FRAME * 2);
  GST_BUFFER_PTS (silence) = GST_BUFFER_PTS (frame);
  GST_BUFFER_DURATION (silence) = GST_BUFFER_DURATION (frame);
  gst_buffer_unref (frame);
  return gst_pad_push (self->src, silence);
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  Decoder *self = (Decoder *) parent;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (&src_template);

    gst_event_unref (event);
    return gst_pad_set_caps (self->src, caps);
  }
  return gst_pad_event_default (pad, parent, event);
}

static void
decoder_class_init (DecoderClass *klass)
{
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &sink_template);
  gst_element_class_add_static_pad_template (GST_ELEMENT_CLASS (klass), &src_template);
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Fixture", "Decoder/Audio", "Stands in for a decoder", "The ISR authors");
}

static void
decoder_init (Decoder *self)
{
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_chain_function (self->sink, chain);
  gst_pad_set_event_function (self->sink, on_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
  g_atomic_int_inc (&all.count);
}

GList *
fixture_decoder_hide (const char *factories)
{
  g_auto (GStrv) names = g_strsplit (factories, " ", -1);
  GList *hidden = NULL;

  for (guint i = 0; names[i]; i++) {
    GstPluginFeature *feature = gst_registry_lookup_feature (gst_registry_get (), names[i]);

    if (!feature)
      continue;
    gst_registry_remove_feature (gst_registry_get (), feature);
    hidden = g_list_prepend (hidden, feature);
  }
  return hidden;
}

void
fixture_decoder_show (GList *hidden)
{
  for (GList *l = hidden; l; l = l->next) {
    gst_registry_add_feature (gst_registry_get (), l->data);
    gst_object_unref (l->data);
  }
  g_list_free (hidden);
}

void
fixture_decoder_install (FixtureDecoderMode mode)
{
  all.mode = mode;
  all.awake = FALSE;
  all.count = 0;
  all.hidden = fixture_decoder_hide (NAME " avdec_mp3");
  g_assert_true (gst_element_register (NULL, NAME, GST_RANK_NONE, decoder_get_type ()));
}

void
fixture_decoder_wake (void)
{
  g_mutex_lock (&all.mutex);
  all.awake = TRUE;
  g_cond_broadcast (&all.cond);
  g_mutex_unlock (&all.mutex);
}

guint
fixture_decoder_count (void)
{
  return (guint) g_atomic_int_get (&all.count);
}

void
fixture_decoder_remove (void)
{
  GList *own = fixture_decoder_hide (NAME);

  g_list_free_full (own, gst_object_unref);
  fixture_decoder_show (g_steal_pointer (&all.hidden));
}
