/* SPDX-License-Identifier: MIT */
/* flac.c - a native FLAC stream taken apart: headers are kept, frames handed on.
 *
 * Buffers come from a parser, one metadata block or one frame each, or all
 * headers in one buffer. A server that we joined late sends frames only: then
 * STREAMINFO is put together of what the frame headers say.
 *
 * The block size. A stream of fixed block size numbers its frames, and a player
 * computes place = number * size; only the last frame may be shorter. Where a
 * station puts tracks one after the other there are short frames in the
 * middle: no file with numbered frames can hold what follows one. So at the
 * first such place a new file is begun (ISR_PACKET_NEW_FILE), and from then on
 * files number samples (blocking strategy "variable"), which can hold any
 * frame. Streams that never do this keep their strategy. */
#include "plugins/format/flac.h"

#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/flac-tags.h"

#define MAX_BAD 64 /* buffers in a row that are no frames: this is no FLAC */

static void
flac_push (IsrStream *stream, GBytes *bytes)
{
  IsrFlacStream *self = (IsrFlacStream *) stream;

  g_queue_push_tail (&self->pending, g_bytes_ref (bytes));
}

/* --- headers ----------------------------------------------------------------- */

static void
take_tags (IsrFlacStream *self, const guint8 *data, gsize size)
{
  char *vendor = NULL;
  GStrv tags = isr_flac_tags_read (data, size, &vendor);

  if (!tags)
    return;
  if (!self->tags || !g_strv_equal ((const char *const *) self->tags, (const char *const *) tags))
    self->flags |= ISR_PACKET_TAGS;
  g_strfreev (self->tags);
  g_free (self->vendor);
  self->tags = tags;
  self->vendor = vendor;
}

static void
take_block (IsrFlacStream *self, IsrFlacBlockType type, const guint8 *data, gsize size)
{
  if (type == ISR_FLAC_VORBIS_COMMENT)
    take_tags (self, data, size);
  if (type != ISR_FLAC_STREAMINFO || size < ISR_FLAC_STREAMINFO_SIZE)
    return;
  isr_flac_info_read (&self->info, data);
  if (self->info.min_block == self->info.max_block && !self->block)
    self->block = self->info.min_block;
}

/* TRUE when @data is "fLaC", metadata blocks, or both. */
static gboolean
take_headers (IsrFlacStream *self, const guint8 *data, gsize size)
{
  gboolean marked = size >= 4 && memcmp (data, "fLaC", 4) == 0;
  gsize at = marked ? 4 : 0;

  if (!marked && (size < 4 || 4 + isr_get_be (data + 1, 3) != size || (data[0] & 0x7f) > 126))
    return FALSE;
  while (size - at >= 4 && isr_get_be (data + at + 1, 3) <= size - at - 4) {
    gsize length = isr_get_be (data + at + 1, 3);

    take_block (self, data[at] & 0x7f, data + at + 4, length);
    at += 4 + length;
  }
  return TRUE;
}

/* --- frames ------------------------------------------------------------------ */

/* Rate, channels, bits: what a file has once. A frame that leaves them to
 * STREAMINFO says nothing new. FALSE when nobody says them. */
static gboolean
take_setup (IsrFlacStream *self, IsrFlacFrame *frame)
{
  frame->rate = frame->rate ? frame->rate : self->info.rate;
  frame->bits = frame->bits ? frame->bits : self->info.bits;
  if (!frame->rate || !frame->bits)
    return FALSE;
  if (self->last.block && (frame->rate != self->last.rate || frame->bits != self->last.bits || frame->channels != self->last.channels)) {
    self->flags |= ISR_PACKET_NEW_FILE;
    self->block = 0;
    self->short_seen = FALSE;
  }
  self->info.rate = frame->rate;
  self->info.bits = frame->bits;
  self->info.channels = frame->channels;
  self->parent.rate = frame->rate;
  return TRUE;
}

static void
take_blocking (IsrFlacStream *self, const IsrFlacFrame *frame)
{
  if (self->variable)
    return;
  if (!self->block)
    self->block = frame->block;
  if (frame->variable || self->short_seen || frame->block > self->block) {
    self->variable = TRUE;
    self->flags |= self->last.block ? ISR_PACKET_NEW_FILE : 0;
  }
  self->short_seen = frame->block < self->block;
}

/* A number that jumps forward: frames are missing. One that goes back: the
 * next track. */
static void
take_number (IsrFlacStream *self, const IsrFlacFrame *frame)
{
  guint64 expected = self->last.number + (frame->variable ? self->last.block : 1);

  if (self->follows && frame->variable == self->last.variable && frame->number > expected)
    self->flags |= ISR_PACKET_GAP;
}

static gboolean
take_frame (IsrFlacStream *self, const guint8 *data, gsize size)
{
  IsrFlacFrame frame;

  if (!isr_flac_frame_parse (&frame, data, size) || size < frame.header_size + 3 || isr_flac_crc16 (0, data, size) != 0)
    return FALSE;
  if (!take_setup (self, &frame))
    return FALSE;
  take_number (self, &frame);
  take_blocking (self, &frame);
  self->last = frame;
  self->follows = TRUE;
  return TRUE;
}

static gboolean
count_bad (IsrFlacStream *self, GError **error)
{
  self->flags |= self->last.block ? ISR_PACKET_GAP : 0;
  if (++self->bad < MAX_BAD)
    return TRUE;
  g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID,
      "This is no FLAC stream: %u buffers in a row hold no whole frame, or frames that need a STREAMINFO which never came.", self->bad);
  return FALSE;
}

static gboolean
flac_next (IsrStream *stream, IsrPacket *packet, GError **error)
{
  IsrFlacStream *self = (IsrFlacStream *) stream;

  while (!g_queue_is_empty (&self->pending)) {
    g_autoptr (GBytes) bytes = g_queue_pop_head (&self->pending);
    gsize size = 0;
    const guint8 *data = g_bytes_get_data (bytes, &size);

    if (size == 0 || take_headers (self, data, size))
      continue;
    if (take_frame (self, data, size)) {
      *packet = (IsrPacket){ g_steal_pointer (&bytes), self->last.block, self->flags };
      self->flags = 0;
      self->bad = 0;
      return TRUE;
    }
    if (!count_bad (self, error))
      return FALSE;
  }
  return FALSE;
}

/* Numbers after an interruption tell nothing of before. */
static void
flac_discont (IsrStream *stream)
{
  ((IsrFlacStream *) stream)->follows = FALSE;
}

/* --- the stream ---------------------------------------------------------------- */

static const char *
flac_get_extension (IsrStream *stream)
{
  return "flac";
}

static const char *const *
flac_get_tags (IsrStream *stream)
{
  return (const char *const *) ((IsrFlacStream *) stream)->tags;
}

static void
flac_free (IsrStream *stream)
{
  IsrFlacStream *self = (IsrFlacStream *) stream;

  g_queue_clear_full (&self->pending, (GDestroyNotify) g_bytes_unref);
  g_strfreev (self->tags);
  g_free (self->vendor);
  g_free (self);
}

IsrStream *
isr_stream_new_flac (void)
{
  static const IsrStreamClass klass = {
    .free = flac_free,
    .push = flac_push,
    .next = flac_next,
    .discont = flac_discont,
    .get_extension = flac_get_extension,
    .get_tags = flac_get_tags,
    .open = isr_flac_writer_open,
  };
  IsrFlacStream *self = g_new0 (IsrFlacStream, 1);

  self->parent.klass = &klass;
  g_queue_init (&self->pending);
  return &self->parent;
}
