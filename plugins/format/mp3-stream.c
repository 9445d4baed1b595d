/* SPDX-License-Identifier: MIT */
/* mp3-stream.c - MPEG audio: frames are packets.
 *
 * The source's own Info frame (Xing, VBRI) is no packet. It would be wrong in
 * every file but one; what it says about samples not to be played is taken over
 * into the lengths of the first and the last packets. Whether a frame is among
 * the last is known only when the input ends, so these few (seven at most) are
 * held back until it does or goes on. */
#include "plugins/format/block.h"
#include "plugins/format/mp3-private.h"

#define MAX_GARBAGE (64 * 1024)

static void
mp3_free (IsrStream *stream)
{
  IsrMp3Stream *self = (IsrMp3Stream *) stream;

  isr_framer_clear (&self->framer);
  isr_mp3_history_clear (&self->history);
  g_ptr_array_unref (self->held);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_error (&self->error);
  g_free (self);
}

static void
mp3_push (IsrStream *stream, GBytes *bytes)
{
  IsrMp3Stream *self = (IsrMp3Stream *) stream;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (self->framer.offset == 0 && !self->framer.chunk)
    self->free_format = isr_mp3_frame_is_free_format (data, size);
  isr_framer_push (&self->framer, bytes);
}

/* The source's table: no packet, but what it says is remembered. */
static gboolean
mp3_take_info (IsrMp3Stream *self, GBytes *bytes)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gboolean first = self->history.seen == 0 && !self->bytes && self->held->len == 0;
  IsrMp3Frame frame;
  IsrMp3Info info;

  if (!isr_mp3_frame_parse (&frame, data, size) || !isr_mp3_info_parse (&info, &frame, data))
    return FALSE;
  self->announced = 0;
  if (!first)
    return TRUE;
  self->info_key = isr_mp3_frame_get_key (&frame);
  self->skip = info.skip;
  self->drop = info.drop;
  self->announced = info.gapless ? info.frames : 0;
  return TRUE;
}

static void
mp3_forget (IsrMp3Stream *self)
{
  isr_mp3_history_forget (&self->history);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  self->skip = 0;
  self->parent.unplayed = 0;
  self->announced = 0;
}

/* Takes @bytes. */
static void
mp3_hand_out (IsrMp3Stream *self, GBytes *bytes, const IsrMp3Frame *frame, guint dropped, IsrPacket *packet)
{
  gboolean changed = self->frame.size != 0 && isr_mp3_frame_get_key (frame) != isr_mp3_frame_get_key (&self->frame);
  gboolean gap = self->interrupted && self->before == 0;
  guint skipped;

  if (self->before > 0)
    self->before--;
  if (gap)
    self->interrupted = FALSE;
  if (changed || gap)
    mp3_forget (self);
  if (self->bytes)
    isr_mp3_history_add (&self->history, &self->frame, self->bytes);
  g_clear_pointer (&self->bytes, g_bytes_unref);

  skipped = MIN (self->skip, frame->samples);
  self->parent.unplayed = self->skip;
  self->skip -= skipped;
  self->frame = *frame;
  self->bytes = g_bytes_ref (bytes);
  self->parent.rate = frame->rate;
  self->parent.channels = frame->channels;
  *packet = (IsrPacket){ bytes, frame->samples - MIN (frame->samples, skipped + dropped), 0 };
  packet->flags = (changed ? ISR_PACKET_NEW_FILE : 0) | (gap ? ISR_PACKET_GAP : 0);
}

/* How many samples of the first held frame are behind the announced end. */
static guint
mp3_count_dropped (IsrMp3Stream *self, guint samples)
{
  guint64 n = self->received - self->held->len;
  guint64 all = self->announced * samples;
  guint64 end = all - MIN (all, self->drop);

  if (self->announced == 0 || (n + 1) * samples <= end)
    return 0;
  return MIN ((n + 1) * samples - end, samples);
}

