/* SPDX-License-Identifier: MIT */
/* shape.c - an Info frame behind an ID3v2 tag; the header of a WAV file. */
#include "plugins/format/shape.h"

#include "plugins/format/bytes.h"
#include "plugins/format/mp3-info.h"
#include "plugins/format/wav-layout.h"

#include <string.h>

#define LOOK 65536 /* bytes in which the first frame must begin */
#define MAX_FMT 64

/* --- MP3 --- */

static guint64
skip_id3 (IsrInput *input)
{
  guint64 at = 0;
  guint8 head[10];

  while (input->read (input, at, head, sizeof head) == (gssize) sizeof head && memcmp (head, "ID3", 3) == 0) {
    guint64 size = (guint64) (head[6] & 0x7f) << 21 | (guint) (head[7] & 0x7f) << 14 | (guint) (head[8] & 0x7f) << 7 | (head[9] & 0x7f);

    at += sizeof head + size + (head[5] & 0x10 ? 10 : 0);
  }
  return at;
}

/* The first frame that another one of its kind follows. */
static gboolean
find_frame (const guint8 *data, gsize size, IsrMp3Frame *frame, gsize *at)
{
  for (*at = 0; *at + ISR_MP3_HEADER_SIZE < size; ++*at) {
    IsrMp3Frame next;

    if (isr_mp3_frame_parse (frame, data + *at, size - *at) && *at + frame->size + ISR_MP3_HEADER_SIZE <= size
        && isr_mp3_frame_parse (&next, data + *at + frame->size, size - *at - frame->size)
        && isr_mp3_frame_get_key (frame) == isr_mp3_frame_get_key (&next))
      return TRUE;
  }
  return FALSE;
}

static gboolean
read_mp3 (IsrShape *self, IsrInput *input)
{
  g_autofree guint8 *data = g_malloc (LOOK);
  gssize n = input->read (input, skip_id3 (input), data, LOOK);
  IsrMp3Frame frame;
  IsrMp3Info info;
  gsize at;

  if (n < 2 || memcmp (data, "fL", 2) == 0 || memcmp (data, "Og", 2) == 0 || !find_frame (data, (gsize) n, &frame, &at))
    return FALSE;
  if (!isr_mp3_info_parse (&info, &frame, data + at) || !info.gapless)
    return FALSE;
  self->kind = ISR_SHAPE_MP3;
  self->skip = info.skip;
  if ((guint64) info.frames * frame.samples > (guint64) info.skip + info.drop)
    self->samples = (guint64) info.frames * frame.samples - info.skip - info.drop;
  return TRUE;
}

/* --- WAV --- */

static const struct {
  guint tag, bits;
  const char *encoding;
} encodings[] = {
  { 1, 8, "U8" },
  { 1, 16, "S16LE" },
  { 1, 24, "S24LE" },
  { 1, 32, "S32LE" },
  { 3, 32, "F32LE" },
  { 3, 64, "F64LE" },
};

/* The chunk fmt of a header that isr_wav_layout_read() has found whole. */
static gboolean
read_fmt (IsrShape *self, IsrInput *input, guint64 end, guint block)
{
  guint8 head[8], fmt[MAX_FMT] = { 0 };

  for (guint64 at = 12; at + 8 <= end; at += 8 + ((guint64) isr_get_le (head + 4, 4) + 1) / 2 * 2) {
    guint size, tag, bits;

    if (input->read (input, at, head, sizeof head) != (gssize) sizeof head)
      return FALSE;
    if (memcmp (head, "fmt ", 4) != 0)
      continue;
    size = (guint) isr_get_le (head + 4, 4);
    if (size < 16 || input->read (input, at + 8, fmt, MIN (size, MAX_FMT)) != (gssize) MIN (size, MAX_FMT))
      return FALSE;
    tag = (guint) isr_get_le (fmt, 2);
    bits = (guint) isr_get_le (fmt + 14, 2);
    if (tag == 0xfffe && size >= 40)
      tag = (guint) isr_get_le (fmt + 24, 2);
    for (guint i = 0; i < G_N_ELEMENTS (encodings); i++)
      if (encodings[i].tag == tag && encodings[i].bits == bits && block == self->channels * bits / 8)
        self->encoding = encodings[i].encoding;
    return self->encoding != NULL;
  }
  return FALSE;
}

static gboolean
is_wav (IsrInput *input)
{
  guint8 head[12];

  if (input->read (input, 0, head, sizeof head) != (gssize) sizeof head || memcmp (head + 8, "WAVE", 4) != 0)
    return FALSE;
  return memcmp (head, "RIFF", 4) == 0 || memcmp (head, "RF64", 4) == 0 || memcmp (head, "BW64", 4) == 0;
}

/* What is behind the end of the file is not there, whatever the header says; a header that says
 * nothing yet means all there is. */
static gboolean
read_wav (IsrShape *self, IsrInput *input)
{
  IsrWavLayout layout;

  if (!is_wav (input) || !isr_wav_layout_read (&layout, input, NULL) || layout.block == 0 || layout.data > input->size)
    return FALSE;
  self->rate = layout.rate;
  self->channels = layout.channels;
  if (!read_fmt (self, input, layout.data, layout.block))
    return FALSE;
  self->kind = ISR_SHAPE_PCM;
  self->data = layout.data;
  self->size = input->size - layout.data;
  if (layout.data_size && layout.data_size != G_MAXUINT32 && layout.data_size < self->size)
    self->size = layout.data_size;
  self->size -= self->size % layout.block;
  return TRUE;
}

void
isr_shape_read (IsrShape *self, IsrInput *input)
{
  *self = (IsrShape){ ISR_SHAPE_OTHER };
  if (!read_wav (self, input)) {
    *self = (IsrShape){ ISR_SHAPE_OTHER };
    read_mp3 (self, input);
  }
}
