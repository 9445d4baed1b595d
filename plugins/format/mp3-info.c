/* SPDX-License-Identifier: MIT */
/* mp3-info.c - offsets in the Info frame; the table of contents out of at most
 * 512 remembered positions: when they are used up every second one is forgotten. */
#include "plugins/format/mp3-info.h"

#include <string.h>

#define ENCODER "LavfISR"

#define FLAG_FRAMES 1u
#define FLAG_BYTES 2u
#define FLAG_TOC 4u
#define FLAG_QUALITY 8u

/* From "Info" on, all four fields being there. */
#define AT_FRAMES 8
#define AT_BYTES 12
#define AT_TOC 16
#define XING_SIZE 120

/* From the encoder's name on. */
#define AT_METHOD 9
#define AT_BITRATE 20
#define AT_DELAY 21
#define AT_MUSIC_LENGTH 28
#define AT_MUSIC_CRC 32
#define AT_CRC 34
#define LAME_SIZE 36

static void
put (guint8 *p, guint n, guint64 value)
{
  for (guint i = 0; i < n; i++)
    p[i] = value >> (8 * (n - 1 - i));
}

static guint
get (const guint8 *p, guint n)
{
  guint value = 0;

  for (guint i = 0; i < n; i++)
    value = value << 8 | p[i];
  return value;
}

/* tables[n][b]: what the byte b does to the checksum when n more bytes follow it. */
#define CRC_SLICES 8
static guint16 crc_tables[CRC_SLICES][256];

static guint16
crc16_of_byte (guint byte)
{
  guint crc = byte;

  for (guint bit = 0; bit < 8; bit++)
    crc = crc & 1 ? crc >> 1 ^ 0xa001 : crc >> 1;
  return (guint16) crc;
}

static void
crc16_prepare (void)
{
  static gsize ready = 0;

  if (!g_once_init_enter (&ready))
    return;
  for (guint b = 0; b < 256; b++)
    crc_tables[0][b] = crc16_of_byte (b);
  for (guint n = 1; n < CRC_SLICES; n++)
    for (guint b = 0; b < 256; b++)
      crc_tables[n][b] = crc_tables[n - 1][b] >> 8 ^ crc_tables[0][crc_tables[n - 1][b] & 0xff];
  g_once_init_leave (&ready, 1);
}

/* CRC-16 with 0x8005, bits reversed, from 0: as LAME reckons it. It is taken of every byte
 * that is recorded: eight at a time. */
static guint16
crc16 (guint16 crc, const guint8 *data, gsize size)
{
  crc16_prepare ();
  for (; size >= CRC_SLICES; data += CRC_SLICES, size -= CRC_SLICES)
    crc = crc_tables[7][(data[0] ^ crc) & 0xff] ^ crc_tables[6][data[1] ^ crc >> 8] ^ crc_tables[5][data[2]] ^ crc_tables[4][data[3]] ^ crc_tables[3][data[4]] ^ crc_tables[2][data[5]] ^ crc_tables[1][data[6]] ^ crc_tables[0][data[7]];
  for (gsize i = 0; i < size; i++)
    crc = crc >> 8 ^ crc_tables[0][(crc ^ data[i]) & 0xff];
  return crc;
}

/* --- index -------------------------------------------------------------- */

void
isr_mp3_index_init (IsrMp3Index *self)
{
  memset (self, 0, sizeof (*self));
  self->step = 1;
}

static void
index_remember (IsrMp3Index *self)
{
  guint64 n = self->frames / self->step;

  if (self->frames % self->step != 0)
    return;
  if (n == ISR_MP3_INDEX_SIZE) {
    for (guint i = 0; i < ISR_MP3_INDEX_SIZE / 2; i++)
      self->offsets[i] = self->offsets[2 * i];
    self->step *= 2;
    n /= 2;
  }
  self->offsets[n] = self->bytes;
}

void
isr_mp3_index_add (IsrMp3Index *self, const IsrMp3Frame *frame, const guint8 *data, gboolean primer)
{
  index_remember (self);
  self->frames++;
  self->bytes += frame->size;
  self->crc = crc16 (self->crc, data, frame->size);
  if (primer)
    return;
  if (self->bitrate != 0 && self->bitrate != frame->bitrate)
    self->vbr = TRUE;
  self->bitrate = frame->bitrate;
}

/* --- frame -------------------------------------------------------------- */

