/* SPDX-License-Identifier: MIT */
/* Golden scenes: the same sections, window for window, in both modes, however the
 * levels come, and with announcements as without. */
#include "tests/unit/loudness/scene.h"

#include <string.h>

typedef struct {
  GArray *ended;
  GHashTable *open; /* ids that are announced and not answered */
  guint started, cancelled;
} Heard;

static void
on_started (const IsrSection *section, gpointer data)
{
  Heard *heard = data;

  g_assert_cmpuint (section->id, >, 0);
  g_assert_cmpuint (section->end, ==, section->start + 1);
  g_assert_true (g_hash_table_add (heard->open, g_memdup2 (&section->id, sizeof section->id)));
  heard->started++;
}

static void
on_cancelled (const IsrSection *section, gpointer data)
{
  Heard *heard = data;

  g_assert_true (g_hash_table_remove (heard->open, &section->id));
  heard->cancelled++;
}

static void
on_ended (const IsrSection *section, gpointer data)
{
  Heard *heard = data;

  g_assert_cmpint (section->floor + section->score, <=, section->peak);
  g_hash_table_remove (heard->open, &section->id);
  scene_collect (section, heard->ended);
}

static const IsrDetectorHooks with_announcements = { on_started, on_cancelled, on_ended };
static const IsrDetectorHooks ends_only = { .ended = on_ended };

/* @largest: block sizes are 1 to that, at random; 0: all at once. */
static void
push_all (IsrDetector *detector, const gint16 *levels, gsize n, int largest)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);

  for (gsize done = 0; done < n;) {
    gsize size = largest ? (gsize) g_rand_int_range (rand, 1, largest + 1) : n;

    size = MIN (size, n - done);
    isr_detector_push (detector, levels + done, size);
    done += size;
  }
  isr_detector_finish (detector);
}

static void
check (const Scene *scene, IsrDetectorMode mode, const IsrDetectorHooks *hooks, int largest)
{
  const char *name = mode == ISR_DETECTOR_BLOCKS ? SCENE_BLOCKS : SCENE_ADAPTIVE;
  g_autoptr (GArray) ended = g_array_new (FALSE, FALSE, sizeof (IsrSection));
  g_autoptr (GHashTable) open = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autofree IsrDetector *detector = g_new (IsrDetector, 1);
  g_autofree char *golden = scene_golden (scene, name);
  g_autofree char *found = NULL;
  Heard heard = { ended, open };
  IsrDetectorParams params;

  isr_detector_params_init (&params);
  params.mode = mode;
  isr_detector_init (detector, &params, hooks, &heard);
  push_all (detector, mode == ISR_DETECTOR_BLOCKS ? scene->raw : scene->ac, scene->n, largest);
  found = scene_print (ended, name);
  g_assert_cmpstr (found, ==, golden);
  g_assert_cmpuint (g_hash_table_size (open), ==, 0);
  if (heard.started)
    g_test_message ("announced %u, cancelled %u, ended %u", heard.started, heard.cancelled, ended->len);
}

static void
test_scene (gconstpointer name)
{
  g_autoptr (Scene) scene = scene_load (name);

  g_assert_cmpuint (scene->n, ==, g_str_has_prefix (name, "day_") ? 864000 : 18000);
  check (scene, ISR_DETECTOR_ADAPTIVE, &ends_only, 0);
  check (scene, ISR_DETECTOR_ADAPTIVE, &ends_only, 40);
  check (scene, ISR_DETECTOR_ADAPTIVE, &ends_only, 5000);
  check (scene, ISR_DETECTOR_ADAPTIVE, &with_announcements, 1);
  check (scene, ISR_DETECTOR_ADAPTIVE, &with_announcements, 700);
  check (scene, ISR_DETECTOR_BLOCKS, &ends_only, 1);
  check (scene, ISR_DETECTOR_BLOCKS, &with_announcements, 999);
}

int
main (int argc, char **argv)
{
  static const char *const names[] = {
    "day_free_113", "day_indoor_112", "day_outdoor_111", "dense_21", "fan_steps_16", "faults_17", "fire_20",
    "free_mix_22", "free_rain_23", "free_wind_traffic_24", "indoor_tick_19", "long_events_18", "quiet_long_25",
    "quiet_night_11", "rain_onset_12", "sea_13", "traffic_day_14", "wind_15"
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_strconcat ("/loudness/scenes/", names[i], NULL);

    g_test_add_data_func (path, names[i], test_scene);
  }

  return g_test_run ();
}
