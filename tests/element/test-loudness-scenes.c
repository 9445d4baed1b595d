/* SPDX-License-Identifier: MIT */
/* Golden scenes as audio: what has a scene's levels gives its sections. */
#include "tests/element/loud-helper.h"
#include "tests/unit/loudness/scene.h"

typedef struct {
  const char *scene, *format;
  int rate, channels;
  int largest; /* frames of a buffer */
  int tolerance;
} Case;

/* A pair of samples +-a has power a^2; with integers some pairs are one louder, so that
 * the mean is right. @full: full scale. Frames of an odd window's end are 0. */
static void
render_window (double *out, guint frames, int level, double full)
{
  double power = level <= ISR_LEVEL_LOWEST ? 0 : pow (10, level / 1000.0) * full * full;
  guint pairs = frames / 2;
  double target = power * frames / (2.0 * pairs), low = full > 1 ? floor (sqrt (target)) : sqrt (target);
  double louder = full > 1 ? rint (pairs * (target - low * low) / (2 * low + 1)) : 0;

  out[frames - 1] = 0;
  for (guint i = 0; i < pairs; i++) {
    double a = i < louder ? low + 1 : low;

    out[2 * i] = a;
    out[2 * i + 1] = -a;
  }
}

static void
put (GByteArray *bytes, const char *format, double value)
{
  if (g_str_equal (format, "F32LE")) {
    float x = (float) value;

    g_byte_array_append (bytes, (guint8 *) &x, 4);
  } else {
    gint32 x = (gint32) value;

    g_byte_array_append (bytes, (guint8 *) &x, g_str_equal (format, "S16LE") ? 2 : g_str_equal (format, "S24LE") ? 3
                                                                                                                 : 4);
  }
}

static double
full_scale (const char *format)
{
  if (g_str_equal (format, "F32LE"))
    return 1;
  return g_str_equal (format, "S16LE") ? 0x1p15 : g_str_has_prefix (format, "S24") ? 0x1p23
                                                                                   : 0x1p31;
}

/* The last channel has the level, the others are quieter by 20 dB. */
static void
render (GByteArray *bytes, const Case *c, int level, guint frames)
{
  g_autofree double *loud = g_new (double, frames);
  g_autofree double *quiet = g_new (double, frames);

  render_window (loud, frames, level, full_scale (c->format));
  render_window (quiet, frames, MAX (level - 2000, ISR_LEVEL_LOWEST), full_scale (c->format));
  for (guint i = 0; i < frames; i++) {
    for (int ch = 0; ch < c->channels; ch++)
      put (bytes, c->format, ch == c->channels - 1 ? loud[i] : quiet[i]);
  }
}

/* Every third buffer is one frame. */
static void
push_some (Loud *loud, GByteArray *bytes, const Case *c, GRand *rand, gboolean all)
{
  gsize frame = (gsize) c->channels * (full_scale (c->format) == 0x1p15 ? 2 : g_str_equal (c->format, "S24LE") ? 3
                                                                                                               : 4);
  gsize done = 0, wanted;

  while (bytes->len - done >= (wanted = frame * (gsize) (g_rand_int_range (rand, 0, 3) ? g_rand_int_range (rand, 1, c->largest + 1) : 1)) || (all && done < bytes->len)) {
    gsize size = MIN (wanted, bytes->len - done);

    loud_push (loud, bytes->data + done, size);
    done += size;
  }
  g_byte_array_remove_range (bytes, 0, (guint) done);
}

static void
compare_levels (Loud *loud, const Scene *scene, int tolerance)
{
  g_assert_cmpuint (loud->levels->len, ==, scene->n);
  for (guint i = 0; i < scene->n; i++) {
    int expected = MAX (scene->ac[i], ISR_LEVEL_LOWEST);

    g_assert_cmpint (ABS (loud_value (loud->levels, i) - expected), <=, tolerance);
  }
}

/* Levels that are exact give exactly the golden lines; else score and peak follow them. */
static void
compare_sections (Loud *loud, const Scene *scene, int tolerance)
{
  g_autofree char *golden = scene_golden (scene, SCENE_ADAPTIVE);
  g_auto (GStrv) lines = g_strsplit (golden, "\n", -1);

  if (tolerance == 0) {
    g_autofree char *found = scene_print (loud->ended, SCENE_ADAPTIVE);

    g_assert_cmpstr (found, ==, golden);
    return;
  }
  g_array_sort (loud->ended, scene_compare);
  g_assert_cmpuint (loud->ended->len, ==, g_strv_length (lines) - 1);
  for (guint i = 0; i < loud->ended->len; i++) {
    const IsrSection *x = &g_array_index (loud->ended, IsrSection, i);
    g_auto (GStrv) field = g_strsplit (lines[i], " ", -1);

    g_assert_cmpuint (x->start, ==, g_ascii_strtoull (field[1], NULL, 10));
    g_assert_cmpuint (x->end, ==, g_ascii_strtoull (field[2], NULL, 10));
    g_assert_cmpint (ABS (x->score - atoi (field[3])), <=, 4 * tolerance); /* level and up to three of the reference */
    g_assert_cmpint (ABS (x->peak - atoi (field[4])), <=, tolerance);
    g_assert_cmpstr (isr_section_reason_to_string (x->reason), ==, field[5]);
  }
}

static void
test_scene (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (Scene) scene = scene_load (c->scene);
  g_autoptr (Loud) loud = loud_new (c->format, c->rate, c->channels);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint64 i = 0; i < scene->n; i++) {
    guint64 rate = (guint64) c->rate;

    render (bytes, c, scene->ac[i], (guint) ((i + 1) * rate / 10 - i * rate / 10));
    push_some (loud, bytes, c, rand, FALSE);
  }
  push_some (loud, bytes, c, rand, TRUE);
  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_eos ()));
  compare_levels (loud, scene, c->tolerance);
  compare_sections (loud, scene, c->tolerance);
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "dense_21", "S16LE", 48000, 1, 9600, 1 },
    { "traffic_day_14", "S16LE", 22050, 2, 100000, 1 },
    { "long_events_18", "S24LE", 8000, 1, 5000, 1 },
    { "fan_steps_16", "S24_32LE", 11025, 2, 100, 1 },
    { "wind_15", "S32LE", 16000, 1, 100000, 0 },
    { "faults_17", "F32LE", 2000, 1, 300, 0 },
    { "quiet_long_25", "F32LE", 11025, 3, 7000, 0 },
  };

  loud_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/loudness/audio/%s/%s", cases[i].scene, cases[i].format);

    g_test_add_data_func (path, &cases[i], test_scene);
  }

  return g_test_run ();
}
