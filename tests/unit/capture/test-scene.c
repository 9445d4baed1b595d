/* SPDX-License-Identifier: MIT */
/* test-scene.c - scenes are functions of the sample number. */
#include "daemon/capture/scene.h"

#include <math.h>
#include <string.h>

#define SECOND ISR_SCENE_RATE

static double
get_rms (const gint16 *samples, guint n)
{
  double sum = 0;

  for (guint i = 0; i < n; i++)
    sum += (double) samples[i] * samples[i];
  return sum > 0 ? 20 * log10 (sqrt (sum / n) / 32768) : -200;
}

/* In pieces of any size, from anywhere: the same samples. */
static void
test_pieces (void)
{
  static const guint cuts[] = { 0, 1, 2, 500, 7000, 48000, 96000 };
  g_autofree gint16 *whole = g_new (gint16, 4 * SECOND), *pieces = g_new (gint16, 4 * SECOND);

  for (IsrScene scene = ISR_SCENE_DEMO; scene <= ISR_SCENE_COUNTER; scene++) {
    isr_scene_render (scene, 3, 1000000, 2 * SECOND, 2, whole);
    for (guint i = 0; i + 1 < G_N_ELEMENTS (cuts); i++)
      isr_scene_render (scene, 3, 1000000 + cuts[i], cuts[i + 1] - cuts[i], 2, pieces + 2 * cuts[i]);
    g_assert_cmpmem (whole, 4 * SECOND * sizeof *whole, pieces, 4 * SECOND * sizeof *pieces);
  }
}

static void
test_seed (void)
{
  gint16 a[1000], b[1000];

  isr_scene_render (ISR_SCENE_DEMO, 1, 0, 1000, 1, a);
  isr_scene_render (ISR_SCENE_DEMO, 2, 0, 1000, 1, b);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
}

/* In every six seconds: something loud, and mostly a quiet room; nothing clips. */
static void
test_demo (void)
{
  g_autofree gint16 *slot = g_new (gint16, 6 * SECOND);

  for (guint k = 0; k < 50; k++) {
    guint loud = 0, quiet = 0, clipped = 0;

    isr_scene_render (ISR_SCENE_DEMO, 1, (guint64) k * 6 * SECOND, 6 * SECOND, 1, slot);
    for (guint w = 0; w < 60; w++) {
      double level = get_rms (slot + w * SECOND / 10, SECOND / 10);

      loud += level > -40;
      quiet += level > -70 && level < -52;
    }
    for (guint i = 0; i < 6 * SECOND; i++)
      clipped += slot[i] == G_MAXINT16 || slot[i] == G_MININT16;
    g_assert_cmpuint (loud, >=, 1);
    g_assert_cmpuint (quiet, >=, 45);
    g_assert_cmpuint (clipped, ==, 0);
  }
}

static void
test_counter (void)
{
  gint16 samples[6];

  isr_scene_render (ISR_SCENE_COUNTER, 0, 0x1ffff, 3, 2, samples);
  g_assert_cmpuint ((guint16) samples[0], ==, 0xffff);
  g_assert_cmpuint ((guint16) samples[1], ==, 1);
  g_assert_cmpuint ((guint16) samples[2], ==, 0);
  g_assert_cmpuint ((guint16) samples[3], ==, 2);
  g_assert_cmpuint ((guint16) samples[4], ==, 1);
}

static void
test_others (void)
{
  gint16 samples[4800];

  isr_scene_render (ISR_SCENE_TONE, 0, 12345, 4800, 1, samples);
  g_assert_cmpfloat_with_epsilon (get_rms (samples, 4800), -23.01, 0.02);
  isr_scene_render (ISR_SCENE_SILENCE, 0, 12345, 4800, 1, samples);
  g_assert_cmpfloat (get_rms (samples, 4800), ==, -200);
}

static void
test_names (void)
{
  IsrScene scene;

  for (guint i = 0; isr_scene_names[i]; i++) {
    g_assert_true (isr_scene_from_string (isr_scene_names[i], &scene));
    g_assert_cmpuint (scene, ==, i);
  }
  g_assert_false (isr_scene_from_string ("opera", &scene));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scene/pieces", test_pieces);
  g_test_add_func ("/scene/seed", test_seed);
  g_test_add_func ("/scene/demo", test_demo);
  g_test_add_func ("/scene/counter", test_counter);
  g_test_add_func ("/scene/others", test_others);
  g_test_add_func ("/scene/names", test_names);
  return g_test_run ();
}
