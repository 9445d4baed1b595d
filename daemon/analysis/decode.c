/* SPDX-License-Identifier: MIT */
/* decode.c - four ways into the gauge.
 *
 *   plain samples    pread, a megabyte at a time
 *   FLAC             libFLAC, frame by frame
 *   all else         filesrc ! decodebin ! audioconvert ! fakesink, heard at the last pad
 *   the next file    the same again, until the last window is complete
 *
 * audioconvert only does something for decoders that give planar or big-endian samples.
 * What an MP3 file says about its ends is obeyed here, since the decoders do not. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/decode.h"

#include "daemon/analysis/flac-reader.h"
#include "daemon/analysis/gauge.h"
#include "daemon/core/error.h"
#include "daemon/core/missing.h"
#include "daemon/core/patience.h"
#include "plugins/format/format.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gst/audio/audio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (1u << 20) /* bytes of plain samples at a time */
#define CAPS "audio/x-raw, format = (string) { S16LE, S24LE, S24_32LE, S32LE, F32LE, F64LE, U8, S8 }, layout = (string) interleaved, rate = (int) [ 2000, 768000 ], channels = (int) [ 1, 64 ]"
#define POLL (100 * GST_MSECOND)

typedef struct {
  const IsrDecodeOrder *order;
  const IsrDecodeHooks *hooks;
  gpointer data;
  IsrDecodeResult *result;
  IsrGauge *gauge;
  GstCaps *caps;
  guint64 skip;  /* samples of this file that are not to be played, still to come */
  guint64 limit; /* samples of this file that are still to be heard */
  guint64 heard; /* of this file */
  double duration;
  gint buffers; /* atomic: that came out of the decoder */
  guint empty;  /* of them: the last ones */
  GError *error;
  gboolean opened; /* what kind of file it is was told; the decoder's thread */
  char *missing;   /* what to install for this file; NULL: nothing is missing */
} Decode;

static gboolean
fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_FAILED, text);
  return FALSE;
}

static gboolean
is_cancelled (Decode *self, GError **error)
{
  if (!self->hooks->is_cancelled || !self->hooks->is_cancelled (self->data))
    return FALSE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "cancelled");
  return TRUE;
}

/* --- into the gauge --- */

static void
on_windows (const IsrLevelsRow *rows, gsize n, gpointer data)
{
  Decode *self = data;

  self->hooks->windows (rows, n, self->data);
}

/* What the catalog counts is of its own rate, which is half of the decoder's where SBR
 * is at work. */
static guint64
scale (const Decode *self, guint64 samples, guint rate)
{
  return self->order->rate ? gst_util_uint64_scale_round (samples, rate, self->order->rate) : samples;
}

static gboolean
make_gauge (Decode *self, GstCaps *caps, GError **error)
{
  GstAudioInfo info;
  guint rate = gst_audio_info_from_caps (&info, caps) ? (guint) GST_AUDIO_INFO_RATE (&info) : 0;

  self->gauge = isr_gauge_new (caps, scale (self, self->order->first_sample, rate), on_windows, self, error);
  if (!self->gauge)
    return FALSE;
  if (self->order->samples)
    self->limit = MIN (self->limit, scale (self, self->order->samples, rate));
  self->caps = gst_caps_ref (caps);
  self->result->rate = isr_gauge_get_rate (self->gauge);
  self->result->channels = (guint) GST_AUDIO_INFO_CHANNELS (&info);
  self->result->first_window = isr_gauge_get_first_window (self->gauge);
  self->result->skip = isr_gauge_get_skip (self->gauge);
  self->hooks->begun (self->result, self->duration, self->data);
  return TRUE;
}

/* What comes now is of @caps. */
static gboolean
take_caps (Decode *self, GstCaps *caps, GError **error)
{
  if (self->caps && !gst_caps_is_equal (caps, self->caps))
    return fail (error, "rate or channels change in the middle of it");
  return self->gauge || make_gauge (self, caps, error);
}

