/* SPDX-License-Identifier: MIT */
/* The map and the clocks: steps, sleep, no time yet, and cuts made by it. */
#include "plugins/split/boundary.h"
#include "tests/unit/split/world.h"

static void
test_names (void)
{
  g_assert_cmpstr (isr_time_mode_name (ISR_TIME_GIVEN), ==, "given");
  g_assert_cmpstr (isr_time_mode_name (ISR_TIME_CAPTURE), ==, "capture");
  g_assert_cmpstr (isr_time_mode_name (ISR_TIME_ARRIVAL), ==, "arrival");
  g_assert_cmpstr (isr_time_mode_name (ISR_TIME_COUNTED), ==, "counted");
}

/* Fixed modes take no notice of anything but a hole that they are told. */
static void
test_fixed (void)
{
  static const IsrTimeMode modes[] = { ISR_TIME_GIVEN, ISR_TIME_COUNTED };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    World w;

    world_init (&w, modes[i]);
    feed (&w, PACKET, 0);
    g_assert_true (isr_time_map_settled (w.map));
    play (&w, 100);
    w.wall += 7200 * G_TIME_SPAN_SECOND;
    w.boot += 7200 * G_TIME_SPAN_SECOND;
    pass (&w, 3600 * G_TIME_SPAN_SECOND);
    isr_time_map_restart (w.map);
    play (&w, 100);
    g_assert_cmpuint (w.changes, ==, 0);
    g_assert_cmpint (w.last_utc, ==, NOON + w.stream / 1000);
    isr_time_map_skip (w.map, 1234567);
    g_assert_cmpint (isr_time_map_utc (w.map, w.stream), ==, w.last_utc + 1234567);
    world_clear (&w);
  }
}

static void
check_step (IsrTimeMode mode, gint64 step, gboolean cuts)
{
  World w;

  world_init (&w, mode);
  play (&w, 100);
  w.wall += step;
  play (&w, 100);
  g_assert_cmpuint (w.changes, ==, cuts ? 1 : 0);
  if (cuts) {
    g_assert_cmpint (w.change.flags, ==, ISR_TIME_STEP);
    g_assert_cmpint (w.change.step_us, ==, step);
    g_assert_cmpint (w.change.hole_us, ==, 0);
    assert_near (w.last_utc, now (&w), 1000);
  } else {
    assert_near (w.last_utc, now (&w) - step, 60000); /* 500 ppm of 100 s on the way */
    play (&w, 1900);
    assert_near (w.last_utc, now (&w), 1000);
    g_assert_cmpuint (w.changes, ==, 0);
  }
  world_clear (&w);
}

static void
test_steps (void)
{
  static const IsrTimeMode modes[] = { ISR_TIME_ARRIVAL, ISR_TIME_CAPTURE };

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++) {
    check_step (modes[i], 900000, FALSE);
    check_step (modes[i], -900000, FALSE);
    check_step (modes[i], 7200 * G_TIME_SPAN_SECOND, TRUE);
    check_step (modes[i], -7200 * G_TIME_SPAN_SECOND, TRUE);
    check_step (modes[i], 1100000, TRUE);
  }
}

/* Small steps that add up are a step, never missing audio. */
static void
test_steps_add_up (void)
{
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  play (&w, 60);
  for (guint i = 0; i < 3; i++) {
    g_assert_cmpuint (w.changes, ==, 0);
    w.wall += 900000;
    play (&w, 60);
  }
  g_assert_cmpuint (w.changes, ==, 1);
  g_assert_cmpint (w.change.flags, ==, ISR_TIME_STEP);
  assert_near (w.last_utc, now (&w), 1000);
  world_clear (&w);
}

