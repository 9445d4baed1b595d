/* SPDX-License-Identifier: MIT */
/* Boundaries in zones with odd clocks, against a second opinion: the C library's
 * offsets, and keys compared second by second. */
#include "plugins/split/boundary.h"

#include <stdlib.h>
#include <time.h>

#define S G_TIME_SPAN_SECOND
#define MINUTE (60 * S)
#define HOUR (60 * MINUTE)
#define WINDOW (26 * 3600) /* s, before and after a change */

static const struct {
  const char *zone;
  int year, years; /* when something happens there */
} zones[] = {
  { "Europe/Berlin", 2025, 2 },
  { "America/New_York", 2026, 1 },
  { "America/Santiago", 2022, 2 },  /* no midnight when summer begins */
  { "Asia/Beirut", 2022, 2 },       /* the same */
  { "Africa/Cairo", 2023, 2 },      /* summer ends at midnight: it comes twice */
  { "Africa/Casablanca", 2024, 2 }, /* by the moon; two changes within five weeks */
  { "Australia/Lord_Howe", 2024, 2 },
  { "Pacific/Apia", 2011, 1 }, /* the 30th of December did not happen */
  { "America/Sao_Paulo", 2018, 1 },
  { "Asia/Pyongyang", 2015, 1 }, /* half an hour, for good */
  { "Asia/Kolkata", 2026, 1 },
  { "Asia/Kathmandu", 2026, 1 },
  { "UTC", 2026, 1 },
  { "CET-1CEST,M3.5.0,M10.5.0/3", 2040, 2 },
  { "STD0DST-1,J1/0,J200/12:00:00", 2024, 2 },
  { "STD0DST-1,J60/1:02:03,J324/12:13:14", 2024, 2 },
  { "STD0DST-1,J59/0,J365/23:59:59", 2024, 2 },
  { "STD0DST-1,58/2,J200/12", 2024, 2 },
  { "IST-1GMT0,M10.5.0,M3.5.0/1", 2025, 2 }, /* winter is the exception */
  { "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2025, 1 },
  { "IST-2IDT,M3.4.4/26,M10.5.0", 2026, 2 },
  { "EST5EDT,M3.2.0,M11.1.0", 2026, 1 },
};

static const struct {
  gint64 interval, offset; /* µs */
} cuts[] = {
  { HOUR, 0 },
  { 24 * HOUR, 0 },
  { 24 * HOUR, 6 * HOUR + 30 * MINUTE },
  { 7 * HOUR, HOUR }, /* does not divide the day */
  { 13 * MINUTE, 4 * MINUTE },
  { 30 * MINUTE, -7 * MINUTE },
  { 47 * S, 0 },
  { 6 * S, 5 * S },
};

static const gint64 short_intervals[] = { 100000, 700000, 999999, 1000000, 3333333, 59 * S, 86399999999 };

typedef struct {
  gint64 day, slot;
  long utc_offset;
} Key;

static void
use_zone (const char *name)
{
  g_setenv ("TZ", name, TRUE);
  tzset ();
}

/* By the C library, in the zone of the process. */
static long
libc_offset (gint64 s)
{
  time_t t = s;
  struct tm tm;

  g_assert_nonnull (localtime_r (&t, &tm));
  return tm.tm_gmtoff;
}

static gint64
floor_div (gint64 a, gint64 b)
{
  return a / b - (a % b < 0 ? 1 : 0);
}

static Key
key_with (gint64 us, long utc_offset, gint64 interval, gint64 offset)
{
  gint64 local = us + utc_offset * S;
  gint64 day = floor_div (local, 24 * HOUR);

  if (interval == 24 * HOUR)
    return (Key){ floor_div (local - offset, 24 * HOUR), 0, utc_offset };
  return (Key){ day, floor_div (local - day * 24 * HOUR - offset, interval), utc_offset };
}

static Key
key_at (gint64 us, gint64 interval, gint64 offset)
{
  return key_with (us, libc_offset (floor_div (us, S)), interval, offset);
}

static gboolean
same (Key a, Key b)
{
  return a.day == b.day && a.slot == b.slot && a.utc_offset == b.utc_offset;
}

static gint64
first_second_of (int year)
{
  g_autoptr (GDateTime) time = g_date_time_new_utc (year, 1, 1, 0, 0, 0);

  return g_date_time_to_unix (time);
}

/* Every second from @from to @to: the boundaries are exactly where the key changes. */
static guint
compare_window (GTimeZone *zone, gint64 from, gint64 to)
{
  gint64 expected[G_N_ELEMENTS (cuts)];
  Key before[G_N_ELEMENTS (cuts)];
  guint found = 0;

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    before[i] = key_at (from * S, cuts[i].interval, cuts[i].offset);
    expected[i] = isr_boundary_next (zone, from * S, cuts[i].interval, cuts[i].offset);
  }

  for (gint64 s = from + 1; s < to; s++) {
    long utc_offset = libc_offset (s);

    for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
      Key now = key_with (s * S, utc_offset, cuts[i].interval, cuts[i].offset);

      if (same (now, before[i])) {
        g_assert_cmpint (expected[i], >, s * S);
        continue;
      }
      g_assert_cmpint (expected[i], ==, s * S);
      g_assert_cmpint (isr_boundary_last (zone, s * S, cuts[i].interval, cuts[i].offset), ==, s * S);
      expected[i] = isr_boundary_next (zone, s * S, cuts[i].interval, cuts[i].offset);
      g_assert_cmpint (isr_boundary_last (zone, expected[i] - 1, cuts[i].interval, cuts[i].offset), ==, s * S);
      before[i] = now;
      found++;
    }
  }

  return found;
}

