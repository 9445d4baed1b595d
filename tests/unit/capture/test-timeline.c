/* SPDX-License-Identifier: MIT */
/* test-timeline.c - positions on another time line. */
#include "daemon/capture/timeline.h"

#define S G_GUINT64_CONSTANT (1000000000)

static gint64
at (const IsrTimeline *self, guint64 position)
{
  gint64 found = 0;

  g_assert_true (isr_timeline_locate (self, position, &found));
  return found;
}

static void
test_pieces (void)
{
  IsrTimeline line;
  gint64 none;

  isr_timeline_init (&line);
  g_assert_false (isr_timeline_locate (&line, 0, &none));
  g_assert_null (isr_timeline_newest (&line));
  isr_timeline_add (&line, 10 * S, 1000 * (gint64) S);
  isr_timeline_add (&line, 20 * S, 1050 * (gint64) S + 7); /* a hole of 40 s, and drift */
  g_assert_cmpint (at (&line, 10 * S), ==, 1000 * (gint64) S);
  g_assert_cmpint (at (&line, 20 * S - 1), ==, 1010 * (gint64) S - 1);
  g_assert_cmpint (at (&line, 20 * S), ==, 1050 * (gint64) S + 7);
  g_assert_cmpint (at (&line, 500 * S), ==, 1530 * (gint64) S + 7);
  g_assert_cmpint (at (&line, 9 * S), ==, 999 * (gint64) S); /* before the first one */
  g_assert_cmpuint (isr_timeline_newest (&line)->position, ==, 20 * S);
  isr_timeline_clear (&line);
}

/* A file that was begun at the same sample once more, as after a disk that failed. */
static void
test_again (void)
{
  IsrTimeline line;

  isr_timeline_init (&line);
  isr_timeline_add (&line, 0, 5);
  isr_timeline_add (&line, 3, 100);
  isr_timeline_add (&line, 3, 200);
  g_assert_cmpuint (line.pieces->len, ==, 2);
  g_assert_cmpint (at (&line, 4), ==, 201);
  isr_timeline_clear (&line);
}

/* Files of 100 ms for an hour: what is older than ten minutes is forgotten. */
static void
test_bounded (void)
{
  IsrTimeline line;
  guint64 position = 0;

  isr_timeline_init (&line);
  for (guint i = 0; i < 36000; i++, position += S / 10)
    isr_timeline_add (&line, position, (gint64) (position + i));
  g_assert_cmpuint (line.pieces->len, <=, 6003);
  g_assert_cmpint (at (&line, position - 600 * S), ==, (gint64) (position - 600 * S + 36000 - 6000));
  isr_timeline_clear (&line);
}

/* Drift is none, whatever the length of a piece; forth and back are leaps. */
static void
test_leap (void)
{
  IsrTimeline line;

  isr_timeline_init (&line);
  isr_timeline_add (&line, 0, 0);
  isr_timeline_add (&line, 100 * S, 100 * (gint64) S + (gint64) S / 10);
  isr_timeline_add (&line, 200 * S, 800 * (gint64) S);
  isr_timeline_add (&line, 300 * S, 0);
  g_assert_cmpuint (isr_timeline_find_leap (&line, 0, 150 * S), ==, 150 * S);
  g_assert_cmpuint (isr_timeline_find_leap (&line, 0, 250 * S), ==, 200 * S);
  g_assert_cmpuint (isr_timeline_find_leap (&line, 0, 200 * S), ==, 200 * S);
  g_assert_cmpuint (isr_timeline_find_leap (&line, 200 * S, 999 * S), ==, 300 * S);
  g_assert_cmpuint (isr_timeline_find_leap (&line, 300 * S, 999 * S), ==, 999 * S);
  isr_timeline_clear (&line);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture/timeline/pieces", test_pieces);
  g_test_add_func ("/capture/timeline/again", test_again);
  g_test_add_func ("/capture/timeline/leap", test_leap);
  g_test_add_func ("/capture/timeline/bounded", test_bounded);
  return g_test_run ();
}
