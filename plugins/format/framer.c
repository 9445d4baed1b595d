/* SPDX-License-Identifier: MIT */
/* framer.c - one position in one chunk; a frame is a slice of the chunk. What
 * is left of a chunk when it is taken apart, a torn frame, is kept as a copy, and copied
 * again in front of the next one. */
#include "plugins/format/framer.h"

#include "plugins/format/block.h"

#include <string.h>

#define ID3_HEADER 10

void
isr_framer_init (IsrFramer *self, IsrFrameMeasure measure, gsize header_size)
{
  *self = (IsrFramer){ .measure = measure, .header_size = header_size };
}

void
isr_framer_clear (IsrFramer *self)
{
  g_clear_pointer (&self->chunk, g_bytes_unref);
}

void
isr_framer_begin_file (IsrFramer *self)
{
  self->file = self->first = TRUE;
}

void
isr_framer_end_file (IsrFramer *self)
{
  self->ended = TRUE;
}

void
isr_framer_flush (IsrFramer *self)
{
  if (self->chunk)
    self->offset += g_bytes_get_size (self->chunk) - self->pos;
  g_clear_pointer (&self->chunk, g_bytes_unref);
  self->pos = 0;
  self->skip = 0;
  self->locked = FALSE;
}

static GBytes *
framer_join (const guint8 *rest, gsize rest_size, const guint8 *data, gsize size)
{
  gsize all = rest_size + size;
  guint8 *joined = all <= ISR_BLOCK_SIZE ? isr_block_new () : g_malloc (all);

  memcpy (joined, rest, rest_size);
  memcpy (joined + rest_size, data, size);
  return all <= ISR_BLOCK_SIZE ? isr_block_to_bytes (joined, all) : g_bytes_new_take (joined, all);
}

/* The rest waits for long, and must not hold a block. */
static void
framer_keep_rest (IsrFramer *self, const guint8 *data, gsize size)
{
  GBytes *rest = self->pos < size ? g_bytes_new (data + self->pos, size - self->pos) : NULL;

  g_bytes_unref (self->chunk);
  self->chunk = rest;
  self->pos = 0;
}

void
isr_framer_push (IsrFramer *self, GBytes *bytes)
{
  gsize old_size = 0;
  gsize size = 0;
  const guint8 *old = self->chunk ? g_bytes_get_data (self->chunk, &old_size) : NULL;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gsize rest = old_size - self->pos;

  if (rest == 0) {
    g_clear_pointer (&self->chunk, g_bytes_unref);
    self->chunk = g_bytes_ref (bytes);
  } else {
    GBytes *joined = framer_join (old + self->pos, rest, data, size);

    g_bytes_unref (self->chunk);
    self->chunk = joined;
  }
  self->pos = 0;
}

static void
framer_advance (IsrFramer *self, gsize n)
{
  self->pos += n;
  self->offset += n;
}

/* Length of the ID3v2 tag that begins at @p, 0 if none does. */
static guint64
id3_size (const guint8 *p)
{
  if (memcmp (p, "ID3", 3) != 0 || p[3] == 0xff || p[4] == 0xff || ((p[6] | p[7] | p[8] | p[9]) & 0x80))
    return 0;
  return ID3_HEADER + ((guint) p[6] << 21 | p[7] << 14 | p[8] << 7 | p[9]) + (p[5] & 0x10 ? ID3_HEADER : 0);
}

typedef enum {
  FRAMER_FRAME, /* a whole frame begins here */
  FRAMER_WAIT,  /* the bytes are too few to tell */
  FRAMER_WRONG, /* no frame begins here */
} FramerVerdict;

/* Does a frame of the kind @key begin at @p, where another one ends? */
static FramerVerdict
framer_judge_next (IsrFramer *self, const guint8 *p, gsize left, guint32 key)
{
  guint32 next_key = 0;
  gsize size;

  if (left < self->header_size)
    return FRAMER_WAIT;
  size = self->measure (p, left, &next_key);
  if (size == 0 || next_key != key)
    return FRAMER_WRONG;
  return self->file && size > left ? FRAMER_WAIT : FRAMER_FRAME;
}

static FramerVerdict
framer_judge (IsrFramer *self, const guint8 *p, gsize left, gsize *size)
{
  FramerVerdict verdict = FRAMER_FRAME;
  guint32 key = 0;

  *size = self->measure (p, left, &key);
  if (*size == 0)
    return FRAMER_WRONG;
  if (*size > left)
    verdict = FRAMER_WAIT;
  else if (!self->first && !(self->locked && key == self->key) && (self->file || *size < left))
    verdict = framer_judge_next (self, p + *size, left - *size, key);
  if (verdict == FRAMER_FRAME)
    self->key = key;
  return verdict == FRAMER_WAIT && self->ended ? FRAMER_WRONG : verdict;
}

/* Steps over tags. FALSE: the bytes are used up or too few to tell. */
static gboolean
framer_skip_tags (IsrFramer *self, const guint8 *data, gsize size)
{
  for (;;) {
    gsize left = size - self->pos;
    gsize n = MIN (self->skip, left);

    framer_advance (self, n);
    self->skip -= n;
    left -= n;
    if (left < self->header_size)
      return FALSE;
    if (memcmp (data + self->pos, "ID3", 3) != 0)
      return TRUE;
    if (left < ID3_HEADER)
      return FALSE;
    self->skip = id3_size (data + self->pos);
    if (self->skip == 0)
      return TRUE;
  }
}

static GBytes *
framer_take (IsrFramer *self, gsize size, guint64 *offset)
{
  GBytes *frame = g_bytes_new_from_bytes (self->chunk, self->pos, size);

  if (offset)
    *offset = self->offset;
  framer_advance (self, size);
  self->locked = TRUE;
  self->first = FALSE;
  self->dropped = 0;
  return frame;
}

GBytes *
isr_framer_next (IsrFramer *self, guint64 *offset)
{
  gsize size = 0;
  const guint8 *data = self->chunk ? g_bytes_get_data (self->chunk, &size) : NULL;

  while (data && framer_skip_tags (self, data, size)) {
    gsize n = 0;
    FramerVerdict verdict = framer_judge (self, data + self->pos, size - self->pos, &n);

    if (verdict == FRAMER_FRAME)
      return framer_take (self, n, offset);
    if (verdict == FRAMER_WAIT)
      break;
    framer_advance (self, 1);
    self->dropped++;
    self->garbage++;
    self->locked = self->first = FALSE;
  }
  if (self->pos > 0)
    framer_keep_rest (self, data, size);
  return NULL;
}
