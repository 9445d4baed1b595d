/* SPDX-License-Identifier: MIT */
/* flac-frame.c - bits of the frame header, and two checksums.
 *
 * CRC-8 (polynomial 0x07) covers 15 bytes and is computed bit by bit; CRC-16
 * (0x8005) covers everything that is recorded and takes eight bytes a step, by
 * tables that are made once. */
#include "plugins/format/flac-frame.h"

#include <string.h>

static guint8
crc8 (const guint8 *data, gsize size)
{
  guint8 crc = 0;

  for (gsize i = 0; i < size; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc & 0x80 ? crc << 1 ^ 0x07 : crc << 1;
  }
  return crc;
}

/* tables[k][b]: the CRC of byte b followed by k zero bytes. */
static guint16 tables[8][256];

static void
make_tables (void)
{
  for (guint b = 0; b < 256; b++) {
    guint16 crc = b << 8;

    for (int bit = 0; bit < 8; bit++)
      crc = crc & 0x8000 ? crc << 1 ^ 0x8005 : crc << 1;
    tables[0][b] = crc;
  }
  for (guint k = 1; k < 8; k++)
    for (guint b = 0; b < 256; b++)
      tables[k][b] = tables[k - 1][b] << 8 ^ tables[0][tables[k - 1][b] >> 8];
}

guint16
isr_flac_crc16 (guint16 crc, const guint8 *data, gsize size)
{
  static gsize made = 0;

  if (g_once_init_enter (&made)) {
    make_tables ();
    g_once_init_leave (&made, 1);
  }
  for (; size >= 8; data += 8, size -= 8)
    crc = tables[7][data[0] ^ crc >> 8] ^ tables[6][data[1] ^ (crc & 0xff)] ^ tables[5][data[2]] ^ tables[4][data[3]]
          ^ tables[3][data[4]] ^ tables[2][data[5]] ^ tables[1][data[6]] ^ tables[0][data[7]];
  for (; size > 0; data++, size--)
    crc = crc << 8 ^ tables[0][crc >> 8 ^ *data];
  return crc;
}

/* Bytes of the number, 0 when it is not well-formed. */
static gsize
read_number (const guint8 *data, gsize size, guint64 *number)
{
  gsize n = 1;

  if (size == 0 || data[0] == 0xff || (data[0] & 0xc0) == 0x80)
    return 0;
  while (n < 8 && data[0] & 0x80 && data[0] & 0x80 >> n)
    n++;
  if (n > size)
    return 0;
  *number = n == 1 ? data[0] : data[0] & 0x7f >> n;
  for (gsize i = 1; i < n; i++) {
    if ((data[i] & 0xc0) != 0x80)
      return 0;
    *number = *number << 6 | (data[i] & 0x3f);
  }
  return n;
}

static gsize
write_number (guint8 *data, guint64 number)
{
  gsize n = 1;

  if (number < 0x80) {
    data[0] = number;
    return 1;
  }
  while (number >> (n < 2 ? 7 : 5 * n + 1)) /* n bytes hold 5n + 1 bits */
    n++;
  n = MIN (n, 7);
  for (gsize i = n - 1; i > 0; i--, number >>= 6)
    data[i] = 0x80 | (number & 0x3f);
  data[0] = (guint8) (0xff00 >> n) | (number & 0x7f >> n);
  return n;
}

static guint
block_of (guint code, const guint8 *extra)
{
  if (code == 1)
    return 192;
  if (code <= 5)
    return 576 << (code - 2);
  if (code == 6)
    return extra[0] + 1;
  if (code == 7)
    return (extra[0] << 8 | extra[1]) + 1;
  return 256 << (code - 8);
}

static guint
rate_of (guint code, const guint8 *extra)
{
  static const guint rates[] = { 0, 88200, 176400, 192000, 8000, 16000, 22050, 24000, 32000, 44100, 48000, 96000 };

  if (code == 12)
    return extra[0] * 1000;
  if (code > 12)
    return (extra[0] << 8 | extra[1]) * (code == 14 ? 10 : 1);
  return rates[code];
}

gboolean
isr_flac_frame_parse (IsrFlacFrame *self, const guint8 *data, gsize size)
{
  static const guint8 bits[] = { 0, 8, 12, 0, 16, 20, 24, 32 };
  guint block = 0, rate = 0, channels = 0, sample = 0;
  gsize block_extra = 0, rate_extra = 0, at = 0;

  if (size < 6 || data[0] != 0xff || (data[1] & 0xfe) != 0xf8)
    return FALSE;
  block = data[2] >> 4;
  rate = data[2] & 15;
  channels = data[3] >> 4;
  sample = data[3] >> 1 & 7;
  if (block == 0 || rate == 15 || channels > 10 || sample == 3 || data[3] & 1)
    return FALSE;
  self->number_size = read_number (data + 4, size - 4, &self->number);
  block_extra = block == 6 ? 1 : block == 7 ? 2
                                            : 0;
  rate_extra = rate == 12 ? 1 : rate > 12 ? 2
                                          : 0;
  at = 4 + self->number_size;
  self->header_size = at + block_extra + rate_extra + 1;
  if (!self->number_size || size < self->header_size || crc8 (data, self->header_size) != 0)
    return FALSE;
  self->variable = data[1] & 1;
  self->block = block_of (block, data + at);
  self->rate = rate_of (rate, data + at + block_extra);
  self->channels = channels < 8 ? channels + 1 : 2;
  self->bits = bits[sample];
  return self->block <= 65535;
}

GBytes *
isr_flac_frame_renumber (const IsrFlacFrame *self, const guint8 *data, gsize size, gboolean variable, guint64 number)
{
  gsize after = 4 + self->number_size; /* what follows the number */
  gsize body = self->header_size;
  guint8 *out = g_malloc (size + 8);
  gsize at = 4;
  guint16 crc = 0;

  memcpy (out, data, 4);
  out[1] = 0xf8 | (variable ? 1 : 0);
  at += write_number (out + at, number);
  memcpy (out + at, data + after, body - 1 - after);
  at += body - 1 - after;
  out[at] = crc8 (out, at);
  at++;
  memcpy (out + at, data + body, size - body - 2);
  at += size - body - 2;
  crc = isr_flac_crc16 (0, out, at);
  out[at++] = crc >> 8;
  out[at++] = crc;
  return g_bytes_new_take (out, at);
}
