/* SPDX-License-Identifier: MIT */
/* pipeline.c - a row per kind of source; the rest is common to all. */
#include "daemon/capture/pipeline.h"

#include "daemon/capture/alsalog.h"
#include "daemon/capture/devices.h"
#include "daemon/capture/httpsource.h"
#include "daemon/capture/loudness.h"
#include "daemon/capture/lull.h"
#include "daemon/capture/scenesrc.h"
#include "daemon/capture/stamp.h"
#include "daemon/core/error.h"
#include "plugins/loudness/meter.h"
#include "plugins/messages.h"

#include <string.h>

#define QUEUE_TIME (2 * GST_SECOND)
#define EMPTYING (5 * G_TIME_SPAN_SECOND) /* the queue: without anything to wait for, on a machine that is very busy */

struct _IsrPipeline {
  GstElement *element;
  GstElement *source; /* inside element; borrowed */
  GstElement *queue;  /* inside element; borrowed; NULL: it has none */
  GstElement *sink;   /* inside element; borrowed */
  IsrLull *lull;      /* of souphttpsrc; else NULL */
  char *what;
  char *device; /* pulsesrc: what was asked for; else NULL */

  char *card; /* of ALSA, or NULL */
  guint rate; /* of a sound card or scene, else 0 */

  char *strayed;   /* atomic, set once */
  guint64 next;    /* streaming thread: number of the sample that comes next */
  gsize lost;      /* atomic: samples */
  gsize bytes;     /* atomic */
  int expects_end; /* atomic */
  int ended;       /* atomic: EOS went into the sink */
  GstEvent *last;  /* the gap that ends the recording, set before it is sent */
  gboolean over;   /* with the lock of the sink's pad: it has passed */
};

/* --- the sources: each adds its elements to the pipeline and returns the last --- */

static GstElement *
make (IsrPipeline *self, const char *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element)
    gst_bin_add (GST_BIN (self->element), element);
  else
    g_set_error (error, ISR_ERROR, ISR_ERROR_FAILED, "GStreamer has no element “%s”; install the package that has it (gst-plugins-base, gst-plugins-good)", factory);
  return element;
}

typedef GstElement *(*Builder) (IsrPipeline *self, const IsrSourceConfig *config, GError **error);

static GstElement *
build_stream (IsrPipeline *self, const IsrSourceConfig *config, GError **error)
{
  self->source = isr_http_source_new (config, &self->lull, error);
  if (self->source)
    gst_bin_add (GST_BIN (self->element), self->source);
  return self->source;
}

/* In the streaming thread. To read the property is to ask the server: it blocks. */
static void
on_device (GObject *source, GParamSpec *spec, gpointer data)
{
  IsrPipeline *self = data;
  char *now = NULL;

  g_object_get (source, "current-device", &now, NULL);
  if (now && !g_str_equal (now, self->device) && g_atomic_pointer_compare_and_exchange (&self->strayed, NULL, now))
    return;
  g_free (now);
}

static GstElement *
make_device_source (IsrPipeline *self, const IsrDevice *device, GError **error)
{
  GstElement *source = make (self, device->source ? "pulsesrc" : "alsasrc", error);

  if (!source)
    return NULL;
  g_object_set (source, "device", device->source ? device->source : device->id, "provide-clock", TRUE, NULL);
  if (device->source) {
    /* else PipeWire records something else when the device is gone */
    g_autoptr (GstStructure) stay = gst_structure_new ("props", "node.dont-reconnect", G_TYPE_STRING, "true", NULL);

    g_object_set (source, "stream-properties", stay, "client-name", "isr", "server", device->server, NULL);
    self->device = g_strdup (device->source);
    g_signal_connect (source, "notify::current-device", G_CALLBACK (on_device), self);
  }
  return source;
}

static GstCaps *
make_device_caps (const IsrDeviceSpec *spec)
{
  return gst_caps_new_simple ("audio/x-raw",
      "format", G_TYPE_STRING, spec->format,
      "layout", G_TYPE_STRING, "interleaved",
      "rate", G_TYPE_INT, spec->rate,
      "channels", G_TYPE_INT, spec->channels, NULL);
}

static void
stamp_into (GstElement *queue)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (queue, "sink");

  isr_stamp_buffers (pad);
}

