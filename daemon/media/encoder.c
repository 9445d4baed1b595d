/* SPDX-License-Identifier: MIT */
/* encoder.c - appsrc ! [flacdec !] audioconvert ! audioresample ! opusenc ! oggmux ! appsink. */
#include "daemon/media/encoder.h"

#include <gst/app/app.h>
#include <gst/audio/audio.h>

#include "daemon/media/media-error.h"

#define BITRATE 96000

struct _IsrEncoder {
  GstElement *pipeline;
  GstAppSrc *src;
  GstAppSink *sink;
  guint rate;
  guint64 samples; /* pushed */
};

static GstCaps *
make_raw_caps (const IsrPcm *pcm)
{
  static const char *const formats[] = { [ISR_SAMPLE_S16] = "S16LE", [ISR_SAMPLE_S24] = "S24LE", [ISR_SAMPLE_S24_32] = "S24_32LE", [ISR_SAMPLE_S32] = "S32LE", [ISR_SAMPLE_F32] = "F32LE" };
  GstCaps *caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, formats[pcm->format], "layout", G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, (int) pcm->rate, "channels", G_TYPE_INT, (int) pcm->channels, NULL);

  if (pcm->channels > 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK, gst_audio_channel_get_fallback_mask ((int) pcm->channels), NULL);
  return caps;
}

static GstCaps *
make_flac_caps (const IsrPcm *pcm, GBytes *header)
{
  GstCaps *caps = gst_caps_new_simple ("audio/x-flac", "framed", G_TYPE_BOOLEAN, TRUE, "rate", G_TYPE_INT, (int) pcm->rate, "channels", G_TYPE_INT, (int) pcm->channels, NULL);
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped_bytes (header);
  GValue array = G_VALUE_INIT, value = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  g_value_init (&value, GST_TYPE_BUFFER);
  gst_value_set_buffer (&value, buffer);
  gst_value_array_append_and_take_value (&array, &value);
  gst_caps_set_value (caps, "streamheader", &array);
  g_value_unset (&array);
  return caps;
}

static void
set_up (IsrEncoder *self, const IsrPcm *pcm, GBytes *header)
{
  g_autoptr (GstCaps) caps = header ? make_flac_caps (pcm, header) : make_raw_caps (pcm);
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (self->pipeline), "src");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");

  g_object_set (src, "caps", caps, "format", GST_FORMAT_TIME, "max-bytes", (guint64) 0, NULL);
  self->src = GST_APP_SRC (g_object_ref (src));
  self->sink = GST_APP_SINK (g_object_ref (sink));
  self->rate = pcm->rate;
}

IsrEncoder *
isr_encoder_new (const IsrPcm *pcm, GBytes *header, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autofree char *line = g_strdup_printf ("appsrc name=src ! %s audioconvert ! audioresample ! audio/x-raw,rate=48000,channels=%u ! opusenc bitrate=%d ! oggmux max-delay=100000000 max-page-delay=200000000 ! appsink name=sink sync=false enable-last-sample=false", header ? "flacdec !" : "", MIN (pcm->channels, 2), BITRATE);
  IsrEncoder *self;
  GstElement *pipeline = gst_parse_launch_full (line, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &reason);

  if (!pipeline) {
    g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NO_DECODER, "nobody can listen to this source now: %s; install gstreamer1.0-plugins-base and gstreamer1.0-plugins-good", reason->message);
    return NULL;
  }
  self = g_new0 (IsrEncoder, 1);
  self->pipeline = pipeline;
  set_up (self, pcm, header);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return self;
}

void
isr_encoder_free (IsrEncoder *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->src);
  gst_object_unref (self->sink);
  gst_object_unref (self->pipeline);
  g_free (self);
}

void
isr_encoder_push (IsrEncoder *self, GBytes *bytes, guint64 samples)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale_round (self->samples, GST_SECOND, self->rate);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale_round (samples, GST_SECOND, self->rate);
  self->samples += samples;
  gst_app_src_push_buffer (self->src, buffer);
}

static gboolean
check (IsrEncoder *self, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  g_autoptr (GError) reason = NULL;
  g_autofree char *detail = NULL;

  if (!message)
    return TRUE;
  gst_message_parse_error (message, &reason, &detail);
  g_strdelimit (detail ? detail : reason->message, "\n", ' ');
  g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FAILED, "what is heard of this source is encoded, and that has failed: %s (%s): %s; its recording goes on: listen again", GST_MESSAGE_SRC_NAME (message), reason->message, detail ? detail : "no more is known");
  return FALSE;
}

gboolean
isr_encoder_pull (IsrEncoder *self, IsrTape *tape, GError **error)
{
  gboolean ok = check (self, error);
  GstSample *sample;

  while ((sample = gst_app_sink_try_pull_sample (self->sink, 0))) {
    GstMapInfo map;

    if (gst_buffer_map (gst_sample_get_buffer (sample), &map, GST_MAP_READ)) {
      isr_tape_append (tape, map.data, map.size);
      gst_buffer_unmap (gst_sample_get_buffer (sample), &map);
    }
    gst_sample_unref (sample);
  }
  return ok;
}