static void
test_changes (void)
{
  guint changes = 0;

  for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
    g_autoptr (GTimeZone) zone = isr_boundary_zone (zones[i].zone);
    gint64 end = first_second_of (zones[i].year + zones[i].years);

    g_assert_nonnull (zone);
    use_zone (zones[i].zone);
    for (gint64 s = first_second_of (zones[i].year); s < end; s += 3600) {
      g_assert_cmpint (isr_boundary_utc_offset (zone, s * S), ==, libc_offset (s));
      if (libc_offset (s) == libc_offset (s + 3600))
        continue;
      g_test_message ("%s changes after %" G_GINT64_FORMAT, zones[i].zone, s);
      g_assert_cmpuint (compare_window (zone, s - WINDOW, s + WINDOW), >, 1000);
      changes++;
    }
  }

  g_assert_cmpuint (changes, >, 40);
}

static void
check_instant (GTimeZone *zone, gint64 at, gint64 interval, gint64 offset)
{
  gint64 last = isr_boundary_last (zone, at, interval, offset);
  gint64 next = isr_boundary_next (zone, at, interval, offset);
  Key key = key_at (at, interval, offset);

  g_assert_cmpint (last, <=, at);
  g_assert_cmpint (next, >, at);
  g_assert_cmpint (next - last, <=, interval);
  g_assert_true (same (key, key_at (last, interval, offset)));
  g_assert_true (same (key, key_at (next - 1, interval, offset)));
  g_assert_false (same (key, key_at (last - 1, interval, offset)));
  g_assert_false (same (key, key_at (next, interval, offset)));
}

static void
test_random (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261025);

  for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
    g_autoptr (GTimeZone) zone = isr_boundary_zone (zones[i].zone);
    gint64 start = first_second_of (zones[i].year);
    gint64 span = first_second_of (zones[i].year + zones[i].years) - start;

    use_zone (zones[i].zone);
    for (guint n = 0; n < 3000; n++) {
      gint64 at = (start + (gint64) (g_rand_double (rand) * span)) * S + g_rand_int_range (rand, 0, S);
      gint64 interval = short_intervals[g_rand_int_range (rand, 0, G_N_ELEMENTS (short_intervals))];
      guint cut = g_rand_int_range (rand, 0, G_N_ELEMENTS (cuts));

      check_instant (zone, at, interval, g_rand_int_range (rand, 0, 100000));
      check_instant (zone, at, cuts[cut].interval, cuts[cut].offset);
    }
  }
}

