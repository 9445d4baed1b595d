/* SPDX-License-Identifier: MIT */
/* Recorded time and holes add up to the span, whatever the recordings are. */
#include "daemon/archive/coverage.h"
#include "daemon/archive/days.h"

#include "plugins/messages.h"

#include <string.h>

typedef struct {
  GArray *stretches, *notes;
} World;

static void
world_clear (World *self)
{
  g_array_unref (self->stretches);
  g_array_unref (self->notes);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

static World
world_new (void)
{
  return (World){ g_array_new (FALSE, FALSE, sizeof (IsrStretch)), g_array_new (FALSE, FALSE, sizeof (IsrGap)) };
}

static void
record (World *self, gint64 start_us, gint64 end_us, const char *after)
{
  IsrStretch stretch = { start_us, end_us, 0, after };

  g_array_append_val (self->stretches, stretch);
}

static void
note (World *self, gint64 start_us, gint64 end_us, const char *cause)
{
  IsrGap gap = { (gint64) self->notes->len + 1, NULL, start_us, end_us, cause, 0 };

  g_array_append_val (self->notes, gap);
}

/* "start-end cause, ..." */
static char *
describe (const World *self, gint64 from_us, gint64 to_us)
{
  g_autoptr (IsrCoverage) coverage = isr_coverage_new ("mic", self->stretches, self->notes, from_us, to_us);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < coverage->holes->len; i++) {
    const IsrGap *hole = &g_array_index (coverage->holes, IsrGap, i);

    g_string_append_printf (text, "%s%g-%g %s", i ? ", " : "", (double) hole->start_us / 1e6, (double) hole->end_us / 1e6, hole->cause);
  }
  return g_string_free (text, FALSE);
}

#define assert_holes(world, from, to, expected)                                            \
  G_STMT_START                                                                             \
  {                                                                                        \
    g_autofree char *holes_ = describe (world, (from) *1000000L, (gint64) (to) *1000000L); \
    g_assert_cmpstr (holes_, ==, expected);                                                \
  }                                                                                        \
  G_STMT_END

#define S G_TIME_SPAN_SECOND

static void
test_causes (void)
{
  g_auto (World) world = world_new ();

  record (&world, 0, 10 * S, NULL);
  record (&world, 20 * S, 30 * S, ISR_CAUSE_CLOCK_STEP);
  record (&world, 40 * S, 50 * S, NULL);
  record (&world, 100 * S, 110 * S, NULL);
  note (&world, 12 * S, 20 * S, ISR_CAUSE_STALLED);  /* noticed late */
  note (&world, 50 * S, 100 * S, ISR_CAUSE_STALLED); /* three causes */
  note (&world, 55 * S, 100 * S, ISR_CAUSE_DISCONNECTED);
  note (&world, 60 * S, 100 * S, ISR_CAUSE_DISCONNECTED); /* the same again */
  note (&world, 70 * S, 100 * S, ISR_CAUSE_STOPPED);
  note (&world, 110 * S, G_MAXINT64, ISR_CAUSE_NOT_RUNNING); /* still open */
  assert_holes (&world, 0, 120, "10-20 stalled, 30-40 clock-step, 50-55 stalled, 55-70 disconnected, 70-100 stopped, 110-120 not-running");
  assert_holes (&world, 15, 16, "15-16 stalled");
  assert_holes (&world, 60, 65, "60-65 disconnected");
  assert_holes (&world, 0, 10, "");
  assert_holes (&world, 120, 120, "");
}

/* A hole of which nothing is noted: what was there is gone. */
static void
test_unexplained (void)
{
  g_auto (World) world = world_new ();

  record (&world, 20 * S, 30 * S, NULL);
  record (&world, 0, 10 * S, NULL);
  assert_holes (&world, 0, 30, "10-20 damaged");
  assert_holes (&world, 0, 40, "10-20 damaged, 30-40 damaged");
}

/* What was deleted is where it was, and no cause of what is missing beside it. */
static void
test_deleted (void)
{
  g_auto (World) world = world_new ();

  record (&world, 0, 10 * S, NULL);
  record (&world, 50 * S, 60 * S, NULL);
  record (&world, 80 * S, 90 * S, NULL);
  note (&world, 5 * S, 10 * S, ISR_CAUSE_DELETED); /* restored */
  note (&world, 20 * S, 25 * S, ISR_CAUSE_DELETED);
  note (&world, 25 * S, 30 * S, ISR_CAUSE_DELETED);
  note (&world, 35 * S, 40 * S, ISR_CAUSE_STOPPED);
  note (&world, 60 * S + 500, 80 * S - 500, ISR_CAUSE_DELETED); /* rounding between files */
  assert_holes (&world, 0, 90, "10-20 damaged, 20-30 deleted, 30-50 stopped, 60-80 deleted");
  assert_holes (&world, 22, 65, "22-30 deleted, 30-50 stopped, 60-65 deleted");
}

