/* SPDX-License-Identifier: MIT */
/* Sections and curves out of stored levels: no split, margin, mode or part of a day
 * makes a difference. */
#include "tests/daemon/loud-house.h"

/* The scene as one run in files that are split at @lengths windows and a bit. */
static void
record_scene (House *h, const Scene *scene, GRand *rand, guint longest, guint64 bit)
{
  guint64 position = 0, end_of_all = scene->n * WINDOW;
  guint told = 0;

  for (guint i = 0; position < end_of_all; i++) {
    guint64 n = MIN ((guint64) g_rand_int_range (rand, 1, (int) longest) * WINDOW + bit, end_of_all - position);
    g_autofree char *name = g_strdup_printf ("%05u.flac", i);
    g_autoptr (IsrRecording) recording = loud_recording ("mic", name, T0 + (gint64) (position * 1000000 / RATE), position * 1000000000 / RATE, n, RATE);

    recording->end_us = T0 + (gint64) ((position + n) * 1000000 / RATE);
    begin (h, recording);
    position += n;
    for (; told < scene->n && (guint64) (told + 10) * WINDOW <= position; told += 10)
      loud_tell (h->analysis, "mic", T0, 0, scene->ac, told, MIN (told + 10, scene->n));
    end (h, recording);
  }
  loud_tell (h->analysis, "mic", T0, 0, scene->ac, told, scene->n);
}

static void
compare_golden (House *h, const Scene *scene, const char *mode)
{
  IsrQuestion question = { .source = "mic", .from_us = T0 - 1, .to_us = T0 + (gint64) scene->n * LOUD_WINDOW_US, .mode = mode };
  g_autoptr (IsrAnswer) answer = loud_ask (h->analysis, question);
  g_autofree char *expected = scene_golden (scene, mode), *found = NULL;

  for (guint i = 0; i < answer->sections->len; i++) { /* a window is 4800 samples and starts where it starts, to the µs */
    IsrEvent *event = answer->sections->pdata[i];

    event->start_us = T0 + (event->start_us - T0 + LOUD_WINDOW_US / 2) / LOUD_WINDOW_US * LOUD_WINDOW_US;
    event->end_us = T0 + (event->end_us - T0 + LOUD_WINDOW_US / 2) / LOUD_WINDOW_US * LOUD_WINDOW_US;
  }
  found = loud_print (answer->sections, T0, mode);
  g_assert_cmpuint (answer->missing, ==, 0);
  g_assert_cmpstr (found, ==, expected);
}

static void
test_splits (House *h, gconstpointer data)
{
  static const char *const names[] = { "dense_21", "long_events_18", "faults_17", "fan_steps_16" };
  static const guint64 bits[] = { 0, 7, 4799, 2400 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (Scene) scene = scene_load (names[i]);

  record_scene (h, scene, rand, 3000, bits[i]);
  close_house (h);
  open_house (h);
  compare_golden (h, scene, SCENE_ADAPTIVE);
}

/* Blocks are those of the run, wherever the question begins. */
static void
test_blocks (House *h, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (Scene) scene = scene_load ("dense_21");

  memcpy (scene->ac, scene->raw, scene->n * sizeof (gint16)); /* in the test raw is as the level */
  record_scene (h, scene, rand, 2000, 0);
  close_house (h);
  open_house (h);
  compare_golden (h, scene, SCENE_BLOCKS);
}

/* Whatever part is asked for: its sections are those of the whole. */
static void
test_parts (House *h, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  g_autoptr (Scene) scene = scene_load ("day_outdoor_111");
  const char *mode = data;
  g_autoptr (IsrAnswer) whole = NULL;
  guint checked = 0;

  record_scene (h, scene, rand, 36000, 0);
  close_house (h);
  open_house (h);
  whole = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0, .to_us = T0 + 86400 * G_TIME_SPAN_SECOND, .mode = mode });
  g_assert_cmpuint (whole->sections->len, >, 100);
  for (guint turn = 0; turn < 40; turn++) {
    gint64 from_us = T0 + g_rand_int_range (rand, 0, 86000) * G_TIME_SPAN_SECOND, to_us = from_us + g_rand_int_range (rand, 1, 4000) * G_TIME_SPAN_SECOND;
    g_autoptr (IsrAnswer) part = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = from_us, .to_us = to_us, .mode = mode });
    guint next = 0;

    for (guint i = 0; i < whole->sections->len; i++) {
      const IsrEvent *event = whole->sections->pdata[i], *other;

      if (event->start_us >= to_us || event->end_us <= from_us)
        continue;
      g_assert_cmpuint (next, <, part->sections->len);
      other = part->sections->pdata[next++];
      g_assert_cmpint (other->start_us, ==, event->start_us);
      g_assert_cmpint (other->end_us, ==, event->end_us);
      g_assert_cmpint (other->score, ==, event->score);
      g_assert_cmpstr (other->reason, ==, event->reason);
      checked++;
    }
    g_assert_cmpuint (next, ==, part->sections->len);
  }
  g_assert_cmpuint (checked, >, 100);
}

