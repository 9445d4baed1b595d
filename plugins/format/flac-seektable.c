/* SPDX-License-Identifier: MIT */
/* flac-seektable.c - points, thinned when they become too many. */
#include "plugins/format/flac-seektable.h"

#define SECONDS_PER_POINT 10
#define MAX_SECONDS (24 * 3600)
#define MAX_POINTS 3640 /* 64 KiB */
#define UNKNOWN_POINTS 360
#define POINT 18 /* bytes */

void
isr_flac_seek_table_init_capacity (IsrFlacSeekTable *self, guint capacity, guint rate)
{
  *self = (IsrFlacSeekTable){ g_array_new (FALSE, FALSE, sizeof (IsrFlacSeekPoint)), capacity, (guint64) SECONDS_PER_POINT * rate };
}

void
isr_flac_seek_table_init (IsrFlacSeekTable *self, guint64 expected, guint rate)
{
  guint64 spacing = (guint64) SECONDS_PER_POINT * rate;
  guint64 length = MIN (expected, (guint64) MAX_SECONDS * rate);
  guint64 points = (length + spacing - 1) / spacing;

  isr_flac_seek_table_init_capacity (self, points ? MIN (points, MAX_POINTS) : UNKNOWN_POINTS, rate);
  self->spacing = MAX (spacing, length / self->capacity);
}

void
isr_flac_seek_table_clear (IsrFlacSeekTable *self)
{
  g_clear_pointer (&self->points, g_array_unref);
}

static void
thin_out (IsrFlacSeekTable *self)
{
  IsrFlacSeekPoint *points = (IsrFlacSeekPoint *) self->points->data;
  guint n = (self->points->len + 1) / 2;

  for (guint i = 0; i < n; i++)
    points[i] = points[2 * i];
  g_array_set_size (self->points, n);
  self->spacing *= 2;
}

void
isr_flac_seek_table_add (IsrFlacSeekTable *self, guint64 sample, guint64 offset, guint samples)
{
  IsrFlacSeekPoint point = { sample, offset, samples };

  if (sample + samples <= self->next || !self->capacity)
    return;
  if (self->points->len == self->capacity) {
    thin_out (self);
    self->next = (sample + self->spacing - 1) / self->spacing * self->spacing;
    if (self->points->len == self->capacity || sample + samples <= self->next)
      return;
  }
  g_array_append_val (self->points, point);
  self->next = ((sample + samples - 1) / self->spacing + 1) * self->spacing;
}

static void
write_be (guint8 *out, guint64 value, guint size)
{
  while (size--)
    *out++ = value >> (8 * size);
}

GBytes *
isr_flac_seek_table_build (const IsrFlacSeekTable *self)
{
  const IsrFlacSeekPoint *points = (const IsrFlacSeekPoint *) self->points->data;
  gsize size = (gsize) self->capacity * POINT;
  guint8 *out = g_malloc0 (size);

  for (guint i = 0; i < self->capacity; i++) {
    if (i >= self->points->len) { /* a placeholder */
      write_be (out + i * POINT, G_MAXUINT64, 8);
      continue;
    }
    write_be (out + i * POINT, points[i].sample, 8);
    write_be (out + i * POINT + 8, points[i].offset, 8);
    write_be (out + i * POINT + 16, points[i].samples, 2);
  }
  return g_bytes_new_take (out, size);
}