/* Takes @buffer. FALSE: nothing more is wanted. */
static gboolean
hear (Decode *self, GstBuffer *buffer, guint frame_size)
{
  guint64 frames = gst_buffer_get_size (buffer) / frame_size;
  guint64 skip = MIN (self->skip, frames), n = MIN (frames - skip, self->limit);
  GstBuffer *part;

  self->skip -= skip;
  self->limit -= n;
  self->heard += n;
  part = n ? gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY, skip * frame_size, n * frame_size) : NULL;
  gst_buffer_unref (buffer);
  if (part && !isr_gauge_push (self->gauge, part))
    return FALSE;
  return self->limit > 0;
}

/* --- plain samples --- */

static GstCaps *
make_pcm_caps (const char *encoding, guint rate, guint channels)
{
  GstCaps *caps = gst_caps_new_simple ("audio/x-raw", "format", G_TYPE_STRING, encoding, "layout", G_TYPE_STRING, "interleaved",
      "rate", G_TYPE_INT, (int) rate, "channels", G_TYPE_INT, (int) channels, NULL);

  if (channels > 2)
    gst_caps_set_simple (caps, "channel-mask", GST_TYPE_BITMASK, (guint64) 0, NULL);
  return caps;
}

static GstBuffer *
read_piece (int fd, guint64 at, gsize size)
{
  g_autofree guint8 *data = g_malloc (size);
  gsize have = 0;

  while (have < size) {
    gssize n = pread (fd, data + have, size - have, (off_t) (at + have));

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return NULL;
    have += (gsize) n;
  }
  return gst_buffer_new_wrapped (g_steal_pointer (&data), size);
}

static gboolean
decode_pcm (Decode *self, const IsrShape *shape, int fd, GError **error)
{
  g_autoptr (GstCaps) caps = make_pcm_caps (shape->encoding, shape->rate, shape->channels);
  GstAudioInfo info;
  guint frame_size;
  gsize piece;

  if (!gst_audio_info_from_caps (&info, caps))
    return fail (error, "the header says %u channels of %s at %u Hz, which can not be measured", shape->channels, shape->encoding, shape->rate);
  frame_size = (guint) GST_AUDIO_INFO_BPF (&info);
  self->duration = (double) (shape->size / frame_size) / shape->rate;
  if (!take_caps (self, caps, error))
    return FALSE;
  piece = MAX (PIECE / frame_size, 1) * frame_size;
  for (guint64 at = 0; at < shape->size; at += piece) {
    gsize size = (gsize) MIN (piece, shape->size - at);
    GstBuffer *buffer = read_piece (fd, shape->data + at, size);

    if (!buffer)
      return fail (error, "it can not be read: %s", errno ? g_strerror (errno) : "it became shorter");
    if (!hear (self, buffer, frame_size))
      return TRUE;
    if (is_cancelled (self, error))
      return FALSE;
  }
  return TRUE;
}

/* --- FLAC --- */

static gboolean
decode_flac (Decode *self, IsrFlacReader *reader, GError **error)
{
  const IsrFlacInfo *flac = isr_flac_reader_get_info (reader);
  g_autoptr (GstCaps) caps = make_pcm_caps (isr_flac_reader_get_encoding (reader), flac->rate, flac->channels);
  GstAudioInfo info;
  GstBuffer *buffer;

  if (!gst_audio_info_from_caps (&info, caps))
    return fail (error, "its header says what can not be measured");
  if (flac->samples)
    self->duration = (double) flac->samples / flac->rate;
  if (!take_caps (self, caps, error))
    return FALSE;
  while ((buffer = isr_flac_reader_next (reader))) {
    if (!hear (self, buffer, (guint) GST_AUDIO_INFO_BPF (&info)))
      return TRUE;
    if (is_cancelled (self, error))
      return FALSE;
  }
  return TRUE;
}

/* --- everything else --- */

static void
measure (Decode *self, GstPad *pad)
{
  gint64 ns = -1;

  if (gst_pad_peer_query_duration (pad, GST_FORMAT_TIME, &ns) && ns > 0)
    self->duration = (double) ns / 1e9;
}

