/* SPDX-License-Identifier: MIT */
/* cut-flac.c - FLAC at the sample.
 *
 *     frame    frame    frame    frame
 *          |  |        |        | |
 *       encoded  copied   copied  encoded
 *
 * Whole frames are copied with a new number; what is left of a frame at an edge is
 * encoded as a frame of its own. Frames are numbered by samples, as they differ
 * in length. Everything is decoded once, for the MD5. A frame of less than 16
 * samples may only be a file's last one: it is put together with the next. */
#include "plugins/format/cut-private.h"

#include <FLAC/stream_encoder.h>
#include <string.h>

#include "plugins/format/flac-decode.h"
#include "plugins/format/flac-frame.h"

#define MIN_BLOCK 16
#define MAX_BLOCK 65535
#define LEVEL 5
#define FRAMES_A_LOOK 64

typedef struct {
  IsrCut *cut;
  IsrFlacInfo info;
  IsrFlacSeekTable table;
  guint64 header_size, frames_size;
  GChecksum *md5;
  GArray *edge;     /* gint32, interleaved: samples that are to be encoded */
  GByteArray *bits; /* of them, for the MD5 */
  GBytes *encoded;  /* the frame that the encoder made */
  guint last;       /* samples of the frame before, which may not be the last one */
  guint seen;
} Cutter;

/* --- frames ------------------------------------------------------------------------------ */

/* @data: a whole frame, with whatever number. */
static gboolean
put_frame (Cutter *self, const guint8 *data, gsize size)
{
  IsrFlacFrame frame;
  g_autoptr (GBytes) bytes = NULL;

  if (!isr_flac_frame_parse (&frame, data, size))
    return FALSE;
  bytes = isr_flac_frame_renumber (&frame, data, size, TRUE, self->info.samples);
  isr_flac_seek_table_add (&self->table, self->info.samples, self->frames_size, frame.block);
  isr_flac_info_count_frame (&self->info, (guint) g_bytes_get_size (bytes));
  if (self->last)
    self->info.min_block = self->info.min_block ? MIN (self->info.min_block, self->last) : self->last;
  self->last = frame.block;
  self->info.max_block = MAX (self->info.max_block, frame.block);
  self->info.samples += frame.block;
  self->frames_size += g_bytes_get_size (bytes);
  isr_output_append (self->cut->output, bytes);
  return TRUE;
}

static FLAC__StreamEncoderWriteStatus
on_encoded (const FLAC__StreamEncoder *encoder, const FLAC__byte *data, size_t size, uint32_t samples, uint32_t frame, void *user_data)
{
  Cutter *self = user_data;

  if (samples) {
    g_clear_pointer (&self->encoded, g_bytes_unref);
    self->encoded = g_bytes_new (data, size);
  }
  return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static gboolean
encode (Cutter *self, const gint32 *samples, guint n)
{
  FLAC__StreamEncoder *encoder = FLAC__stream_encoder_new ();
  gboolean ok;

  FLAC__stream_encoder_set_streamable_subset (encoder, FALSE);
  FLAC__stream_encoder_set_channels (encoder, self->info.channels);
  FLAC__stream_encoder_set_bits_per_sample (encoder, self->info.bits);
  FLAC__stream_encoder_set_sample_rate (encoder, self->info.rate);
  FLAC__stream_encoder_set_compression_level (encoder, LEVEL);
  FLAC__stream_encoder_set_blocksize (encoder, MAX (n, MIN_BLOCK));
  ok = FLAC__stream_encoder_init_stream (encoder, on_encoded, NULL, NULL, NULL, self) == FLAC__STREAM_ENCODER_INIT_STATUS_OK
       && FLAC__stream_encoder_process_interleaved (encoder, samples, n) && FLAC__stream_encoder_finish (encoder);
  FLAC__stream_encoder_delete (encoder);
  return ok && self->encoded && put_frame (self, g_bytes_get_data (self->encoded, NULL), g_bytes_get_size (self->encoded));
}

static gboolean
encode_edge (Cutter *self)
{
  guint n = self->edge->len / self->info.channels;
  gboolean ok = !n || encode (self, (const gint32 *) self->edge->data, n);

  g_array_set_size (self->edge, 0);
  return ok;
}

static gboolean
copy_frame (Cutter *self, IsrInput *input, const IsrFlacBlock *block)
{
  gsize size = (gsize) (block->end - block->start);
  g_autofree guint8 *data = g_malloc (size);

  return input->read (input, block->start, data, size) == (gssize) size && put_frame (self, data, size);
}

/* --- samples ------------------------------------------------------------------------------- */

static void
count_md5 (Cutter *self, const IsrFlacBlock *block, guint n)
{
  guint bytes = (self->info.bits + 7) / 8;
  guint8 *out;

  g_byte_array_set_size (self->bits, n * self->info.channels * bytes);
  out = self->bits->data;
  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < self->info.channels; c++)
      for (guint b = 0; b < bytes; b++)
        *out++ = (guint8) ((guint32) block->channels[c][i] >> (8 * b));
  g_checksum_update (self->md5, self->bits->data, self->bits->len);
}

