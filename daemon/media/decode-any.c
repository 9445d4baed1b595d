/* SPDX-License-Identifier: MIT */
/* decode-any.c - filesrc ! decodebin ! audioconvert ! appsink.
 *
 * Behind a jump sound is not the same at once, and what is clipped at its edge does not say
 * exactly where it begins: so the jump goes some seconds further back, and a buffer behind that edge
 * tells the place (grid.h). Where none can be told to the sample, what is before is decoded.
 *
 * The file is open already; filesrc is given the name that the descriptor has, for what fdsrc
 * gives can not be read in any order, and some demuxers seek in nothing else. */
#include "daemon/media/decode-any.h"

#include <gst/app/app.h>
#include <gst/gst.h>
#include <string.h>
#include <sys/time.h>

#include "daemon/core/patience.h"
#include "daemon/media/grid.h"
#include "daemon/media/media-error.h"
#include "daemon/media/missing.h"

#define LOOK (100 * GST_MSECOND)
#define JUMP_SECONDS 3    /* of processor time */
#define WARM_UP_SECONDS 4 /* speech in Opus goes on that long with what was heard */
#define EDGE_BUFFERS 3
#define PATIENT_SECONDS 600 /* so much is decoded before what is asked for, to be exact */

typedef struct {
  IsrDecode parent;
  GstElement *pipeline;
  GstAppSink *sink;
  guint64 skip;    /* sample frames that come before the wanted ones */
  gboolean plain;  /* it is read from its beginning on, and not sought in */
  gboolean fresh;  /* nothing was read yet: it stands at the beginning, with */
  GQueue ahead;    /* GstBuffer: what was looked at since */
  gboolean coarse; /* it knows of milliseconds only */
  char *missing;   /* what to install, or NULL */
  IsrGrid grid;
  GstBuffer *buffer;
  gsize taken;
} Any;

static void
any_free (IsrDecode *decode)
{
  Any *self = (Any *) decode;

  gst_clear_buffer (&self->buffer);
  g_queue_clear_full (&self->ahead, (GDestroyNotify) gst_buffer_unref);
  if (self->pipeline)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  g_clear_pointer (&self->sink, gst_object_unref);
  g_clear_pointer (&self->pipeline, gst_object_unref);
  g_free (self->missing);
  g_free (self);
}

static void
any_rest (IsrDecode *decode)
{ /* it rests with its process */
}

/* NULL: the end, or a decoder that does not get there. */
static GstSample *
pull (Any *self)
{
  GstSample *sample = NULL;
  IsrPatience patience;

  isr_patience_renew (&patience);
  while (!sample && !gst_app_sink_is_eos (self->sink) && !isr_patience_is_lost (&patience))
    sample = gst_app_sink_try_pull_sample (self->sink, LOOK);
  return sample;
}

static gboolean
is_empty (GstSample *sample)
{
  return gst_buffer_get_size (gst_sample_get_buffer (sample)) == 0;
}

static GstBuffer *
pull_buffer (Any *self)
{
  for (guint empty = 0; empty < ISR_PATIENCE_EMPTY; empty++) {
    g_autoptr (GstSample) sample = pull (self);

    if (!sample)
      return NULL;
    if (!is_empty (sample))
      return gst_buffer_ref (gst_sample_get_buffer (sample));
  }
  return NULL;
}

/* The next buffer. FALSE: there is none. */
static gboolean
fetch (Any *self)
{
  gst_clear_buffer (&self->buffer);
  self->taken = 0;
  self->buffer = self->ahead.length ? g_queue_pop_head (&self->ahead) : pull_buffer (self);
  return self->buffer != NULL;
}

static guint64
count_frames (Any *self)
{
  return (gst_buffer_get_size (self->buffer) - self->taken) / isr_pcm_get_frame_size (&self->parent.pcm);
}

/* There is a buffer, and it begins with what is wanted next. */
static gboolean
fill (Any *self)
{
  while (!self->buffer || self->skip) {
    guint64 n = self->buffer ? MIN (count_frames (self), self->skip) : 0;

    self->taken += n * isr_pcm_get_frame_size (&self->parent.pcm);
    self->skip -= n;
    if ((!self->buffer || !count_frames (self)) && !fetch (self))
      return FALSE;
  }
  return TRUE;
}

static gsize
any_read (IsrDecode *decode, guint8 *data, gsize frames, GError **error)
{
  Any *self = (Any *) decode;
  guint size = isr_pcm_get_frame_size (&decode->pcm);
  gsize done = 0;

  while (done < frames && fill (self)) {
    gsize n = (gsize) MIN (frames - done, count_frames (self));

    gst_buffer_extract (self->buffer, self->taken, data + done * size, n * size);
    self->taken += n * size;
    done += n;
    if (!count_frames (self))
      gst_clear_buffer (&self->buffer);
  }
  return done;
}

