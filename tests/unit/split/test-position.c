/* SPDX-License-Identifier: MIT */
/* Stream time: exact over a week, over changes of the rate, and back to samples. */
#include "plugins/split/position.h"

static const guint rates[] = { 8000, 11025, 22050, 44100, 48000, 96000, 192000, 768000 };

#define WEEK 604800

static void
test_exact (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    IsrPosition position = { 0 };

    isr_position_set_rate (&position, rates[i]);
    position.samples = (guint64) WEEK * rates[i];
    g_assert_cmpint (isr_position_get (&position, 0), ==, WEEK * G_GINT64_CONSTANT (1000000000));
    g_assert_cmpint (isr_position_get (&position, rates[i]), ==, (WEEK + 1) * G_GINT64_CONSTANT (1000000000));
  }
}

/* The position that is found is the first one at or after the time, never the one before. */
static void
test_there_and_back (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < 20000; i++) {
    IsrPosition position = { .base_ns = g_rand_int (rand) };
    guint rate = rates[g_rand_int_range (rand, 0, G_N_ELEMENTS (rates))];
    gint64 at_ns;
    guint64 n;

    isr_position_set_rate (&position, rate);
    position.samples = (guint64) g_rand_int (rand) * 16;
    at_ns = isr_position_get (&position, 0) + g_rand_int_range (rand, 1, G_MAXINT32);
    n = isr_position_count_until (&position, at_ns);
    g_assert_cmpuint (n, >, 0);
    g_assert_cmpint (isr_position_get (&position, n), >=, at_ns - 1); /* a ns is what rounding may cost */
    g_assert_cmpint (isr_position_get (&position, n - 1), <, at_ns);
  }
}

static void
test_behind (void)
{
  IsrPosition position = { 0 };

  isr_position_set_rate (&position, 48000);
  position.samples = 48000;
  g_assert_cmpuint (isr_position_count_until (&position, 0), ==, 0);
  g_assert_cmpuint (isr_position_count_until (&position, 1000000000), ==, 0);
  g_assert_cmpuint (isr_position_count_until (&position, 1000000001), ==, 1);
}

static void
test_rate_changes (void)
{
  IsrPosition position = { 0 };

  isr_position_set_rate (&position, 44100);
  position.samples += 44100;
  isr_position_set_rate (&position, 48000);
  g_assert_cmpint (isr_position_get (&position, 0), ==, 1000000000);
  g_assert_cmpint (isr_position_get (&position, 24000), ==, 1500000000);
  position.samples += 24000;
  isr_position_set_rate (&position, 48000); /* the same one changes nothing */
  g_assert_cmpuint (position.samples, ==, 24000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/split/position/exact", test_exact);
  g_test_add_func ("/split/position/there-and-back", test_there_and_back);
  g_test_add_func ("/split/position/behind", test_behind);
  g_test_add_func ("/split/position/rate-changes", test_rate_changes);
  return g_test_run ();
}
