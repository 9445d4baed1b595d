/* SPDX-License-Identifier: MIT */
/* days.c - where local days begin, and what lies in them.
 *
 * A day begins at its first instant: the earliest UTC time whose local date it
 * is. That is midnight in most zones on most days; where midnight does not exist
 * (clocks go forward at 24:00) it is the first instant after the gap, and where
 * it exists twice, the first of both. It is found by bisection over the offset
 * that is in force, so no rule of any zone is known here. */
#include "daemon/archive/days.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SECOND G_TIME_SPAN_SECOND
#define EPOCH 719163         /* GDate's number of 1970-01-01 */
#define FAR (G_MAXINT64 / 4) /* µs: for ever */

/* Days since 1970-01-01 of the local date at @seconds. */
static gint64
local_day (gint64 seconds, GTimeZone *zone)
{
  int interval = g_time_zone_find_interval (zone, G_TIME_TYPE_UNIVERSAL, seconds);
  gint64 local = seconds + g_time_zone_get_offset (zone, interval);

  return (local >= 0 ? local : local - 86399) / 86400;
}

/* The first second whose local date is not before @day. */
static gint64
first_second (gint64 day, GTimeZone *zone)
{
  gint64 low = (day - 2) * 86400, high = (day + 2) * 86400; /* offsets are less than two days */

  while (high - low > 1) {
    gint64 middle = low + (high - low) / 2;

    if (local_day (middle, zone) >= day)
      high = middle;
    else
      low = middle;
  }
  return high;
}

static char *
format_day (gint64 day)
{
  g_autoptr (GDateTime) midnight = g_date_time_new_from_unix_utc (day * 86400);

  return midnight ? g_date_time_format (midnight, "%Y-%m-%d") : g_strdup ("");
}

void
isr_day_bounds (gint64 utc_us, GTimeZone *zone, gint64 *from_us, gint64 *to_us, char **day)
{
  gint64 seconds = (utc_us >= 0 ? utc_us : utc_us - (SECOND - 1)) / SECOND;
  gint64 number = local_day (seconds, zone);

  *from_us = first_second (number, zone) * SECOND;
  *to_us = first_second (number + 1, zone) * SECOND;
  if (day)
    *day = format_day (number);
}

gboolean
isr_day_parse (const char *day, GTimeZone *zone, gint64 *from_us, gint64 *to_us)
{
  g_autofree char *text = strlen (day) == 10 ? g_strconcat (day, "T00:00:00Z", NULL) : NULL;
  g_autoptr (GDateTime) midnight = text ? g_date_time_new_from_iso8601 (text, NULL) : NULL;
  g_autofree char *again = midnight ? g_date_time_format (midnight, "%Y-%m-%d") : NULL;
  gint64 number;

  if (g_strcmp0 (again, day) != 0)
    return FALSE;
  number = g_date_time_to_unix (midnight) / 86400;
  *from_us = first_second (number, zone) * SECOND;
  *to_us = first_second (number + 1, zone) * SECOND;
  return TRUE;
}

struct _IsrDays {
  GTimeZone *zone;
  GHashTable *by_begin; /* gint64* from_us -> IsrDay */
  IsrDay *last;         /* recordings mostly come in order: the day of the last one */
  gint64 from_us, to_us;
};

static IsrDay *
day_new (char *day)
{
  IsrDay *self = g_new0 (IsrDay, 1);

  self->day = day;
  self->span_us = -1;
  return self;
}

static gpointer
day_copy (gconstpointer day, gpointer unused)
{
  IsrDay *copy = g_memdup2 (day, sizeof (IsrDay));

  copy->day = g_strdup (copy->day);
  return copy;
}

GPtrArray *
isr_days_copy (GPtrArray *days)
{
  return g_ptr_array_copy (days, day_copy, NULL);
}

void
isr_day_free (IsrDay *self)
{
  g_free (self->day);
  g_free (self);
}

static void
day_add (IsrDay *self, guint64 bytes, double duration)
{
  self->files++;
  self->bytes += bytes;
  self->duration += duration;
}

IsrDays *
isr_days_new (GTimeZone *zone)
{
  IsrDays *self = g_new0 (IsrDays, 1);

  self->zone = g_time_zone_ref (zone);
  self->by_begin = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  return self;
}

void
isr_days_free (IsrDays *self)
{
  g_ptr_array_unref (isr_days_steal (self));
  g_hash_table_unref (self->by_begin);
  g_time_zone_unref (self->zone);
  g_free (self);
}

static void
find_day (IsrDays *self, gint64 start_us)
{
  g_autofree char *day = NULL;

  isr_day_bounds (start_us, self->zone, &self->from_us, &self->to_us, &day);
  self->last = g_hash_table_lookup (self->by_begin, &self->from_us);
  if (!self->last) {
    self->last = day_new (g_steal_pointer (&day));
    g_hash_table_insert (self->by_begin, g_memdup2 (&self->from_us, sizeof self->from_us), self->last);
  }
}