static GstElement *
build_soundcard (IsrPipeline *self, const IsrSourceConfig *config, GError **error)
{
  g_autoptr (IsrDevice) device = isr_devices_resolve (config->device ? config->device : "default", error);
  g_autoptr (GstCaps) caps = NULL;
  GstElement *filter, *queue;
  IsrDeviceSpec spec;

  if (!device || !isr_device_choose (device, config->sample_rate, config->channels, &spec, error) || !(self->source = make_device_source (self, device, error)) || !(filter = make (self, "capsfilter", error)) || !(queue = make (self, "queue", error)))
    return NULL;
  caps = make_device_caps (&spec);
  g_object_set (filter, "caps", caps, NULL);
  g_object_set (queue, "max-size-time", (guint64) QUEUE_TIME, "max-size-bytes", 0, "max-size-buffers", 0, NULL);
  gst_element_link_many (self->source, filter, queue, NULL);
  stamp_into (queue);
  self->queue = queue;
  self->what = g_strdup_printf ("%s, %u Hz %u ch", device->id, spec.rate, spec.channels);
  self->card = isr_device_dup_card (device);
  self->rate = spec.rate;
  return queue;
}

static GstElement *
build_test (IsrPipeline *self, const IsrSourceConfig *config, GError **error)
{
  const char *name = config->scene ? config->scene : isr_scene_names[0];
  IsrScene scene;

  if (!isr_scene_from_string (name, &scene)) {
    g_autofree char *names = g_strjoinv (", ", (char **) isr_scene_names);

    g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "there is no scene “%s”; there are: %s", name, names);
    return NULL;
  }
  self->source = isr_scene_src_new (scene, g_str_hash (config->name));
  gst_bin_add (GST_BIN (self->element), self->source);
  self->rate = ISR_SCENE_RATE;
  self->what = g_strdup_printf ("scene %s, %d Hz", name, ISR_SCENE_RATE);
  return self->source;
}

static const Builder builders[] = {
  [ISR_SOURCE_STREAM] = build_stream,
  [ISR_SOURCE_SOUNDCARD] = build_soundcard,
  [ISR_SOURCE_TEST] = build_test,
};

/* --- what is common --- */

/* Where the samples are at hand they are listened to on their way. At less than 2 kHz
 * there is nothing to hear, and isrloudness would refuse it. */
static GstElement *
add_loudness (IsrPipeline *self, const IsrSourceConfig *config, GstElement *last, GError **error)
{
  GstElement *loudness;

  if (!config->loudness || config->type == ISR_SOURCE_STREAM || self->rate < ISR_METER_RATE_MIN)
    return last;
  if (!(loudness = isr_loudness_make (config, error)))
    return NULL;
  gst_bin_add (GST_BIN (self->element), loudness);
  gst_element_link (last, loudness);
  return loudness;
}

/* A "%" of the directory is no conversion of strftime. */
char *
isr_pipeline_get_location (const IsrSourceConfig *config)
{
  g_auto (GStrv) parts = g_strsplit (config->output_directory, "%", -1);
  g_autofree char *directory = g_strjoinv ("%%", parts);

  return g_build_filename (directory, config->filename_pattern, NULL);
}

static void
set_up_sink (IsrPipeline *self, const IsrSourceConfig *config)
{
  g_autofree char *location = isr_pipeline_get_location (config);

  g_object_set (self->sink,
      "location", location,
      "source", config->name,
      "split-interval", (guint64) config->split_interval,
      "split-offset", (guint64) config->split_offset,
      "timezone", config->timezone,
      "sync-interval", (guint64) config->sync_interval,
      "fsync-interval", (guint64) config->fsync_interval, NULL);
  if (config->type != ISR_SOURCE_STREAM && config->format)
    gst_util_set_object_arg (G_OBJECT (self->sink), "format", config->format);
}

static GstEvent *
make_gap (const char *cause)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, cause, "since", G_TYPE_INT64, g_get_real_time (), NULL));
}

static GstPadProbeReturn
on_event (IsrPipeline *self, GstPad *pad, GstEvent *event)
{
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    if (!g_atomic_int_get (&self->expects_end) && isr_pipeline_get_bytes (self) > 0)
      gst_pad_send_event (pad, make_gap (ISR_GAP_DISCONNECTED));
    g_atomic_int_set (&self->ended, TRUE);
  }
  self->over = self->over || event == g_atomic_pointer_get (&self->last);
  return GST_PAD_PROBE_OK;
}

/* A sound card numbers its samples. */
static void
count_lost (IsrPipeline *self, GstBuffer *buffer)
{
  if (!self->rate || !GST_BUFFER_OFFSET_END_IS_VALID (buffer))
    return;
  if (GST_BUFFER_IS_DISCONT (buffer) && self->next && GST_BUFFER_OFFSET (buffer) > self->next)
    g_atomic_pointer_add (&self->lost, GST_BUFFER_OFFSET (buffer) - self->next);
  self->next = GST_BUFFER_OFFSET_END (buffer);
}