static void
test_suspend (void)
{
  World w;

  world_init (&w, ISR_TIME_CAPTURE);
  play (&w, 100);
  w.boot += 3600 * G_TIME_SPAN_SECOND;
  w.wall += 3600 * G_TIME_SPAN_SECOND;
  play (&w, 100);
  g_assert_cmpuint (w.changes, ==, 1);
  g_assert_cmpint (w.change.flags, ==, ISR_TIME_SUSPENDED);
  g_assert_cmpint (w.change.hole_us, ==, 3600 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (w.change.step_us, ==, 0);
  assert_near (w.last_utc, now (&w), 1000);

  /* asleep, and the clock is corrected on waking */
  w.boot += 60 * G_TIME_SPAN_SECOND;
  w.wall += 50 * G_TIME_SPAN_SECOND;
  play (&w, 100);
  g_assert_cmpuint (w.changes, ==, 2);
  g_assert_cmpint (w.change.flags, ==, ISR_TIME_SUSPENDED | ISR_TIME_STEP);
  g_assert_cmpint (w.change.hole_us, ==, 60 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (w.change.step_us, ==, -10 * G_TIME_SPAN_SECOND);
  assert_near (w.last_utc, now (&w), 1000);
  world_clear (&w);
}

/* No battery behind the clock: it is 1970 until the network comes. */
static void
test_time_arrives (void)
{
  World w;

  world_init (&w, ISR_TIME_CAPTURE);
  w.wall = 0;
  play (&w, 100);
  g_assert_true (isr_time_map_unsynced (w.map));
  w.wall = NOON - w.mono;
  play (&w, 1);
  g_assert_false (isr_time_map_unsynced (w.map));
  g_assert_cmpuint (w.changes, ==, 1);
  g_assert_cmpint (w.change.flags, ==, ISR_TIME_STEP | ISR_TIME_ARRIVED);
  assert_near (w.change.step_us, w.wall, 1000);
  assert_near (w.last_utc, now (&w), 1000);
  world_clear (&w);
}

/* The protocol of boundary.h: each boundary once, in order, none without audio after it,
 * while the clock is pushed to and fro. */
static void
check_cuts (gint64 interval, gint64 push)
{
  g_autoptr (GTimeZone) zone = isr_boundary_zone ("UTC");
  gint64 next = G_MININT64, last = G_MININT64;
  guint cuts = 0;
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  play (&w, 2);
  next = isr_boundary_next (zone, w.last_utc, interval, 0);
  for (guint i = 0; i < 3000; i++) {
    gint64 start, boundary;

    pass (&w, PACKET / 1000);
    if (i % 500 == 250)
      w.wall += (i / 500) % 2 ? push : -push;
    feed (&w, PACKET, 0);
    start = isr_time_map_utc (w.map, w.stream - PACKET);
    if (start < next)
      continue;
    boundary = isr_boundary_last (zone, start, interval, 0);
    g_assert_cmpint (boundary, >=, next);
    g_assert_cmpint (boundary, >, last);
    if (last != G_MININT64)
      g_assert_cmpint (boundary - last, ==, interval);
    last = boundary;
    next = isr_boundary_next (zone, boundary, interval, 0);
    cuts++;
  }
  g_assert_cmpuint (w.changes, ==, 0);
  g_assert_cmpint (cuts, >=, 3000 * PACKET / 1000 / interval - 1);
  world_clear (&w);
}

static void
test_cuts (void)
{
  check_cuts (100 * G_TIME_SPAN_MILLISECOND, 900000);
  check_cuts (G_TIME_SPAN_SECOND, 900000);
  check_cuts (G_TIME_SPAN_SECOND, -900000);
  check_cuts (7 * G_TIME_SPAN_SECOND, 900000);
}

/* position() is the first with utc() at or after. */
static void
test_inverse (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  play (&w, 10);
  w.wall += 800000;
  for (guint i = 0; i < 2000; i++) {
    gint64 length = g_rand_int_range (rand, 1, 2000) * MS + g_rand_int_range (rand, 0, 1000000);
    gint64 start = w.stream;
    gint64 utc, position;

    pass (&w, length / 1000);
    feed (&w, length, 0);
    utc = isr_time_map_utc (w.map, start) + (gint64) (g_rand_double (rand) * length / 1000);
    position = isr_time_map_position (w.map, utc);
    g_assert_cmpint (isr_time_map_utc (w.map, position), ==, utc);
    g_assert_cmpint (isr_time_map_utc (w.map, position - 1), <, utc);
    if (i == 1000)
      w.wall -= 800000;
  }
  g_assert_cmpint (isr_time_map_position (w.map, G_MAXINT64), ==, G_MAXINT64);
  g_assert_cmpint (isr_time_map_position (w.map, G_MININT64), ==, G_MININT64);
  world_clear (&w);
}

/* A hole that the source measured: three seconds of audio that nobody read. */
static void
check_skip (IsrTimeMode mode)
{
  World w;

  world_init (&w, mode);
  play (&w, 100);
  pass (&w, 3000000);
  isr_time_map_skip (w.map, 3000000);
  w.last_utc = isr_time_map_utc (w.map, w.stream);
  play (&w, 40);
  g_assert_cmpuint (w.changes, ==, 0);
  assert_near (w.last_utc, now (&w), 1000);
  world_clear (&w);
}

static void
test_skip (void)
{
  check_skip (ISR_TIME_ARRIVAL);
  check_skip (ISR_TIME_CAPTURE);
}

/* A packet of more than a day, while the clock is set a little: no overflow, no way back. */
static void
test_long_packet (void)
{
  const gint64 length = 30 * 3600 * 1000 * MS;
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  play (&w, 10);
  w.wall -= 900000;
  pass (&w, length / 1000);
  feed (&w, length, 0);
  for (gint64 i = 0; i < 1000; i++) {
    gint64 at = w.stream - length + i * (length / 1000);

    g_assert_cmpint (isr_time_map_utc (w.map, at), <, isr_time_map_utc (w.map, at + length / 1000));
  }
  assert_near (w.last_utc, now (&w), 1000);
  world_clear (&w);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/timemap/names", test_names);
  g_test_add_func ("/split/timemap/fixed", test_fixed);
  g_test_add_func ("/split/timemap/steps", test_steps);
  g_test_add_func ("/split/timemap/steps-add-up", test_steps_add_up);
  g_test_add_func ("/split/timemap/suspend", test_suspend);
  g_test_add_func ("/split/timemap/time-arrives", test_time_arrives);
  g_test_add_func ("/split/timemap/cuts", test_cuts);
  g_test_add_func ("/split/timemap/inverse", test_inverse);
  g_test_add_func ("/split/timemap/skip", test_skip);
  g_test_add_func ("/split/timemap/long-packet", test_long_packet);
  return g_test_run ();
}