static void
keep_edge (Cutter *self, const IsrFlacBlock *block, guint n)
{
  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < self->info.channels; c++)
      g_array_append_val (self->edge, block->channels[c][i]);
}

static gboolean
take_block (Cutter *self, IsrInput *input, const IsrFlacBlock *block, guint n)
{
  guint waiting = self->edge->len / self->info.channels;

  count_md5 (self, block, n);
  if (n == block->samples && block->start && !waiting && n >= MIN_BLOCK)
    return copy_frame (self, input, block);
  if (waiting + n > MAX_BLOCK && !encode_edge (self))
    return FALSE;
  keep_edge (self, block, n);
  return self->edge->len / self->info.channels < MIN_BLOCK || encode_edge (self);
}

static gboolean
is_like (Cutter *self, const IsrFlacInfo *info)
{
  return info->rate == self->info.rate && info->channels == self->info.channels && info->bits == self->info.bits;
}

static gboolean
take_part (Cutter *self, guint index, GError **error)
{
  const IsrCutPart *part = &self->cut->parts[index];
  g_autoptr (IsrFlacDecode) decode = isr_flac_decode_new (part->input);
  guint64 left = part->samples;

  if (!decode || !is_like (self, isr_flac_decode_get_info (decode)))
    return isr_cut_fail_change (self->cut, index, error);
  if (part->start && !isr_flac_decode_seek (decode, part->start))
    return isr_cut_fail_damaged (index, error);
  while (left) {
    IsrFlacBlock block;
    guint n;

    if (!isr_flac_decode_next (decode, &block))
      return isr_cut_fail_damaged (index, error);
    n = (guint) MIN (left, block.samples);
    if (!take_block (self, part->input, &block, n))
      return isr_cut_fail_damaged (index, error);
    left -= n;
    if (++self->seen % FRAMES_A_LOOK == 0 && !isr_cut_go_on (self->cut, error))
      return FALSE;
  }
  return TRUE;
}

/* --- the file --------------------------------------------------------------------------------- */

static void
write_header (Cutter *self)
{
  g_auto (GStrv) own = isr_flac_comments (&self->cut->info);
  g_autoptr (GBytes) header = NULL;
  guint64 expected = 0;

  for (guint i = 0; i < self->cut->n; i++)
    expected += self->cut->parts[i].samples;
  isr_flac_seek_table_init (&self->table, expected, self->info.rate);
  header = isr_flac_header_build (&self->info, &self->table, FLAC__VENDOR_STRING, NULL, (const char *const *) own);
  self->header_size = g_bytes_get_size (header);
  isr_output_append (self->cut->output, header);
}

/* Equal sizes would say that frames are numbered by frames. */
static void
write_totals (Cutter *self)
{
  g_autoptr (GBytes) points = isr_flac_seek_table_build (&self->table);
  gsize size = sizeof self->info.md5;

  g_checksum_get_digest (self->md5, self->info.md5, &size);
  self->info.max_block = MAX (self->info.max_block, MIN_BLOCK + 1);
  if (!self->info.min_block || self->info.min_block == self->info.max_block)
    self->info.min_block = MIN_BLOCK;
  isr_output_patch (self->cut->output, ISR_FLAC_SEEKTABLE_OFFSET, points);
  isr_flac_info_patch (&self->info, self->cut->output);
  self->cut->totals = (IsrFileTotals){ self->info.samples, self->header_size + self->frames_size };
}

static gboolean
write_all (Cutter *self, GError **error)
{
  write_header (self);
  for (guint i = 0; i < self->cut->n; i++)
    if (!take_part (self, i, error))
      return FALSE;
  if (!encode_edge (self))
    return isr_cut_fail_damaged (self->cut->n - 1, error);
  write_totals (self);
  return TRUE;
}

static gboolean
read_format (Cutter *self)
{
  g_autoptr (IsrFlacDecode) first = isr_flac_decode_new (self->cut->parts[0].input);
  const IsrFlacInfo *info = first ? isr_flac_decode_get_info (first) : NULL;

  if (info)
    self->info = (IsrFlacInfo){ .rate = info->rate, .channels = info->channels, .bits = info->bits };
  return info != NULL;
}

gboolean
isr_cut_flac (IsrCut *cut, GError **error)
{
  Cutter self = { .cut = cut };
  gboolean ok;

  if (!read_format (&self))
    return isr_cut_fail_damaged (0, error);
  self.md5 = g_checksum_new (G_CHECKSUM_MD5);
  self.edge = g_array_new (FALSE, FALSE, sizeof (gint32));
  self.bits = g_byte_array_new ();
  ok = write_all (&self, error);
  cut->extension = "flac";
  cut->rate = self.info.rate;
  isr_flac_seek_table_clear (&self.table);
  g_checksum_free (self.md5);
  g_array_unref (self.edge);
  g_byte_array_unref (self.bits);
  g_clear_pointer (&self.encoded, g_bytes_unref);
  return ok;
}
