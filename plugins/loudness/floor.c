/* SPDX-License-Identifier: MIT */
/* floor.c - percentiles of sliding spans, as counts beside one value.
 *
 * The loops over levels are written for the compiler's vectoriser: int16 in, int16
 * out, no branch. None sees more than ISR_HISTORY_CAPACITY levels, so that an int16
 * can count them. */
#include "plugins/loudness/floor.h"

#include <string.h>

#define INLINE static inline __attribute__ ((always_inline))

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

INLINE guint
count_to (const gint16 *levels, gsize n, gint16 limit)
{
  gint16 count = 0;

  for (gsize i = 0; i < n; i++)
    count += levels[i] <= limit;

  return (guint) count;
}

INLINE gint16
highest_of (const gint16 *levels, gsize n)
{
  gint16 highest = G_MININT16;

  for (gsize i = 0; i < n; i++)
    highest = MAX (highest, levels[i]);

  return highest;
}

INLINE guint
count_equal (const gint16 *levels, gsize n, gint16 value)
{
  gint16 count = 0;

  for (gsize i = 0; i < n; i++)
    count += levels[i] == value;

  return (guint) count;
}

/* The nearest level above and below @value; there must be one. Distances modulo 65536:
 * those of the other side come out larger than any of this side. */
INLINE gint16
next_above (const gint16 *levels, gsize n, gint16 value)
{
  guint16 base = (guint16) (value + 1), nearest = G_MAXUINT16;

  for (gsize i = 0; i < n; i++) {
    guint16 distance = (guint16) ((guint16) levels[i] - base);

    nearest = MIN (nearest, distance);
  }

  return (gint16) (base + nearest);
}

INLINE gint16
next_below (const gint16 *levels, gsize n, gint16 value)
{
  guint16 base = (guint16) (value - 1), nearest = G_MAXUINT16;

  for (gsize i = 0; i < n; i++) {
    guint16 distance = (guint16) (base - (guint16) levels[i]);

    nearest = MIN (nearest, distance);
  }

  return (gint16) (base - nearest);
}

/* The least value with more than @place levels at or below it. */
INLINE gint16
nth_of (const gint16 *levels, gsize n, gsize place)
{
  int low = G_MININT16, high = highest_of (levels, n);

  while (low < high) {
    int middle = low + (high - low) / 2;

    if (count_to (levels, n, (gint16) middle) > place)
      high = middle;
    else
      low = middle + 1;
  }

  return (gint16) high;
}

/* --- one rank --- */

INLINE void
rank_find (IsrRank *self, const gint16 *levels, gsize n, guint place)
{
  self->value = nth_of (levels, n, place);
  self->equal = count_equal (levels, n, self->value);
  self->below = count_to (levels, n, self->value) - self->equal;
}

INLINE void
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

INLINE void
rank_add (IsrRank *self, gint16 level)
{
  self->below += level < self->value;
  self->equal += level == self->value;
}

INLINE void
rank_remove (IsrRank *self, gint16 level)
{
  self->below -= level < self->value;
  self->equal -= level == self->value;
}

/* --- a span --- */

void
isr_span_init (IsrLevelSpan *self, gint16 silence, const guint *percents, guint n_ranks)
{
  g_assert (n_ranks <= ISR_SPAN_MAX_RANKS);
  *self = (IsrLevelSpan){ .silence = silence, .n_ranks = n_ranks };
  for (guint i = 0; i < n_ranks; i++)
    self->ranks[i].percent = percents[i];
}

INLINE guint
place_of (const IsrLevelSpan *self, const IsrRank *rank)
{
  return self->silent + rank->percent * (isr_span_valid (self) - 1) / 100;
}

INLINE void
leap (IsrLevelSpan *self, const gint16 *levels, gsize n)
{
  self->silent = count_to (levels, n, self->silence);
  if (self->silent == n) {
    self->to = self->from; /* nothing to walk on from: the next move leaps too */
    self->silent = 0;
    return;
  }
  for (guint i = 0; i < self->n_ranks; i++)
    rank_find (&self->ranks[i], levels, n, place_of (self, &self->ranks[i]));
}

INLINE void
walk (IsrLevelSpan *self, const IsrHistory *history, guint64 from, guint64 to)
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

INLINE void
move_span (IsrLevelSpan *self, const IsrHistory *history, guint64 from, guint64 to)
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

/* --- for this processor --- */

#define FOR_PROCESSOR(suffix, target)                                                              \
  target static guint count_##suffix (const gint16 *levels, gsize n, gint16 limit)                 \
  {                                                                                                \
    return count_to (levels, n, limit);                                                            \
  }                                                                                                \
  target static gint16 highest_##suffix (const gint16 *levels, gsize n)                            \
  {                                                                                                \
    return highest_of (levels, n);                                                                 \
  }                                                                                                \
  target static gint16 nth_##suffix (const gint16 *levels, gsize n, gsize place)                   \
  {                                                                                                \
    return nth_of (levels, n, place);                                                              \
  }                                                                                                \
  target static void move_##suffix (IsrLevelSpan *self, const IsrHistory *h, guint64 a, guint64 b) \
  {                                                                                                \
    move_span (self, h, a, b);                                                                     \
  }

FOR_PROCESSOR (here, )
#ifdef __x86_64__
FOR_PROCESSOR (avx2, __attribute__ ((target ("avx2"))))
#define CHOOSE(name) (__builtin_cpu_supports ("avx2") ? name##_avx2 : name##_here)
#else
#define CHOOSE(name) name##_here
#endif

guint
isr_levels_count (const gint16 *levels, gsize n, gint16 limit)
{
  return CHOOSE (count) (levels, n, limit);
}

gint16
isr_levels_highest (const gint16 *levels, gsize n)
{
  return CHOOSE (highest) (levels, n);
}

gint16
isr_levels_nth (const gint16 *levels, gsize n, gsize place)
{
  return CHOOSE (nth) (levels, n, place);
}

void
isr_span_move (IsrLevelSpan *self, const IsrHistory *history, guint64 from, guint64 to)
{
  CHOOSE (move)
  (self, history, from, to);
}
