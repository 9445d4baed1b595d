/* SPDX-License-Identifier: MIT */
/* decoder.c - appsrc ! decoder ! audioconvert ! appsink.
 *
 * Packets carry their place as a time stamp, and samples come out with it: a packet
 * that a decoder gives nothing for (Vorbis' first one, an MP3 frame whose main
 * data is missing) therefore shifts nothing. */
#include "daemon/media/decoder.h"

#include <gst/app/app.h>
#include <gst/audio/audio.h>

#include "daemon/media/media-error.h"

#define QUEUE_BUFFERS 64

struct _IsrDecoder {
  GstElement *pipeline;
  GstAppSrc *src;
  GstAppSink *sink;
  guint packet_rate;
  gint64 base; /* position of time stamp 0 */
  guint rate, channels;
};

static const struct {
  const char *decoders[4];
  const char *package;
  const char *what;
} table[] = {
  [ISR_CODEC_MPEG] = { { "mpg123audiodec", "avdec_mp3" }, "gstreamer1.0-plugins-good", "MPEG audio" },
  [ISR_CODEC_AAC] = { { "avdec_aac", "faad", "fdkaacdec" }, "gstreamer1.0-libav", "AAC" },
  [ISR_CODEC_OPUS] = { { "opusdec", "avdec_opus" }, "gstreamer1.0-plugins-base", "Opus" },
  [ISR_CODEC_VORBIS] = { { "vorbisdec" }, "gstreamer1.0-plugins-base", "Vorbis" },
  [ISR_CODEC_OGG_FLAC] = { { "flacdec" }, "gstreamer1.0-plugins-good", "FLAC in Ogg" },
  [ISR_CODEC_SPEEX] = { { "speexdec" }, "gstreamer1.0-plugins-good", "Speex" },
};

static GstElement *
make_decoder (IsrUnpacker *unpacker, GError **error)
{
  IsrCodec codec = isr_unpacker_get_codec (unpacker);

  for (guint i = 0; i < G_N_ELEMENTS (table[codec].decoders) && table[codec].decoders[i]; i++) {
    const char *name = table[codec].decoders[i];
    GstElement *decoder = NULL;

    if (codec == ISR_CODEC_MPEG && isr_unpacker_get_layer (unpacker) != 3 && i > 0)
      continue;
    decoder = gst_element_factory_make (name, NULL);
    if (decoder)
      return decoder;
  }
  g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NO_DECODER, "no decoder for %s is installed: install the package %s, then ask again (the recording itself can be downloaded and cut without it)", table[codec].what, table[codec].package);
  return NULL;
}

/* --- caps -------------------------------------------------------------------- */

/* A decoder that knows of samples to be skipped would skip them behind every seek. */
static GBytes *
without_pre_skip (GBytes *head)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (head, &size);
  guint8 *copy = g_memdup2 (data, size);

  if (size >= 12)
    copy[10] = copy[11] = 0;
  return g_bytes_new_take (copy, size);
}

static void
append_header (GValue *array, GBytes *bytes)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped_bytes (bytes);
  GValue value = G_VALUE_INIT;

  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_HEADER);
  g_value_init (&value, GST_TYPE_BUFFER);
  gst_value_set_buffer (&value, buffer);
  gst_value_array_append_and_take_value (array, &value);
}

static void
set_headers (GstCaps *caps, IsrUnpacker *unpacker)
{
  GPtrArray *headers = isr_unpacker_get_headers (unpacker);
  GValue array = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  for (guint i = 0; i < headers->len; i++) {
    g_autoptr (GBytes) bytes = i == 0 && isr_unpacker_get_codec (unpacker) == ISR_CODEC_OPUS ? without_pre_skip (headers->pdata[0]) : g_bytes_ref (headers->pdata[i]);

    append_header (&array, bytes);
  }
  gst_caps_set_value (caps, "streamheader", &array);
  g_value_unset (&array);
}

static GstCaps *
make_opus_caps (IsrUnpacker *unpacker)
{
  gsize size;
  const guint8 *head = g_bytes_get_data (isr_unpacker_get_headers (unpacker)->pdata[0], &size);
  int family = size > 18 ? head[18] : 0;
  GstCaps *caps = gst_caps_new_simple ("audio/x-opus", "rate", G_TYPE_INT, 48000, "channel-mapping-family", G_TYPE_INT, family, "channels", G_TYPE_INT, (int) isr_unpacker_get_channels (unpacker), NULL);

  if (family && size > 20)
    gst_caps_set_simple (caps, "stream-count", G_TYPE_INT, (int) head[19], "coupled-count", G_TYPE_INT, (int) head[20], NULL);
  return caps;
}