static void
on_section (const IsrSection *section, gpointer data)
{
  ++*(guint *) data;
}

/* A hole in the recording: what is behind it is another run. */
static void
test_gap (House *h, gconstpointer data)
{
  g_autoptr (Scene) scene = scene_load ("dense_21");
  const guint half = 9000;
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, half * (guint64) WINDOW, RATE);
  g_autoptr (IsrRecording) b = loud_recording ("mic", "b.flac", a->end_us + 1000000, a->samples * 1000000000 / RATE, half * (guint64) WINDOW, RATE);
  IsrDetectorHooks hooks = { .ended = on_section };
  g_autofree IsrDetector *detector = g_new (IsrDetector, 1);
  g_autoptr (IsrAnswer) answer = NULL;
  IsrDetectorParams params;
  guint n = 0;

  g_free (a->reason);
  a->reason = g_strdup ("gap");
  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, scene->ac, 0, half);
  end (h, a);
  begin (h, b);
  loud_tell (h->analysis, "mic", b->start_us, b->position, scene->ac + half, 0, half);
  end (h, b);
  close_house (h);
  open_house (h);
  isr_detector_params_init (&params);
  isr_detector_init (detector, &params, &hooks, &n);
  isr_detector_push (detector, scene->ac, half);
  isr_detector_finish (detector);
  isr_detector_push (detector, scene->ac + half, half);
  isr_detector_finish (detector);
  answer = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0, .to_us = b->end_us });
  g_assert_cmpuint (answer->sections->len, ==, n);
}

/* While it is recorded: what has ended is final, what may still change is not. */
static void
test_growing (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = g_new (gint16, 1000);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 1000 * (guint64) WINDOW, RATE);
  g_autofree char *path = get_path (h, "a.flac"), *bytes = NULL;
  gsize size = 0;
  const IsrEvent *first, *last;
  g_autoptr (IsrAnswer) answer = NULL;

  for (guint i = 0; i < 1000; i++)
    levels[i] = (i >= 400 && i < 410) || i >= 995 ? -2000 : -6000;
  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 1000);
  while (size < ISR_LEVELS_HEADER_SIZE + 8000) {
    g_clear_pointer (&bytes, g_free);
    g_file_get_contents (path, &bytes, &size, NULL);
  }
  answer = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0, .to_us = T0 + 100 * G_TIME_SPAN_SECOND });
  g_assert_cmpuint (answer->sections->len, ==, 2);
  first = answer->sections->pdata[0];
  last = answer->sections->pdata[1];
  g_assert_cmpint (first->start_us, ==, T0 + 40 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (first->end_us, ==, T0 + 41 * G_TIME_SPAN_SECOND);
  g_assert_cmpint (first->state, ==, ISR_EVENT_ENDED);
  g_assert_cmpint (last->start_us, ==, T0 + 99500 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (last->state, ==, ISR_EVENT_STARTED);
}

static void
test_margins (House *h, gconstpointer data)
{
  g_autofree gint16 *levels = g_new (gint16, 1000);
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 1000 * (guint64) WINDOW, RATE);
  const double margins[] = { 6, 12, 25, 60 };
  const guint alone[] = { 3, 2, 0, 0 }, merged_[] = { 2, 2, 0, 0 };
  const gint64 gap = 5 * G_GINT64_CONSTANT (1000000000);

  for (guint i = 0; i < 1000; i++)
    levels[i] = i == 400 ? -5000 : i == 430 ? -4000
                               : i == 500   ? -3600
                                            : -6000;
  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 1000);
  end (h, a);
  close_house (h);
  open_house (h);
  for (guint i = 0; i < G_N_ELEMENTS (margins); i++) {
    g_autoptr (IsrAnswer) answer = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0, .to_us = a->end_us, .margin = &margins[i] });
    g_autoptr (IsrAnswer) merged = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0, .to_us = a->end_us, .margin = &margins[i], .min_gap = &gap });

    g_assert_cmpuint (answer->sections->len, ==, alone[i]);
    g_assert_cmpuint (merged->sections->len, ==, merged_[i]);
  }
}

