/* SPDX-License-Identifier: MIT */
/* probe-chunks.c - AIFF, W64, CAF and AU: lists of chunks that say how they are to be read.
 *
 * A chunk is a name and a size; all four differ in how long both are and nothing else. */
#include "plugins/format/probe-private.h"

#include <math.h>
#include <string.h>

#include "plugins/format/bytes.h"

#define MAX_CHUNKS 1000
#define MAX_DATA 64 /* bytes of a chunk that are looked at */
#define MAX_RATE 10000000

typedef struct {
  guint name, size;   /* bytes of each */
  gboolean little;    /* order of the size */
  gboolean inclusive; /* the size counts name and size as well */
  guint align;
} Shape;

typedef struct {
  guint8 name[16];
  guint64 size; /* of what it holds */
  guint8 data[MAX_DATA];
  gsize n; /* bytes in data */
} Chunk;

typedef gboolean (*ChunkFunc) (const Chunk *chunk, gpointer data); /* FALSE: enough */

static void
walk (IsrInput *input, guint64 at, const Shape *shape, ChunkFunc func, gpointer data)
{
  const guint head = shape->name + shape->size;
  guint8 bytes[24];
  Chunk chunk;

  for (guint i = 0; i < MAX_CHUNKS && isr_probe_read (input, at, bytes, head) == head; i++) {
    memcpy (chunk.name, bytes, shape->name);
    chunk.size = shape->little ? isr_get_le (bytes + shape->name, shape->size) : isr_get_be (bytes + shape->name, shape->size);
    if (shape->inclusive)
      chunk.size -= MIN (chunk.size, head);
    chunk.n = isr_probe_read (input, at + head, chunk.data, MIN (chunk.size, MAX_DATA));
    if (!func (&chunk, data) || chunk.size > input->size - at)
      return;
    at += head + (chunk.size + shape->align - 1) / shape->align * shape->align;
  }
}

static gboolean
finish (IsrProbe *probe, GError **error)
{
  if (probe->rate && probe->rate <= MAX_RATE && probe->channels)
    return TRUE;
  g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "This file does not say how its audio is to be read.");
  return FALSE;
}

static guint
to_rate (double rate)
{
  return rate >= 1 && rate <= MAX_RATE ? (guint) lround (rate) : 0;
}

/* --- AIFF, AIFC ------------------------------------------------------------ */

gboolean
isr_aiff_probe (const guint8 *head, gsize size)
{
  return size >= 12 && memcmp (head, "FORM", 4) == 0 && (memcmp (head + 8, "AIFF", 4) == 0 || memcmp (head + 8, "AIFC", 4) == 0);
}

/* 80 bits: sign and exponent, then a mantissa with its first bit. */
static double
get_extended (const guint8 *data)
{
  int exponent = (int) isr_get_be (data, 2);

  return exponent & 0x8000 ? 0 : ldexp ((double) isr_get_be (data + 2, 8), exponent - 16383 - 63);
}

static gboolean
take_aiff (const Chunk *chunk, gpointer data)
{
  IsrProbe *probe = data;

  if (memcmp (chunk->name, "COMM", 4) != 0 || chunk->n < 18)
    return TRUE;
  probe->channels = (guint) isr_get_be (chunk->data, 2);
  probe->samples = isr_get_be (chunk->data + 2, 4);
  probe->rate = to_rate (get_extended (chunk->data + 8));
  return FALSE;
}

gboolean
isr_probe_aiff (IsrInput *input, IsrProbe *probe, GError **error)
{
  static const Shape shape = { 4, 4, FALSE, FALSE, 2 };

  walk (input, 12, &shape, take_aiff, probe);
  return finish (probe, error);
}

/* --- W64 -------------------------------------------------------------------- */

/* Names are GUIDs, of which the first four bytes are those of RIFF. */
#define W64_RIFF "riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"

typedef struct {
  IsrProbe *probe;
  guint block; /* bytes of a sample of all channels */
} Layout;

gboolean
isr_w64_probe (const guint8 *head, gsize size)
{
  return size >= 40 && memcmp (head, W64_RIFF, 16) == 0 && memcmp (head + 24, "wave", 4) == 0;
}