static gboolean
parse_xing (IsrMp3Info *self, const guint8 *data, gsize size)
{
  gsize at = self->offset + 8;

  self->flags = get (data + self->offset + 4, 4);
  for (guint flag = FLAG_FRAMES; flag <= FLAG_QUALITY; flag <<= 1) {
    gsize n = flag == FLAG_TOC ? 100 : 4;

    if (!(self->flags & flag))
      continue;
    if (at + n > size)
      return FALSE;
    if (flag == FLAG_FRAMES)
      self->frames = get (data + at, 4);
    if (flag == FLAG_BYTES)
      self->bytes = get (data + at, 4);
    at += n;
  }
  self->extension = at;
  if (at + LAME_SIZE <= size && (memcmp (data + at, "LAME", 4) == 0 || memcmp (data + at, "Lavf", 4) == 0 || memcmp (data + at, "Lavc", 4) == 0)) {
    guint padding = get (data + at + AT_DELAY, 3) & 0xfff;

    self->gapless = TRUE;
    self->skip = (get (data + at + AT_DELAY, 3) >> 12) + ISR_MP3_DECODER_DELAY;
    self->drop = padding > ISR_MP3_DECODER_DELAY ? padding - ISR_MP3_DECODER_DELAY : 0;
  }
  self->ours = at + AT_METHOD <= size && memcmp (data + at, ENCODER, sizeof (ENCODER)) == 0;
  return TRUE;
}

gboolean
isr_mp3_info_parse (IsrMp3Info *self, const IsrMp3Frame *frame, const guint8 *data)
{
  gsize plain = ISR_MP3_HEADER_SIZE + frame->side_size;

  *self = (IsrMp3Info){ 0 };
  if (frame->layer != 3)
    return FALSE;
  for (gsize at = plain; at <= plain + (frame->crc ? 2 : 0); at += 2) {
    self->offset = at;
    if (at + 8 <= frame->size && (memcmp (data + at, "Xing", 4) == 0 || memcmp (data + at, "Info", 4) == 0))
      return parse_xing (self, data, frame->size);
  }
  self->offset = ISR_MP3_HEADER_SIZE + 32;
  self->vbri = self->offset + 4 <= frame->size && memcmp (data + self->offset, "VBRI", 4) == 0;
  return self->vbri;
}

GByteArray *
isr_mp3_info_new (const IsrMp3Frame *like, gboolean gapless)
{
  gsize needed = ISR_MP3_HEADER_SIZE + like->side_size + XING_SIZE + LAME_SIZE;
  IsrMp3Frame frame;
  GByteArray *self;

  if (!isr_mp3_frame_with_size (like, MAX (needed, like->size - 1), &frame) && !isr_mp3_frame_with_size (like, needed, &frame))
    return NULL;
  self = g_byte_array_sized_new (frame.size);
  g_byte_array_set_size (self, frame.size);
  memset (self->data, 0, self->len);
  isr_mp3_frame_put (&frame, self->data);
  memcpy (self->data + ISR_MP3_HEADER_SIZE + like->side_size, "Info\0\0\0\17", 8);
  if (gapless)
    memcpy (self->data + ISR_MP3_HEADER_SIZE + like->side_size + XING_SIZE, ENCODER, sizeof (ENCODER));
  return self;
}

static void
fill_toc (guint8 *toc, gsize size, const IsrMp3Index *index)
{
  for (guint i = 0; i < 100; i++) {
    guint64 frame = index->frames * i / 100;
    guint64 offset = index->frames ? size + index->offsets[frame / index->step] : 0;

    toc[i] = MIN (offset * 256 / (size + index->bytes), 255);
  }
}

static void
fill_lame (guint8 *data, guint8 *lame, gsize size, const IsrMp3Index *index, guint skip, guint drop)
{
  guint delay = MIN (skip - ISR_MP3_DECODER_DELAY, ISR_MP3_MAX_DELAY);
  guint padding = MIN (drop + ISR_MP3_DECODER_DELAY, ISR_MP3_MAX_DELAY);

  put (lame + AT_METHOD, 1, index->vbr ? 0 : 1);
  put (lame + AT_BITRATE, 1, index->vbr ? 0 : MIN (index->bitrate / 1000, 255));
  put (lame + AT_DELAY, 3, delay << 12 | padding);
  put (lame + AT_MUSIC_LENGTH, 4, MIN (size + index->bytes, G_MAXUINT32));
  put (lame + AT_MUSIC_CRC, 2, index->crc);
  put (lame + AT_CRC, 2, crc16 (0, data, lame + AT_CRC - data));
}

void
isr_mp3_info_fill (guint8 *data, gsize size, const IsrMp3Index *index, guint skip, guint drop)
{
  IsrMp3Frame frame;
  IsrMp3Info info;
  guint8 *xing;

  if (!isr_mp3_frame_parse (&frame, data, size) || frame.size != size || !isr_mp3_info_parse (&info, &frame, data) || info.vbri)
    return;
  xing = data + info.offset;
  memcpy (xing, index->vbr ? "Xing" : "Info", 4);
  if ((info.flags & (FLAG_FRAMES | FLAG_BYTES)) != (FLAG_FRAMES | FLAG_BYTES))
    return;
  put (xing + AT_FRAMES, 4, MIN (index->frames, G_MAXUINT32));
  put (xing + AT_BYTES, 4, MIN (size + index->bytes, G_MAXUINT32));
  if (info.flags & FLAG_TOC)
    fill_toc (xing + AT_TOC, size, index);
  if (info.gapless && info.extension + LAME_SIZE <= size)
    fill_lame (data, data + info.extension, size, index, skip, drop);
}