/* Microseconds around a change: the boundary is exact. */
static void
test_exact (void)
{
  g_autoptr (GTimeZone) berlin = isr_boundary_zone ("Europe/Berlin");
  const gint64 change = 1792890000 * S; /* 2026-10-25T01:00:00Z: at 03:00 it is 02:00 */

  for (gint64 us = 1; us < 4; us++) {
    g_assert_cmpint (isr_boundary_next (berlin, change - us, 24 * HOUR, 0), ==, change);
    g_assert_cmpint (isr_boundary_last (berlin, change - us, 24 * HOUR, 0), ==, change - 3 * HOUR);
  }
  g_assert_cmpint (isr_boundary_next (berlin, change, 24 * HOUR, 0), ==, change + 22 * HOUR);
  g_assert_cmpint (isr_boundary_next (berlin, change, HOUR, 0), ==, change + HOUR);
  g_assert_cmpint (isr_boundary_next (berlin, change - HOUR, HOUR, 0), ==, change);
}

static void
test_never (void)
{
  g_autoptr (GTimeZone) utc = isr_boundary_zone ("UTC");

  g_assert_cmpint (isr_boundary_next (utc, 0, 0, 0), ==, G_MAXINT64);
  g_assert_cmpint (isr_boundary_last (utc, 0, 0, 0), ==, G_MININT64);
  g_assert_cmpint (isr_boundary_next (utc, -1, HOUR, 0), ==, 0);
  g_assert_cmpint (isr_boundary_next (utc, -HOUR - 1, HOUR, 0), ==, -HOUR);
}

/* Names that GLib alone would read otherwise, or not at all. */
static void
test_zones (void)
{
  static const char *const wrong[] = { "Nowhere/Land", "XYZ", "STD0DST-1,59/2,J300", "STD0DST-1,J0,J300", "STD0DST-1,J1,J366", "../../etc/passwd" };
  g_autoptr (GTimeZone) colon = isr_boundary_zone (":Asia/Kolkata");
  g_autoptr (GTimeZone) rule = isr_boundary_zone (":STD0DST-1,J100/0,J200/12");
  g_autoptr (GTimeZone) offset = isr_boundary_zone ("+05:45");
  g_autoptr (GTimeZone) no_rule = isr_boundary_zone ("AAA5BBB");

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (isr_boundary_zone (wrong[i]));
  g_assert_cmpint (isr_boundary_utc_offset (colon, 0), ==, 19800);
  g_assert_cmpint (isr_boundary_utc_offset (rule, 1744243199 * S), ==, 0);
  g_assert_cmpint (isr_boundary_utc_offset (rule, 1744243200 * S), ==, 3600); /* 2025-04-10T00:00:00Z */
  g_assert_cmpint (isr_boundary_utc_offset (offset, 0), ==, 20700);
  g_assert_cmpint (isr_boundary_utc_offset (no_rule, 1772953199 * S), ==, -18000); /* 2026-03-08T06:59:59Z */
  g_assert_cmpint (isr_boundary_utc_offset (no_rule, 1772953200 * S), ==, -14400);
  g_assert_cmpint (isr_boundary_utc_offset (no_rule, 1793512799 * S), ==, -14400);
  g_assert_cmpint (isr_boundary_utc_offset (no_rule, 1793512800 * S), ==, -18000);
}

static void
assert_process_offset (const char *tz, int expected)
{
  g_autoptr (GTimeZone) zone = NULL;

  g_setenv ("TZ", tz, TRUE);
  zone = isr_boundary_zone (NULL);
  g_assert_cmpint (isr_boundary_utc_offset (zone, 1800000000 * S), ==, expected);
}

static void
test_process_zone (void)
{
  assert_process_offset ("Asia/Tokyo", 32400);
  assert_process_offset ("EST5EDT", -18000);
  assert_process_offset ("<+03>-3", 10800);
  assert_process_offset ("", 0);
  assert_process_offset ("No/Such", 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/boundary/changes", test_changes);
  g_test_add_func ("/split/boundary/random", test_random);
  g_test_add_func ("/split/boundary/exact", test_exact);
  g_test_add_func ("/split/boundary/never", test_never);
  g_test_add_func ("/split/boundary/zones", test_zones);
  g_test_add_func ("/split/boundary/process-zone", test_process_zone);
  return g_test_run ();
}