/* What these know of time. */
static void
on_element (GstBin *bin, GstBin *parent, GstElement *element, gpointer data)
{
  static const char *const coarse[] = { "matroskademux", "flvdemux", "asfdemux" };
  GstElementFactory *factory = gst_element_get_factory (element);

  for (guint i = 0; factory && i < G_N_ELEMENTS (coarse); i++)
    if (g_str_equal (GST_OBJECT_NAME (factory), coarse[i]))
      ((Any *) data)->coarse = TRUE;
}

static void
on_pad (GstElement *decodebin, GstPad *pad, gpointer convert)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (convert, "sink");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  if (!gst_pad_is_linked (sink) && caps && g_str_has_prefix (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/"))
    gst_pad_link (pad, sink);
}

static gboolean
make_pipeline (Any *self)
{
  g_autofree char *location = g_strdup_printf ("/proc/self/fd/%d", self->parent.fd);
  GstElement *src = gst_element_factory_make ("filesrc", NULL);
  GstElement *decodebin = gst_element_factory_make ("decodebin", NULL);
  GstElement *convert = gst_element_factory_make ("audioconvert", NULL);
  GstElement *sink = gst_element_factory_make ("appsink", NULL);
  g_autoptr (GstCaps) caps = gst_caps_from_string ("audio/x-raw,format=S16LE,layout=interleaved");

  if (!src || !decodebin || !convert || !sink)
    return FALSE;
  g_object_set (src, "location", location, NULL);
  g_object_set (convert, "dithering", 0, NULL);
  g_object_set (sink, "caps", caps, "sync", FALSE, "max-buffers", 16, "enable-last-sample", FALSE, NULL);
  self->pipeline = gst_pipeline_new (NULL);
  self->sink = gst_object_ref (GST_APP_SINK (sink));
  gst_bin_add_many (GST_BIN (self->pipeline), src, decodebin, convert, sink, NULL);
  g_signal_connect (decodebin, "pad-added", G_CALLBACK (on_pad), convert);
  g_signal_connect (self->pipeline, "deep-element-added", G_CALLBACK (on_element), self);
  return gst_element_link (src, decodebin) && gst_element_link (convert, sink);
}

/* What can not be decoded says so on the bus, and the sink hears nothing of it; what is missing for
 * that was said before. NULL: there is a first buffer, or an end. */
static GError *
wait_for_preroll (Any *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  GError *reason = NULL;
  IsrPatience patience;

  isr_patience_renew (&patience);
  while (!isr_patience_is_lost (&patience)) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, LOOK, GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT | GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_EOS);

    if (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT && !self->missing)
      self->missing = isr_missing_describe (message);
    else if (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &reason, NULL);
    if (message && GST_MESSAGE_TYPE (message) != GST_MESSAGE_ELEMENT)
      return reason;
  }
  return g_error_new_literal (ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "its decoder makes no progress: the file is damaged, or was cut off");
}

/* --- from a sample on --------------------------------------------------------- */

static gint64
to_time (const IsrDecode *decode, guint64 sample)
{
  return (gint64) gst_util_uint64_scale_ceil (sample, GST_SECOND, decode->pcm.rate);
}

/* Some turn in circles here, in a file that was cut off: SIGPROF ends the process, and another one
 * is told not to jump. */
static void
set_alarm (guint seconds)
{
  const struct itimerval timer = { .it_value.tv_sec = seconds };

  setitimer (ITIMER_PROF, &timer, NULL);
}

/* An end is given, behind the file's, because auparse takes none for 0. */
static gboolean
jump (Any *self, guint64 sample)
{
  const IsrDecode *decode = &self->parent;
  gboolean ok;

  set_alarm (JUMP_SECONDS);
  ok = gst_element_seek (self->pipeline, 1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET, to_time (decode, sample), GST_SEEK_TYPE_SET, to_time (decode, decode->samples + decode->pcm.rate));
  set_alarm (0);
  return ok;
}

static void
forget (Any *self)
{
  gst_clear_buffer (&self->buffer);
  g_queue_clear_full (&self->ahead, (GDestroyNotify) gst_buffer_unref);
  self->taken = 0;
  self->fresh = FALSE;
}

/* From the beginning on, as if for the first time. */
static gboolean
start_again (Any *self)
{
  g_autoptr (GError) reason = NULL;

  if (self->fresh)
    return TRUE;
  forget (self);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
  reason = wait_for_preroll (self);
  return !reason;
}