static void
test_rounding (void)
{
  g_auto (World) world = world_new ();

  record (&world, 0, 10 * S, NULL);
  record (&world, 10 * S + 999, 20 * S, NULL);
  record (&world, 20 * S + 1000, 30 * S, NULL);
  assert_holes (&world, 0, 30, "20-20.001 damaged");
}

/* The clock was set back: the same time is recorded twice and counts once. */
static void
test_overlap (void)
{
  g_auto (World) world = world_new ();

  record (&world, 0, 100 * S, ISR_CAUSE_CLOCK_STEP);
  record (&world, 40 * S, 60 * S, NULL);
  record (&world, 60 * S, 90 * S, NULL);
  assert_holes (&world, 0, 110, "100-110 clock-step");
}

static void
test_uncertainty (void)
{
  g_auto (World) world = world_new ();
  g_autoptr (IsrCoverage) coverage = NULL;
  const IsrGap *hole;

  record (&world, 0, 10 * S, NULL);
  record (&world, 20 * S, 30 * S, NULL);
  g_array_index (world.stretches, IsrStretch, 1).uncertainty_us = 5;
  note (&world, 10 * S, 20 * S, ISR_CAUSE_STALLED);
  note (&world, 15 * S, 20 * S, ISR_CAUSE_NOT_RUNNING);
  g_array_index (world.notes, IsrGap, 1).uncertainty_us = 2 * S;
  coverage = isr_coverage_new ("mic", world.stretches, world.notes, 0, 30 * S);
  hole = (IsrGap *) coverage->holes->data;
  g_assert_cmpuint (coverage->holes->len, ==, 2);
  g_assert_cmpint (hole[0].uncertainty_us, ==, 5);
  g_assert_cmpint (hole[1].uncertainty_us, ==, 2 * S);
  g_assert_cmpstr (coverage->source, ==, "mic");
}

/* Holes and recorded stretches alternate without overlap, tile the span exactly,
 * and every instant is on the side where the recordings put it. */
static void
check_tiling (const World *world, gint64 from_us, gint64 to_us, GRand *random)
{
  g_autoptr (IsrCoverage) coverage = isr_coverage_new ("x", world->stretches, world->notes, from_us, to_us);
  gint64 missing = 0, recorded = 0, at = from_us;
  guint h = 0, r = 0;

  while (at < to_us) {
    const IsrGap *hole = h < coverage->holes->len ? &g_array_index (coverage->holes, IsrGap, h) : NULL;
    const IsrStretch *stretch = r < coverage->recorded->len ? &g_array_index (coverage->recorded, IsrStretch, r) : NULL;

    if (hole && hole->start_us == at) {
      missing += hole->end_us - hole->start_us;
      g_assert_cmpint (hole->end_us, >, at);
      g_assert_nonnull (isr_cause_find (hole->cause));
      at = hole->end_us;
      h++;
    } else {
      g_assert_nonnull (stretch);
      g_assert_cmpint (stretch->start_us, ==, at);
      g_assert_cmpint (stretch->end_us, >, at);
      recorded += stretch->end_us - stretch->start_us;
      at = stretch->end_us;
      r++;
    }
  }
  g_assert_cmpint (at, ==, to_us);
  g_assert_cmpuint (h, ==, coverage->holes->len);
  g_assert_cmpuint (r, ==, coverage->recorded->len);
  g_assert_cmpint (recorded, ==, coverage->recorded_us);
  g_assert_cmpint (recorded + missing, ==, to_us - from_us);
  for (int i = 0; i < 50; i++) {
    gint64 probe = from_us + (gint64) (g_rand_double (random) * (double) (to_us - from_us));
    gboolean inside = FALSE, hole = FALSE;

    for (guint j = 0; j < world->stretches->len; j++) {
      const IsrStretch *stretch = &g_array_index (world->stretches, IsrStretch, j);

      inside |= stretch->start_us <= probe && probe < stretch->end_us;
    }
    for (guint j = 0; j < coverage->holes->len; j++) {
      const IsrGap *one = &g_array_index (coverage->holes, IsrGap, j);

      hole |= one->start_us <= probe && probe < one->end_us;
    }
    g_assert_false (inside && hole);
  }
}

static void
fill (World *world, GRand *random, gint64 from_us, gint64 to_us)
{
  static const char *const causes[] = { ISR_CAUSE_STALLED, ISR_CAUSE_DISK, ISR_CAUSE_STOPPED, ISR_CAUSE_NOT_RUNNING };
  int n = g_rand_int_range (random, 0, 40), m = g_rand_int_range (random, 0, 20);
  gint64 span = to_us - from_us;

  for (int i = 0; i < n; i++) {
    gint64 start = from_us + (gint64) (g_rand_double_range (random, -0.2, 1.2) * (double) span);
    gint64 length = (gint64) (g_rand_double_range (random, 0, i % 3 ? 0.05 : 0.0000001) * (double) span);

    record (world, start, start + length, i % 4 ? NULL : ISR_CAUSE_STOPPED);
  }
  for (int i = 0; i < m; i++) {
    gint64 start = from_us + (gint64) (g_rand_double_range (random, -0.2, 1.2) * (double) span);

    note (world, start, i % 5 ? start + (gint64) (g_rand_double (random) * 0.1 * (double) span) : G_MAXINT64, causes[i % 4]);
  }
}

