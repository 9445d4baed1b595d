/* SPDX-License-Identifier: MIT */
/* Time, told as a story: what the clocks say and what arrives, packet by packet. */
#include "plugins/split/timemap.h"

#include "plugins/split/boundary.h"

#define MS G_GINT64_CONSTANT (1000000) /* ns */
#define NOON (1763640000 * G_GINT64_CONSTANT (1000000))
#define PACKET (24 * MS)
#define DAY_S 86400

/* The world: true time passes; clocks and sender follow it as the test says. */
typedef struct {
  IsrTimeMap *map;
  gint64 mono, boot; /* µs */
  gint64 wall;       /* µs, realtime - monotonic */
  gint64 stream;     /* ns: end of the last packet */
  gint64 last_utc;   /* of that end */
  guint changes;     /* that were reported */
  IsrTimeChange change;
} World;

static void
world_init (World *w, IsrTimeMode mode)
{
  *w = (World){ .map = isr_time_map_new (mode, NOON), .mono = 5000000000, .boot = 7000000000 };
  w->wall = NOON - w->mono;
}

static void
world_clear (World *w)
{
  isr_time_map_free (w->map);
}

static void
pass (World *w, gint64 us)
{
  w->mono += us;
  w->boot += us;
}

static gint64
now (const World *w)
{
  return w->mono + w->wall;
}

/* A packet arrives. Whatever happens, the map goes on where it was, but at a change. */
static IsrTimeChange
feed (World *w, gint64 length, gint64 age)
{
  IsrTimeReading reading = { w->mono, w->mono + w->wall, w->boot };
  IsrTimePacket packet = { w->stream, w->stream + length, age };
  gboolean settled = isr_time_map_settled (w->map);
  IsrTimeChange change = isr_time_map_feed (w->map, &reading, &packet);
  gint64 start = isr_time_map_utc (w->map, w->stream);

  if (change.flags) {
    w->changes++;
    w->change = change;
    if (settled)
      g_assert_cmpint (change.end_us, ==, w->last_utc);
  } else if (settled) {
    g_assert_cmpint (start, ==, w->last_utc);
  }
  w->stream += length;
  w->last_utc = isr_time_map_utc (w->map, w->stream);
  g_assert_cmpint (w->last_utc, >, start);
  return change;
}

/* Audio as it is made: a packet arrives when its last sample is. */
static void
play (World *w, gint64 s)
{
  for (gint64 end = w->mono + s * G_TIME_SPAN_SECOND; w->mono < end;) {
    pass (w, PACKET / 1000);
    feed (w, PACKET, PACKET);
  }
}

static void
assert_near (gint64 a, gint64 b, gint64 us)
{
  g_assert_cmpint (ABS (a - b), <=, us);
}

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

/* A sender 50 ppm slow, or fast, over a network that jitters, for a day. */
static void
check_sender (gint64 ppm)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (50);
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  for (gint64 n = 1; n < DAY_S * 1000 * MS / PACKET; n++) {
    gint64 made = 5000000000 + (n * PACKET + n * PACKET / 1000000 * -ppm) / 1000;
    gint64 arrives = made + g_rand_int_range (rand, 0, 200000);

    if (arrives > w.mono)
      pass (&w, arrives - w.mono);
    feed (&w, PACKET, 0);
    if (n > 5000)
      assert_near (w.last_utc, made + w.wall, 50000);
  }
  g_assert_cmpuint (w.changes, ==, 0);
  world_clear (&w);
}

static void
test_sender (void)
{
  check_sender (-50);
  check_sender (50);
}

/* A card 100 ppm fast, read by a busy thread; a day's hours are cut on the clock. */
static void
check_card (gint64 ppm)
{
  g_autoptr (GTimeZone) zone = isr_boundary_zone ("Europe/Berlin");
  g_autoptr (GRand) rand = g_rand_new_with_seed (100);
  gint64 next = isr_boundary_next (zone, NOON, G_TIME_SPAN_HOUR, 0);
  guint cuts = 0;
  World w;

  world_init (&w, ISR_TIME_CAPTURE);
  for (gint64 n = 0; n < DAY_S * 1000 * MS / PACKET; n++) {
    gint64 heard = 5000000000 + (n * PACKET - n * PACKET / 1000000 * ppm) / 1000;
    gint64 late = 424000 + (g_rand_int_range (rand, 0, 100) == 0 ? 300000 : g_rand_int_range (rand, 0, 3000));
    gint64 error = g_rand_int_range (rand, 0, 500) ? g_rand_int_range (rand, -2000, 2000) : 200000;

    if (heard + late > w.mono)
      pass (&w, heard + late - w.mono);
    feed (&w, PACKET, (w.mono - heard + error) * 1000);
    if (w.last_utc > next) {
      gint64 into = isr_time_map_position (w.map, next) - n * PACKET;

      assert_near (heard + into / 1000 + w.wall, next, 50000);
      next = isr_boundary_next (zone, next, G_TIME_SPAN_HOUR, 0);
      cuts++;
    }
  }
  g_assert_cmpuint (cuts, >=, 23);
  g_assert_cmpuint (w.changes, ==, 0);
  world_clear (&w);
}

static void
test_card (void)
{
  check_card (100);
  check_card (-100);
}

