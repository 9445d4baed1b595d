/* SPDX-License-Identifier: MIT */
/* ogg-flac-frame.c - a FLAC frame's header, read and written anew (RFC 9639, section 9.1).
 *
 *     FF F8|F9 | sizes | channels | number (1-7 bytes) | 0-2 bytes size | 0-2 bytes rate | CRC-8 | subframes | CRC-16
 *     0   1      2       3          4
 *
 * The number says where in the file the frame lies: seeking goes by it, so it
 * has to begin at 0 in each file. We always write the number of the frame's
 * first sample (blocking strategy 1), never that of the frame: where two links
 * are joined a short block stands between long ones, and only samples still
 * count right. The subframes are not touched. */
#include "plugins/format/ogg-flac-frame.h"

static guint8
crc8 (const guint8 *data, gsize size)
{
  guint8 crc = 0;

  while (size--) {
    crc ^= *data++;
    for (guint bit = 0; bit < 8; bit++)
      crc = crc << 1 ^ (crc & 0x80 ? 0x07 : 0);
  }
  return crc;
}

static const guint16 *
get_crc16_table (void)
{
  static guint16 table[256];
  static gsize ready;

  if (g_once_init_enter (&ready)) {
    for (guint i = 0; i < 256; i++) {
      guint16 crc = i << 8;

      for (guint bit = 0; bit < 8; bit++)
        crc = crc << 1 ^ (crc & 0x8000 ? 0x8005 : 0);
      table[i] = crc;
    }
    g_once_init_leave (&ready, 1);
  }
  return table;
}

static guint16
crc16 (const guint8 *data, gsize size)
{
  const guint16 *table = get_crc16_table ();
  guint16 crc = 0;

  while (size--)
    crc = crc << 8 ^ table[crc >> 8 ^ *data++];
  return crc;
}

/* Bytes of a number that is coded as in UTF-8; 0: damaged. */
static guint
get_number_size (guint8 first)
{
  guint ones = 0;

  while (ones < 8 && first & 0x80 >> ones)
    ones++;
  return ones == 0 ? 1 : ones == 1 || ones == 8 ? 0
                                                : ones;
}

static guint
get_block_size (guint code, const guint8 *extra)
{
  if (code == 1)
    return 192;
  if (code < 6)
    return 576 << (code - 2);
  if (code > 7)
    return 256 << (code - 8);
  return code == 6 ? extra[0] + 1 : (extra[0] << 8 | extra[1]) + 1;
}

gboolean
isr_ogg_flac_frame_parse (const guint8 *data, gsize size, IsrOggFlacFrame *frame)
{
  guint code, rate;

  if (size < 4 + 1 + 1 + 2 || data[0] != 0xff || (data[1] & 0xfe) != 0xf8)
    return FALSE;
  code = data[2] >> 4;
  rate = data[2] & 15;
  frame->number_size = get_number_size (data[4]);
  frame->extra_size = (code == 6 ? 1 : code == 7 ? 2
                                                 : 0)
                      + (rate == 12 ? 1 : rate == 13 || rate == 14 ? 2
                                                                   : 0);
  if (code == 0 || frame->number_size == 0 || size < 4 + frame->number_size + frame->extra_size + 1 + 2)
    return FALSE;
  frame->samples = get_block_size (code, data + 4 + frame->number_size);
  return TRUE;
}

static guint
put_number (guint8 *out, guint64 number)
{
  guint more = 0;

  if (number < 0x80) {
    out[0] = number;
    return 1;
  }
  /* with n more bytes the first one has 6 - n bits left */
  for (more = 1; number >> (6 * more + 6 - more); more++)
    ;
  out[0] = (guint8) (0xff << (7 - more)) | (guint8) (number >> (6 * more));
  for (guint i = 1; i <= more; i++)
    out[i] = 0x80 | (number >> (6 * (more - i)) & 0x3f);
  return more + 1;
}

GBytes *
isr_ogg_flac_frame_renumber (GBytes *packet, guint64 sample)
{
  gsize size, head, rest;
  const guint8 *data = g_bytes_get_data (packet, &size);
  g_autoptr (GByteArray) out = NULL;
  guint8 number[7];
  IsrOggFlacFrame frame;
  guint16 crc;

  if (sample >> 36 || !isr_ogg_flac_frame_parse (data, size, &frame))
    return g_bytes_ref (packet);
  head = 4 + frame.number_size;
  rest = head + frame.extra_size + 1;
  if (crc8 (data, rest - 1) != data[rest - 1] || crc16 (data, size) != 0)
    return g_bytes_ref (packet);
  out = g_byte_array_sized_new (size + 8);
  g_byte_array_append (out, data, 4);
  out->data[1] |= 1;
  g_byte_array_append (out, number, put_number (number, sample));
  g_byte_array_append (out, data + head, frame.extra_size);
  g_byte_array_append (out, &(guint8){ crc8 (out->data, out->len) }, 1);
  g_byte_array_append (out, data + rest, size - 2 - rest);
  crc = crc16 (out->data, out->len);
  g_byte_array_append (out, (guint8[]){ crc >> 8, crc & 0xff }, 2);
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
