/* SPDX-License-Identifier: MIT */
/* pcm-reader.c - WAV by reading, FLAC by decoding. */
#include "plugins/format/pcm-reader.h"

#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/flac-decode.h"
#include "plugins/format/wav-layout.h"

struct _IsrPcmReader {
  IsrInput *input;
  IsrPcm pcm;
  guint frame_size;
  guint64 samples;
  guint64 at; /* WAV: sample that is next */
  IsrWavLayout layout;
  gboolean open_ended; /* WAV: to the end of the file */
  IsrFlacDecode *flac;
  IsrFlacBlock block;
  guint taken; /* samples of the block */
};

static gboolean
fail (GError **error, const char *what)
{
  g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED, what);
  return FALSE;
}

/* --- WAV ------------------------------------------------------------------- */

/* The tag and the mask, which the layout does not keep. */
static guint
read_tag (IsrInput *input, const IsrWavLayout *layout, guint64 *mask)
{
  guint8 head[8], fmt[40];
  guint tag = 0;

  for (guint64 at = 12; at < layout->data && input->read (input, at, head, 8) == 8; at += 8 + isr_get_le (head + 4, 4) + (head[4] & 1)) {
    gssize n = memcmp (head, "fmt ", 4) == 0 ? input->read (input, at + 8, fmt, MIN (sizeof fmt, isr_get_le (head + 4, 4))) : 0;

    if (n < 16)
      continue;
    tag = (guint) isr_get_le (fmt, 2);
    if (tag == 0xfffe && n >= 26) {
      *mask = isr_get_le (fmt + 20, 4);
      tag = (guint) isr_get_le (fmt + 24, 2);
    }
  }
  return tag;
}

static gboolean
set_wav_format (IsrPcmReader *self, GError **error)
{
  const IsrWavLayout *layout = &self->layout;
  guint bytes = layout->block / layout->channels;
  guint64 mask = 0;
  guint tag = read_tag (self->input, layout, &mask);

  if (layout->channels > 64 || bytes * layout->channels != layout->block || bytes < 2 || bytes > 4 || (tag != 1 && !(tag == 3 && bytes == 4)))
    return fail (error, "its samples are not 16, 24 or 32 bits wide");
  self->pcm = (IsrPcm){ tag == 3 ? ISR_SAMPLE_F32 : bytes == 2 ? ISR_SAMPLE_S16
                                                : bytes == 3   ? ISR_SAMPLE_S24
                                                               : ISR_SAMPLE_S32,
    layout->rate, layout->channels, mask };
  return TRUE;
}

static void
count_wav (IsrPcmReader *self)
{
  guint64 there = self->input->size - MIN (self->input->size, self->layout.data);

  if (!self->open_ended)
    there = MIN (there, self->layout.data_size);
  self->samples = there / self->layout.block;
}

/* A size of 0, or one that points behind the end, is of a file that nobody finished. */
static gboolean
open_wav (IsrPcmReader *self, GError **error)
{
  if (!isr_wav_layout_read (&self->layout, self->input, error) || !set_wav_format (self, error))
    return FALSE;
  self->open_ended = self->layout.data_size == 0 || self->layout.data_size > self->input->size;
  count_wav (self);
  return TRUE;
}

static gsize
read_wav (IsrPcmReader *self, guint8 *data, gsize frames)
{
  guint64 left = self->samples - MIN (self->at, self->samples);
  gssize n = self->input->read (self->input, self->layout.data + self->at * self->frame_size, data, MIN (frames, left) * self->frame_size);
  gsize got = (gsize) MAX (n, 0) / self->frame_size;

  self->at += got;
  return got;
}

/* --- FLAC ------------------------------------------------------------------ */