static gboolean
take_w64 (const Chunk *chunk, gpointer data)
{
  Layout *self = data;

  if (memcmp (chunk->name, "fmt ", 4) == 0 && chunk->n >= 16) {
    self->probe->channels = (guint) isr_get_le (chunk->data + 2, 2);
    self->probe->rate = (guint) isr_get_le (chunk->data + 4, 4);
    self->block = (guint) isr_get_le (chunk->data + 12, 2);
  }
  if (memcmp (chunk->name, "data", 4) != 0)
    return TRUE;
  self->probe->samples = self->block ? chunk->size / self->block : 0;
  return FALSE;
}

gboolean
isr_probe_w64 (IsrInput *input, IsrProbe *probe, GError **error)
{
  static const Shape shape = { 16, 8, TRUE, TRUE, 8 };
  Layout layout = { probe, 0 };

  walk (input, 40, &shape, take_w64, &layout);
  return finish (probe, error);
}

/* --- CAF -------------------------------------------------------------------- */

typedef struct {
  IsrProbe *probe;
  guint bytes, frames; /* of a packet; 0: of some */
  gboolean table;      /* which says how many there are */
} Packets;

gboolean
isr_caf_probe (const guint8 *head, gsize size)
{
  return size >= 8 && memcmp (head, "caff\0\1", 6) == 0;
}

static gboolean
take_caf (const Chunk *chunk, gpointer data)
{
  Packets *self = data;
  gint64 bits;
  double rate;

  if (memcmp (chunk->name, "desc", 4) == 0 && chunk->n >= 32) {
    bits = (gint64) isr_get_be (chunk->data, 8);
    memcpy (&rate, &bits, sizeof rate);
    self->probe->rate = to_rate (rate);
    self->bytes = (guint) isr_get_be (chunk->data + 16, 4);
    self->frames = (guint) isr_get_be (chunk->data + 20, 4);
    self->probe->channels = (guint) isr_get_be (chunk->data + 24, 4);
  } else if (memcmp (chunk->name, "pakt", 4) == 0 && chunk->n >= 16) {
    self->probe->samples = isr_get_be (chunk->data + 8, 8);
    self->table = TRUE;
  } else if (memcmp (chunk->name, "data", 4) == 0 && !self->table && self->bytes && chunk->size >= 4) {
    self->probe->samples = (chunk->size - 4) / self->bytes * self->frames; /* behind a count of edits */
  }
  return TRUE;
}

gboolean
isr_probe_caf (IsrInput *input, IsrProbe *probe, GError **error)
{
  static const Shape shape = { 4, 8, FALSE, FALSE, 1 };
  Packets packets = { .probe = probe };

  walk (input, 8, &shape, take_caf, &packets);
  if (probe->samples > (guint64) G_MAXINT64 / 2 || (packets.bytes && probe->samples > input->size / packets.bytes * packets.frames))
    probe->samples = packets.bytes ? input->size / packets.bytes * packets.frames : 0; /* a file that was not finished has a size of -1 */
  return finish (probe, error);
}

/* --- AU --------------------------------------------------------------------- */

gboolean
isr_au_probe (const guint8 *head, gsize size)
{
  return size >= 24 && memcmp (head, ".snd", 4) == 0;
}

/* Bits of a sample: mu-law, 8, 16, 24, 32, float, double; A-law is 27. */
static guint
get_au_bits (guint encoding)
{
  static const guint8 bits[] = { 0, 8, 8, 16, 24, 32, 32, 64 };

  return encoding < G_N_ELEMENTS (bits) ? bits[encoding] : encoding == 27 ? 8
                                                                          : 0;
}

gboolean
isr_probe_au (IsrInput *input, IsrProbe *probe, GError **error)
{
  guint8 head[24];
  guint64 at, size, room;
  guint block;

  if (isr_probe_read (input, 0, head, sizeof head) != sizeof head)
    return finish (probe, error);
  at = isr_get_be (head + 4, 4);
  size = isr_get_be (head + 8, 4);
  room = input->size - MIN (at, input->size);
  probe->rate = (guint) isr_get_be (head + 16, 4);
  probe->channels = (guint) isr_get_be (head + 20, 4);
  block = probe->channels > 1024 ? 0 : get_au_bits ((guint) isr_get_be (head + 12, 4)) / 8 * probe->channels;
  probe->samples = block ? MIN (size == G_MAXUINT32 ? room : size, room) / block : 0;
  return finish (probe, error);
}
