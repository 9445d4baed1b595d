/* SPDX-License-Identifier: MIT */
/* tap.c - packets, positions, stretches.
 *
 * Frames of MP3, AAC and FLAC go out one a buffer, with their stream time as
 * timestamp. Ogg goes through the writer of the files: one stream from 0 on, with
 * fresh headers, whatever the links of the source are. */
#include "daemon/capture/tap.h"

#include "daemon/capture/tap-private.h"
#include "plugins/format/format.h"
#include "plugins/messages.h"

#define WRITER "writer" /* the name of the element in isrsplitsink that writes */

typedef struct {
  IsrOutput parent;
  IsrTap *tap;
} FeedOutput;

struct _IsrTap {
  GstPad *pad;
  gulong probe;
  IsrTapFunc func; /* main loop; NULL: nobody listens */
  gpointer data;
  gint allowed; /* atomic */

  IsrTapKind kind; /* from here on: streaming thread */
  GstCaps *caps;
  IsrStream *stream;
  IsrTapPosition position;
  gboolean at_file; /* the next packet begins a file */
  gboolean lead;    /* what comes was recorded, and heard, by another run */
  guint known;      /* ... and so many packets are left of it; 0: that is not said */

  IsrFeedSrc *feed;  /* NULL: no stretch */
  IsrWriter *writer; /* Ogg: of the stretch */
  FeedOutput output;
  GQueue pending; /* GstBuffer: for the feed, until all of what came is made out */
  gboolean full;  /* the feed took no more */
};

static void tap_clear (gpointer data);

/* --- to the main loop --- */

typedef struct {
  IsrTap *tap;
  IsrTapNews news;
  IsrTapStretch stretch;
} Telling;

static void
telling_free (gpointer data)
{
  Telling *self = data;

  g_clear_object (&self->stretch.feed);
  g_atomic_rc_box_release_full (self->tap, tap_clear);
  g_free (self);
}

static gboolean
on_telling (gpointer data)
{
  Telling *self = data;

  if (self->tap->func)
    self->tap->func (self->news, &self->stretch, self->tap->data);
  return G_SOURCE_REMOVE;
}

static void
tell (IsrTap *self, IsrTapNews news, const IsrTapStretch *stretch)
{
  Telling *telling = g_new0 (Telling, 1);

  telling->tap = g_atomic_rc_box_acquire (self);
  telling->news = news;
  telling->stretch = *stretch;
  g_object_ref (telling->stretch.feed);
  g_idle_add_full (G_PRIORITY_DEFAULT, on_telling, telling, telling_free);
  /* cppcheck-suppress memleak; the source owns it */
}

/* --- a stretch --- */

static void
feed_bytes (IsrTap *self, GBytes *bytes, guint64 samples)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  if (!self->writer) {
    GST_BUFFER_PTS (buffer) = isr_tap_position_get (&self->position, 0);
    GST_BUFFER_DURATION (buffer) = isr_tap_position_get (&self->position, samples) - GST_BUFFER_PTS (buffer);
  }
  g_queue_push_tail (&self->pending, buffer);
}

static void
flush_feed (IsrTap *self)
{
  if (self->feed && self->pending.length)
    self->full |= !isr_feed_src_push (self->feed, &self->pending);
}

static void
on_append (IsrOutput *output, GBytes *bytes)
{
  feed_bytes (((FeedOutput *) output)->tap, bytes, 0);
}

static void
on_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
}

static void
on_truncate (IsrOutput *output, guint64 size)
{
}

static void
end_stretch (IsrTap *self)
{
  IsrFileTotals totals;

  if (!self->feed)
    return;
  if (self->writer)
    isr_writer_close (g_steal_pointer (&self->writer), &totals);
  flush_feed (self);
  isr_feed_src_end (self->feed);
  g_clear_object (&self->feed);
}

static void
open_writer (IsrTap *self)
{
  static const IsrFileInfo info = { 0 };

  self->output = (FeedOutput){ { on_append, on_patch, on_truncate }, self };
  self->writer = isr_stream_open (self->stream, &self->output.parent, &info);
}

/* With the packet at hand. */
static void
begin_stretch (IsrTap *self, const IsrPacket *packet)
{
  g_autoptr (GstCaps) caps = isr_tap_kind_make_caps (self->kind, self->caps, packet->bytes, isr_stream_get_rate (self->stream), isr_stream_get_channels (self->stream));
  gboolean timed = self->kind != ISR_TAP_OGG;
  IsrTapStretch stretch = { NULL, isr_stream_get_extension (self->stream), timed ? 0 : isr_tap_position_get (&self->position, 0), isr_stream_get_unplayed (self->stream), !self->at_file };

  self->feed = g_object_ref_sink (ISR_FEED_SRC (isr_feed_src_new (caps, timed)));
  self->full = FALSE;
  if (!timed)
    open_writer (self);
  stretch.feed = self->feed;
  tell (self, ISR_TAP_BEGIN, &stretch);
}

static void
end_lagged (IsrTap *self)
{
  IsrTapStretch stretch = { self->feed };

  isr_tap_allow (self, FALSE);
  tell (self, ISR_TAP_LAGGED, &stretch);
  end_stretch (self);
}

/* --- packets --- */

/* How much longer the files play by it. */
static guint64
give (IsrTap *self, const IsrPacket *packet)
{
  if (!self->feed)
    return packet->samples;
  if (self->writer)
    return isr_writer_write (self->writer, packet);
  feed_bytes (self, packet->bytes, packet->samples);
  return packet->samples;
}

