/* SPDX-License-Identifier: MIT */
/* The presets that are installed: each is found, says what it is for, sets every property
 * that it names to what it names, and the element can record with it. */
#include "tests/element/split-helper.h"

static GKeyFile *presets;

static GstElement *
make_sink (void)
{
  GstElement *sink = gst_element_factory_make ("isrsplitsink", NULL);

  g_assert_nonnull (sink);
  return gst_object_ref_sink (sink);
}

/* The element has a preset for each group of the file but the first, and the user's. */
static void
test_all_are_found (void)
{
  g_autoptr (GstElement) sink = make_sink ();
  g_auto (GStrv) names = gst_preset_get_preset_names (GST_PRESET (sink));
  g_auto (GStrv) groups = g_key_file_get_groups (presets, NULL);

  g_assert_nonnull (names);
  g_assert_cmpstr (groups[0], ==, "_presets_");
  g_assert_cmpuint (g_strv_length (names), ==, g_strv_length (groups));
  g_assert_cmpuint (g_strv_length (names), >=, 5);
  g_assert_true (g_strv_contains ((const char *const *) names, "mine"));
  for (guint i = 1; groups[i]; i++)
    g_assert_true (g_strv_contains ((const char *const *) names, groups[i]));
}

static void
assert_property (GstElement *sink, const char *property, const char *text)
{
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (sink), property);
  g_auto (GValue) expected = G_VALUE_INIT;
  g_auto (GValue) now = G_VALUE_INIT;

  g_assert_nonnull (spec);
  g_value_init (&expected, spec->value_type);
  g_assert_true (gst_value_deserialize (&expected, text));
  g_object_get_property (G_OBJECT (sink), property, &now);
  g_assert_cmpint (g_param_values_cmp (spec, &now, &expected), ==, 0);
  g_assert_false (g_param_value_validate (spec, &expected)); /* nothing out of range */
}

/* Other than all presets: whatever is not set is noticed. */
static void
disturb (GstElement *sink)
{
  g_object_set (sink, "location", "x", "split-interval", (guint64) 123 * GST_SECOND, "split-offset", (guint64) 7 * GST_SECOND,
      "sync-interval", (guint64) 11, "fsync-interval", (guint64) 13, "max-pending", (guint64) 17, NULL);
}

static void
assert_changes (const char *name, gboolean disk_retry)
{
  g_autoptr (GstElement) sink = make_sink ();
  g_auto (GStrv) keys = g_key_file_get_keys (presets, name, NULL, NULL);
  guint n = 0;

  disturb (sink);
  g_object_set (sink, "disk-retry", disk_retry, NULL);
  g_assert_true (gst_preset_load_preset (GST_PRESET (sink), name));
  for (guint i = 0; keys[i]; i++) {
    g_autofree char *value = g_key_file_get_string (presets, name, keys[i], NULL);

    if (g_str_has_prefix (keys[i], "_meta/"))
      continue;
    assert_property (sink, keys[i], value);
    n++;
  }
  g_assert_cmpuint (n, ==, 8); /* what a preset may say; source, timezone, start-time are the user's */
}

/* Records what auto and the containers differ in, with the clock of the night of a change. */
static void
assert_records (const char *name)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GstElement) sink = make_sink ();
  g_autofree char *location = NULL;
  g_autofree char *below = NULL;
  GstHarness *h;

  g_assert_true (gst_preset_load_preset (GST_PRESET (sink), name));
  g_object_get (sink, "location", &location, NULL);
  g_assert_nonnull (strstr (location, "{source}"));
  below = g_build_filename (dir.path, location, NULL);
  g_object_set (sink, "location", below, "start-time", (guint64) START_US * 1000, "source", name, NULL);
  h = gst_harness_new_with_element (sink, "sink", NULL);
  gst_harness_set_src_caps_str (h, "audio/x-raw,format=S16LE,rate=8000,channels=1,layout=interleaved");
  g_assert_cmpint (gst_harness_push (h, gst_buffer_new_wrapped (g_malloc0 (16000), 16000)), ==, GST_FLOW_OK);
  g_assert_true (gst_harness_push_event (h, gst_event_new_eos ()));
  g_assert_cmpuint (get_stat (sink, "files"), ==, 1);
  g_assert_cmpuint (get_stat (sink, "samples"), ==, 8000);
  gst_harness_teardown (h);
}

static void
test_preset (gconstpointer name)
{
  g_autoptr (GstElement) sink = make_sink ();
  g_autofree char *comment = NULL;

  g_assert_true (gst_preset_get_meta (GST_PRESET (sink), name, "comment", &comment));
  g_assert_cmpuint (strlen (comment), >, 40);
  assert_changes (name, TRUE);
  assert_changes (name, FALSE);
  assert_records (name);
}

/* Somebody has saved a preset of his own: GStreamer gives that file its own version, and
 * ignores every installed file whose version is not greater. Hence ours begins with 100. */
static void
save_preset_of_user (const char *data_home)
{
  static const char mine[] = "[_presets_]\nversion=1.22.0\nelement-name=IsrSplitSink\n\n[mine]\nsource=me\n";
  g_autofree char *directory = g_build_filename (data_home, "gstreamer-1.0", "presets", NULL);
  g_autofree char *path = g_build_filename (directory, "IsrSplitSink.prs", NULL);

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, mine, -1, NULL));
  g_setenv ("XDG_DATA_HOME", data_home, TRUE);
}

int
main (int argc, char **argv)
{
  g_auto (TestDir) home = test_dir_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_auto (GStrv) names = NULL;
  int status;

  save_preset_of_user (home.path); /* GLib looks at it once */
  split_test_init (&argc, &argv);
  g_assert_nonnull (g_getenv ("GST_PRESET_PATH"));
  path = g_strdup_printf ("%s/%s.prs", g_getenv ("GST_PRESET_PATH"), g_type_name (ISR_TYPE_SPLIT_SINK));
  presets = g_key_file_new ();
  g_key_file_load_from_file (presets, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  names = g_key_file_get_groups (presets, NULL);
  g_test_add_func ("/proof/presets/all-are-found", test_all_are_found);
  for (guint i = 1; names[i]; i++) {
    g_autofree char *test = g_strconcat ("/proof/presets/", names[i], NULL);

    g_test_add_data_func (g_strdelimit (test, " ", '-'), names[i], test_preset);
  }
  status = g_test_run ();
  g_key_file_unref (presets);

  return status;
}