static gboolean
take_pad (Decode *self, GstPad *pad)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (!caps)
    return fail (&self->error, "its decoder gives audio of no known kind");
  if (!self->gauge)
    measure (self, pad);
  return take_caps (self, caps, &self->error);
}

/* On the streaming thread. */
static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Decode *self = data;
  GstAudioInfo audio;

  g_atomic_int_inc (&self->buffers);
  self->empty = gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info)) ? 0 : self->empty + 1;
  if (!take_pad (self, pad) || !gst_audio_info_from_caps (&audio, self->caps)) {
    GST_PAD_PROBE_INFO_FLOW_RETURN (info) = GST_FLOW_ERROR;
    gst_buffer_unref (GST_PAD_PROBE_INFO_BUFFER (info));
    return GST_PAD_PROBE_HANDLED;
  }
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = hear (self, GST_PAD_PROBE_INFO_BUFFER (info), (guint) GST_AUDIO_INFO_BPF (&audio)) && self->empty < ISR_PATIENCE_EMPTY ? GST_FLOW_OK : GST_FLOW_EOS;
  return GST_PAD_PROBE_HANDLED;
}

static void
on_pad (GstElement *decoder, GstPad *pad, gpointer data)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (data, "sink");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  const char *name = caps ? gst_structure_get_name (gst_caps_get_structure (caps, 0)) : "";

  if (g_str_has_prefix (name, "audio/x-raw") && !gst_pad_is_linked (sink)) /* of several the first */
    gst_pad_link (pad, sink);
}

/* A file with a cover has a picture, too: nobody wants it decoded. What the file itself is called,
 * which is told first, says little: sound alone may lie in "video/quicktime". */
static gboolean
on_continue (GstElement *decoder, GstPad *pad, GstCaps *caps, Decode *self)
{
  const char *name = gst_caps_is_any (caps) || gst_caps_is_empty (caps) ? "" : gst_structure_get_name (gst_caps_get_structure (caps, 0));

  if (!self->opened && (self->opened = TRUE))
    return TRUE;
  return !g_str_has_prefix (name, "image/") && !g_str_has_prefix (name, "video/") && !g_str_has_prefix (name, "text/") && !g_str_has_prefix (name, "subpicture/");
}

static GstElement *
make_pipeline (Decode *self, const char *path)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = gst_element_factory_make ("filesrc", NULL), *decoder = gst_element_factory_make ("decodebin", NULL);
  GstElement *convert = gst_element_factory_make ("audioconvert", NULL), *filter = gst_element_factory_make ("capsfilter", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string (CAPS);
  g_autoptr (GstPad) pad = NULL;

  gst_bin_add_many (GST_BIN (pipeline), source, decoder, convert, filter, sink, NULL);
  gst_element_link (source, decoder);
  gst_element_link_many (convert, filter, sink, NULL);
  g_object_set (source, "location", path, "blocksize", 65536, NULL);
  g_object_set (filter, "caps", caps, NULL);
  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  g_signal_connect (decoder, "pad-added", G_CALLBACK (on_pad), convert);
  g_signal_connect (decoder, "autoplug-continue", G_CALLBACK (on_continue), self);
  pad = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, self, NULL);
  return pipeline;
}

/* Why, in one sentence without the names of our elements. */
static void
take_error (Decode *self, GstMessage *message, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autofree char *detail = NULL;

  if (self->error) {
    g_propagate_error (error, g_steal_pointer (&self->error));
    return;
  }
  gst_message_parse_error (message, &wrong, &detail);
  fail (error, "%s", self->missing ? self->missing : wrong->message);
}

/* Told before the error that comes of it. */
static void
take_missing (Decode *self, GstMessage *message)
{
  const GstStructure *said = gst_message_has_name (message, "missing-plugin") ? gst_message_get_structure (message) : NULL;
  g_autoptr (GstCaps) caps = NULL;

  if (!said || self->missing)
    return;
  gst_structure_get (said, "detail", GST_TYPE_CAPS, &caps, NULL);
  self->missing = isr_missing_advise (caps && gst_caps_get_size (caps) > 0 ? gst_structure_get_name (gst_caps_get_structure (caps, 0)) : NULL, gst_structure_get_string (said, "name"));
}