static gboolean
take_buffer (GstBuffer **buffer, guint index, gpointer data)
{
  IsrPipeline *self = data;

  g_atomic_pointer_add (&self->bytes, gst_buffer_get_size (*buffer));
  count_lost (self, *buffer);
  return TRUE;
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer;

  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM)
    return on_event (data, pad, GST_PAD_PROBE_INFO_EVENT (info));
  if (((IsrPipeline *) data)->over) /* else it would begin a file */
    return GST_PAD_PROBE_DROP;
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), take_buffer, data);
  } else {
    buffer = GST_PAD_PROBE_INFO_BUFFER (info);
    take_buffer (&buffer, 0, data);
  }
  return GST_PAD_PROBE_OK;
}

static void
watch_sink (IsrPipeline *self)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->sink, "sink");

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_data, self, NULL);
}

/* Each message on the bus holds the pipeline, which holds the bus: what was said last would keep both. */
static void
drop_messages (GstElement *element)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (element);

  gst_bus_set_flushing (bus, TRUE);
}

static void
pipeline_clear (IsrPipeline *self)
{
  drop_messages (self->element);
  gst_clear_object (&self->element);
  g_clear_pointer (&self->lull, isr_lull_free);
  g_free (self->what);
  g_free (self->device);
  g_free (self->card);
  g_free (self->strayed);
}

IsrPipeline *
isr_pipeline_new (const IsrSourceConfig *config, GError **error)
{
  g_autoptr (IsrPipeline) self = g_atomic_rc_box_new0 (IsrPipeline);
  GstElement *last;

  self->element = g_object_ref_sink (gst_pipeline_new (config->name));
  g_object_set (self->element, "auto-flush-bus", FALSE, NULL);
  if (!(last = builders[config->type](self, config, error)) || !(last = add_loudness (self, config, last, error)) || !(self->sink = make (self, "isrsplitsink", error)))
    return NULL;
  set_up_sink (self, config);
  if (!gst_element_link (last, self->sink)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_FAILED, "%s can not be linked with isrsplitsink", GST_ELEMENT_NAME (last));
    return NULL;
  }
  watch_sink (self);
  return g_steal_pointer (&self);
}

IsrPipeline *
isr_pipeline_ref (IsrPipeline *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
isr_pipeline_unref (IsrPipeline *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) pipeline_clear);
}

GstElement *
isr_pipeline_get_element (IsrPipeline *self)
{
  return self->element;
}

GstElement *
isr_pipeline_get_source (IsrPipeline *self)
{
  return self->source;
}

GstElement *
isr_pipeline_get_sink (IsrPipeline *self)
{
  return self->sink;
}

const char *
isr_pipeline_get_what (IsrPipeline *self)
{
  return self->what;
}

gsize
isr_pipeline_get_bytes (IsrPipeline *self)
{
  return (gsize) g_atomic_pointer_get (&self->bytes);
}

guint64
isr_pipeline_get_lost (IsrPipeline *self, guint *rate)
{
  *rate = self->rate;
  return (gsize) g_atomic_pointer_get (&self->lost);
}

guint
isr_pipeline_get_xruns (IsrPipeline *self)
{
  return isr_alsalog_get_overruns (G_OBJECT (self->element));
}

const char *
isr_pipeline_get_card (IsrPipeline *self)
{
  return self->card;
}

const char *
isr_pipeline_get_strayed (IsrPipeline *self)
{
  return g_atomic_pointer_get (&self->strayed);
}

void
isr_pipeline_expect_end (IsrPipeline *self)
{
  g_atomic_int_set (&self->expects_end, TRUE);
}

void
isr_pipeline_read_out (IsrPipeline *self)
{
  if (self->lull)
    isr_lull_end (self->lull);
}

static gboolean
is_moving (GstElement *queue)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (queue, "src");
  guint n = 0;

  g_object_get (queue, "current-level-buffers", &n, NULL);
  return n > 0 && gst_pad_get_task_state (pad) == GST_TASK_STARTED;
}

/* What was heard before the gap belongs into the file before it. */
static void
empty_queue (IsrPipeline *self)
{
  gint64 end = g_get_monotonic_time () + EMPTYING;

  while (self->queue && is_moving (self->queue) && g_get_monotonic_time () < end)
    g_usleep (EMPTYING / 1000);
}

void
isr_pipeline_push_gap (IsrPipeline *self, const char *cause)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->sink, "sink");

  empty_queue (self);
  if (g_atomic_int_get (&self->ended) || isr_pipeline_get_bytes (self) == 0)
    return;
  g_atomic_pointer_set (&self->last, make_gap (cause));
  gst_pad_send_event (pad, self->last);
}
