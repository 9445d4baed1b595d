/* SPDX-License-Identifier: MIT */
/* stretch.c - a pipeline, its bus, and the place of its runs.
 *
 * Where the decoder's time leaps is noticed in its thread, in front of isrloudness,
 * and posted on the bus: there it stands before all that is said of what follows. */
#include "daemon/capture/stretch.h"

#include <gst/audio/audio.h>

#include "daemon/capture/loudness.h"
#include "daemon/capture/timeline.h"
#include "daemon/core/error.h"
#include "plugins/messages.h"

#define PIECE "isr-piece"
#define TOLERANCE (40 * GST_MSECOND) /* that of isrloudness */

/* In front of isrloudness, in the thread of the decoder. */
typedef struct {
  GstElement *pipeline; /* not referenced */
  GstAudioInfo info;
  guint64 base_ns, frames; /* what isrloudness has counted */
  guint unplayed;          /* frames that the recording does not count, still to come */
  GstClockTime expected;
} Watch;

struct _IsrStretch {
  const IsrStretchFuncs *funcs;
  gpointer data;
  IsrFeedSrc *feed;
  GstElement *pipeline;
  guint watch;
  guint64 position;     /* what the decoder's time 0 is, ns */
  gboolean within_file; /* its first run does not begin with a file */
  guint runs;
  IsrTimeline places; /* count of isrloudness -> stream time of the recording */
  GError *error;
  gboolean closing;
};

/* --- in the thread of the decoder --- */

static guint64
count_ns (const Watch *self)
{
  guint rate = (guint) GST_AUDIO_INFO_RATE (&self->info);

  return self->base_ns + (rate ? gst_util_uint64_scale (self->frames, GST_SECOND, rate) : 0);
}

static void
watch_caps (Watch *self, GstEvent *event)
{
  GstCaps *caps = NULL;
  GstAudioInfo info;

  gst_event_parse_caps (event, &caps);
  if (!gst_audio_info_from_caps (&info, caps) || gst_audio_info_is_equal (&info, &self->info))
    return;
  self->base_ns = count_ns (self);
  self->frames = 0;
  self->info = info;
}

static void
post_piece (Watch *self, GstClockTime pts)
{
  gst_element_post_message (self->pipeline,
      gst_message_new_application (GST_OBJECT (self->pipeline),
          gst_structure_new (PIECE, "position", G_TYPE_UINT64, count_ns (self), "at", G_TYPE_UINT64, pts, NULL)));
}

/* A leap is marked, for isrloudness to begin a new run. */
static GstBuffer *
watch_buffer (Watch *self, GstBuffer *buffer)
{
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  gboolean known = GST_CLOCK_TIME_IS_VALID (self->expected);

  if (GST_CLOCK_TIME_IS_VALID (pts) && (!known || ABS (GST_CLOCK_DIFF (self->expected, pts)) > (gint64) TOLERANCE)) {
    post_piece (self, pts);
    self->expected = pts;
    if (known) {
      buffer = gst_buffer_make_writable (buffer);
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
    }
  }
  if (GST_AUDIO_INFO_BPF (&self->info)) {
    guint64 frames = gst_buffer_get_size (buffer) / (guint) GST_AUDIO_INFO_BPF (&self->info);

    self->frames += frames;
    if (GST_CLOCK_TIME_IS_VALID (self->expected))
      self->expected += gst_util_uint64_scale (frames, GST_SECOND, (guint) GST_AUDIO_INFO_RATE (&self->info));
  }
  return buffer;
}

/* What is left has the time of its packet, for that does not count it either. Takes
 * @buffer; NULL: nothing is left. */
static GstBuffer *
leave_unplayed (Watch *self, GstBuffer *buffer)
{
  guint bpf = MAX (1, (guint) GST_AUDIO_INFO_BPF (&self->info));
  gsize frames = gst_buffer_get_size (buffer) / bpf, n = MIN (self->unplayed, frames);
  GstBuffer *rest;

  if (!n)
    return buffer;
  self->unplayed -= (guint) n;
  rest = n < frames ? gst_buffer_copy_region (buffer, GST_BUFFER_COPY_ALL, n * bpf, (frames - n) * bpf) : NULL;
  if (rest)
    GST_BUFFER_PTS (rest) = GST_BUFFER_PTS (buffer);
  gst_buffer_unref (buffer);
  return rest;
}

static GstPadProbeReturn
on_decoded (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer *buffer = leave_unplayed (data, GST_PAD_PROBE_INFO_BUFFER (info));

    GST_PAD_PROBE_INFO_DATA (info) = buffer ? watch_buffer (data, buffer) : NULL;
    return buffer ? GST_PAD_PROBE_OK : GST_PAD_PROBE_HANDLED;
  }
  if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS)
    watch_caps (data, GST_PAD_PROBE_INFO_EVENT (info));
  return GST_PAD_PROBE_OK;
}

static void
watch_loudness (GstElement *loudness, GstElement *pipeline, guint unplayed)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (loudness, "sink");
  Watch *watch = g_new0 (Watch, 1);

  watch->pipeline = pipeline;
  watch->unplayed = unplayed;
  gst_audio_info_init (&watch->info);
  watch->expected = GST_CLOCK_TIME_NONE;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_decoded, watch, g_free);
}

/* --- what the bus says --- */

