/* SPDX-License-Identifier: MIT */
/* gauge.c - pads around the element.
 *
 * Window k of a run begins at sample floor (k * rate / 10), which repeats every second
 * but not every window. So the element is begun at the last whole second of the run:
 * what lies between that and the first window is silence of our own, and the windows
 * of it are dropped. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/gauge.h"

#include "daemon/core/error.h"
#include "plugins/messages.h"

#include <gst/audio/audio.h>

#define WINDOWS 10 /* a second */

struct _IsrGauge {
  IsrGaugeFunc func;
  gpointer data;
  GstElement *element;
  GstPad *out, *in; /* ours: to the element, from it */
  GstBus *bus;
  guint rate, frame_size;
  guint64 first_sample; /* of what is pushed, in the run */
  guint64 first_window;
  guint64 skip;    /* samples before it */
  guint64 samples; /* pushed */
  guint dropped;   /* windows of silence that are still to come */
};

/* --- what comes out --- */

static GstFlowReturn
on_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
on_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gst_event_unref (event);
  return TRUE;
}

static const gint16 *
get_values (const GstStructure *message, const char *field, gsize *n)
{
  const GValue *value = gst_structure_get_value (message, field);
  gsize size;
  const gint16 *values = g_bytes_get_data (g_value_get_boxed (value), &size);

  *n = size / sizeof *values;
  return values;
}

static void
take_levels (IsrGauge *self, const GstStructure *message)
{
  static const char *const fields[] = { "levels", "raw", "peaks", "floors" };
  const gint16 *values[G_N_ELEMENTS (fields)];
  IsrLevelsRow rows[64];
  gsize n = 0, first;

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    values[i] = get_values (message, fields[i], &n);
  n = MIN (n, G_N_ELEMENTS (rows));
  first = MIN (n, self->dropped);
  self->dropped -= (guint) first;
  for (gsize i = first; i < n; i++)
    rows[i] = (IsrLevelsRow){ { values[0][i], values[1][i], values[2][i], values[3][i] } };
  if (n > first)
    self->func (rows + first, n - first, self->data);
}

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT && gst_structure_has_name (gst_message_get_structure (message), ISR_MESSAGE_LEVEL))
    take_levels (data, gst_message_get_structure (message));
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* --- what goes in --- */

static guint64
window_start (guint64 window, guint rate)
{
  return window / WINDOWS * rate + window % WINDOWS * rate / WINDOWS;
}

static gboolean
push_silence (IsrGauge *self)
{
  guint64 second = self->first_window / WINDOWS * WINDOWS;
  gsize frames = (gsize) (window_start (self->first_window, self->rate) - window_start (second, self->rate));
  GstBuffer *buffer;

  self->dropped = (guint) (self->first_window - second);
  if (!frames)
    return TRUE;
  buffer = gst_buffer_new_allocate (NULL, frames * self->frame_size, NULL);
  gst_buffer_memset (buffer, 0, 0, frames * self->frame_size);
  return gst_pad_push (self->out, buffer) == GST_FLOW_OK;
}

/* The first window that begins at or after the first sample. */
static void
find_first_window (IsrGauge *self)
{
  self->first_window = self->first_sample / self->rate * WINDOWS;
  while (window_start (self->first_window, self->rate) < self->first_sample)
    self->first_window++;
  self->skip = window_start (self->first_window, self->rate) - self->first_sample;
}

static void
make_pads (IsrGauge *self)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (self->element, "sink");
  g_autoptr (GstPad) src = gst_element_get_static_pad (self->element, "src");

  self->out = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  self->in = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));
  gst_pad_set_chain_function (self->in, on_buffer);
  gst_pad_set_event_function (self->in, on_event);
  gst_pad_set_active (self->out, TRUE);
  gst_pad_set_active (self->in, TRUE);
  gst_pad_link (self->out, sink);
  gst_pad_link (src, self->in);
}

static gboolean
begin (IsrGauge *self, GstCaps *caps)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_element_set_state (self->element, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE
         && gst_pad_push_event (self->out, gst_event_new_stream_start ("isr")) && gst_pad_push_event (self->out, gst_event_new_caps (caps))
         && gst_pad_push_event (self->out, gst_event_new_segment (&segment));
}

IsrGauge *
isr_gauge_new (GstCaps *caps, guint64 first_sample, IsrGaugeFunc func, gpointer data, GError **error)
{
  g_autoptr (IsrGauge) self = g_new0 (IsrGauge, 1);
  g_autofree char *text = gst_caps_to_string (caps);
  GstAudioInfo info;
  gboolean audio = gst_audio_info_from_caps (&info, caps);

  self->func = func;
  self->data = data;
  self->element = gst_object_ref_sink (gst_element_factory_make ("isrloudness", NULL));
  self->bus = gst_bus_new ();
  gst_bus_set_sync_handler (self->bus, on_message, self, NULL);
  gst_element_set_bus (self->element, self->bus);
  g_object_set (self->element, "post-events", FALSE, NULL);
  make_pads (self);
  if (!audio || !begin (self, caps)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_FAILED, "audio of this kind can not be measured: %s", text);
    return NULL;
  }
  self->rate = (guint) GST_AUDIO_INFO_RATE (&info);
  self->frame_size = (guint) GST_AUDIO_INFO_BPF (&info);
  self->first_sample = first_sample;
  find_first_window (self);
  push_silence (self);
  return g_steal_pointer (&self);
}

void
isr_gauge_free (IsrGauge *self)
{
  gst_element_set_state (self->element, GST_STATE_NULL);
  gst_element_set_bus (self->element, NULL);
  gst_object_unref (self->bus);
  gst_pad_set_active (self->out, FALSE);
  gst_pad_set_active (self->in, FALSE);
  gst_object_unref (self->element);
  gst_object_unref (self->out);
  gst_object_unref (self->in);
  g_free (self);
}

guint
isr_gauge_get_rate (IsrGauge *self)
{
  return self->rate;
}

guint64
isr_gauge_get_first_window (IsrGauge *self)
{
  return self->first_window;
}

guint64
isr_gauge_get_skip (IsrGauge *self)
{
  return self->skip;
}

/* Takes @buffer; NULL when nothing of it is left. Flags and times are nobody's business
 * here: a file is one piece. */
static GstBuffer *
trim (IsrGauge *self, GstBuffer *buffer, guint64 skip)
{
  gsize size = gst_buffer_get_size (buffer), cut = MIN (size, skip * self->frame_size);
  GstBuffer *rest = cut < size ? gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY, cut, size - cut) : NULL;

  gst_buffer_unref (buffer);
  return rest;
}

gboolean
isr_gauge_push (IsrGauge *self, GstBuffer *buffer)
{
  guint64 before = self->samples;
  GstBuffer *rest;

  self->samples += gst_buffer_get_size (buffer) / self->frame_size;
  rest = trim (self, buffer, before < self->skip ? self->skip - before : 0);
  return !rest || gst_pad_push (self->out, rest) == GST_FLOW_OK;
}

guint64
isr_gauge_get_wanted (IsrGauge *self)
{
  guint64 at = self->first_sample + self->samples, window = at / self->rate * WINDOWS;

  if (self->samples < self->skip)
    return 0;
  while (window_start (window, self->rate) < at)
    window++;
  return window_start (window, self->rate) - at;
}

void
isr_gauge_finish (IsrGauge *self)
{
  gst_pad_push_event (self->out, gst_event_new_eos ());
}
