/* SPDX-License-Identifier: MIT */
/* boundary.c - the instants at which one file ends and the next begins.
 *
 *   UTC offset  ----------- +2 h -----------|------------ +1 h ----------
 *   slots       |   01:00   |   02:00  |2:30|   02:00   |   03:00   |
 *                                           ^ change
 *
 * As long as the UTC offset stays, local time is UTC plus a constant and the next
 * boundary is arithmetic. A change of the offset is a boundary by itself. So the
 * answer is the nearer of two: the end of the slot, and the next change, which is
 * looked for no further than that end. GTimeZone numbers its spans of time but
 * does not say where they end: halving finds it in 17 steps a day, and only when
 * there is a change at all. A cache would be cleverer; it is not needed. */
#include "plugins/split/boundary.h"

#define DAY G_TIME_SPAN_DAY

static gint64
floor_div (gint64 a, gint64 b)
{
  return a / b - (a % b < 0);
}

static gint64
floor_mod (gint64 a, gint64 b)
{
  return a - floor_div (a, b) * b;
}

static gint64
seconds (gint64 us)
{
  return floor_div (us, G_TIME_SPAN_SECOND);
}

static int
span_at (GTimeZone *zone, gint64 s)
{
  return g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, s);
}

/* The first second of the span after the one of @lo; @hi is in a later span. */
static gint64
end_of_span (GTimeZone *zone, gint64 lo, gint64 hi)
{
  int span = span_at (zone, lo);

  while (hi - lo > 1) {
    gint64 mid = lo + (hi - lo) / 2;

    if (span_at (zone, mid) == span)
      lo = mid;
    else
      hi = mid;
  }

  return hi;
}

/* The first second of the span of @hi; @lo is in an earlier one. */
static gint64
start_of_span (GTimeZone *zone, gint64 lo, gint64 hi)
{
  int span = span_at (zone, hi);

  while (hi - lo > 1) {
    gint64 mid = lo + (hi - lo) / 2;

    if (span_at (zone, mid) == span)
      hi = mid;
    else
      lo = mid;
  }

  return hi;
}

/* The first change of the UTC offset in (@from, @to], seconds; else G_MAXINT64. A
 * span may also begin for a new name of the same offset: that is none. */
static gint64
first_change (GTimeZone *zone, gint64 from, gint64 to)
{
  int offset = g_time_zone_get_offset (zone, span_at (zone, from));
  int last = span_at (zone, to);

  while (span_at (zone, from) != last) {
    from = end_of_span (zone, from, to);
    if (g_time_zone_get_offset (zone, span_at (zone, from)) != offset)
      return from;
  }

  return G_MAXINT64;
}

/* The last change of the UTC offset in (@from, @to], seconds; else G_MININT64. */
static gint64
last_change (GTimeZone *zone, gint64 from, gint64 to)
{
  int offset = g_time_zone_get_offset (zone, span_at (zone, to));
  int first = span_at (zone, from);

  while (span_at (zone, to) != first) {
    gint64 start = start_of_span (zone, from, to);

    if (g_time_zone_get_offset (zone, span_at (zone, start - 1)) != offset)
      return start;
    to = start - 1;
  }

  return G_MININT64;
}

/* Where in its day and slot an instant lies, by local time. */
typedef struct {
  gint64 since; /* the slot began, µs ago */
  gint64 left;  /* µs until it ends, > 0 */
} Slot;

static Slot
slot_at (GTimeZone *zone, gint64 at_us, gint64 interval_us, gint64 offset_us)
{
  gint64 local = at_us + isr_boundary_utc_offset (zone, at_us) * G_TIME_SPAN_SECOND;
  gint64 of_day = floor_mod (local, DAY);
  gint64 since;

  if (interval_us >= DAY) {
    since = floor_mod (local - offset_us, DAY);
    return (Slot){ since, DAY - since };
  }

  since = floor_mod (of_day - offset_us, interval_us);
  return (Slot){ MIN (since, of_day), MIN (interval_us - since, DAY - of_day) };
}

gint64
isr_boundary_next (GTimeZone *zone, gint64 after_us, gint64 interval_us, gint64 offset_us)
{
  gint64 end, change;

  if (interval_us <= 0)
    return G_MAXINT64;

  end = after_us + slot_at (zone, after_us, interval_us, offset_us).left;
  change = first_change (zone, seconds (after_us), seconds (end));
  return change == G_MAXINT64 ? end : MIN (end, change * G_TIME_SPAN_SECOND);
}

gint64
isr_boundary_last (GTimeZone *zone, gint64 at_us, gint64 interval_us, gint64 offset_us)
{
  gint64 start, change;

  if (interval_us <= 0)
    return G_MININT64;

  start = at_us - slot_at (zone, at_us, interval_us, offset_us).since;
  change = last_change (zone, seconds (start), seconds (at_us));
  return change == G_MININT64 ? start : MAX (start, change * G_TIME_SPAN_SECOND);
}

int
isr_boundary_utc_offset (GTimeZone *zone, gint64 at_us)
{
  return g_time_zone_get_offset (zone, span_at (zone, seconds (at_us)));
}
