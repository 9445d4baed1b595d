/* SPDX-License-Identifier: MIT */
/* wav-header.c - the header of a new WAV file.
 *
 * fmt follows Microsoft's rule: PCM of up to 16 bits and two channels is the old
 * 16-byte form, wider PCM and more channels are WAVEFORMATEXTENSIBLE. Float in
 * mono and stereo stays the plain tag 3 that everything reads. */
#include "plugins/format/wav-layout.h"

#include <string.h>

#include "plugins/format/bext.h"
#include "plugins/format/bytes.h"
#include "plugins/format/iso8601.h"

#define TAG_PCM 1
#define TAG_FLOAT 3
#define TAG_EXTENSIBLE 0xfffe
#define WAVE_POSITIONS 18 /* speaker positions that WAVE knows; GstAudio knows more */

static guint
bits_of (IsrSampleFormat format)
{
  static const guint bits[] = { [ISR_SAMPLE_S16] = 16, [ISR_SAMPLE_S24] = 24, [ISR_SAMPLE_S24_32] = 24, [ISR_SAMPLE_S32] = 32, [ISR_SAMPLE_F32] = 32 };

  return bits[format];
}

/* A mask that names a position for each channel, or none: a file with a wrong
 * one is refused by players. */
static guint32
wave_mask (const IsrPcm *pcm)
{
  guint positions = 0;

  for (guint i = 0; i < 64; i++)
    positions += pcm->channel_mask >> i & 1;
  return positions == pcm->channels && pcm->channel_mask >> WAVE_POSITIONS == 0 ? pcm->channel_mask : 0;
}

static void
put_tag (GByteArray *out, const char *tag)
{
  g_byte_array_append (out, (const guint8 *) tag, 4);
}

static void
put_extension (GByteArray *out, guint tag, guint bits, guint32 mask)
{
  static const guint8 guid[] = { 0x00, 0x00, 0x00, 0x00, 0x10, 0x00, 0x80, 0x00, 0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71 };

  isr_put_le (out, 22, 2);
  isr_put_le (out, bits, 2);
  isr_put_le (out, mask, 4);
  isr_put_le (out, tag, 2);
  g_byte_array_append (out, guid, sizeof guid);
}

static void
put_fmt (GByteArray *out, const IsrPcm *pcm, guint bits)
{
  gboolean is_float = pcm->format == ISR_SAMPLE_F32;
  gboolean extensible = pcm->channels > 2 || (bits > 16 && !is_float);
  guint tag = is_float ? TAG_FLOAT : TAG_PCM;
  guint block = pcm->channels * bits / 8;

  put_tag (out, "fmt ");
  isr_put_le (out, extensible ? 40 : is_float ? 18
                                              : 16,
      4);
  isr_put_le (out, extensible ? TAG_EXTENSIBLE : tag, 2);
  isr_put_le (out, pcm->channels, 2);
  isr_put_le (out, pcm->rate, 4);
  isr_put_le (out, (guint64) pcm->rate * block, 4);
  isr_put_le (out, block, 2);
  isr_put_le (out, bits, 2);
  if (extensible)
    put_extension (out, tag, bits, wave_mask (pcm));
  else if (is_float)
    isr_put_le (out, 0, 2);
}

/* One text of a LIST INFO chunk, NUL-terminated and padded. */
static void
put_info (GByteArray *out, const char *tag, const char *text)
{
  gsize size = text ? strlen (text) + 1 : 0;

  if (!size)
    return;
  put_tag (out, tag);
  isr_put_le (out, size, 4);
  g_byte_array_append (out, (const guint8 *) text, size);
  isr_put_zero (out, size & 1);
}

static void
put_list (GByteArray *out, const IsrFileInfo *info)
{
  g_autoptr (GByteArray) list = g_byte_array_new ();
  g_autofree char *iso = isr_iso8601 (info->start_us, info->utc_offset);
  g_autofree char *comment = g_strdup_printf ("first sample %s", iso);

  put_tag (list, "INFO");
  put_info (list, "INAM", info->source);
  put_info (list, "ICMT", comment);
  iso[10] = '\0';
  put_info (list, "ICRD", iso);
  put_info (list, "ISFT", info->software);
  put_tag (out, "LIST");
  isr_put_le (out, list->len, 4);
  g_byte_array_append (out, list->data, list->len);
}

static void
put_bext (GByteArray *out, const IsrPcm *pcm, guint bits, const IsrFileInfo *info)
{
  g_autoptr (GByteArray) bext = g_byte_array_new ();

  isr_bext_put (bext, pcm, bits, info);
  put_tag (out, "bext");
  isr_put_le (out, bext->len, 4);
  g_byte_array_append (out, bext->data, bext->len);
}

GBytes *
isr_wav_layout_build (IsrWavLayout *self, const IsrPcm *pcm, const IsrFileInfo *info)
{
  GByteArray *out = g_byte_array_new ();
  guint bits = bits_of (pcm->format);

  *self = (IsrWavLayout){ pcm->rate, pcm->channels, pcm->channels * bits / 8, .ours = TRUE, .room = 28 };
  put_tag (out, "RIFF");
  isr_put_zero (out, 4);
  put_tag (out, "WAVE");
  put_tag (out, "JUNK");
  isr_put_le (out, self->room, 4);
  isr_put_zero (out, self->room);
  put_fmt (out, pcm, bits);
  if (pcm->format == ISR_SAMPLE_F32) {
    put_tag (out, "fact");
    isr_put_le (out, 4, 4);
    self->fact = out->len;
    isr_put_zero (out, 4);
  }
  put_bext (out, pcm, bits, info);
  put_list (out, info);
  put_tag (out, "data");
  isr_put_zero (out, 4);
  self->data = out->len;
  self->riff_size = out->len - 8;
  for (guint i = 0; i < 4; i++)
    out->data[4 + i] = self->riff_size >> (8 * i);
  return g_byte_array_free_to_bytes (out);
}
