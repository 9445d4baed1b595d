/* SPDX-License-Identifier: MIT */
/* isrloudness.c - a thin element: audio to the meter, its windows to the detector, what
 * comes of it to the bus.
 *
 *   buffers --------------------------------------------> the same buffers
 *      `-> meter -> windows -> detector -> sections -.
 *                      `-----------------------------`-> report -> bus
 */

/**
 * SECTION:element-isrloudness
 * @title: isrloudness
 * @short_description: finds what is loud against a rolling noise floor
 *
 * Passes audio on untouched, the very same buffers. Measures it in windows of 100 ms and finds the sections that
 * stand out: the floor is the quiet 20 % of the 20 seconds around each moment, raised by up to 6 dB where the
 * ambience itself is restless, as in wind. A section starts where the sound is 12 dB above the floor and ends when it
 * stays below 9 dB for 2 s. Its score is its loudest 100 ms above the floor. A sound that simply stays is one short
 * section with reason `floor`, or one with reason `long` if it stops within 5 minutes.
 *
 * Windows are cut on the count of samples: what is found does not depend on buffers or on when they come. A gap, a
 * flush, other caps begin a new run, and so do GAP buffers of more than 40 ms; an open section then has reason `eos`.
 * So does isrsplitsink behind it when its recording is broken: where the disk lost audio, after a suspend, after a step
 * of the clock.
 * All properties may be changed at any time; they are obeyed from the next window on.
 *
 * ## Examples
 * |[
 * gst-launch-1.0 -m alsasrc ! isrloudness ! isrsplitsink
 * ]| Records a sound card and prints, as messages, how loud it is and what stands out.
 * |[
 * gst-launch-1.0 -m filesrc location=day.flac ! flacparse ! flacdec ! isrloudness post-levels=false margin=15 ! fakesink
 * ]| Lists what is 15 dB above its surroundings in a recording, much faster than it plays.
 * |[
 * gst-launch-1.0 -m audiotestsrc wave=ticks num-buffers=5000 ! isrloudness weighting=A min-gap=500000000 ! fakesink
 * ]| With A-weighting; sections end after half a second.
 *
 * ## Messages
 * Element messages with the element as source. `isr-level` once a second: {version, run, run-position, first-window, position,
 * levels, raw, peaks, floors, channels}, the last five being #GBytes of gint16 in centi-dB, four with one a window, the
 * last with one a channel. `isr-event` {version, run, run-position, id, state, start, end, start-window, end-window, score, peak, floor, reason}: state is `started` with the sound itself,
 * then `cancelled` or `ended`. `position`, `start` and `end` are nanoseconds of audio since the element began,
 * counted in samples.
 *
 * ## Presets
 * `broadcast-logger`, `neighbourhood-noise`, `speech`, `wildlife` come with the element.
 */
#include "plugins/loudness/isrloudness.h"

#include <gst/audio/audio.h>

#include "plugins/loudness/detector.h"
#include "plugins/loudness/loudsettings.h"
#include "plugins/loudness/meter.h"
#include "plugins/loudness/report.h"
#include "plugins/messages.h"
#include "plugins/split/continuity.h"

GST_DEBUG_CATEGORY_STATIC (isr_loudness_debug);
#define GST_CAT_DEFAULT isr_loudness_debug

struct _IsrLoudness {
  GstBaseTransform parent;
  IsrLoudSettings settings; /* object lock */
  gboolean changed;         /* object lock: the streaming thread has not seen them */
  gint broken;              /* atomic: the recording behind us is */

  IsrLoudSettings current; /* from here on: streaming thread */
  GstAudioInfo info;
  gboolean metering; /* caps are known */
  guint64 frames;    /* of this rate */
  guint64 gap_ns;    /* of GAP buffers in a row */
  IsrContinuity continuity;
  IsrReport report;
  IsrMeter meter;
  IsrDetector detector;
};

G_DEFINE_FINAL_TYPE_WITH_CODE (IsrLoudness, isr_loudness, GST_TYPE_BASE_TRANSFORM, G_IMPLEMENT_INTERFACE (GST_TYPE_PRESET, NULL))

#define CAPS                                                                                                                \
  "audio/x-raw, format = (string) { S16LE, S24LE, S24_32LE, S32LE, F32LE, F64LE, U8, S8 }, layout = (string) interleaved, " \
  "rate = (int) [ 2000, 768000 ], channels = (int) [ 1, 64 ]"
static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (CAPS));

static const struct {
  GstAudioFormat audio;
  IsrMeterFormat meter;
} formats[] = {
  { GST_AUDIO_FORMAT_S8, ISR_METER_S8 },
  { GST_AUDIO_FORMAT_U8, ISR_METER_U8 },
  { GST_AUDIO_FORMAT_S16LE, ISR_METER_S16 },
  { GST_AUDIO_FORMAT_S24LE, ISR_METER_S24 },
  { GST_AUDIO_FORMAT_S24_32LE, ISR_METER_S24_32 },
  { GST_AUDIO_FORMAT_S32LE, ISR_METER_S32 },
  { GST_AUDIO_FORMAT_F32LE, ISR_METER_F32 },
  { GST_AUDIO_FORMAT_F64LE, ISR_METER_F64 },
};

