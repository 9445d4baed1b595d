/* SPDX-License-Identifier: MIT */
/* flac-reader.c - frames of libFLAC, interleaved. */
#include "daemon/analysis/flac-reader.h"

struct _IsrFlacReader {
  IsrFlacDecode *decode;
  const IsrFlacInfo *info;
};

IsrFlacReader *
isr_flac_reader_new (IsrInput *input)
{
  g_autoptr (IsrFlacDecode) decode = isr_flac_decode_new (input);
  const IsrFlacInfo *info = decode ? isr_flac_decode_get_info (decode) : NULL;
  IsrFlacReader *self;

  if (!info || (info->bits != 16 && info->bits != 24))
    return NULL;
  self = g_new0 (IsrFlacReader, 1);
  self->decode = g_steal_pointer (&decode);
  self->info = info;
  return self;
}

void
isr_flac_reader_free (IsrFlacReader *self)
{
  isr_flac_decode_free (self->decode);
  g_free (self);
}

const IsrFlacInfo *
isr_flac_reader_get_info (IsrFlacReader *self)
{
  return self->info;
}

const char *
isr_flac_reader_get_encoding (IsrFlacReader *self)
{
  return self->info->bits == 16 ? "S16LE" : "S24_32LE";
}

static void
interleave_16 (gint16 *to, const IsrFlacBlock *block, guint channels)
{
  for (guint ch = 0; ch < channels; ch++)
    for (guint i = 0; i < block->samples; i++)
      to[i * channels + ch] = GINT16_TO_LE ((gint16) block->channels[ch][i]);
}

static void
interleave_24 (gint32 *to, const IsrFlacBlock *block, guint channels)
{
  for (guint ch = 0; ch < channels; ch++)
    for (guint i = 0; i < block->samples; i++)
      to[i * channels + ch] = GINT32_TO_LE (block->channels[ch][i]);
}

GstBuffer *
isr_flac_reader_next (IsrFlacReader *self)
{
  guint channels = self->info->channels;
  IsrFlacBlock block;
  gpointer data;
  gsize size;

  if (!isr_flac_decode_next (self->decode, &block))
    return NULL;
  size = (gsize) block.samples * channels * (self->info->bits == 16 ? 2 : 4);
  data = g_malloc (size);
  if (self->info->bits == 24)
    interleave_24 (data, &block, channels);
  else
    interleave_16 (data, &block, channels);
  return gst_buffer_new_wrapped (data, size);
}