static void
test_random_days (void)
{
  static const struct {
    const char *zone, *day;
    int hours;
  } days[] = {
    { "Europe/Berlin", "2024-03-31", 23 },
    { "Europe/Berlin", "2024-10-27", 25 },
    { "America/Sao_Paulo", "2018-11-04", 23 },
    { "UTC", "2024-01-31", 24 },
  };
  g_autoptr (GRand) random = g_rand_new_with_seed (11);

  for (int i = 0; i < 2000; i++) {
    g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (days[i % 4].zone);
    g_auto (World) world = world_new ();
    gint64 from, to;

    g_assert_true (isr_day_parse (days[i % 4].day, zone, &from, &to));
    g_assert_cmpint (to - from, ==, days[i % 4].hours * G_TIME_SPAN_HOUR);
    fill (&world, random, from, to);
    check_tiling (&world, from, to, random);
    check_tiling (&world, from + g_rand_int_range (random, 0, 1000000), to - g_rand_int_range (random, 0, 1000000), random);
  }
}

/* Two halves of a span are the whole. */
static void
test_halves (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (12);

  for (int i = 0; i < 500; i++) {
    g_auto (World) world = world_new ();
    gint64 to = 1000 * S, half = g_rand_int_range (random, 1, 1000) * S;
    g_autoptr (IsrCoverage) whole = NULL, one = NULL, two = NULL;

    fill (&world, random, 0, to);
    whole = isr_coverage_new ("x", world.stretches, world.notes, 0, to);
    one = isr_coverage_new ("x", world.stretches, world.notes, 0, half);
    two = isr_coverage_new ("x", world.stretches, world.notes, half, to);
    g_assert_cmpint (ABS (one->recorded_us + two->recorded_us - whole->recorded_us), <, 2 * ISR_HOLE_MIN);
  }
}

static void
test_words (void)
{
  IsrRecording file = { .reason = (char *) ISR_CLOSE_BOUNDARY };
  g_autoptr (IsrSourceState) state = isr_source_state_new ("mic", "stream");

  g_assert_null (isr_cause_of_file (&file));
  file.reason = (char *) ISR_CLOSE_GAP;
  g_assert_cmpstr (isr_cause_of_file (&file), ==, "source");
  file.cause = (char *) ISR_GAP_SUSPENDED;
  g_assert_cmpstr (isr_cause_of_file (&file), ==, "suspended");
  file.reason = (char *) ISR_CLOSE_DISK;
  g_assert_cmpstr (isr_cause_of_file (&file), ==, "disk");
  file.reason = (char *) ISR_CLOSE_STOP;
  g_assert_cmpstr (isr_cause_of_file (&file), ==, "stopped");
  g_assert_null (isr_cause_of_state (state));
  state->state = ISR_STATE_WAITING_TO_RETRY;
  state->reason = g_strdup ("refused");
  g_assert_cmpstr (isr_cause_of_state (state), ==, "disconnected");
  strcpy (state->reason, "disk");
  g_assert_cmpstr (isr_cause_of_state (state), ==, "disk");
  state->state = ISR_STATE_STOPPED;
  g_assert_cmpstr (isr_cause_of_state (state), ==, "stopped");
}

/* What the sink says of a gap is a cause of ours. */
static void
test_sink_causes (void)
{
  static const char *const causes[] = { ISR_GAP_DISCONNECTED, ISR_GAP_STALLED, ISR_GAP_SOURCE, ISR_GAP_OVERRUN, ISR_GAP_DISK, ISR_GAP_SUSPENDED };

  for (guint i = 0; i < G_N_ELEMENTS (causes); i++)
    g_assert_cmpstr (isr_cause_find (causes[i]), ==, causes[i]);
  g_assert_null (isr_cause_find ("gremlins"));
  g_assert_null (isr_cause_find (NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/coverage/causes", test_causes);
  g_test_add_func ("/coverage/unexplained", test_unexplained);
  g_test_add_func ("/coverage/rounding", test_rounding);
  g_test_add_func ("/coverage/deleted", test_deleted);
  g_test_add_func ("/coverage/overlap", test_overlap);
  g_test_add_func ("/coverage/uncertainty", test_uncertainty);
  g_test_add_func ("/coverage/random-days", test_random_days);
  g_test_add_func ("/coverage/halves", test_halves);
  g_test_add_func ("/coverage/words", test_words);
  g_test_add_func ("/coverage/sink-causes", test_sink_causes);
  return g_test_run ();
}