/* A decoder that gives nothing any more, and does not end. */
static gboolean
is_stuck (Decode *self, IsrPatience *patience, gint *seen, GError **error)
{
  gint now = g_atomic_int_get (&self->buffers);

  if (now != *seen)
    isr_patience_renew (patience);
  *seen = now;
  if (!isr_patience_is_lost (patience))
    return FALSE;
  fail (error, "its decoder makes no progress: the file is damaged, or was cut off");
  return TRUE;
}

/* Until its end, an error, or somebody's cancel. */
static gboolean
wait_for_end (Decode *self, GstElement *pipeline, GError **error)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  IsrPatience patience;
  gint seen = 0;

  isr_patience_renew (&patience);
  while (!is_cancelled (self, error) && !is_stuck (self, &patience, &seen, error)) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, POLL, GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);

    if (!message)
      continue;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
      return TRUE;
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT) {
      take_missing (self, message);
      continue;
    }
    take_error (self, message, error);
    return FALSE;
  }
  return FALSE;
}

static gboolean
decode_any (Decode *self, const char *path, GError **error)
{
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (make_pipeline (self, path));
  gboolean ok = gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE;

  ok = wait_for_end (self, pipeline, error) && ok;
  gst_element_set_state (pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->missing, g_free);
  self->opened = FALSE;
  return ok;
}

/* --- files --- */

/* The cheapest way there is. @input: NULL where there is no regular file. */
static gboolean
decode_input (Decode *self, const char *path, int fd, IsrInput *input, guint64 limit, GError **error)
{
  g_autoptr (IsrFlacReader) reader = input ? isr_flac_reader_new (input) : NULL;
  IsrShape shape = { ISR_SHAPE_OTHER };

  if (input && !reader)
    isr_shape_read (&shape, input);
  self->skip = shape.skip;
  self->limit = MIN (shape.samples ? shape.samples : G_MAXUINT64, limit ? limit : G_MAXUINT64);
  self->heard = 0;
  errno = 0;
  if (reader)
    return decode_flac (self, reader, error);
  return shape.kind == ISR_SHAPE_PCM ? decode_pcm (self, &shape, fd, error) : decode_any (self, path, error);
}

static gboolean
decode_file (Decode *self, const char *path, guint64 limit, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gboolean ok = FALSE;
  struct stat st;
  IsrFile file;

  if (fd < 0 || fstat (fd, &st) < 0)
    g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "it can not be opened: %s", g_strerror (errno));
  else if (S_ISDIR (st.st_mode))
    fail (error, "it is a directory");
  else
    ok = decode_input (self, path, fd, S_ISREG (st.st_mode) && isr_file_init (&file, fd) ? &file.input : NULL, limit, error);
  if (fd >= 0)
    close (fd);
  return ok;
}

/* What of the next file is missing from the last window. That it can not be had costs that window. */
static void
complete_last_window (Decode *self)
{
  guint64 wanted = isr_gauge_get_wanted (self->gauge);
  g_autoptr (GError) error = NULL;

  if (wanted && !decode_file (self, self->order->next, wanted, &error))
    g_debug ("%s: %s", self->order->next, error->message);
}

gboolean
isr_decode_levels (const IsrDecodeOrder *order, const IsrDecodeHooks *hooks, gpointer data, IsrDecodeResult *result, GError **error)
{
  Decode self = { .order = order, .hooks = hooks, .data = data, .result = result, .duration = -1 };
  gboolean ok;

  *result = (IsrDecodeResult){ 0 };
  ok = decode_file (&self, order->path, 0, error);
  result->samples = self.heard;
  if (ok && !self.gauge)
    ok = fail (error, "there is no audio in it");
  if (ok && order->next)
    complete_last_window (&self);
  if (ok)
    isr_gauge_finish (self.gauge);
  g_clear_pointer (&self.gauge, isr_gauge_free);
  g_clear_pointer (&self.caps, gst_caps_unref);
  g_clear_error (&self.error);
  return ok;
}
