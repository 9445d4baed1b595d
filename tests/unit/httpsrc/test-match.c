/* SPDX-License-Identifier: MIT */
/* test-match.c - against a search that is slow and obvious. */
#include "plugins/http/match.h"

#include <string.h>

#define MINIMUM 4

static gboolean
repeats_slowly (const guint8 *data, gsize size)
{
  for (gsize period = 1; 2 * period <= size; period++)
    if (memcmp (data, data + period, size - period) == 0)
      return TRUE;
  return FALSE;
}

static IsrMatch
find_slowly (const guint8 *h, gsize n, const guint8 *b, gsize m, gint64 expected)
{
  IsrMatch best[2] = { { 0 }, { 0 } }; /* without and with repetition */
  guint open = 0;

  for (gint64 k = 1 - (gint64) m; k < (gint64) n; k++) {
    gint64 from = MAX (k, 0), to = MIN ((gint64) n, k + (gint64) m);
    IsrMatch *one;

    if (to - from < MINIMUM || memcmp (h + from, b + (from - k), (gsize) (to - from)) != 0)
      continue;
    open += k + (gint64) m < (gint64) n;
    one = &best[repeats_slowly (h + from, (gsize) (to - from))];
    if (one->candidates++ == 0 || ABS (k - expected) < ABS (one->offset - expected))
      one->offset = k;
  }
  best[1].repeats = TRUE;
  best[0].open = best[1].open = open;
  return best[0].candidates ? best[0] : best[1];
}

static void
fill (GRand *rand, guint8 *data, gsize size, int letters)
{
  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) g_rand_int_range (rand, 0, letters);
}

static void
test_finds_what_a_slow_search_finds (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (int round = 0; round < 20000; round++) {
    guint8 text[64], other[64], *burst;
    gsize n = (gsize) g_rand_int_range (rand, 1, 40), m = (gsize) g_rand_int_range (rand, 1, 40);
    gint64 expected = g_rand_int_range (rand, -50, 50);
    IsrMatch found, wanted;

    fill (rand, text, sizeof text, g_rand_int_range (rand, 1, 5));
    fill (rand, other, sizeof other, 2);
    burst = g_rand_boolean (rand) ? other : text + g_rand_int_range (rand, 0, 24);
    isr_match_find (&found, text, n, burst, m, MINIMUM, expected);
    wanted = find_slowly (text, n, burst, m, expected);
    g_assert_cmpuint (found.candidates, ==, wanted.candidates);
    if (wanted.candidates == 0)
      continue;
    g_assert_cmpint (found.repeats, ==, wanted.repeats);
    g_assert_cmpuint (found.open, ==, wanted.open);
    g_assert_cmpint (ABS (found.offset - expected), ==, ABS (wanted.offset - expected));
  }
}

/* Silence fits everywhere; a search that verifies each place would take minutes. */
static void
test_silence_takes_linear_time (void)
{
  gsize n = 1024 * 1024, m = 256 * 1024;
  g_autofree guint8 *silence = g_malloc0 (n);
  IsrMatch match;

  isr_match_find (&match, silence, n, silence, m, 4096, (gint64) (n - m / 2));
  g_assert_true (match.repeats);
  g_assert_cmpuint (match.candidates, >, n);
  g_assert_cmpint (match.offset, ==, n - m / 2);
}

static void
test_too_short_is_no_match (void)
{
  IsrMatch match;

  isr_match_find (&match, (const guint8 *) "abcdef", 6, (const guint8 *) "defghi", 6, MINIMUM, 0);
  g_assert_cmpuint (match.candidates, ==, 0);
  isr_match_find (&match, (const guint8 *) "abcdef", 6, (const guint8 *) "cdefghi", 7, MINIMUM, 0);
  g_assert_cmpuint (match.candidates, ==, 1);
  g_assert_cmpint (match.offset, ==, 2);
  isr_match_find (&match, (const guint8 *) "", 0, (const guint8 *) "abcdef", 6, MINIMUM, 0);
  g_assert_cmpuint (match.candidates, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/match/finds-what-a-slow-search-finds", test_finds_what_a_slow_search_finds);
  g_test_add_func ("/match/silence-takes-linear-time", test_silence_takes_linear_time);
  g_test_add_func ("/match/too-short-is-no-match", test_too_short_is_no_match);
  return g_test_run ();
}
