/* SPDX-License-Identifier: MIT */
/* reduce.c - windows into parts.
 *
 * Windows of one piece come in order, so the part is not reckoned for each of them but
 * where the next one begins. */
#include "daemon/analysis/reduce.h"

#include "daemon/core/levels.h"

#define WINDOW_NS G_GINT64_CONSTANT (100000000)
#define WINDOW_US (WINDOW_NS / 1000)
#define COARSE_US (100 * G_TIME_SPAN_SECOND) /* parts from this length on are made of summaries */

typedef struct {
  gint16 min, max, peak;
  guint32 n, n_floors;
  double power;
  gint64 floor;
} Part;

typedef struct {
  gint64 from_us, to_us;
  guint n;
  Part *parts;
} Parts;

void
isr_curve_free (IsrCurve *self)
{
  g_free (self->min);
  g_free (self->max);
  g_free (self->mean);
  g_free (self->peak);
  g_free (self->floor);
  g_free (self);
}

/* -1: outside. */
static gint64
part_of (const Parts *self, gint64 at_us)
{
  if (at_us < self->from_us || at_us >= self->to_us)
    return -1;
  return (gint64) ((double) (at_us - self->from_us) * self->n / (double) (self->to_us - self->from_us));
}

/* First moment of a part. */
static gint64
part_start (const Parts *self, gint64 part)
{
  return self->from_us + (gint64) ((double) (self->to_us - self->from_us) * (double) part / self->n);
}

static void
add (Part *part, const IsrLevelsSummary *summary)
{
  if (summary->n == 0)
    return;
  part->min = part->n ? MIN (part->min, summary->min) : summary->min;
  part->max = part->n ? MAX (part->max, summary->max) : summary->max;
  part->peak = part->n ? MAX (part->peak, summary->peak) : summary->peak;
  part->power += isr_levels_power (summary->mean) * summary->n;
  part->n += summary->n;
  part->floor += (gint64) summary->floor * summary->n_floors;
  part->n_floors += summary->n_floors;
}

static gboolean
add_summaries (Parts *self, const IsrPiece *piece, IsrLevelsReader *reader)
{
  gsize n;
  g_autofree IsrLevelsSummary *entries = isr_levels_reader_read_summary (reader, &n);

  for (gsize i = 0; entries && i < n; i++) {
    gint64 middle = reader->header.offset_ns + ((gint64) i * ISR_LEVELS_SUMMARY_WINDOWS + ISR_LEVELS_SUMMARY_WINDOWS / 2) * WINDOW_NS;
    gint64 part = part_of (self, isr_runs_to_utc (piece->recording, middle));

    if (part >= 0)
      add (&self->parts[part], &entries[i]);
  }
  return entries != NULL;
}

/* The first window that begins at @at_us or later. */
static gsize
window_at (const IsrPiece *piece, const IsrLevelsHeader *header, gint64 at_us)
{
  gsize low = 0, high = header->n;

  while (low < high) {
    gsize middle = low + (high - low) / 2;

    if (isr_runs_to_utc (piece->recording, header->offset_ns + (gint64) middle * WINDOW_NS) < at_us)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static gboolean
is_fine (const Parts *self)
{
  return (self->to_us - self->from_us) / self->n < WINDOW_US;
}

/* A window that is longer than a part is heard in all that it lies over. */
static void
spread (Parts *self, const IsrPiece *piece, const IsrLevelsHeader *header, gsize window, gint64 part, const IsrLevelsSummary *summary)
{
  gint64 end_us = isr_runs_to_utc (piece->recording, header->offset_ns + (gint64) window * WINDOW_NS) + WINDOW_US;

  while (++part < (gint64) self->n && part_start (self, part) < end_us)
    add (&self->parts[part], summary);
}

/* @levels, @peaks, @floors: windows [first, end). */
static void
add_windows (Parts *self, const IsrPiece *piece, const IsrLevelsHeader *header, gsize first, gsize end, const gint16 *const columns[3])
{
  for (gsize from = first, to; from < end; from = to) {
    gint64 part = part_of (self, MAX (self->from_us, isr_runs_to_utc (piece->recording, header->offset_ns + (gint64) from * WINDOW_NS)));

    to = part < 0 ? end : MIN (end, MAX (from + 1, window_at (piece, header, part_start (self, part + 1))));
    for (gsize some; part >= 0 && from < to; from += some) {
      IsrLevelsSummary summary;

      some = MIN (to - from, 32768);
      isr_levels_summarise (&summary, columns[0] + (from - first), columns[1] + (from - first), columns[2] + (from - first), some);
      add (&self->parts[part], &summary);
      if (is_fine (self))
        spread (self, piece, header, from, part, &summary);
    }
  }
}

static void
add_levels (Parts *self, const IsrPiece *piece, IsrLevelsReader *reader)
{
  static const IsrLevelsColumn wanted[] = { ISR_COLUMN_LEVEL, ISR_COLUMN_PEAK, ISR_COLUMN_FLOOR };
  gsize first = window_at (piece, &reader->header, self->from_us), end = window_at (piece, &reader->header, self->to_us);
  g_autofree gint16 *values = g_new (gint16, 3 * (end - first));
  const gint16 *columns[3];

  if (end <= first)
    return;
  for (guint i = 0; i < 3; i++) {
    columns[i] = values + i * (end - first);
    if (!isr_levels_reader_read (reader, wanted[i], first, end - first, values + i * (end - first)))
      return;
  }
  add_windows (self, piece, &reader->header, first, end, columns);
}

static void
add_piece (Parts *self, const IsrPiece *piece)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };
  gboolean coarse = (self->to_us - self->from_us) / self->n >= COARSE_US;

  if (!isr_levels_reader_open (&reader, piece->path, NULL) || !isr_runs_is_valid (piece->recording, &reader.header))
    return;
  if (!coarse || !add_summaries (self, piece, &reader))
    add_levels (self, piece, &reader);
}

static IsrCurve *
to_curve (const Parts *self)
{
  IsrCurve *curve = g_new (IsrCurve, 1);

  *curve = (IsrCurve){ self->n, g_new (gint16, self->n), g_new (gint16, self->n), g_new (gint16, self->n), g_new (gint16, self->n), g_new (gint16, self->n) };
  for (guint i = 0; i < self->n; i++) {
    const Part *part = &self->parts[i];

    curve->min[i] = part->n ? part->min : ISR_LEVELS_UNKNOWN;
    curve->max[i] = part->n ? part->max : ISR_LEVELS_UNKNOWN;
    curve->peak[i] = part->n ? part->peak : ISR_LEVELS_UNKNOWN;
    curve->mean[i] = part->n ? isr_levels_from_power (part->power / part->n) : ISR_LEVELS_UNKNOWN;
    curve->floor[i] = part->n_floors ? (gint16) (part->floor / part->n_floors) : ISR_LEVELS_UNKNOWN;
  }
  return curve;
}

IsrCurve *
isr_curve_new (GPtrArray *pieces, gint64 from_us, gint64 to_us, guint points, GCancellable *cancellable, GError **error)
{
  g_autofree Part *parts = g_new0 (Part, points);
  Parts self = { from_us, to_us, points, parts };

  for (guint i = 0; i < pieces->len; i++) {
    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return NULL;
    add_piece (&self, pieces->pdata[i]);
  }
  return to_curve (&self);
}