static gboolean
get_place (Any *self, GstBuffer *buffer, gint64 *says)
{
  if (!GST_BUFFER_PTS_IS_VALID (buffer))
    return FALSE;
  *says = (gint64) gst_util_uint64_scale_round (GST_BUFFER_PTS (buffer), self->parent.pcm.rate, GST_SECOND);
  return TRUE;
}

/* Of the first buffers, which wait until they are read. */
static void
learn_grid (Any *self)
{
  guint64 frames[ISR_GRID_BUFFERS];
  gint64 says[ISR_GRID_BUFFERS];
  guint n = 0;
  GstBuffer *buffer;

  while (n < ISR_GRID_BUFFERS && (buffer = pull_buffer (self))) {
    g_queue_push_tail (&self->ahead, buffer);
    if (!get_place (self, buffer, &says[n]))
      break;
    frames[n++] = gst_buffer_get_size (buffer) / isr_pcm_get_frame_size (&self->parent.pcm);
  }
  isr_grid_learn (&self->grid, frames, says, n, self->coarse);
}

/* The first ones may be clipped to the moment that was jumped to. */
static gboolean
pass_edge (Any *self)
{
  for (guint i = 0; i < EDGE_BUFFERS; i++)
    if (!fetch (self))
      return FALSE;
  return fetch (self);
}

/* FALSE: it can not be jumped there, or not to the sample. */
static gboolean
jump_before (Any *self, guint64 sample)
{
  const IsrDecode *decode = &self->parent;
  guint64 lead = (guint64) WARM_UP_SECONDS * decode->pcm.rate;
  gint64 says, at = 0;
  gboolean exact;

  if (self->plain || sample <= lead)
    return FALSE;
  forget (self);
  if (!jump (self, sample - lead) || !pass_edge (self) || !get_place (self, self->buffer, &says))
    return FALSE;
  exact = isr_grid_find (&self->grid, says, self->coarse, decode->pcm.rate, &at);
  if (at < 0 || (guint64) at > sample || (!exact && sample < (guint64) PATIENT_SECONDS * decode->pcm.rate))
    return FALSE;
  self->skip = sample - (guint64) at;
  return TRUE;
}

/* Some can only be begun with: then what is before @sample is decoded, too. */
static gboolean
any_seek (IsrDecode *decode, guint64 sample, GError **error)
{
  Any *self = (Any *) decode;
  gboolean ok = jump_before (self, sample);

  if (!ok) {
    ok = start_again (self);
    self->skip = sample + (guint64) self->grid.extra;
  }
  self->fresh = FALSE;
  if (!ok)
    g_set_error_literal (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "the file can not be sought in");
  return ok;
}

static gboolean
learn_format (Any *self)
{
  g_autoptr (GstSample) preroll = gst_app_sink_try_pull_preroll (self->sink, 0);
  GstStructure *structure = preroll ? gst_caps_get_structure (gst_sample_get_caps (preroll), 0) : NULL;
  int rate = 0, channels = 0;
  gint64 duration = 0;

  if (!structure || !gst_structure_get_int (structure, "rate", &rate) || !gst_structure_get_int (structure, "channels", &channels))
    return FALSE;
  self->parent.pcm = (IsrPcm){ ISR_SAMPLE_S16, (guint) rate, (guint) channels, 0 };
  if (!gst_element_query_duration (self->pipeline, GST_FORMAT_TIME, &duration))
    return FALSE;
  self->parent.samples = gst_util_uint64_scale_round ((guint64) duration, (guint64) rate, GST_SECOND);
  return TRUE;
}

static void
fail (const Any *self, const GError *reason, GError **error)
{
  if (self->missing)
    g_set_error_literal (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_NO_DECODER, self->missing);
  else
    g_set_error (error, ISR_MEDIA_ERROR, ISR_MEDIA_ERROR_FORMAT, "GStreamer can not decode it: %s", reason ? reason->message : "it gives no audio");
}

IsrDecode *
isr_decode_any_new (int fd, gboolean plain, GError **error)
{
  static const IsrDecodeClass klass = { any_free, any_seek, any_read, any_rest };
  Any *self = g_new0 (Any, 1);
  g_autoptr (IsrDecode) decode = &self->parent;
  g_autoptr (GError) reason = NULL;

  if (!isr_decode_init (decode, &klass, fd, "the file", NULL, error))
    return NULL;
  self->plain = plain;
  if (make_pipeline (self)) {
    gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
    reason = wait_for_preroll (self);
    self->fresh = TRUE;
    if (!reason && learn_format (self)) {
      learn_grid (self);
      return g_steal_pointer (&decode);
    }
  }
  fail (self, reason, error);
  return NULL;
}