static gboolean
open_flac (IsrPcmReader *self, GError **error)
{
  const IsrFlacInfo *info;

  self->flac = isr_flac_decode_new (self->input);
  if (!self->flac)
    return fail (error, "its FLAC header is damaged");
  info = isr_flac_decode_get_info (self->flac);
  self->pcm = (IsrPcm){ info->bits <= 16 ? ISR_SAMPLE_S16 : info->bits <= 24 ? ISR_SAMPLE_S24
                                                                             : ISR_SAMPLE_S32,
    info->rate, info->channels, 0 };
  self->samples = info->samples;
  return TRUE;
}

static inline void
put (guint8 **out, gint32 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++)
    *(*out)++ = (guint8) ((guint32) value >> (8 * i));
}

static void
interleave (IsrPcmReader *self, guint8 *out, guint n)
{
  const IsrFlacInfo *info = isr_flac_decode_get_info (self->flac);
  guint bytes = self->frame_size / self->pcm.channels;
  guint shift = 8 * bytes - info->bits;

  if (bytes == 2 && self->pcm.channels == 2) { /* the common case, worth a loop that the compiler sees through */
    for (guint i = 0; i < n; i++)
      for (guint c = 0; c < 2; c++)
        put (&out, (gint32) ((guint32) self->block.channels[c][self->taken + i] << shift), 2);
    return;
  }
  for (guint i = 0; i < n; i++)
    for (guint c = 0; c < self->pcm.channels; c++)
      put (&out, (gint32) ((guint32) self->block.channels[c][self->taken + i] << shift), bytes);
}

static gsize
read_flac (IsrPcmReader *self, guint8 *data, gsize frames)
{
  gsize done = 0;

  while (done < frames) {
    guint n;

    if (self->taken == self->block.samples) {
      self->taken = 0;
      if (!isr_flac_decode_next (self->flac, &self->block)) {
        self->block.samples = 0;
        break;
      }
    }
    n = MIN (frames - done, self->block.samples - self->taken);
    interleave (self, data + done * self->frame_size, n);
    self->taken += n;
    done += n;
  }
  return done;
}

static gboolean
seek_flac (IsrPcmReader *self, guint64 sample)
{
  self->block.samples = self->taken = 0;
  return isr_flac_decode_seek (self->flac, sample);
}

/* --- doors ------------------------------------------------------------------- */

IsrPcmReader *
isr_pcm_reader_new (IsrInput *input, GError **error)
{
  g_autoptr (IsrPcmReader) self = g_new0 (IsrPcmReader, 1);
  char magic[4] = "";
  gboolean ok;

  self->input = input;
  if (input->read (input, 0, magic, 4) != 4)
    magic[0] = '\0';
  if (memcmp (magic, "fLaC", 4) == 0)
    ok = open_flac (self, error);
  else if (memcmp (magic, "RIFF", 4) == 0 || memcmp (magic, "RF64", 4) == 0)
    ok = open_wav (self, error);
  else
    ok = fail (error, "it is neither WAV nor FLAC");
  if (!ok)
    return NULL;
  self->frame_size = isr_pcm_get_frame_size (&self->pcm);
  return g_steal_pointer (&self);
}

void
isr_pcm_reader_free (IsrPcmReader *self)
{
  g_clear_pointer (&self->flac, isr_flac_decode_free);
  g_free (self);
}

gboolean
isr_pcm_reader_is_flac (IsrPcmReader *self)
{
  return self->flac != NULL;
}

const IsrPcm *
isr_pcm_reader_get_pcm (IsrPcmReader *self)
{
  return &self->pcm;
}

guint64
isr_pcm_reader_get_samples (IsrPcmReader *self)
{
  return self->samples;
}

gboolean
isr_pcm_reader_seek (IsrPcmReader *self, guint64 sample)
{
  if (self->flac)
    return seek_flac (self, sample);
  self->at = sample;
  return TRUE;
}

gsize
isr_pcm_reader_read (IsrPcmReader *self, guint8 *data, gsize frames)
{
  return self->flac ? read_flac (self, data, frames) : read_wav (self, data, frames);
}
