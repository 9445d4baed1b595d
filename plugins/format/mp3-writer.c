/* SPDX-License-Identifier: MIT */
/* mp3-writer.c - one MP3 file: Info frame, primer, frames.
 *
 *     Info | carrier f-2 f-1 | f0 f1 f2 ...
 *            not played        played, but for the source's own encoder delay
 *
 * The Info frame is reserved when the first frame is known and patched by
 * refresh and close. The smallest skip that it can say is 529 (and mpg123 skips
 * these wherever there is an Info frame), so a file that begins where the stream
 * does, with nothing to skip, is given an empty carrier as primer.
 * Layers I and II know no Info frame (players look for none there), hence no
 * primer: their filterbank needs 480 samples to be exact. */
#include "plugins/format/mp3-private.h"

#define FILTERBANK 480

typedef struct {
  IsrWriter parent;
  IsrMp3Stream *stream;
  gboolean begun;

  GByteArray *info; /* NULL: none */
  gboolean gapless;
  IsrMp3Index index;
  guint primer;    /* samples of the primer */
  guint owed;      /* samples behind it that are not to be played */
  guint drop;      /* samples at the end that are not to be played */
  guint64 decoded; /* samples of the frames written, primer excluded */

  gsize known;     /* bytes of main data before the next frame, as long as that matters */
  guint64 settled; /* where in decoded the sound is exact */
} IsrMp3Writer;

static guint
mp3_writer_get_skip (IsrMp3Writer *self)
{
  return self->gapless ? self->primer + MIN (self->owed, self->decoded) : 0;
}

static guint64
mp3_writer_get_samples (IsrMp3Writer *self)
{
  guint64 all = self->primer + self->decoded;
  guint64 unplayed = self->gapless ? mp3_writer_get_skip (self) + (guint64) self->drop : 0;

  return all - MIN (all, unplayed);
}

static void
mp3_writer_settle_at (IsrMp3Writer *self, guint64 settled)
{
  self->settled = settled;
  self->parent.warm_up = settled - MIN (settled, self->owed);
}

static void
mp3_writer_fill (IsrMp3Writer *self)
{
  if (self->info)
    isr_mp3_info_fill (self->info->data, self->info->len, &self->index, mp3_writer_get_skip (self), self->drop);
}

/* A frame whose main data began before all that the decoder will have seen is
 * lost, and the granules after it are not exact. */
static void
mp3_writer_check (IsrMp3Writer *self, const IsrMp3Frame *frame, const guint8 *data)
{
  guint depth = isr_mp3_history_get_depth (frame);

  if (frame->layer == 3 && self->decoded <= self->settled && isr_mp3_frame_get_main_data_begin (frame, data) > self->known)
    mp3_writer_settle_at (self, self->decoded + (guint64) (1 + depth) * frame->samples);
}

static void
mp3_writer_count_primer (IsrMp3Writer *self, const GByteArray *primer)
{
  gsize at = 0;
  IsrMp3Frame frame;

  while (at < primer->len && isr_mp3_frame_parse (&frame, primer->data + at, primer->len - at)) {
    isr_mp3_index_add (&self->index, &frame, primer->data + at, TRUE);
    self->primer += frame.samples;
    at += frame.size;
  }
}

static void
mp3_writer_begin_layer3 (IsrMp3Writer *self, const IsrMp3Frame *frame)
{
  const IsrMp3History *history = &self->stream->history;
  guint depth = isr_mp3_history_get_depth (frame);
  gboolean enough = self->stream->parent.unplayed >= depth * frame->samples; /* unplayed frames warm up as well */
  guint n = enough ? 0 : MIN (depth, history->n_frames);
  g_autoptr (GByteArray) primer = g_byte_array_new ();
  guint frames = isr_mp3_history_get_primer (history, frame, n, primer);
  guint skip = frames * frame->samples + self->stream->parent.unplayed;

  if (skip < ISR_MP3_DECODER_DELAY && isr_mp3_history_append_carrier (primer, frame, NULL, 0))
    skip += frame->samples;
  self->gapless = skip >= ISR_MP3_DECODER_DELAY;
  self->info = isr_mp3_info_new (frame, self->gapless);
  if (!self->info)
    self->gapless = FALSE;
  self->owed = self->gapless ? self->stream->parent.unplayed : 0;
  if (self->gapless)
    mp3_writer_count_primer (self, primer);
  if (self->info) { /* from the first byte it says what is not to be played: whoever repairs has nothing else to go by */
    isr_mp3_info_fill (self->info->data, self->info->len, &self->index, self->primer + self->owed, 0);
    isr_output_append_data (self->parent.output, self->info->data, self->info->len);
  }
  if (self->gapless && primer->len)
    isr_output_append_data (self->parent.output, primer->data, primer->len);
  self->known = history->main_data->len;
  if (history->seen > n)
    mp3_writer_settle_at (self, (guint64) (depth - n) * frame->samples);
}

/* Once the first frame is known: @data, handed out by the stream last. */
static void
mp3_writer_begin (IsrMp3Writer *self, const IsrMp3Frame *frame, const guint8 *data)
{
  self->begun = TRUE;
  if (frame->layer == 3)
    mp3_writer_begin_layer3 (self, frame);
  else if (self->stream->history.seen > 0)
    mp3_writer_settle_at (self, FILTERBANK);
  mp3_writer_check (self, frame, data);
}

static void
mp3_writer_write (IsrWriter *writer, const IsrPacket *packet)
{
  IsrMp3Writer *self = (IsrMp3Writer *) writer;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (packet->bytes, &size);
  guint64 owed = self->owed - MIN (self->owed, self->decoded);
  IsrMp3Frame frame;
  guint unplayed;

  if (!isr_mp3_frame_parse (&frame, data, size) || frame.size != size)
    return;
  if (!self->begun) {
    mp3_writer_begin (self, &frame, data);
    owed = self->owed;
  }
  mp3_writer_check (self, &frame, data);
  unplayed = frame.samples - MIN (frame.samples, packet->samples);
  self->drop += unplayed - MIN (unplayed, owed);
  self->known += size - isr_mp3_frame_get_area (&frame);
  self->decoded += frame.samples;
  isr_mp3_index_add (&self->index, &frame, data, FALSE);
  isr_output_append (self->parent.output, packet->bytes);
}

static void
mp3_writer_refresh (IsrWriter *writer)
{
  IsrMp3Writer *self = (IsrMp3Writer *) writer;

  mp3_writer_fill (self);
  if (self->info)
    isr_output_patch_data (self->parent.output, 0, self->info->data, self->info->len);
}

static void
mp3_writer_close (IsrWriter *writer, IsrFileTotals *totals)
{
  IsrMp3Writer *self = (IsrMp3Writer *) writer;

  mp3_writer_refresh (writer);
  totals->samples = mp3_writer_get_samples (self);
  totals->bytes = (self->info ? self->info->len : 0) + self->index.bytes;
  g_clear_pointer (&self->info, g_byte_array_unref);
  g_free (self);
}

static const IsrWriterClass mp3_writer_class = { mp3_writer_write, mp3_writer_refresh, mp3_writer_close };

IsrWriter *
isr_mp3_writer_new (IsrMp3Stream *stream, IsrOutput *output)
{
  IsrMp3Writer *self = g_new0 (IsrMp3Writer, 1);

  self->parent.klass = &mp3_writer_class;
  self->parent.output = output;
  self->stream = stream;
  isr_mp3_index_init (&self->index);
  if (stream->bytes)
    mp3_writer_begin (self, &stream->frame, g_bytes_get_data (stream->bytes, NULL));
  return &self->parent;
}