static GstCaps *
make_caps (IsrUnpacker *unpacker)
{
  int rate = (int) isr_unpacker_get_rate (unpacker);
  int channels = (int) isr_unpacker_get_channels (unpacker);
  GstCaps *caps;

  switch (isr_unpacker_get_codec (unpacker)) {
    case ISR_CODEC_MPEG:
      return gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 1, "layer", G_TYPE_INT, (int) isr_unpacker_get_layer (unpacker), "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT, channels, "parsed", G_TYPE_BOOLEAN, TRUE, NULL);
    case ISR_CODEC_AAC:
      caps = gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 4, "stream-format", G_TYPE_STRING, "adts", "framed", G_TYPE_BOOLEAN, TRUE, "rate", G_TYPE_INT, rate, NULL);
      if (channels)
        gst_caps_set_simple (caps, "channels", G_TYPE_INT, channels, NULL);
      return caps;
    case ISR_CODEC_OPUS:
      caps = make_opus_caps (unpacker);
      break;
    case ISR_CODEC_VORBIS:
      caps = gst_caps_new_simple ("audio/x-vorbis", "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT, channels, NULL);
      break;
    case ISR_CODEC_OGG_FLAC:
      caps = gst_caps_new_simple ("audio/x-flac", "framed", G_TYPE_BOOLEAN, TRUE, "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT, channels, NULL);
      break;
    case ISR_CODEC_SPEEX:
    default:
      caps = gst_caps_new_simple ("audio/x-speex", "rate", G_TYPE_INT, rate, "channels", G_TYPE_INT, channels, NULL);
      break;
  }
  set_headers (caps, unpacker);
  return caps;
}

/* --- the pipeline -------------------------------------------------------------- */

static void
make_pipeline (IsrDecoder *self, GstElement *decoder, IsrUnpacker *unpacker)
{
  GstElement *src = gst_element_factory_make ("appsrc", NULL);
  GstElement *convert = gst_element_factory_make ("audioconvert", NULL);
  GstElement *sink = gst_element_factory_make ("appsink", NULL);
  g_autoptr (GstCaps) in = make_caps (unpacker);
  g_autoptr (GstCaps) out = gst_caps_from_string ("audio/x-raw,format=S16LE,layout=interleaved");

  if (isr_unpacker_get_codec (unpacker) != ISR_CODEC_AAC) /* what SBR makes of the rate only the decoder knows */
    gst_caps_set_simple (out, "rate", G_TYPE_INT, (int) isr_unpacker_get_rate (unpacker), NULL);
  if (isr_unpacker_get_codec (unpacker) != ISR_CODEC_AAC)
    gst_caps_set_simple (out, "channels", G_TYPE_INT, (int) isr_unpacker_get_channels (unpacker), NULL);
  g_object_set (src, "caps", in, "format", GST_FORMAT_TIME, "block", FALSE, "max-bytes", (guint64) 0, NULL);
  g_object_set (convert, "dithering", 0, "noise-shaping", 0, NULL);
  g_object_set (sink, "caps", out, "sync", FALSE, "async", FALSE, "max-buffers", QUEUE_BUFFERS, "enable-last-sample", FALSE, NULL);
  self->pipeline = gst_pipeline_new (NULL);
  self->src = GST_APP_SRC (src);
  self->sink = GST_APP_SINK (sink);
  gst_bin_add_many (GST_BIN (self->pipeline), src, decoder, convert, sink, NULL);
  gst_element_link_many (src, decoder, convert, sink, NULL);
}

IsrDecoder *
isr_decoder_new (IsrUnpacker *unpacker, GError **error)
{
  GstElement *decoder = make_decoder (unpacker, error);
  IsrDecoder *self;

  if (!decoder)
    return NULL;
  self = g_new0 (IsrDecoder, 1);
  self->packet_rate = isr_unpacker_get_rate (unpacker);
  make_pipeline (self, decoder, unpacker);
  return self;
}

gboolean
isr_decoder_check (IsrUnpacker *unpacker, GError **error)
{
  g_autoptr (GstElement) decoder = make_decoder (unpacker, error);

  if (decoder)
    gst_object_ref_sink (decoder); /* it is let go of here */
  return decoder != NULL;
}

void
isr_decoder_free (IsrDecoder *self)
{
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_object_unref (self->pipeline);
  g_free (self);
}

void
isr_decoder_begin (IsrDecoder *self, gint64 position)
{
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  self->base = position;
}

static GstClockTime
to_time (IsrDecoder *self, gint64 position)
{
  return gst_util_uint64_scale_round ((guint64) MAX (position - self->base, 0), GST_SECOND, self->packet_rate);
}

void
isr_decoder_push (IsrDecoder *self, const IsrUnpacked *packet)
{
  GstBuffer *buffer;

  if (g_bytes_get_size (packet->bytes) == 0)
    return;
  buffer = gst_buffer_new_wrapped_bytes (packet->bytes);
  GST_BUFFER_PTS (buffer) = to_time (self, packet->position);
  GST_BUFFER_DURATION (buffer) = gst_util_uint64_scale_round (packet->samples, GST_SECOND, self->packet_rate);
  gst_app_src_push_buffer (self->src, buffer);
}

void
isr_decoder_end (IsrDecoder *self)
{
  gst_app_src_end_of_stream (self->src);
}

static void
note_format (IsrDecoder *self, GstSample *sample)
{
  GstStructure *structure = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
  int value;

  if (gst_structure_get_int (structure, "rate", &value))
    self->rate = (guint) value;
  if (gst_structure_get_int (structure, "channels", &value))
    self->channels = (guint) value;
}

static gboolean
has_failed (IsrDecoder *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);

  return message != NULL;
}

GstBuffer *
isr_decoder_pull (IsrDecoder *self, guint timeout_ms, gint64 *position, gboolean *ended)
{
  g_autoptr (GstSample) sample = gst_app_sink_try_pull_sample (self->sink, timeout_ms * GST_MSECOND);
  GstBuffer *buffer;

  *ended = FALSE;
  if (!sample) {
    *ended = gst_app_sink_is_eos (self->sink) || has_failed (self);
    return NULL;
  }
  note_format (self, sample);
  buffer = gst_sample_get_buffer (sample);
  *position = self->base + (gint64) gst_util_uint64_scale_round (GST_BUFFER_PTS_IS_VALID (buffer) ? GST_BUFFER_PTS (buffer) : 0, self->packet_rate, GST_SECOND);
  return gst_buffer_ref (buffer);
}

guint
isr_decoder_get_backlog (IsrDecoder *self)
{
  return (guint) gst_app_src_get_current_level_buffers (self->src);
}

guint
isr_decoder_get_rate (IsrDecoder *self)
{
  return self->rate;
}

guint
isr_decoder_get_channels (IsrDecoder *self)
{
  return self->channels;
}
