/* SPDX-License-Identifier: MIT */
/* The map and the audio: senders and cards that drift, bursts, jitter, missing minutes. */
#include "plugins/split/boundary.h"
#include "tests/unit/split/world.h"

#define DAY_S 86400

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/arrival/sender", test_sender);
  g_test_add_func ("/split/arrival/card", test_card);
  g_test_add_func ("/split/arrival/missing", test_missing);
  g_test_add_func ("/split/arrival/catching-up", test_catching_up);
  g_test_add_func ("/split/arrival/burst", test_burst);
  g_test_add_func ("/split/arrival/slow-burst", test_slow_burst);
  g_test_add_func ("/split/arrival/settle-early", test_settle_early);
  g_test_add_func ("/split/arrival/jitter", test_jitter);
  return g_test_run ();
}
