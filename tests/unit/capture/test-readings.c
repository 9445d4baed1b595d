/* SPDX-License-Identifier: MIT */
/* test-readings.c - every second of sound is seen on the meter, in order, and none is late for ever. */
#include "daemon/capture/readings.h"

#define START (100 * (gint64) G_USEC_PER_SEC)
#define TENTH (G_USEC_PER_SEC / 10)

/* @lump readings at every @every-th tenth of @seconds, a beat at 0.3 s of each second. Returns their levels in
 * the order shown, the tenth of each in @when. */
static GArray *
play (guint lump, guint every, guint seconds, GArray *when)
{
  GArray *shown = g_array_new (FALSE, FALSE, sizeof (gint));
  IsrReadings readings = { 0 };
  gint came = 0;

  for (guint tenth = 0; tenth < 10 * seconds; tenth++) {
    IsrReading next;

    for (guint i = 0; tenth % every == 0 && i < lump; i++, came++)
      isr_readings_put (&readings, (IsrReading){ came, came, 0 });
    if ((tenth % every == 0 || tenth % 10 == 3) && isr_readings_take (&readings, START + tenth * TENTH, &next)) {
      g_array_append_val (shown, next.level);
      g_array_append_val (when, tenth);
    }
  }
  return shown;
}

static void
assert_in_order (const GArray *shown)
{
  for (guint i = 0; i < shown->len; i++)
    g_assert_cmpint (g_array_index (shown, gint, i), ==, (gint) i);
}

static void
test_one_a_second_is_shown_at_once (void)
{
  g_autoptr (GArray) when = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) shown = play (1, 10, 20, when);

  g_assert_cmpuint (shown->len, ==, 20);
  assert_in_order (shown);
  for (guint i = 0; i < when->len; i++)
    g_assert_cmpuint (g_array_index (when, guint, i), ==, 10 * i);
}

static void
test_two_at_a_time_are_shown_one_by_one (void)
{
  g_autoptr (GArray) when = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GArray) shown = play (2, 20, 20, when);

  g_assert_cmpuint (shown->len, >=, 19);
  assert_in_order (shown);
  for (guint i = 1; i < when->len; i++)
    g_assert_cmpuint (g_array_index (when, guint, i) - g_array_index (when, guint, i - 1), >=, 9);
}

static void
test_a_burst_makes_none_late_and_hides_no_peak (void)
{
  IsrReadings readings = { 0 };
  IsrReading next;

  for (gint i = 0; i < 8; i++)
    isr_readings_put (&readings, (IsrReading){ -3000, i == 2 ? -100 : -2000, -6000 + i });
  g_assert_cmpuint (readings.n, ==, ISR_READINGS_MAX);
  g_assert_true (isr_readings_take (&readings, START, &next));
  g_assert_cmpint (next.peak, ==, -100);
  g_assert_cmpint (next.floor, ==, -5995);
  g_assert_false (isr_readings_take (&readings, START + TENTH, &next));
  g_assert_true (isr_readings_take (&readings, START + 10 * TENTH, &next));
  g_assert_cmpint (next.peak, ==, -2000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/readings/at-once", test_one_a_second_is_shown_at_once);
  g_test_add_func ("/readings/one-by-one", test_two_at_a_time_are_shown_one_by_one);
  g_test_add_func ("/readings/burst", test_a_burst_makes_none_late_and_hides_no_peak);
  return g_test_run ();
}