void
isr_days_add (IsrDays *self, gint64 start_us, guint64 bytes, double duration)
{
  if (!self->last || start_us < self->from_us || start_us >= self->to_us)
    find_day (self, start_us);
  day_add (self->last, bytes, duration);
}

static int
newest_first (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(IsrDay *const *) b)->day, (*(IsrDay *const *) a)->day);
}

GPtrArray *
isr_days_steal (IsrDays *self)
{
  GPtrArray *days = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_day_free);
  GHashTableIter iter;
  gpointer day;

  g_hash_table_iter_init (&iter, self->by_begin);
  while (g_hash_table_iter_next (&iter, NULL, &day))
    g_ptr_array_add (days, day);
  g_hash_table_remove_all (self->by_begin);
  self->last = NULL;
  g_ptr_array_sort (days, newest_first);
  return days;
}

/* The place of the day that @at_us lies in, or that it would have. */
static guint
find_place (GPtrArray *days, GTimeZone *zone, gint64 at_us, char **day)
{
  gint64 from_us, to_us;
  guint low = 0, high = days->len;

  isr_day_bounds (at_us, zone, &from_us, &to_us, day);
  while (low < high) {
    guint middle = (low + high) / 2;

    if (strcmp (((IsrDay *) days->pdata[middle])->day, *day) > 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

void
isr_days_merge (GPtrArray *days, GTimeZone *zone, gint64 start_us, guint64 bytes, double duration)
{
  g_autofree char *day = NULL;
  guint i = find_place (days, zone, start_us, &day);

  if (i == days->len || strcmp (((IsrDay *) days->pdata[i])->day, day) != 0)
    g_ptr_array_insert (days, (int) i, day_new (g_strdup (day)));
  day_add (days->pdata[i], bytes, duration);
}

void
isr_days_take_off (GPtrArray *days, GTimeZone *zone, gint64 start_us, guint64 bytes, double duration)
{
  g_autofree char *day = NULL;
  guint i = find_place (days, zone, start_us, &day);
  IsrDay *known = i < days->len ? days->pdata[i] : NULL;

  if (!known || !known->files || strcmp (known->day, day) != 0)
    return;
  known->files--;
  known->bytes -= bytes;
  known->duration = rint ((known->duration - duration) * 1e6) / 1e6; /* sums of fractions: no dust is left */
}

/* As local_day() counts them. */
static gint64
read_number (const char *day)
{
  GDate date;
  int year, month, number;

  if (sscanf (day, "%d-%d-%d", &year, &month, &number) != 3 || year < 1 || !g_date_valid_dmy ((GDateDay) number, month, (GDateYear) year))
    return G_MININT64;
  g_date_set_dmy (&date, (GDateDay) number, month, (GDateYear) year);
  return (gint64) g_date_get_julian (&date) - EPOCH;
}

void
isr_days_fill (GPtrArray *days, GTimeZone *zone, gint64 from_us, gint64 to_us)
{
  gint64 first = local_day (from_us / SECOND, zone);
  guint i = 0;

  for (gint64 number = local_day ((to_us - 1) / SECOND, zone); number >= first; number--) {
    while (i < days->len && read_number (((IsrDay *) days->pdata[i])->day) > number)
      i++;
    if (i == days->len || read_number (((IsrDay *) days->pdata[i])->day) != number)
      g_ptr_array_insert (days, (int) i, day_new (format_day (number)));
  }
}

/* Those that [from_us, to_us) touches: @first and the @n behind it. */
static guint
find_span (GPtrArray *days, GTimeZone *zone, gint64 from_us, gint64 to_us, guint *first)
{
  g_autofree char *oldest = NULL, *newest = NULL;
  guint last = days->len;

  *first = to_us > FAR ? 0 : find_place (days, zone, MAX (to_us - 1, from_us), &newest);
  if (from_us > -FAR)
    last = find_place (days, zone, from_us, &oldest);
  if (last < days->len && oldest && strcmp (((IsrDay *) days->pdata[last])->day, oldest) == 0)
    last++;
  return last > *first ? last - *first : 0;
}

void
isr_days_uncover (GPtrArray *days, GTimeZone *zone, gint64 from_us, gint64 to_us)
{
  guint first, n = find_span (days, zone, from_us, to_us, &first);

  for (guint i = 0; i < n; i++)
    ((IsrDay *) days->pdata[first + i])->span_us = -1;
}

void
isr_days_uncount (GPtrArray *days, GTimeZone *zone, gint64 from_us, gint64 to_us)
{
  guint first, n = find_span (days, zone, from_us, to_us, &first);

  for (guint i = 0; i < n; i++)
    ((IsrDay *) days->pdata[first + i])->counted = FALSE;
}
