/* SPDX-License-Identifier: MIT */
/* coverage.c - one walk over the recordings, one over the notes of each hole.
 *
 *   recorded  ######      ##########   #####
 *   notes        . |stalled |disconnected   |
 *   holes           sssss d          ???
 *
 * Everything is clipped to the span first, and what is not a hole is recorded:
 * so the sum is exact by construction, on a day of 23 hours as on any other. */
#include "daemon/archive/coverage.h"

static int
by_stretch (gconstpointer a, gconstpointer b)
{
  const IsrStretch *one = a, *two = b;

  return (one->start_us > two->start_us) - (one->start_us < two->start_us);
}

static int
by_note (gconstpointer a, gconstpointer b)
{
  const IsrGap *one = a, *two = b;

  if (one->start_us != two->start_us)
    return one->start_us > two->start_us ? 1 : -1;
  return (one->id > two->id) - (one->id < two->id);
}

/* A piece with the cause of the one before belongs to it. */
static void
add_hole (IsrCoverage *self, guint first, const IsrGap *hole)
{
  IsrGap *last = self->holes->len > first ? &g_array_index (self->holes, IsrGap, self->holes->len - 1) : NULL;

  if (last && g_str_equal (last->cause, hole->cause))
    last->end_us = hole->end_us;
  else
    g_array_append_vals (self->holes, hole, 1);
}

static gboolean
is_deleted (const IsrGap *note)
{
  return g_str_equal (note->cause, ISR_CAUSE_DELETED);
}

static void
divide (IsrCoverage *self, guint first, const GArray *notes, const IsrGap *hole)
{
  IsrGap piece = *hole;

  for (guint i = 0; notes && i < notes->len; i++) {
    const IsrGap *note = &g_array_index (notes, IsrGap, i);

    if (is_deleted (note) || note->start_us >= hole->end_us || note->end_us <= hole->start_us)
      continue;
    if (note->start_us > piece.start_us && piece.id) {
      piece.end_us = note->start_us;
      add_hole (self, first, &piece);
      piece.start_us = note->start_us;
    }
    piece.id = 1; /* a note is known */
    piece.cause = note->cause;
    piece.uncertainty_us = MAX (hole->uncertainty_us, note->uncertainty_us);
    piece.end_us = hole->end_us;
  }
  add_hole (self, first, &piece);
  for (guint i = first; i < self->holes->len; i++)
    g_array_index (self->holes, IsrGap, i).id = 0;
}

/* What was deleted is exactly where it was; the rest of the hole is not of that cause. */
static void
take_out_deleted (IsrCoverage *self, const GArray *notes, const IsrGap *hole)
{
  const guint first = self->holes->len;
  IsrGap rest = *hole;

  for (guint i = 0; notes && i < notes->len; i++) {
    const IsrGap *note = &g_array_index (notes, IsrGap, i);
    IsrGap before = rest, piece = rest;

    if (!is_deleted (note) || note->start_us >= rest.end_us || note->end_us <= rest.start_us)
      continue;
    before.end_us = note->start_us;
    piece.cause = note->cause;
    if (before.end_us - before.start_us >= ISR_HOLE_MIN) {
      divide (self, first, notes, &before);
      piece.start_us = note->start_us;
    }
    if (rest.end_us - note->end_us >= ISR_HOLE_MIN)
      piece.end_us = note->end_us;
    add_hole (self, first, &piece);
    rest.start_us = piece.end_us;
  }
  if (rest.start_us < rest.end_us)
    divide (self, first, notes, &rest);
}

/* What is recorded behind the hole begins at @end_us. */
static void
find_hole (IsrCoverage *self, const GArray *notes, gint64 start_us, gint64 end_us, const IsrStretch *before, const IsrStretch *behind)
{
  IsrGap hole = { .start_us = start_us, .end_us = end_us, .cause = ISR_CAUSE_DAMAGED };

  if (end_us - start_us < ISR_HOLE_MIN)
    return;
  if (before && before->after)
    hole.cause = before->after;
  hole.uncertainty_us = MAX (before ? before->uncertainty_us : 0, behind ? behind->uncertainty_us : 0);
  take_out_deleted (self, notes, &hole);
}

static void
find_holes (IsrCoverage *self, const GArray *stretches, const GArray *notes)
{
  gint64 reach = self->from_us;
  const IsrStretch *before = NULL;

  for (guint i = 0; i < stretches->len && reach < self->to_us; i++) {
    const IsrStretch *next = &g_array_index (stretches, IsrStretch, i);

    if (next->start_us > reach) {
      find_hole (self, notes, reach, MIN (next->start_us, self->to_us), before, next);
      reach = MIN (next->start_us, self->to_us);
    }
    if (!before || next->end_us >= before->end_us)
      before = next;
    reach = MAX (reach, next->end_us);
  }
  if (reach < self->to_us)
    find_hole (self, notes, reach, self->to_us, before, NULL);
}

static void
add_recorded (IsrCoverage *self, gint64 start_us, gint64 end_us)
{
  IsrStretch stretch = { .start_us = start_us, .end_us = end_us };

  if (end_us <= start_us)
    return;
  g_array_append_val (self->recorded, stretch);
  self->recorded_us += end_us - start_us;
}

static void
find_recorded (IsrCoverage *self)
{
  gint64 reach = self->from_us;

  for (guint i = 0; i < self->holes->len; i++) {
    const IsrGap *hole = &g_array_index (self->holes, IsrGap, i);

    add_recorded (self, reach, hole->start_us);
    reach = hole->end_us;
  }
  add_recorded (self, reach, self->to_us);
}

static GArray *
copy_sorted (const GArray *array, GCompareFunc compare)
{
  GArray *copy = array ? g_array_copy ((GArray *) array) : NULL;

  if (copy)
    g_array_sort (copy, compare);
  return copy;
}

IsrCoverage *
isr_coverage_new (const char *source, const GArray *stretches, const GArray *notes, gint64 from_us, gint64 to_us)
{
  IsrCoverage *self = g_new0 (IsrCoverage, 1);
  g_autoptr (GArray) sorted = copy_sorted (stretches, by_stretch);
  g_autoptr (GArray) sorted_notes = copy_sorted (notes, by_note);

  self->source = g_strdup (source);
  self->from_us = from_us;
  self->to_us = MAX (from_us, to_us);
  self->recorded = g_array_new (FALSE, FALSE, sizeof (IsrStretch));
  self->holes = g_array_new (FALSE, FALSE, sizeof (IsrGap));
  find_holes (self, sorted, sorted_notes);
  find_recorded (self);
  return self;
}

void
isr_coverage_free (IsrCoverage *self)
{
  g_free (self->source);
  g_array_unref (self->recorded);
  g_array_unref (self->holes);
  g_free (self);
}

double
isr_coverage_get_share (const IsrCoverage *self)
{
  if (self->to_us <= self->from_us)
    return -1;
  return (double) self->recorded_us / (double) (self->to_us - self->from_us);
}