static void
take_piece (IsrStretch *self, const GstStructure *piece)
{
  guint64 position = 0, at = 0;

  gst_structure_get_uint64 (piece, "position", &position);
  gst_structure_get_uint64 (piece, "at", &at);
  isr_timeline_add (&self->places, position, (gint64) (at + self->position));
  self->runs++;
}

/* All of a run is moved alike. */
static void
take_loudness (IsrStretch *self, const GstStructure *heard)
{
  static const char *const fields[] = { "position", "run-position", "start", "end" };
  g_autoptr (GstStructure) message = gst_structure_copy (heard);
  guint64 run_position = 0, value;
  gint64 at = 0;

  gst_structure_get_uint64 (heard, "run-position", &run_position);
  if (!isr_timeline_locate (&self->places, run_position, &at))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    if (gst_structure_get_uint64 (heard, fields[i], &value))
      gst_structure_set (message, fields[i], G_TYPE_UINT64, value + (guint64) at - run_position, NULL);
  gst_structure_set (message, "within-file", G_TYPE_BOOLEAN, self->within_file || run_position > 0, NULL);
  self->funcs->message (self->data, message);
}

static void
stretch_free (IsrStretch *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  gst_bus_set_flushing (bus, TRUE); /* a message holds the pipeline, and that the bus */
  isr_timeline_clear (&self->places);
  g_clear_error (&self->error);
  g_object_unref (self->feed);
  g_object_unref (self->pipeline);
  g_free (self);
}

static gboolean on_bus (GstBus *bus, GstMessage *message, gpointer data);

/* What isrloudness said while it stopped is on the bus still. */
static gboolean
on_stopped (gpointer data)
{
  IsrStretch *self = data;
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  GstMessage *message;

  while (self->funcs && (message = gst_bus_pop (bus))) {
    on_bus (bus, message, self);
    gst_message_unref (message);
  }
  if (self->funcs)
    self->funcs->over (self->data, self, self->error);
  stretch_free (self);
  return G_SOURCE_REMOVE;
}

static void
work_stop (GstElement *pipeline, gpointer data)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_idle_add (on_stopped, data);
}

static void
stretch_close (IsrStretch *self)
{
  if (self->closing)
    return;
  self->closing = TRUE;
  g_clear_handle_id (&self->watch, g_source_remove);
  isr_feed_src_close (self->feed);
  gst_element_call_async (self->pipeline, work_stop, self, NULL);
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer data)
{
  IsrStretch *self = data;
  const GstStructure *s = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR && !self->closing)
    gst_message_parse_error (message, &self->error, NULL);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR || GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    stretch_close (self);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_APPLICATION && gst_structure_has_name (s, PIECE))
    take_piece (self, s);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT && (gst_structure_has_name (s, ISR_MESSAGE_LEVEL) || gst_structure_has_name (s, ISR_MESSAGE_EVENT)))
    take_loudness (self, s);
  return G_SOURCE_CONTINUE;
}

/* --- building --- */

static gboolean
build (GstElement *pipeline, const IsrSourceConfig *config, const IsrDecoder *decoder, const IsrTapStretch *what, GError **error)
{
  GstElement *loudness = isr_loudness_make (config, error), *feed = GST_ELEMENT (what->feed), *sink, *last;
  const char *missing = "fakesink";

  if (!loudness)
    return FALSE;
  gst_bin_add_many (GST_BIN (pipeline), feed, loudness, NULL);
  watch_loudness (loudness, pipeline, what->unplayed);
  sink = gst_element_factory_make ("fakesink", NULL);
  if (sink)
    gst_bin_add (GST_BIN (pipeline), sink);
  last = sink ? isr_decoder_build (decoder, GST_BIN (pipeline), feed, &missing) : NULL;
  if (!last) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, missing);
    return FALSE;
  }
  g_object_set (sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_element_link_many (last, loudness, sink, NULL);
  return TRUE;
}

static void
work_play (GstElement *pipeline, gpointer data)
{
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
}

IsrStretch *
isr_stretch_new (const IsrSourceConfig *config, const IsrDecoder *decoder, const IsrTapStretch *what, const IsrStretchFuncs *funcs, gpointer data, GError **error)
{
  g_autoptr (GstElement) pipeline = g_object_ref_sink (gst_pipeline_new (NULL));
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  IsrStretch *self;

  g_object_set (pipeline, "auto-flush-bus", FALSE, NULL);
  if (!build (pipeline, config, decoder, what, error))
    return NULL;
  self = g_new0 (IsrStretch, 1);
  self->funcs = funcs;
  self->data = data;
  self->feed = g_object_ref (what->feed);
  self->pipeline = g_steal_pointer (&pipeline);
  self->position = what->position;
  self->within_file = what->within_file;
  isr_timeline_init (&self->places);
  self->watch = gst_bus_add_watch (bus, on_bus, self);
  gst_element_call_async (self->pipeline, work_play, NULL, NULL);
  return self;
}

void
isr_stretch_end (IsrStretch *self)
{
  isr_feed_src_end (self->feed);
}

void
isr_stretch_abandon (IsrStretch *self)
{
  self->funcs = NULL;
  stretch_close (self);
}

IsrFeedSrc *
isr_stretch_get_feed (IsrStretch *self)
{
  return self->feed;
}
