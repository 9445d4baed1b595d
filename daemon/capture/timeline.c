/* SPDX-License-Identifier: MIT */
/* timeline.c - an array, searched from its end: what is asked for is new. */
#include "daemon/capture/timeline.h"

void
isr_timeline_init (IsrTimeline *self)
{
  self->pieces = g_array_new (FALSE, FALSE, sizeof (IsrTimelinePiece));
}

void
isr_timeline_clear (IsrTimeline *self)
{
  g_clear_pointer (&self->pieces, g_array_unref);
}

static IsrTimelinePiece *
piece_at (const IsrTimeline *self, guint i)
{
  return &g_array_index (self->pieces, IsrTimelinePiece, i);
}

const IsrTimelinePiece *
isr_timeline_newest (const IsrTimeline *self)
{
  return self->pieces->len ? piece_at (self, self->pieces->len - 1) : NULL;
}

/* A piece ends where the next one begins: it can go when that is long ago. */
static void
forget_old (IsrTimeline *self, guint64 position)
{
  guint n = 0;

  while (n + 1 < self->pieces->len && piece_at (self, n + 1)->position + ISR_TIMELINE_KEPT < position)
    n++;
  if (n)
    g_array_remove_range (self->pieces, 0, n);
}

void
isr_timeline_add (IsrTimeline *self, guint64 position, gint64 at)
{
  IsrTimelinePiece piece = { position, at };

  while (self->pieces->len && isr_timeline_newest (self)->position >= position)
    g_array_set_size (self->pieces, self->pieces->len - 1);
  g_array_append_val (self->pieces, piece);
  forget_old (self, position);
}

const IsrTimelinePiece *
isr_timeline_find (const IsrTimeline *self, guint64 position)
{
  guint i = self->pieces->len;

  if (!i)
    return NULL;
  while (--i > 0 && piece_at (self, i)->position > position)
    ;
  return piece_at (self, i);
}

gboolean
isr_timeline_locate (const IsrTimeline *self, guint64 position, gint64 *at)
{
  const IsrTimelinePiece *piece = isr_timeline_find (self, position);

  if (!piece)
    return FALSE;
  *at = piece->at + (gint64) (position - piece->position);
  return TRUE;
}

/* As much as the map of isrsplitsink moves (500 ppm), and what two files that belong
 * together may lie apart. */
static gboolean
is_leap (const IsrTimelinePiece *before, const IsrTimelinePiece *piece)
{
  gint64 length = (gint64) (piece->position - before->position);
  gint64 leap = piece->at - before->at - length;

  return ABS (leap) > 50 * G_GINT64_CONSTANT (1000000) + length / 2000;
}

guint64
isr_timeline_find_leap (const IsrTimeline *self, guint64 from, guint64 to)
{
  for (guint i = 1; i < self->pieces->len; i++) {
    const IsrTimelinePiece *piece = piece_at (self, i);

    if (piece->position > from && piece->position < to && is_leap (piece_at (self, i - 1), piece))
      return piece->position;
  }
  return to;
}
