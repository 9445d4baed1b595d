/* SPDX-License-Identifier: MIT */
/* test-pace.c - how much is left with the kernel, and for how long a connection counts as alive. */
#include "plugins/http/pace.h"

#define STALL (5 * G_USEC_PER_SEC)
#define SPAN (2 * G_USEC_PER_SEC)
#define TENTH (G_USEC_PER_SEC / 10)

/* A connection that begins with @burst bytes, then sends @rate bytes a second in tenths. */
static void
receive (IsrPace *pace, gsize burst, gsize rate, guint tenths)
{
  isr_pace_begin (pace, G_USEC_PER_SEC);
  isr_pace_take (pace, burst, G_USEC_PER_SEC + 1, STALL);
  for (guint i = 1; i <= tenths; i++)
    isr_pace_take (pace, rate / 10, G_USEC_PER_SEC + i * TENTH, STALL);
}

static void
test_the_burst_must_reach_twice_as_far (void)
{
  static const struct {
    gsize burst, rate, mark;
  } cases[] = {
    { 65536, 16000, 32000 },        /* Icecast's own, 128 kb/s: two seconds of four */
    { 65536, 4000, 8000 },          /* 32 kb/s */
    { 65536, 40000, 40000 },        /* 320 kb/s: one second */
    { 65536, 24000, 32768 },        /* 192 kb/s: what half of the burst holds */
    { 0, 16000, 16000 },            /* none */
    { 1 << 20, 100000, 64 * 1024 }, /* FLAC */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    IsrPace pace = { 0 };

    receive (&pace, cases[i].burst, cases[i].rate, 50);
    g_assert_cmpuint (pace.rate, ==, cases[i].rate);
    g_assert_cmpuint (isr_pace_get_mark (&pace, SPAN), ==, cases[i].mark);
  }
}

static void
test_unknown_rate_waits_for_nothing (void)
{
  IsrPace pace = { 0 };

  receive (&pace, 65536, 16000, 10);
  g_assert_cmpuint (pace.rate, ==, 0);
  g_assert_cmpuint (isr_pace_get_mark (&pace, SPAN), ==, 1);
}

/* Sixteen bytes a second are alive, however small a share of the usual rate they are. */
static void
test_a_trickle_is_a_stall (void)
{
  const gint64 begun = G_USEC_PER_SEC;
  IsrPace pace = { 0 };

  isr_pace_begin (&pace, begun);
  for (guint i = 1; i <= 10; i++)
    isr_pace_take (&pace, 16, begun + i * G_USEC_PER_SEC, STALL);
  g_assert_cmpint (isr_pace_get_patience (&pace, begun + 10 * G_USEC_PER_SEC, STALL), ==, STALL);
  for (guint i = 11; i <= 15; i++)
    isr_pace_take (&pace, 15, begun + i * G_USEC_PER_SEC, STALL);
  g_assert_cmpint (isr_pace_get_patience (&pace, begun + 15 * G_USEC_PER_SEC, STALL), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pace/burst", test_the_burst_must_reach_twice_as_far);
  g_test_add_func ("/pace/unknown", test_unknown_rate_waits_for_nothing);
  g_test_add_func ("/pace/trickle", test_a_trickle_is_a_stall);
  return g_test_run ();
}