static gboolean
mp3_next_held (IsrMp3Stream *self, IsrPacket *packet)
{
  GBytes *bytes = self->held->len ? self->held->pdata[0] : NULL;
  guint dropped;
  gsize size = 0;
  const guint8 *data;
  IsrMp3Frame frame;

  if (!bytes)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  isr_mp3_frame_parse (&frame, data, size);
  if (isr_mp3_frame_get_key (&frame) != self->info_key) /* what was said is of other frames */
    self->announced = self->skip = 0;
  dropped = mp3_count_dropped (self, frame.samples);
  if (dropped > 0 && !self->ended)
    return FALSE;
  g_ptr_array_steal_index (self->held, 0);
  mp3_hand_out (self, bytes, &frame, dropped, packet);
  return TRUE;
}

/* A frame came in, or with NULL the input ended: is the announced end what it claims to be? */
static void
mp3_receive (IsrMp3Stream *self, GBytes *bytes)
{
  if (bytes) {
    g_ptr_array_add (self->held, bytes);
    self->received++;
    if (self->received > self->announced)
      self->announced = 0;
  } else {
    self->ended = TRUE;
    if (self->received != self->announced)
      self->announced = 0;
  }
}

static gboolean
mp3_fail (IsrMp3Stream *self, GError **error)
{
  gboolean garbage = !self->error && self->framer.dropped > MAX_GARBAGE;

  if (garbage && self->free_format && self->frame.size == 0)
    g_set_error_literal (&self->error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED,
        "The MPEG audio stream is of free format (its headers state no bitrate), which ISR does not record; let the source send a standard bitrate");
  else if (garbage)
    g_set_error (&self->error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID,
        "No MPEG audio frame in the last %" G_GUINT64_FORMAT " bytes: this is no MP3 stream, or no longer one", self->framer.dropped);
  if (self->error && error)
    *error = g_error_copy (self->error);
  return FALSE;
}

/* What is remembered waits for the next push. */
static void
mp3_settle (IsrMp3Stream *self)
{
  if (self->bytes)
    isr_bytes_settle (&self->bytes);
  isr_mp3_history_settle (&self->history);
}

static gboolean
mp3_next (IsrStream *stream, IsrPacket *packet, GError **error)
{
  IsrMp3Stream *self = (IsrMp3Stream *) stream;

  while (!self->error) {
    GBytes *bytes = NULL;

    if (mp3_next_held (self, packet))
      return TRUE;
    bytes = isr_framer_next (&self->framer, NULL);
    if (!bytes && (!self->drained || self->ended))
      break;
    if (bytes && mp3_take_info (self, bytes))
      g_bytes_unref (bytes);
    else
      mp3_receive (self, bytes);
  }
  mp3_settle (self);
  return mp3_fail (self, error);
}

static void
mp3_drain (IsrStream *stream)
{
  IsrMp3Stream *self = (IsrMp3Stream *) stream;

  self->drained = TRUE;
}

static void
mp3_discont (IsrStream *stream)
{
  IsrMp3Stream *self = (IsrMp3Stream *) stream;

  isr_framer_flush (&self->framer);
  self->announced = 0;
  self->before = self->held->len;
  self->interrupted = self->before > 0;
  if (!self->interrupted)
    mp3_forget (self);
}

static const char *
mp3_get_extension (IsrStream *stream)
{
  static const char *extensions[] = { "mp3", "mp1", "mp2", "mp3" };

  return extensions[((IsrMp3Stream *) stream)->frame.layer];
}

static IsrWriter *
mp3_open (IsrStream *stream, IsrOutput *output, const IsrFileInfo *info)
{
  return isr_mp3_writer_new ((IsrMp3Stream *) stream, output);
}

static const IsrStreamClass mp3_class = {
  .free = mp3_free,
  .push = mp3_push,
  .next = mp3_next,
  .drain = mp3_drain,
  .discont = mp3_discont,
  .get_extension = mp3_get_extension,
  .open = mp3_open,
};

IsrStream *
isr_stream_new_mp3 (void)
{
  IsrMp3Stream *self = g_new0 (IsrMp3Stream, 1);

  self->parent.klass = &mp3_class;
  isr_framer_init (&self->framer, isr_mp3_frame_measure, ISR_MP3_HEADER_SIZE);
  isr_mp3_history_init (&self->history);
  self->held = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return &self->parent;
}
