/* SPDX-License-Identifier: MIT */
/* timeline.c - offsets, and pieces between two of them. */
#include "daemon/media/timeline.h"

static gint64
to_samples (gint64 us, guint rate)
{
  return (gint64) ((__int128) us * rate / 1000000);
}

/* Samples missing between the end of @a and the begin of @b; negative: they overlap. */
static gint64
get_hole (const IsrTimelineFile *a, const IsrTimelineFile *b, guint rate)
{
  gint64 end_us = a->start_us + (gint64) ((__int128) a->samples * 1000000 / rate);
  gint64 hole_us = b->start_us - end_us;

  if (hole_us > ISR_TIMELINE_HOLE_US || (hole_us < -ISR_TIMELINE_HOLE_US && hole_us >= -ISR_TIMELINE_BURST_US))
    return to_samples (hole_us, rate);
  return 0;
}

void
isr_timeline_lay (IsrTimelineFile *files, guint n, guint anchor, guint rate)
{
  files[anchor].offset = 0;
  for (guint i = anchor + 1; i < n; i++)
    files[i].offset = files[i - 1].offset + (gint64) files[i - 1].samples + get_hole (&files[i - 1], &files[i], rate);
  for (guint i = anchor; i > 0; i--)
    files[i - 1].offset = files[i].offset - get_hole (&files[i - 1], &files[i], rate) - (gint64) files[i - 1].samples;
}

static void
add (GArray *pieces, int file, gint64 start, gint64 samples)
{
  IsrTimelinePiece piece = { file, (guint64) start, (guint64) samples };

  if (samples > 0)
    g_array_append_val (pieces, piece);
}

GArray *
isr_timeline_cut (const IsrTimelineFile *files, guint n, gint64 start, gint64 end)
{
  GArray *pieces = g_array_new (FALSE, FALSE, sizeof (IsrTimelinePiece));

  for (guint i = 0; i < n && start < end; i++) {
    gint64 last = MIN (files[i].offset + (gint64) files[i].samples, end);

    if (last <= start)
      continue;
    if (files[i].offset >= end)
      break;
    add (pieces, -1, 0, files[i].offset - start);
    start = MAX (start, files[i].offset);
    add (pieces, (int) i, start - files[i].offset, last - start);
    start = last;
  }
  return pieces;
}
