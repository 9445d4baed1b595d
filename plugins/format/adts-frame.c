/* SPDX-License-Identifier: MIT */
/* adts-frame.c - the 56 bits:
 *
 *     AAAAAAAA AAAABCCD EEFFFFGH HHIJKLMM MMMMMMMM MMMOOOOO OOOOOOPP
 *     sync, MPEG version, layer (0), no CRC, profile, rate, private, channels,
 *     ..., frame length, buffer fullness, raw data blocks - 1 */
#include "plugins/format/adts-frame.h"

gboolean
isr_adts_frame_parse (IsrAdtsFrame *self, const guint8 *data, gsize size)
{
  static const guint rates[16] = { 96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350 };
  guint header_size;

  *self = (IsrAdtsFrame){ 0 };
  if (size < ISR_ADTS_HEADER_SIZE || data[0] != 0xff || (data[1] & 0xf6) != 0xf0)
    return FALSE;

  self->rate = rates[data[2] >> 2 & 15];
  self->channels = (data[2] & 1) << 2 | data[3] >> 6;
  self->size = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5;
  self->samples = 1024 * ((data[6] & 3) + 1);
  self->key = (guint32) (data[1] & 0x08) << 16 | (guint32) (data[2] & 0xfd) << 8 | (data[3] & 0xc0);
  header_size = data[1] & 1 ? ISR_ADTS_HEADER_SIZE : ISR_ADTS_HEADER_SIZE + 2;
  return self->rate != 0 && self->size > header_size;
}

gsize
isr_adts_frame_measure (const guint8 *data, gsize size, guint32 *key)
{
  IsrAdtsFrame frame;

  if (!isr_adts_frame_parse (&frame, data, size))
    return 0;
  *key = frame.key;
  return frame.size;
}