/* --- from meter to bus --- */

static void
on_window (const IsrWindow *window, gpointer data)
{
  IsrLoudness *self = data;
  gint16 level = self->current.params.mode == ISR_DETECTOR_BLOCKS ? window->raw : window->level;

  isr_detector_push (&self->detector, &level, 1);
  isr_report_window (&self->report, &self->meter, window, isr_detector_live_floor (&self->detector));
}

static void
on_started (const IsrSection *section, gpointer data)
{
  isr_report_section (data, ISR_LOUD_STARTED, section);
}

static void
on_cancelled (const IsrSection *section, gpointer data)
{
  isr_report_section (data, ISR_LOUD_CANCELLED, section);
}

static void
on_ended (const IsrSection *section, gpointer data)
{
  isr_report_section (data, ISR_LOUD_ENDED, section);
}

/* --- runs --- */

static void
end_run (IsrLoudness *self, const char *why)
{
  if (!self->metering || self->meter.frames == 0)
    return;
  GST_INFO_OBJECT (self, "run %u ends after %" G_GUINT64_FORMAT " windows: %s", self->report.run, self->meter.window, why);
  isr_report_flush (&self->report);
  isr_detector_finish (&self->detector);
  isr_meter_restart (&self->meter);
  self->report.run++;
  isr_report_begin_run (&self->report, self->frames);
}

static gboolean
snapshot_settings (IsrLoudness *self, IsrLoudSettings *settings)
{
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = self->changed;
  self->changed = FALSE;
  *settings = self->settings;
  GST_OBJECT_UNLOCK (self);
  return changed;
}

static void
init_meter (IsrLoudness *self)
{
  IsrMeterFormat format = ISR_METER_S16;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (formats[i].audio == GST_AUDIO_INFO_FORMAT (&self->info))
      format = formats[i].meter;
  }
  isr_meter_init (&self->meter, format, (guint) GST_AUDIO_INFO_RATE (&self->info), (guint) GST_AUDIO_INFO_CHANNELS (&self->info),
      self->current.weighting, on_window, self);
}

static void
obey_settings (IsrLoudness *self)
{
  IsrLoudSettings next;
  gboolean other_filter;

  if (!snapshot_settings (self, &next))
    return;
  other_filter = next.weighting != self->current.weighting;
  if (other_filter || next.params.mode != self->current.params.mode)
    end_run (self, "other settings");
  self->current = next;
  self->report.levels = next.post_levels;
  self->report.events = next.post_events;
  isr_detector_set_params (&self->detector, &next.params);
  if (other_filter && self->metering)
    init_meter (self);
}

/* --- base transform --- */

static gboolean
isr_loudness_start (GstBaseTransform *transform)
{
  static const IsrDetectorHooks hooks = { on_started, on_cancelled, on_ended };
  IsrLoudness *self = ISR_LOUDNESS (transform);

  snapshot_settings (self, &self->current);
  self->metering = FALSE;
  g_atomic_int_set (&self->broken, FALSE);
  self->frames = self->gap_ns = 0;
  self->report = (IsrReport){ .element = GST_ELEMENT (self), .levels = self->current.post_levels, .events = self->current.post_events };
  isr_continuity_init (&self->continuity);
  isr_detector_init (&self->detector, &self->current.params, &hooks, &self->report);
  return TRUE;
}

static gboolean
isr_loudness_stop (GstBaseTransform *transform)
{
  end_run (ISR_LOUDNESS (transform), "stopped");
  return TRUE;
}

static gboolean
isr_loudness_set_caps (GstBaseTransform *transform, GstCaps *in, GstCaps *out)
{
  IsrLoudness *self = ISR_LOUDNESS (transform);
  GstAudioInfo info;

  if (!gst_audio_info_from_caps (&info, in))
    return FALSE;
  if (self->metering && gst_audio_info_is_equal (&info, &self->info))
    return TRUE;
  end_run (self, "other caps");
  if (self->metering)
    self->report.base_ns += gst_util_uint64_scale (self->frames, GST_SECOND, self->report.rate);
  self->frames = 0;
  self->info = info;
  self->report.rate = (guint) GST_AUDIO_INFO_RATE (&info);
  isr_report_begin_run (&self->report, 0);
  init_meter (self);
  self->metering = TRUE;
  return TRUE;
}

