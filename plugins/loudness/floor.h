/* SPDX-License-Identifier: MIT */
/* floor.h - what is quiet around a moment: percentiles of spans of levels that
 * slide along one history.
 *
 *   history   [ . . . . . . . . . . . . . . . . . . . . . . . ]   the last windows
 *   spans          |------- floor -------|                        from, to
 *             |------ before ------|------ after ------|
 *
 * An ordered multiset would hold a second copy of each span. A span holds none: for
 * each percentile it knows the value at the wanted place, how many levels lie below
 * it and how many equal it. A level that enters or leaves is two comparisons. Only
 * when the place slips off that value the next one up or down is looked for, one
 * pass over some hundred int16 that lie side by side, which a compiler makes a few
 * dozen vector instructions; a span that leaps is found again by halving, in at
 * most 16 such passes. That is less than the mispredicted branches of one search in
 * a tree, and it needs no memory.
 *
 * Silent levels belong to no percentile. They are the smallest values there can be,
 * so it is enough to know how many there are, and to count from there.
 *
 * Pure: no allocation, no clock. A history and its spans belong to one thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Centi-dB re full scale; integers everywhere, so that every machine agrees. */
#define ISR_LEVEL_LOWEST -12000      /* all that is quieter, zeros included */
#define ISR_LEVEL_UNKNOWN G_MININT16 /* where there is none (yet) */

#define ISR_HISTORY_CAPACITY 1536

/* The newest levels, side by side: window w is levels[w - first]. */
typedef struct {
  guint64 first, end; /* windows [first, end) */
  gint16 levels[ISR_HISTORY_CAPACITY];
} IsrHistory;

/* Takes at most @n levels, first forgetting those before window @keep when there
 * is no room; returns how many were taken, which is 0 only when all are to be kept. */
gsize isr_history_append (IsrHistory *self, const gint16 *levels, gsize n, guint64 keep);

static inline gint16
isr_history_at (const IsrHistory *self, guint64 window)
{
  return self->levels[window - self->first];
}

/* The value at one place of the sorted span. */
typedef struct {
  guint percent; /* 0-100 */
  gint16 value;
  guint below, equal; /* levels of the span less than, and equal to, value */
} IsrRank;

#define ISR_SPAN_MAX_RANKS 2

typedef struct {
  guint64 from, to; /* windows [from, to) */
  guint silent;     /* of them */
  gint16 silence;   /* a level at or below it is silent */
  guint n_ranks;
  IsrRank ranks[ISR_SPAN_MAX_RANKS];
} IsrLevelSpan;

/* An empty span. @percents: @n_ranks of them, each 0-100. */
void isr_span_init (IsrLevelSpan *self, gint16 silence, const guint *percents, guint n_ranks);

/* To windows [@from, @to), all in @history now, as are those it leaves or it was
 * too far away: it need not be told which. */
void isr_span_move (IsrLevelSpan *self, const IsrHistory *history, guint64 from, guint64 to);

/* How many levels are not silent. */
static inline guint
isr_span_valid (const IsrLevelSpan *self)
{
  return (guint) (self->to - self->from) - self->silent;
}

/* sorted(valid)[percent * (valid - 1) / 100]; there must be a valid level. */
static inline gint16
isr_span_percentile (const IsrLevelSpan *self, guint rank)
{
  return self->ranks[rank].value;
}

/* How many of @n <= 32767 levels are at or below @limit. */
guint isr_levels_count (const gint16 *levels, gsize n, gint16 limit);
/* sorted (@levels)[@place], @place < @n. */
gint16 isr_levels_nth (const gint16 *levels, gsize n, gsize place);
gint16 isr_levels_highest (const gint16 *levels, gsize n);

G_END_DECLS
