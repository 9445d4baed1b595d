/* SPDX-License-Identifier: MIT */
/* mp3-frame.c - tables and bits of the MPEG audio header:
 *
 *     AAAAAAAA AAABBCCD EEEEFFGH IIJJKLMM
 *     sync, version, layer, no CRC, bitrate, rate, padding, private,
 *     mode, mode extension, copyright, original, emphasis */
#include "plugins/format/mp3-frame.h"

#define MODE_MONO 3
#define BITRATE_MASK 0x0000f000u
#define PADDING_BIT 0x00000200u
#define NO_CRC_BIT 0x00010000u
#define MODE_EXTENSION_MASK 0x00000030u

/* Sync, version, layer, rate: what no frame of a stream may differ in. */
#define KEY_MASK 0xfffe0c00u

/* kb/s by [table][index]; the table by version and layer. */
static const guint16 bitrates[5][15] = {
  { 0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448 }, /* MPEG-1 I */
  { 0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384 },    /* MPEG-1 II */
  { 0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320 },     /* MPEG-1 III */
  { 0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256 },    /* MPEG-2 I */
  { 0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160 },         /* MPEG-2 II, III */
};

static const guint rates[3] = { 44100, 48000, 32000 };

static guint
frame_get_samples (guint version, guint layer)
{
  if (layer == 1)
    return 384;
  return layer == 3 && version != 10 ? 576 : 1152;
}

static guint
frame_get_side_size (guint version, guint channels)
{
  if (version == 10)
    return channels == 1 ? 17 : 32;
  return channels == 1 ? 9 : 17;
}

/* Length in bytes: a slot is 4 bytes in Layer I, else 1. */
static gsize
frame_get_size (const IsrMp3Frame *self)
{
  guint slot = self->layer == 1 ? 4 : 1;
  guint padding = self->header & PADDING_BIT ? 1 : 0;

  return (self->samples / 8 / slot * self->bitrate / self->rate + padding) * slot;
}

static guint
frame_get_bitrate (guint version, guint layer, guint index)
{
  guint table = version == 10 ? layer - 1 : (layer == 1 ? 3 : 4);

  return bitrates[table][index] * 1000u;
}

/* Everything but what depends on the bitrate. */
static gboolean
frame_parse_fixed (IsrMp3Frame *self, guint32 header)
{
  static const guint versions[4] = { 25, 0, 20, 10 };
  guint version = versions[header >> 19 & 3];
  guint layer = 4 - (header >> 17 & 3);
  guint rate = header >> 10 & 3;

  if (header >> 21 != 0x7ff || version == 0 || layer == 4 || rate == 3 || (header & 3) == 2)
    return FALSE;

  self->header = header;
  self->version = version;
  self->layer = layer;
  self->rate = rates[rate] >> (version == 10 ? 0 : version == 20 ? 1
                                                                 : 2);
  self->channels = (header >> 6 & 3) == MODE_MONO ? 1 : 2;
  self->crc = !(header & NO_CRC_BIT);
  self->samples = frame_get_samples (version, layer);
  self->side_size = layer == 3 ? frame_get_side_size (version, self->channels) : 0;
  return TRUE;
}

static guint32
read_u32 (const guint8 *p)
{
  return (guint32) p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

static gboolean
frame_parse_header (IsrMp3Frame *self, guint32 header)
{
  guint index = header >> 12 & 15;

  if (index == 0 || index == 15 || !frame_parse_fixed (self, header))
    return FALSE;
  self->bitrate = frame_get_bitrate (self->version, self->layer, index);
  self->size = frame_get_size (self);
  return self->size >= isr_mp3_frame_get_area (self);
}

gboolean
isr_mp3_frame_parse (IsrMp3Frame *self, const guint8 *data, gsize size)
{
  *self = (IsrMp3Frame){ 0 };
  return size >= ISR_MP3_HEADER_SIZE && frame_parse_header (self, read_u32 (data));
}

gboolean
isr_mp3_frame_is_free_format (const guint8 *data, gsize size)
{
  IsrMp3Frame frame = { 0 };

  return size >= ISR_MP3_HEADER_SIZE && (data[2] >> 4) == 0 && frame_parse_fixed (&frame, read_u32 (data));
}

guint32
isr_mp3_frame_get_key (const IsrMp3Frame *self)
{
  return (self->header & KEY_MASK) | self->channels;
}

gsize
isr_mp3_frame_measure (const guint8 *data, gsize size, guint32 *key)
{
  IsrMp3Frame frame;

  if (!isr_mp3_frame_parse (&frame, data, size))
    return 0;
  *key = isr_mp3_frame_get_key (&frame);
  return frame.size;
}

gsize
isr_mp3_frame_get_area (const IsrMp3Frame *self)
{
  return ISR_MP3_HEADER_SIZE + (self->crc ? 2 : 0) + self->side_size;
}

guint
isr_mp3_frame_get_main_data_begin (const IsrMp3Frame *self, const guint8 *data)
{
  const guint8 *side = data + ISR_MP3_HEADER_SIZE + (self->crc ? 2 : 0);

  return self->version == 10 ? side[0] << 1 | side[1] >> 7 : side[0];
}

gboolean
isr_mp3_frame_with_size (const IsrMp3Frame *self, gsize size, IsrMp3Frame *result)
{
  guint32 header = (self->header & ~(BITRATE_MASK | PADDING_BIT | MODE_EXTENSION_MASK)) | NO_CRC_BIT;

  for (guint32 index = 1; index < 15; index++)
    if (frame_parse_header (result, header | index << 12) && result->size >= size)
      return TRUE;
  return FALSE;
}

void
isr_mp3_frame_put (const IsrMp3Frame *self, guint8 *data)
{
  for (guint i = 0; i < 4; i++)
    data[i] = self->header >> (24 - 8 * i);
}
