/* SPDX-License-Identifier: MIT */
/* Which sample a buffer behind a jump begins with, by what the first buffers of the file said. */
#include "daemon/media/grid.h"

#define RATE 44100

static gint64
to_says (gint64 sample, gint64 bias, gboolean coarse)
{
  gint64 ms = ((sample + bias) * 1000 + RATE / 2) / RATE;

  return coarse ? (ms * RATE + 500) / 1000 : sample + bias;
}

/* A file of packets of @size frames, of which the first @hidden are not heard, and which begins @bias
 * later than its first sample. */
static IsrGrid
learn (guint size, guint hidden, gint64 bias, gboolean coarse)
{
  guint64 frames[ISR_GRID_BUFFERS];
  gint64 says[ISR_GRID_BUFFERS];
  gint64 at = 0;
  IsrGrid grid;

  for (guint i = 0; i < ISR_GRID_BUFFERS; i++) {
    frames[i] = i ? size : size - hidden;
    says[i] = i ? at + to_says ((gint64) (size - hidden), bias, coarse) - (gint64) (size - hidden) : to_says (0, bias, coarse); /* counted on */
    at += (gint64) frames[i];
  }
  isr_grid_learn (&grid, frames, says, ISR_GRID_BUFFERS, coarse);
  return grid;
}

static void
test_exact (void)
{
  IsrGrid grid = learn (1024, 100, 700, FALSE);
  gint64 sample;

  for (gint64 at = 924; at < 10000000; at += 12345) { /* also where no packet begins, as in PCM */
    g_assert_true (isr_grid_find (&grid, at + 700, FALSE, RATE, &sample));
    g_assert_cmpint (sample, ==, at);
  }
}

/* Milliseconds, and every packet is found; also where the whole file begins later. */
static void
test_coarse (void)
{
  static const guint sizes[] = { 240, 480, 576, 960, 1024, 1152, 4608 };
  static const gint64 biases[] = { 0, 10, 48, -30, 4410 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint j = 0; j < G_N_ELEMENTS (biases); j++) {
      IsrGrid grid = learn (sizes[i], 77, biases[j], TRUE);

      for (gint64 n = 1; n < 3000; n++) {
        gint64 at = n * sizes[i] - 77, sample;

        g_assert_true (isr_grid_find (&grid, to_says (at, biases[j], TRUE), TRUE, RATE, &sample));
        g_assert_cmpint (sample, ==, at);
      }
    }
}

/* Packets of many lengths, or so short that milliseconds do not tell one from another; and one that begins
 * where none can. */
static void
test_unknown (void)
{
  static const guint64 frames[] = { 128, 576, 1024, 576, 128 };
  static const gint64 says[] = { 0, 128, 704, 1728, 2304 };
  IsrGrid grid;
  gint64 sample;

  isr_grid_learn (&grid, frames, says, G_N_ELEMENTS (frames), TRUE);
  g_assert_cmpuint (grid.frames, ==, 0);
  g_assert_false (isr_grid_find (&grid, 5000, TRUE, RATE, &sample));
  g_assert_cmpint (sample, ==, 5000);
  grid = learn (120, 0, 0, TRUE);
  g_assert_false (isr_grid_find (&grid, 5000, TRUE, RATE, &sample));
  grid = learn (1024, 0, 0, TRUE);
  g_assert_false (isr_grid_find (&grid, 10 * 1024 + 300, TRUE, RATE, &sample));
  g_assert_true (isr_grid_find (&grid, 10 * 1024 - 40, TRUE, RATE, &sample));
  g_assert_cmpint (sample, ==, 10 * 1024);
}

/* Rounding cut off one sample too little: it is not one of the file's. */
static void
test_extra (void)
{
  static const guint64 frames[] = { 1025, 1024, 1024 };
  static const gint64 says[] = { 1024, 2048, 3072 };
  IsrGrid grid;
  gint64 sample;

  isr_grid_learn (&grid, frames, says, G_N_ELEMENTS (frames), FALSE);
  g_assert_cmpint (grid.extra, ==, 1);
  g_assert_true (isr_grid_find (&grid, 3072, FALSE, RATE, &sample));
  g_assert_cmpint (sample, ==, 2048);
}

/* One buffer, or none. */
static void
test_short (void)
{
  static const guint64 frames[] = { 500 };
  static const gint64 says[] = { 20 };
  IsrGrid grid;

  isr_grid_learn (&grid, frames, says, 0, FALSE);
  g_assert_cmpint (grid.bias, ==, 0);
  isr_grid_learn (&grid, frames, says, 1, FALSE);
  g_assert_cmpint (grid.bias, ==, 20);
  g_assert_cmpint (grid.extra, ==, 0);
  g_assert_cmpuint (grid.frames, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grid/exact", test_exact);
  g_test_add_func ("/grid/coarse", test_coarse);
  g_test_add_func ("/grid/unknown", test_unknown);
  g_test_add_func ("/grid/extra", test_extra);
  g_test_add_func ("/grid/short", test_short);
  return g_test_run ();
}
