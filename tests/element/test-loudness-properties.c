/* SPDX-License-Identifier: MIT */
/* The face of isrloudness: properties against the core's constants, presets, changes while it plays. */
#include "tests/element/loud-helper.h"

static GstElement *
make (void)
{
  GstElement *element = gst_element_factory_make ("isrloudness", NULL);

  g_assert_nonnull (element);
  return gst_object_ref_sink (element);
}

static void
test_defaults (void)
{
  g_autoptr (GstElement) element = make ();
  guint n = 0, own = 0;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (element), &n);

  for (guint i = 0; i < n; i++) {
    g_auto (GValue) now = G_VALUE_INIT;

    if (specs[i]->owner_type != ISR_TYPE_LOUDNESS)
      continue;
    own++;
    g_object_get_property (G_OBJECT (element), specs[i]->name, &now);
    g_assert_true (g_param_value_defaults (specs[i], &now));
    g_assert_cmpuint (strlen (g_param_spec_get_blurb (specs[i])), >, 10);
    g_assert_cmpuint (specs[i]->flags & (GST_PARAM_MUTABLE_PLAYING | G_PARAM_WRITABLE), ==, GST_PARAM_MUTABLE_PLAYING | G_PARAM_WRITABLE);
  }
  g_assert_cmpuint (own, ==, 12);
}

static const struct {
  const char *name;
  int min, max, fallback;
} in_db[] = {
  { "margin", ISR_DETECTOR_MARGIN_MIN, ISR_DETECTOR_MARGIN_MAX, ISR_DETECTOR_DEFAULT_MARGIN },
  { "leave", ISR_DETECTOR_LEAVE_MIN, ISR_DETECTOR_LEAVE_MAX, ISR_DETECTOR_DEFAULT_LEAVE },
  { "allowance-max", ISR_DETECTOR_ALLOWANCE_MAX_MIN, ISR_DETECTOR_ALLOWANCE_MAX_MAX, ISR_DETECTOR_DEFAULT_ALLOWANCE_MAX },
  { "silence", ISR_DETECTOR_SILENCE_MIN, ISR_DETECTOR_SILENCE_MAX, ISR_DETECTOR_DEFAULT_SILENCE },
},
  in_windows[] = {
    { "min-gap", ISR_DETECTOR_MIN_GAP_MIN, ISR_DETECTOR_MIN_GAP_MAX, ISR_DETECTOR_DEFAULT_MIN_GAP },
    { "floor-window", ISR_DETECTOR_FLOOR_WINDOW_MIN, ISR_DETECTOR_FLOOR_WINDOW_MAX, ISR_DETECTOR_DEFAULT_FLOOR_WINDOW },
    { "extend", ISR_DETECTOR_EXTEND_MIN, ISR_DETECTOR_EXTEND_MAX, ISR_DETECTOR_DEFAULT_EXTEND },
  };

/* What the element states is what the core has, and the ends of the ranges are kept. */
static void
test_core (void)
{
  g_autoptr (GstElement) element = make ();
  GObjectClass *klass = G_OBJECT_GET_CLASS (element);

  for (guint i = 0; i < G_N_ELEMENTS (in_db); i++) {
    GParamSpecDouble *spec = G_PARAM_SPEC_DOUBLE (g_object_class_find_property (klass, in_db[i].name));
    double value;

    g_assert_cmpfloat_with_epsilon (spec->minimum, in_db[i].min / 100.0, 1e-9);
    g_assert_cmpfloat_with_epsilon (spec->maximum, in_db[i].max / 100.0, 1e-9);
    g_assert_cmpfloat_with_epsilon (spec->default_value, in_db[i].fallback / 100.0, 1e-9);
    g_object_set (element, in_db[i].name, spec->minimum, NULL);
    g_object_get (element, in_db[i].name, &value, NULL);
    g_assert_cmpfloat_with_epsilon (value, spec->minimum, 1e-9);
  }
  for (guint i = 0; i < G_N_ELEMENTS (in_windows); i++) {
    GParamSpecUInt64 *spec = G_PARAM_SPEC_UINT64 (g_object_class_find_property (klass, in_windows[i].name));
    guint64 value;

    g_assert_cmpuint (spec->minimum, ==, (guint) in_windows[i].min * 100 * GST_MSECOND);
    g_assert_cmpuint (spec->maximum, ==, (guint) in_windows[i].max * 100 * GST_MSECOND);
    g_assert_cmpuint (spec->default_value, ==, (guint) in_windows[i].fallback * 100 * GST_MSECOND);
    g_object_set (element, in_windows[i].name, spec->maximum, NULL);
    g_object_get (element, in_windows[i].name, &value, NULL);
    g_assert_cmpuint (value, ==, spec->maximum);
  }
}

static void
test_rounding (void)
{
  g_autoptr (GstElement) element = make ();
  guint64 gap;

  g_object_set (element, "min-gap", 1549 * GST_MSECOND, NULL);
  g_object_get (element, "min-gap", &gap, NULL);
  g_assert_cmpuint (gap, ==, 1500 * GST_MSECOND);
  g_object_set (element, "min-gap", 1550 * GST_MSECOND, NULL);
  g_object_get (element, "min-gap", &gap, NULL);
  g_assert_cmpuint (gap, ==, 1600 * GST_MSECOND);
}

