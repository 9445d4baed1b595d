/* SPDX-License-Identifier: MIT */
/* floor.c - percentiles of sliding spans, as counts beside one value.
 *
 * The loops over levels are written for the compiler's vectoriser: int16 in, int16
 * out, no branch. None sees more than ISR_HISTORY_CAPACITY levels, so that an int16
 * can count them. */
#include "plugins/loudness/floor.h"

#include <string.h>

/* Beyond so many steps finding the value anew costs less than walking there. */
#define WALK_MAX 24

gsize
isr_history_append (IsrHistory *self, const gint16 *levels, gsize n, guint64 keep)
{
  gsize held = self->end - self->first, room = ISR_HISTORY_CAPACITY - held;

  if (room < n && keep > self->first) {
    gsize forgotten = MIN (keep - self->first, held);

    held -= forgotten;
    room += forgotten;
    self->first += forgotten;
    memmove (self->levels, self->levels + forgotten, held * sizeof *levels);
  }
  n = MIN (n, room);
  memcpy (self->levels + held, levels, n * sizeof *levels);
  self->end += n;

  return n;
}

guint
isr_levels_count (const gint16 *levels, gsize n, gint16 limit)
{
  gint16 count = 0;

  for (gsize i = 0; i < n; i++)
    count += levels[i] <= limit;

  return (guint) count;
}

gint16
isr_levels_highest (const gint16 *levels, gsize n)
{
  gint16 highest = G_MININT16;

  for (gsize i = 0; i < n; i++)
    highest = MAX (highest, levels[i]);

  return highest;
}

static guint
count_equal (const gint16 *levels, gsize n, gint16 value)
{
  gint16 count = 0;

  for (gsize i = 0; i < n; i++)
    count += levels[i] == value;

  return (guint) count;
}

static gint16
next_above (const gint16 *levels, gsize n, gint16 value)
{
  gint16 next = G_MAXINT16;

  for (gsize i = 0; i < n; i++) {
    gint16 x = levels[i] > value ? levels[i] : G_MAXINT16;

    next = MIN (next, x);
  }

  return next;
}

static gint16
next_below (const gint16 *levels, gsize n, gint16 value)
{
  gint16 next = G_MININT16;

  for (gsize i = 0; i < n; i++) {
    gint16 x = levels[i] < value ? levels[i] : G_MININT16;

    next = MAX (next, x);
  }

  return next;
}

/* The least value with more than @place levels at or below it. */
gint16
isr_levels_nth (const gint16 *levels, gsize n, gsize place)
{
  int low = G_MININT16, high = isr_levels_highest (levels, n);

  while (low < high) {
    int middle = low + (high - low) / 2;

    if (isr_levels_count (levels, n, (gint16) middle) > place)
      high = middle;
    else
      low = middle + 1;
  }

  return (gint16) high;
}

/* --- one rank --- */

static void
rank_find (IsrRank *self, const gint16 *levels, gsize n, guint place)
{
  self->value = isr_levels_nth (levels, n, place);
  self->equal = count_equal (levels, n, self->value);
  self->below = isr_levels_count (levels, n, self->value) - self->equal;
}

static void
rank_follow (IsrRank *self, const gint16 *levels, gsize n, guint place)
{
  while (place >= self->below + self->equal) {
    self->below += self->equal;
    self->value = next_above (levels, n, self->value);
    self->equal = count_equal (levels, n, self->value);
  }
  while (place < self->below) {
    self->value = next_below (levels, n, self->value);
    self->equal = count_equal (levels, n, self->value);
    self->below -= self->equal;
  }
}

static inline void
rank_add (IsrRank *self, gint16 level)
{
  self->below += level < self->value;
  self->equal += level == self->value;
}

static inline void
rank_remove (IsrRank *self, gint16 level)
{
  self->below -= level < self->value;
  self->equal -= level == self->value;
}

/* --- a span --- */

void
isr_span_init (IsrSpan *self, gint16 silence, const guint *percents, guint n_ranks)
{
  g_assert (n_ranks <= ISR_SPAN_MAX_RANKS);
  *self = (IsrSpan){ .silence = silence, .n_ranks = n_ranks };
  for (guint i = 0; i < n_ranks; i++)
    self->ranks[i].percent = percents[i];
}

static guint
place_of (const IsrSpan *self, const IsrRank *rank)
{
  return self->silent + rank->percent * (isr_span_valid (self) - 1) / 100;
}

static void
leap (IsrSpan *self, const gint16 *levels, gsize n)
{
  self->silent = isr_levels_count (levels, n, self->silence);
  if (self->silent == n) {
    self->to = self->from; /* nothing to walk on from: the next move leaps too */
    self->silent = 0;
    return;
  }
  for (guint i = 0; i < self->n_ranks; i++)
    rank_find (&self->ranks[i], levels, n, place_of (self, &self->ranks[i]));
}

static void
walk (IsrSpan *self, const IsrHistory *history, guint64 from, guint64 to)
{
  for (guint64 w = self->to; w < to; w++) {
    gint16 level = isr_history_at (history, w);

    self->silent += level <= self->silence;
    for (guint i = 0; i < self->n_ranks; i++)
      rank_add (&self->ranks[i], level);
  }
  for (guint64 w = self->from; w < from; w++) {
    gint16 level = isr_history_at (history, w);

    self->silent -= level <= self->silence;
    for (guint i = 0; i < self->n_ranks; i++)
      rank_remove (&self->ranks[i], level);
  }
}

void
isr_span_move (IsrSpan *self, const IsrHistory *history, guint64 from, guint64 to)
{
  const gint16 *levels = history->levels + (from - history->first);
  gsize n = to - from;
  gboolean near = from >= self->from && to >= self->to && self->from >= history->first && self->to > from && from - self->from <= WALK_MAX && to - self->to <= WALK_MAX;

  if (near)
    walk (self, history, from, to);
  self->from = from;
  self->to = to;
  if (!near)
    leap (self, levels, n);
  else if (isr_span_valid (self) > 0) {
    for (guint i = 0; i < self->n_ranks; i++)
      rank_follow (&self->ranks[i], levels, n, place_of (self, &self->ranks[i]));
  }
}
