/* SPDX-License-Identifier: MIT */
/* test-media-timeline.c - files with holes between them, files that overlap, clocks that were set. */
#include "daemon/media/timeline.h"

#define RATE 1000
#define NOON G_GINT64_CONSTANT (1767268800000000)

typedef struct {
  const char *what;
  gint64 second_us;    /* where the second file begins, behind the begin of the first, which has 10 s */
  guint pieces;        /* of [0, 20 s) */
  gint64 offset;       /* of the second file */
  guint64 last_start;  /* where in the second file it is taken up */
  guint64 all_samples; /* with those of holes */
} Row;

static const Row rows[] = {
  { "one run", 10000000, 2, 10000, 0, 20000 },
  { "jitter", 10030000, 2, 10000, 0, 20000 },
  { "jitter back", 9970000, 2, 10000, 0, 20000 },
  { "a hole", 13000000, 3, 13000, 0, 20000 },
  { "a burst", 7200000, 2, 7200, 2800, 17200 },
  { "a burst of most of it", 500000, 2, 500, 9500, 10500 },
  { "a clock that was set back", -3600000000, 2, 10000, 0, 20000 },
};

static void
test_two_files (gconstpointer data)
{
  const Row *row = data;
  IsrTimelineFile files[] = { { NOON, 10 * RATE, 0 }, { NOON + row->second_us, 10 * RATE, 0 } };
  g_autoptr (GArray) pieces = NULL;
  const IsrTimelinePiece *last;
  guint64 all = 0;

  isr_timeline_lay (files, 2, 0, RATE);
  g_assert_cmpint (files[1].offset, ==, row->offset);
  pieces = isr_timeline_cut (files, 2, 0, 20 * RATE);
  g_assert_cmpuint (pieces->len, ==, row->pieces);
  for (guint i = 0; i < pieces->len; i++)
    all += g_array_index (pieces, IsrTimelinePiece, i).samples;
  last = &g_array_index (pieces, IsrTimelinePiece, pieces->len - 1);
  g_assert_cmpint (last->file, ==, 1);
  g_assert_cmpuint (last->start, ==, row->last_start);
  g_assert_cmpuint (all, ==, row->all_samples);
}

/* The anchor behind it: the same, told from there. */
static void
test_from_the_second_one (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    IsrTimelineFile files[] = { { NOON, 10 * RATE, 0 }, { NOON + rows[i].second_us, 10 * RATE, 0 } };

    isr_timeline_lay (files, 2, 1, RATE);
    g_assert_cmpint (files[0].offset, ==, -rows[i].offset);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strdup_printf ("/media/timeline/%s", rows[i].what);

    g_test_add_data_func (path, &rows[i], test_two_files);
  }
  g_test_add_func ("/media/timeline/from-the-second-one", test_from_the_second_one);
  return g_test_run ();
}