/* Each line of the file is a property that then has that value. */
static void
check_preset (GstElement *element, GKeyFile *file, const char *name)
{
  g_auto (GStrv) keys = g_key_file_get_keys (file, name, NULL, NULL);
  guint properties = 0;

  g_assert_true (gst_preset_load_preset (GST_PRESET (element), name));
  for (guint i = 0; keys[i]; i++) {
    g_autofree char *text = g_key_file_get_string (file, name, keys[i], NULL);
    GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), keys[i]);
    g_auto (GValue) wanted = G_VALUE_INIT;
    g_auto (GValue) now = G_VALUE_INIT;

    if (g_str_has_prefix (keys[i], "_meta/"))
      continue;
    g_assert_nonnull (spec);
    g_value_init (&wanted, spec->value_type);
    g_assert_true (gst_value_deserialize (&wanted, text));
    g_assert_false (g_param_value_validate (spec, &wanted));
    g_object_get_property (G_OBJECT (element), keys[i], &now);
    g_assert_cmpint (g_param_values_cmp (spec, &wanted, &now), ==, 0);
    properties++;
  }
  g_assert_cmpuint (properties, ==, 10);
}

static void
test_presets (void)
{
  static const char *const names[] = { "broadcast-logger", "neighbourhood-noise", "speech", "wildlife" };
  g_autoptr (GstElement) element = make ();
  g_auto (GStrv) found = gst_preset_get_preset_names (GST_PRESET (element));
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_assert_true (g_key_file_load_from_file (file, ISR_PRESETS "/IsrLoudness.prs", G_KEY_FILE_NONE, NULL));
  g_assert_cmpuint (g_strv_length (found), ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_true (g_strv_contains ((const char *const *) found, names[i]));
    check_preset (element, file, names[i]);
  }
}

/* --- while it plays --- */

/* @tenths windows of a square wave of that amplitude, at 8 kHz. */
static void
push_square (Loud *loud, int amplitude, guint tenths)
{
  gint16 window[800];

  for (guint i = 0; i < G_N_ELEMENTS (window); i++)
    window[i] = (gint16) (i % 2 ? -amplitude : amplitude);
  for (guint i = 0; i < tenths; i++)
    loud_push (loud, window, sizeof window);
}

static void
push_bump (Loud *loud)
{
  push_square (loud, 100, 300);
  push_square (loud, 300, 5); /* 9.5 dB */
  push_square (loud, 100, 300);
}

static void
test_margin_while_playing (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", 8000, 1);

  push_bump (loud);
  g_assert_cmpuint (loud->ended->len, ==, 0);
  g_object_set (loud->harness->element, "margin", 6.0, NULL);
  push_bump (loud);
  g_assert_cmpuint (loud->ended->len, ==, 1);
  g_assert_cmpuint (g_array_index (loud->ended, IsrSection, 0).start, ==, 905);
  g_assert_cmpuint (g_array_index (loud->ended, IsrSection, 0).end, ==, 910);
  g_assert_cmpint (g_array_index (loud->ended, IsrSection, 0).score, ==, 954);
  g_object_set (loud->harness->element, "margin", 20.0, NULL);
  push_bump (loud);
  g_assert_cmpuint (loud->ended->len, ==, 1);
}

/* Mode and weighting begin another run; then blocks go by what is raw. */
static void
test_mode_while_playing (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", 8000, 1);

  push_square (loud, 100, 15);
  g_object_set (loud->harness->element, "mode", ISR_DETECTOR_BLOCKS, NULL);
  push_square (loud, 100, 295);
  push_square (loud, 3000, 5);
  g_assert_cmpuint (loud->ended->len, ==, 0); /* only when something else comes, or nothing more */
  gst_util_set_object_arg (G_OBJECT (loud->harness->element), "weighting", "highpass");
  push_square (loud, 100, 10);
  g_assert_cmpuint (loud->ended->len, ==, 1);
  g_assert_cmpuint (g_array_index (loud->ended, IsrSection, 0).start, ==, 295);
  g_assert_cmpuint (loud_uint (loud_message (loud, ISR_MESSAGE_LEVEL, 1), "run"), ==, 0);
  g_assert_cmpuint (loud_uint64 (loud_message (loud, ISR_MESSAGE_LEVEL, 1), "first-window"), ==, 10);
  g_assert_cmpuint (loud_uint (loud_message (loud, ISR_MESSAGE_LEVEL, 2), "run"), ==, 1);
  g_assert_cmpuint (loud_uint64 (loud_message (loud, ISR_MESSAGE_LEVEL, 2), "first-window"), ==, 0);
  g_assert_cmpuint (loud_uint64 (loud_message (loud, ISR_MESSAGE_LEVEL, 2), "position"), ==, 1500 * GST_MSECOND);
}

static void
test_quiet (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", 8000, 1);

  g_object_set (loud->harness->element, "post-levels", FALSE, NULL);
  push_square (loud, 100, 200);
  push_square (loud, 10000, 5);
  g_assert_cmpuint (loud->levels->len, ==, 0);
  g_assert_cmpuint (loud->started, ==, 1);
  g_object_set (loud->harness->element, "post-levels", TRUE, "post-events", FALSE, NULL);
  push_square (loud, 100, 300);
  g_assert_cmpuint (loud->levels->len, ==, 300); /* whole seconds, from that on */
  g_assert_cmpuint (loud->ended->len, ==, 0);
}

int
main (int argc, char **argv)
{
  loud_test_init (&argc, &argv);
  g_test_add_func ("/loudness/properties/defaults", test_defaults);
  g_test_add_func ("/loudness/properties/core", test_core);
  g_test_add_func ("/loudness/properties/rounding", test_rounding);
  g_test_add_func ("/loudness/properties/presets", test_presets);
  g_test_add_func ("/loudness/properties/margin-while-playing", test_margin_while_playing);
  g_test_add_func ("/loudness/properties/mode-while-playing", test_mode_while_playing);
  g_test_add_func ("/loudness/properties/quiet", test_quiet);

  return g_test_run ();
}