/* Every part of a curve, against all its windows by hand. */
static void
test_curve (House *h, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (Scene) scene = scene_load ("dense_21");
  const guint points = GPOINTER_TO_UINT (data);
  const gint64 to_us = T0 + (gint64) scene->n * LOUD_WINDOW_US;
  g_autoptr (IsrAnswer) answer = NULL;
  guint per = (guint) scene->n / points;

  record_scene (h, scene, rand, 7000, 0);
  close_house (h);
  open_house (h);
  answer = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0, .to_us = to_us, .points = points });
  for (guint i = 0; i < points; i++) {
    gint16 max = ISR_LEVELS_UNKNOWN, min = 0;

    for (guint w = i * per; w < (i + 1) * per; w++) {
      max = MAX (max, scene->ac[w]);
      min = MIN (min, scene->ac[w]);
    }
    g_assert_cmpint (answer->curve->max[i], ==, max);
    g_assert_cmpint (answer->curve->min[i], ==, min);
    g_assert_cmpint (answer->curve->peak[i], ==, MIN (max + 300, 0));
    g_assert_cmpint (answer->curve->mean[i], >=, min);
    g_assert_cmpint (answer->curve->mean[i], <=, max);
    g_assert_cmpint (answer->curve->floor[i], ==, (i + 1) * per <= 10 ? ISR_LEVELS_UNKNOWN : -6000); /* none in the first second */
  }
}

/* Parts shorter than a window: each window over all that it lies over. */
static void
test_curve_of_short (House *h, gconstpointer data)
{
  const gint16 levels[] = { -1000, -2000, -3000, -4000 };
  g_autoptr (IsrRecording) a = loud_recording ("mic", "a.flac", T0, 0, 4 * (guint64) WINDOW, RATE);
  g_autoptr (IsrAnswer) answer = NULL;

  begin (h, a);
  loud_tell (h->analysis, "mic", T0, 0, levels, 0, 4);
  end (h, a);
  close_house (h);
  open_house (h);
  answer = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0 - 100000, .to_us = T0 + 500000, .points = 12 });
  for (guint i = 0; i < 12; i++)
    g_assert_cmpint (answer->curve->max[i], ==, i < 2 || i >= 10 ? ISR_LEVELS_UNKNOWN : levels[(i - 2) / 2]);
}

/* Where nothing is there is nothing; summaries and windows tell the same. */
static void
test_curve_of_long (House *h, gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  g_autoptr (Scene) scene = scene_load ("day_free_113");
  const gint64 to_us = T0 + (gint64) scene->n * LOUD_WINDOW_US;
  g_autoptr (IsrAnswer) coarse = NULL, fine = NULL;

  record_scene (h, scene, rand, 36000, 0);
  close_house (h);
  open_house (h);
  coarse = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0 - (to_us - T0), .to_us = to_us, .points = 288 });
  fine = loud_ask (h->analysis, (IsrQuestion){ .source = "mic", .from_us = T0, .to_us = to_us, .points = 144 * 60 });
  for (guint i = 0; i < 144; i++) {
    int max = ISR_LEVELS_UNKNOWN;

    g_assert_cmpint (coarse->curve->max[i], ==, ISR_LEVELS_UNKNOWN);
    for (guint j = 0; j < 60; j++)
      max = MAX (max, fine->curve->max[i * 60 + j]);
    g_assert_cmpint (ABS (coarse->curve->max[144 + i] - max), <=, 600); /* up to one summary of ten seconds is the neighbour's */
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, data, func) g_test_add ("/analysis/" path, House, data, set_up_house, func, tear_down_house)
  for (guint i = 0; i < 4; i++) {
    g_autofree char *path = g_strdup_printf ("/analysis/splits/%u", i);

    g_test_add (path, House, GUINT_TO_POINTER (i), set_up_house, test_splits, tear_down_house);
  }
  ADD ("blocks", NULL, test_blocks);
  ADD ("parts/adaptive", "adaptive", test_parts);
  ADD ("parts/blocks", "blocks", test_parts);
  ADD ("gap", NULL, test_gap);
  ADD ("growing", NULL, test_growing);
  ADD ("margins", NULL, test_margins);
  ADD ("curve/180", GUINT_TO_POINTER (180), test_curve);
  ADD ("curve/1000", GUINT_TO_POINTER (1000), test_curve);
  ADD ("curve/18000", GUINT_TO_POINTER (18000), test_curve);
  ADD ("curve-of-short", NULL, test_curve_of_short);
  ADD ("curve-of-long", NULL, test_curve_of_long);
  return g_test_run ();
}
