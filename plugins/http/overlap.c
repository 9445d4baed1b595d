/* SPDX-License-Identifier: MIT */
/* overlap.c - every place is tried, from the end of the history backwards: nearly all differ in
 * the first packet. Packets are numbers here, so that silence, where all fit, costs little too. */
#include "plugins/http/overlap.h"

#define SOME 256                                    /* bytes of packets that differ: more than chance */
#define LONG (G_USEC_PER_SEC / 4)                   /* of what may be silence */
#define SPAN(total) MAX (total / 4, G_USEC_PER_SEC) /* that the clock may be wrong by */

typedef struct {
  const IsrOverlapPacket *history, *burst;
  guint n, m;
  gint64 elapsed_us, total_us; /* of the burst */
  guint *seen;                 /* by id: the last place at which it was counted */
  gint64 *new_us;              /* by place: what follows it in the burst */
} Search;

/* What the overlap is made of. */
typedef struct {
  guint kinds;
  guint64 bytes; /* of one packet of each kind */
  gint64 length_us;
} Stuff;

/* @known: the burst's packets up to the end of the history. */
static gboolean
fits (const Search *self, guint known)
{
  guint first = known > self->n ? known - self->n : 0;

  for (guint i = MIN (known, self->m); i > first; i--)
    if (self->burst[i - 1].id != self->history[self->n - known + i - 1].id)
      return FALSE;
  return TRUE;
}

static Stuff
weigh (Search *self, guint known)
{
  Stuff stuff = { 0 };

  for (guint i = known > self->n ? known - self->n : 0; i < MIN (known, self->m); i++) {
    const IsrOverlapPacket *packet = &self->burst[i];

    stuff.length_us += packet->length_us;
    if (self->seen[packet->id] == known)
      continue;
    self->seen[packet->id] = known;
    stuff.kinds++;
    stuff.bytes += packet->size;
  }
  return stuff;
}

static gint64
get_new_us (const Search *self, guint known)
{
  return self->new_us[MIN (known, self->m)];
}

static gint64
get_distance (const Search *self, guint known)
{
  return ABS (get_new_us (self, known) - self->elapsed_us);
}

static void
keep_nearest (const Search *self, IsrOverlap *found, IsrOverlapKind kind, guint known)
{
  if (found->kind < kind || (found->kind == kind && get_distance (self, known) < get_distance (self, found->known))) {
    found->kind = kind;
    found->known = known;
  }
}

/* Returns whether it is more than chance. */
static gboolean
judge (Search *self, IsrOverlap *found, guint known)
{
  Stuff stuff = weigh (self, known);
  gboolean some = stuff.kinds > 1 && stuff.bytes >= SOME;

  if (stuff.bytes >= ISR_OVERLAP_PROOF)
    keep_nearest (self, found, ISR_OVERLAP_ONE_OF_MANY, known);
  else if (known <= self->m && (some || stuff.length_us >= LONG) && get_distance (self, known) <= SPAN (self->total_us))
    keep_nearest (self, found, ISR_OVERLAP_CLOCK, known);
  return some || stuff.bytes >= ISR_OVERLAP_PROOF;
}

static void
try_all (Search *self, IsrOverlap *found)
{
  guint likely = 0;

  for (guint known = 1; known < self->n + self->m; known++) {
    if (!fits (self, known))
      continue;
    found->open += known > self->m;
    likely += judge (self, found, known);
  }
  if (found->kind == ISR_OVERLAP_ONE_OF_MANY && likely == 1)
    found->kind = ISR_OVERLAP_SURE;
  if (found->kind != ISR_OVERLAP_NONE)
    found->behind_us = self->elapsed_us - get_new_us (self, found->known);
}

void
isr_overlap_find (IsrOverlap *self, guint n_ids, const IsrOverlapPacket *history, guint n, const IsrOverlapPacket *burst, guint m, gint64 elapsed_us)
{
  g_autofree guint *seen = g_new0 (guint, MAX (n_ids, 1));
  g_autofree gint64 *new_us = g_new0 (gint64, m + 1);
  Search search = { history, burst, n, m, elapsed_us, 0, seen, new_us };

  *self = (IsrOverlap){ 0 };
  for (guint i = m; i > 0; i--)
    new_us[i - 1] = new_us[i] + burst[i - 1].length_us;
  search.total_us = new_us[0];
  try_all (&search, self);
}