static void
take_packet (IsrTap *self, const IsrPacket *packet)
{
  if (self->lead) {
    isr_tap_position_set_rate (&self->position, isr_stream_get_rate (self->stream));
    self->position.samples += packet->samples;
    self->lead = !self->known || --self->known > 0;
    return;
  }
  if (packet->flags & (ISR_PACKET_NEW_FILE | ISR_PACKET_GAP)) {
    end_stretch (self);
    self->at_file = TRUE;
  }
  if (self->feed && isr_feed_src_is_closed (self->feed))
    end_stretch (self);
  isr_tap_position_set_rate (&self->position, isr_stream_get_rate (self->stream));
  if (!self->feed && g_atomic_int_get (&self->allowed))
    begin_stretch (self, packet);
  self->at_file = FALSE;
  self->position.samples += give (self, packet);
}

static void
take_packets (IsrTap *self)
{
  g_autoptr (GError) error = NULL;
  IsrPacket packet = { 0 };

  while (isr_stream_next (self->stream, &packet, &error)) {
    take_packet (self, &packet);
    isr_packet_clear (&packet);
  }
  flush_feed (self);
  if (self->feed && self->full && !isr_feed_src_is_closed (self->feed))
    end_lagged (self);
  if (error) /* the recording ends with the same words */
    g_clear_pointer (&self->stream, isr_stream_free);
}

static gboolean
take_buffer (GstBuffer **buffer, guint i, gpointer data)
{
  IsrTap *self = data;
  g_autoptr (GBytes) bytes = NULL;

  if (!self->stream)
    return TRUE;
  bytes = isr_tap_get_bytes (*buffer);
  isr_stream_push (self->stream, bytes);
  take_packets (self);
  return TRUE;
}

/* --- events --- */

/* The stream ends here, for good or for another one. */
static void
end_stream (IsrTap *self)
{
  if (self->stream) {
    isr_stream_drain (self->stream);
    take_packets (self);
  }
  end_stretch (self);
  g_clear_pointer (&self->stream, isr_stream_free);
  self->at_file = TRUE;
}

/* Of one that is pending nothing is known to be missing: what comes goes on. */
static void
take_gap (IsrTap *self, const GstStructure *gap)
{
  if (gap && ISR_GAP_IS_PENDING (gap))
    return;
  end_stretch (self);
  if (self->stream)
    isr_stream_discont (self->stream);
  self->lead = FALSE;
  self->known = 0;
  self->at_file = TRUE;
}

/* The recording is broken behind what was heard last. */
static void
take_new_run (IsrTap *self)
{
  end_stretch (self);
  self->at_file = TRUE;
}

static void
take_caps (IsrTap *self, GstEvent *event)
{
  GstCaps *caps = NULL;
  IsrTapKind kind;

  gst_event_parse_caps (event, &caps);
  gst_caps_replace (&self->caps, caps);
  kind = isr_tap_kind_from_caps (caps);
  if (kind == self->kind && self->stream)
    return;
  end_stream (self);
  self->kind = kind;
  self->stream = isr_tap_kind_make_stream (kind);
}

static void
take_mark (IsrTap *self, const GstStructure *mark)
{
  gst_structure_get_boolean (mark, "begin", &self->lead);
  gst_structure_get_uint (mark, "known", &self->known);
  self->lead |= self->known > 0;
}

static void
take_event (IsrTap *self, GstEvent *event)
{
  const GstStructure *s = gst_event_get_structure (event);

  if (s && gst_structure_has_name (s, ISR_EVENT_LEAD))
    take_mark (self, s);

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS)
    take_caps (self, event);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    end_stream (self);
  else if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP || (s && gst_structure_has_name (s, ISR_EVENT_GAP)))
    take_gap (self, s);
  else if (s && gst_structure_has_name (s, ISR_EVENT_NEW_RUN))
    take_new_run (self);
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

    take_buffer (&buffer, 0, data);
  } else if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) {
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), take_buffer, data);
  } else {
    take_event (data, GST_PAD_PROBE_INFO_EVENT (info));
  }
  return GST_PAD_PROBE_OK;
}

/* --- life --- */

static void
tap_clear (gpointer data)
{
  IsrTap *self = data;

  end_stretch (self);
  g_clear_pointer (&self->stream, isr_stream_free);
  gst_clear_caps (&self->caps);
  gst_clear_object (&self->pad);
}

static void
on_probe_gone (gpointer data)
{
  g_atomic_rc_box_release_full (data, tap_clear);
}

IsrTap *
isr_tap_new (GstElement *sink, IsrTapFunc func, gpointer data)
{
  g_autoptr (GstElement) writer = gst_bin_get_by_name (GST_BIN (sink), WRITER);
  GstPadProbeType what = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST | GST_PAD_PROBE_TYPE_EVENT_BOTH | GST_PAD_PROBE_TYPE_EVENT_FLUSH;
  IsrTap *self;

  if (!writer)
    return NULL;
  self = g_atomic_rc_box_new0 (IsrTap);
  self->func = func;
  self->data = data;
  self->allowed = TRUE;
  self->at_file = TRUE;
  g_queue_init (&self->pending);
  self->pad = gst_element_get_static_pad (writer, "sink");
  self->probe = gst_pad_add_probe (self->pad, what, on_data, g_atomic_rc_box_acquire (self), on_probe_gone);
  return self;
}

void
isr_tap_free (IsrTap *self)
{
  self->func = NULL;
  gst_pad_remove_probe (self->pad, self->probe);
  g_atomic_rc_box_release_full (self, tap_clear);
}

void
isr_tap_allow (IsrTap *self, gboolean allowed)
{
  g_atomic_int_set (&self->allowed, allowed);
}
