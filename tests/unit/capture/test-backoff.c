/* SPDX-License-Identifier: MIT */
/* test-backoff.c - when the next try comes, and when none comes any more. */
#include "daemon/capture/backoff.h"

#define S G_TIME_SPAN_SECOND

static void
assert_waits (IsrBackoff *self, double random, const double *seconds, guint n)
{
  for (guint i = 0; i < n; i++) {
    gint64 wait = -1;

    g_assert_true (isr_backoff_fail (self, random, &wait));
    g_assert_cmpfloat_with_epsilon ((double) wait / S, seconds[i], 1e-5);
  }
}

static void
test_doubles (void)
{
  const double longest[] = { 0.25, 5, 10, 20, 40, 80, 120, 120, 120 };
  const double shortest[] = { 0.1, 4, 8, 16, 32, 64, 96, 96 };
  IsrBackoff most = { 5 * S }, least = { 5 * S };

  assert_waits (&most, 0.9999999, longest, G_N_ELEMENTS (longest));
  assert_waits (&least, 0, shortest, G_N_ELEMENTS (shortest));
}

static void
test_limit (void)
{
  IsrBackoff self = { 5 * S, 3 };
  gint64 wait;

  for (int i = 0; i < 3; i++)
    g_assert_true (isr_backoff_fail (&self, 0.5, &wait));
  g_assert_false (isr_backoff_fail (&self, 0.5, &wait));
  g_assert_cmpuint (self.failures, ==, 4);
}

static void
test_reset (void)
{
  const double first[] = { 0.1 };
  IsrBackoff self = { 5 * S, 1 };
  gint64 wait;

  g_assert_true (isr_backoff_fail (&self, 0, &wait));
  isr_backoff_reset (&self);
  assert_waits (&self, 0, first, 1);
  g_assert_false (isr_backoff_fail (&self, 0, &wait));
}

/* A delay longer than two minutes is what the person asked for; a delay shorter
 * than a quarter of a second holds for the first retry too. */
static void
test_extremes (void)
{
  const double slow[] = { 0.25, 3600, 3600 }, fast[] = { 0.1, 0.1, 0.2, 0.4 };
  IsrBackoff hour = { 3600 * S }, tenth = { S / 10 };

  assert_waits (&hour, 0.9999999999, slow, G_N_ELEMENTS (slow));
  assert_waits (&tenth, 0.9999999999, fast, G_N_ELEMENTS (fast));
}

/* Years of failures: no overflow anywhere. */
static void
test_for_ever (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  IsrBackoff self = { 5 * S };

  for (int i = 0; i < 100000; i++) {
    gint64 wait = -1;

    g_assert_true (isr_backoff_fail (&self, g_rand_double (rand), &wait));
    g_assert_cmpint (wait, >, 0);
    g_assert_cmpint (wait, <=, ISR_BACKOFF_MAX);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/doubles", test_doubles);
  g_test_add_func ("/backoff/limit", test_limit);
  g_test_add_func ("/backoff/reset", test_reset);
  g_test_add_func ("/backoff/extremes", test_extremes);
  g_test_add_func ("/backoff/for-ever", test_for_ever);
  return g_test_run ();
}