static void
test_missing (void)
{
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  play (&w, 600);
  pass (&w, 60 * G_TIME_SPAN_SECOND);
  play (&w, 10);
  g_assert_cmpuint (w.changes, ==, 0);
  play (&w, 30);
  g_assert_cmpuint (w.changes, ==, 1);
  g_assert_cmpint (w.change.flags, ==, ISR_TIME_GAP);
  assert_near (w.change.hole_us, 60 * G_TIME_SPAN_SECOND, 1000);
  assert_near (w.last_utc, now (&w), 1000);
  play (&w, 600);
  g_assert_cmpuint (w.changes, ==, 1);
  assert_near (w.last_utc, now (&w), 1000);
  world_clear (&w);
}

/* A network that stops, then catches up at 1.3 times the speed: nothing is missing. */
static void
test_catching_up (void)
{
  gint64 made;
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  play (&w, 100);
  made = w.mono;
  pass (&w, 20 * G_TIME_SPAN_SECOND);
  while (w.mono > made) {
    made += PACKET / 1000;
    pass (&w, PACKET / 1300);
    feed (&w, PACKET, 0);
  }
  play (&w, 100);
  g_assert_cmpuint (w.changes, ==, 0);
  assert_near (w.last_utc, now (&w), 60000);
  world_clear (&w);
}

/* What was made before the connection arrives in half a second. */
static void
burst (World *w, gint64 ms)
{
  gint64 packets = ms * MS / PACKET;

  for (gint64 i = 0; i < packets; i++) {
    pass (w, 500000 / packets);
    feed (w, PACKET, 0);
  }
}

static void
test_burst (void)
{
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  burst (&w, 4300);
  g_assert_false (isr_time_map_settled (w.map));
  play (&w, 1);
  g_assert_true (isr_time_map_settled (w.map));
  assert_near (isr_time_map_utc (w.map, w.stream), now (&w), PACKET / 1000);
  assert_near (isr_time_map_utc (w.map, 0), now (&w) - w.stream / 1000, PACKET / 1000);

  /* the next connection, after a hole that nobody measured */
  play (&w, 1000);
  pass (&w, 30 * G_TIME_SPAN_SECOND);
  isr_time_map_restart (w.map);
  g_assert_false (isr_time_map_settled (w.map));
  burst (&w, 4300);
  isr_time_map_settle (w.map);
  g_assert_true (isr_time_map_settled (w.map));
  w.last_utc = isr_time_map_utc (w.map, w.stream);
  play (&w, 100);
  assert_near (w.last_utc, now (&w), PACKET / 1000);
  g_assert_cmpuint (w.changes, ==, 0);
  world_clear (&w);
}

/* A burst over a slow line goes on after the map has settled. The map creeps back to where it
 * belongs; nobody has set a clock. */
static void
test_slow_burst (void)
{
  gint64 off;
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  for (guint i = 0; i < 500; i++) {
    pass (&w, PACKET / 3000);
    feed (&w, PACKET, 0);
  }
  off = w.last_utc - now (&w);
  g_assert_cmpint (off, >, 5000000);
  play (&w, 200);
  assert_near (w.last_utc - now (&w), off - 100000, 1000);
  g_assert_cmpuint (w.changes, ==, 0);
  world_clear (&w);
}

/* Held bytes were too many, before a packet was found in them: settled with the first one. */
static void
test_settle_early (void)
{
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  isr_time_map_settle (w.map);
  g_assert_false (isr_time_map_settled (w.map));
  feed (&w, PACKET, 0);
  g_assert_true (isr_time_map_settled (w.map));
  g_assert_cmpint (isr_time_map_utc (w.map, w.stream), ==, now (&w));

  isr_time_map_restart (w.map);
  feed (&w, PACKET, 0);
  g_assert_false (isr_time_map_settled (w.map));
  isr_time_map_settle (w.map);
  g_assert_true (isr_time_map_settled (w.map));
  g_assert_cmpint (isr_time_map_utc (w.map, w.stream), ==, now (&w));
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

/* Arrivals of up to 1.5 s late, at random: nothing happens, ever; feed checks the seams. */
static void
test_jitter (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gint64 made = 0;
  World w;

  world_init (&w, ISR_TIME_ARRIVAL);
  play (&w, 60);
  made = w.mono;
  for (guint i = 0; i < 200000; i++) {
    gint64 arrives;

    made += PACKET / 1000;
    arrives = made + (g_rand_int_range (rand, 0, 300) ? 0 : g_rand_int_range (rand, 0, 1500000));
    if (arrives > w.mono)
      pass (&w, arrives - w.mono);
    feed (&w, PACKET, 0);
    assert_near (w.last_utc, made + w.wall, 50000);
  }
  g_assert_cmpuint (w.changes, ==, 0);
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
  g_test_add_func ("/split/timemap/sender", test_sender);
  g_test_add_func ("/split/timemap/card", test_card);
  g_test_add_func ("/split/timemap/missing", test_missing);
  g_test_add_func ("/split/timemap/catching-up", test_catching_up);
  g_test_add_func ("/split/timemap/burst", test_burst);
  g_test_add_func ("/split/timemap/slow-burst", test_slow_burst);
  g_test_add_func ("/split/timemap/settle-early", test_settle_early);
  g_test_add_func ("/split/timemap/suspend", test_suspend);
  g_test_add_func ("/split/timemap/time-arrives", test_time_arrives);
  g_test_add_func ("/split/timemap/jitter", test_jitter);
  g_test_add_func ("/split/timemap/cuts", test_cuts);
  g_test_add_func ("/split/timemap/inverse", test_inverse);
  g_test_add_func ("/split/timemap/skip", test_skip);
  g_test_add_func ("/split/timemap/long-packet", test_long_packet);
  return g_test_run ();
}