static void
take_gap_flag (IsrLoudness *self, GstBuffer *buffer, guint64 duration)
{
  gboolean was_long = self->gap_ns > ISR_CONTINUITY_TOLERANCE;

  if (!GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_GAP)) {
    self->gap_ns = 0;
    return;
  }
  self->gap_ns += duration;
  if (!was_long && self->gap_ns > ISR_CONTINUITY_TOLERANCE)
    end_run (self, "GAP buffer");
}

static GstFlowReturn
isr_loudness_transform_ip (GstBaseTransform *transform, GstBuffer *buffer)
{
  IsrLoudness *self = ISR_LOUDNESS (transform);
  guint64 frames = gst_buffer_get_size (buffer) / (guint) GST_AUDIO_INFO_BPF (&self->info);
  guint64 duration = gst_util_uint64_scale (frames, GST_SECOND, self->report.rate);
  GstMapInfo map;

  obey_settings (self);
  if (isr_continuity_take_buffer (&self->continuity, &transform->segment, buffer, duration, TRUE).is_gap)
    end_run (self, "DISCONT");
  if (g_atomic_int_compare_and_exchange (&self->broken, TRUE, FALSE))
    end_run (self, ISR_EVENT_NEW_RUN);
  take_gap_flag (self, buffer, duration);
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    GST_ELEMENT_ERROR (self, RESOURCE, READ, ("A buffer of audio can not be read."), (NULL));
    return GST_FLOW_ERROR;
  }
  isr_meter_push (&self->meter, map.data, frames);
  gst_buffer_unmap (buffer, &map);
  self->frames += frames;

  return GST_FLOW_OK;
}

static void
take_gap_event (IsrLoudness *self, GstEvent *event)
{
  GstClockTime duration;

  gst_event_parse_gap (event, NULL, &duration);
  if (isr_continuity_take_gap (&self->continuity, duration).is_gap)
    end_run (self, "GAP event");
}

static gboolean
isr_loudness_sink_event (GstBaseTransform *transform, GstEvent *event)
{
  IsrLoudness *self = ISR_LOUDNESS (transform);
  const GstSegment *segment;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEGMENT:
      gst_event_parse_segment (event, &segment);
      if (isr_continuity_take_segment (&self->continuity, segment).is_gap)
        end_run (self, "other segment");
      break;
    case GST_EVENT_GAP:
      take_gap_event (self, event);
      break;
    case GST_EVENT_FLUSH_STOP:
      end_run (self, "flush");
      isr_continuity_reset (&self->continuity);
      break;
    case GST_EVENT_EOS:
      end_run (self, "EOS");
      break;
    default:
      if (gst_event_has_name (event, ISR_EVENT_GAP))
        end_run (self, ISR_EVENT_GAP);
      break;
  }

  return GST_BASE_TRANSFORM_CLASS (isr_loudness_parent_class)->sink_event (transform, event);
}

/* Any thread: mostly that of the stream, while it pushes the buffer that was heard last. */
static gboolean
isr_loudness_src_event (GstBaseTransform *transform, GstEvent *event)
{
  if (!gst_event_has_name (event, ISR_EVENT_NEW_RUN))
    return GST_BASE_TRANSFORM_CLASS (isr_loudness_parent_class)->src_event (transform, event);
  g_atomic_int_set (&ISR_LOUDNESS (transform)->broken, TRUE);
  gst_event_unref (event);
  return TRUE;
}

/* --- class --- */

static void
isr_loudness_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  IsrLoudness *self = ISR_LOUDNESS (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = isr_loud_settings_set (&self->settings, id, value);
  self->changed |= known;
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
isr_loudness_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  IsrLoudness *self = ISR_LOUDNESS (object);
  gboolean known;

  GST_OBJECT_LOCK (self);
  known = isr_loud_settings_get (&self->settings, id, value);
  GST_OBJECT_UNLOCK (self);
  if (!known)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
isr_loudness_class_init (IsrLoudnessClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseTransformClass *transform = GST_BASE_TRANSFORM_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (isr_loudness_debug, "isrloudness", 0, "loud sections");
  object->set_property = isr_loudness_set_property;
  object->get_property = isr_loudness_get_property;
  isr_loud_settings_install (object);
  transform->start = isr_loudness_start;
  transform->stop = isr_loudness_stop;
  transform->set_caps = isr_loudness_set_caps;
  transform->transform_ip = isr_loudness_transform_ip;
  transform->sink_event = isr_loudness_sink_event;
  transform->src_event = isr_loudness_src_event;
  transform->passthrough_on_same_caps = TRUE;
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element,
      "ISR loudness", "Filter/Analyzer/Audio",
      "Finds what is loud against a rolling noise floor; passes audio on untouched",
      "The ISR authors");
}

static void
isr_loudness_init (IsrLoudness *self)
{
  isr_loud_settings_init (&self->settings);
  gst_base_transform_set_passthrough (GST_BASE_TRANSFORM (self), TRUE);
  gst_base_transform_set_gap_aware (GST_BASE_TRANSFORM (self), TRUE);
}
