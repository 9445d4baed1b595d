/* SPDX-License-Identifier: MIT */
/* The face of isrsplitsink: properties, presets, and what it says to what it can not record. */
#include "tests/element/split-helper.h"

static GstElement *
make_sink (void)
{
  GstElement *sink = gst_element_factory_make ("isrsplitsink", NULL);

  g_assert_nonnull (sink);
  return gst_object_ref_sink (sink);
}

/* Each stated default is what a new element has, each property says what it is. */
static void
test_defaults (void)
{
  g_autoptr (GstElement) sink = make_sink ();
  guint n = 0, own = 0;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (sink), &n);

  for (guint i = 0; i < n; i++) {
    g_auto (GValue) now = G_VALUE_INIT;

    if (specs[i]->owner_type != ISR_TYPE_SPLIT_SINK)
      continue;
    own++;
    g_assert_cmpuint (strlen (g_param_spec_get_blurb (specs[i])), >, 20);
    g_assert_cmpstr (g_param_spec_get_nick (specs[i]), !=, g_param_spec_get_name (specs[i]));
    if (!(specs[i]->flags & G_PARAM_WRITABLE))
      continue;
    g_assert_true (specs[i]->flags & GST_PARAM_MUTABLE_READY);
    g_object_get_property (G_OBJECT (sink), specs[i]->name, &now);
    g_assert_true (g_param_value_defaults (specs[i], &now));
  }
  g_assert_cmpuint (own, ==, 14);
}

/* What is set is what is read. */
static void
test_round_trip (void)
{
  g_autoptr (GstElement) sink = make_sink ();
  guint n = 0;
  g_autofree GParamSpec **specs = g_object_class_list_properties (G_OBJECT_GET_CLASS (sink), &n);

  for (guint i = 0; i < n; i++) {
    g_auto (GValue) set = G_VALUE_INIT;
    g_auto (GValue) now = G_VALUE_INIT;

    if (specs[i]->owner_type != ISR_TYPE_SPLIT_SINK || !(specs[i]->flags & G_PARAM_WRITABLE))
      continue;
    g_value_init (&set, specs[i]->value_type);
    if (G_VALUE_HOLDS_STRING (&set))
      g_value_set_string (&set, "x%Y");
    else if (G_VALUE_HOLDS_UINT64 (&set))
      g_value_set_uint64 (&set, 123456789);
    else if (G_VALUE_HOLDS_BOOLEAN (&set))
      g_value_set_boolean (&set, FALSE);
    else
      g_value_set_enum (&set, 2);
    g_object_set_property (G_OBJECT (sink), specs[i]->name, &set);
    g_object_get_property (G_OBJECT (sink), specs[i]->name, &now);
    g_assert_cmpint (g_param_values_cmp (specs[i], &set, &now), ==, 0);
  }
}

static void
test_stats (void)
{
  g_autoptr (GstElement) sink = make_sink ();
  g_autoptr (GstStructure) stats = NULL;
  GParamSpec *spec = g_object_class_find_property (G_OBJECT_GET_CLASS (sink), "stats");
  g_auto (GStrv) documented = g_strsplit (g_param_spec_get_blurb (spec), ", ", -1);

  g_object_get (sink, "stats", &stats, NULL);
  g_assert_cmpint (gst_structure_n_fields (stats), ==, (int) g_strv_length (documented));
  for (guint i = 0; documented[i]; i++)
    g_assert_true (gst_structure_has_field (stats, documented[i]));
}

static void
test_presets (void)
{
  g_autoptr (GstElement) sink = make_sink ();
  g_autoptr (GstElement) other = make_sink ();
  g_autofree char *location = NULL;
  guint64 interval = 0;

  g_assert_true (GST_IS_PRESET (sink));
  g_object_set (sink, "location", "somewhere", "split-interval", 60 * GST_SECOND, NULL);
  g_assert_true (gst_preset_save_preset (GST_PRESET (sink), "minutes"));
  g_assert_true (gst_preset_load_preset (GST_PRESET (other), "minutes"));
  g_object_get (other, "location", &location, "split-interval", &interval, NULL);
  g_assert_cmpstr (location, ==, "somewhere");
  g_assert_cmpuint (interval, ==, 60 * GST_SECOND);
  g_assert_true (gst_preset_delete_preset (GST_PRESET (sink), "minutes"));
}

/* --- what can not be recorded --- */

static const struct {
  const char *name, *data;
  gsize size;
  int code;
  const char *says;
} strangers[] = {
  { "page", "<!DOCTYPE html>\n<html><head><title>Radio</title>", 0, GST_STREAM_ERROR_WRONG_TYPE, "web page" },
  { "page-with-space", "\r\n  <html lang=\"en\">", 0, GST_STREAM_ERROR_WRONG_TYPE, "3c 68 74 6d 6c" },
  { "noise", "\x01\x02\x03 this is nothing at all", 0, GST_STREAM_ERROR_TYPE_NOT_FOUND, "01 02 03 20" },
  { "wav", "RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\0\0\0\0", 44, GST_STREAM_ERROR_WRONG_TYPE, "audio/x-wav" },
};

static void
test_stranger (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_auto (TestDir) dir = test_dir_new ();
  g_autofree char *input = g_build_filename (dir.path, "input", NULL);
  g_autofree char *line = g_strdup_printf ("filesrc location=%s ! isrsplitsink location=%s/x", input, dir.path);
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (input, strangers[i].data, strangers[i].size ? (gssize) strangers[i].size : -1, NULL));
  messages = run_line (line, &error);
  g_assert_error (error, GST_STREAM_ERROR, strangers[i].code);
  g_assert_nonnull (strstr (error->message, strangers[i].says));
  paths = test_dir_list (&dir);
  g_assert_cmpuint (paths->len, ==, 1); /* the input alone */
}

/* The content type lies: a page all the same. */
static void
test_lying_page (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, "application/x-icy,metadata-interval=0,content-type=audio/mpeg");
  const char *page = "<html><body>busy</body></html>";

  g_assert_cmpint (feed_bytes (&feed, page, strlen (page), GST_CLOCK_TIME_NONE), ==, GST_FLOW_ERROR);
  g_assert_cmpint (feed_bytes (&feed, page, strlen (page), GST_CLOCK_TIME_NONE), ==, GST_FLOW_ERROR);
}

/* --- settings that can not work, told before anything is recorded --- */

static void
assert_refused (const char *property, const char *value, int code, const char *says)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autoptr (GstMessage) m = NULL;
  g_autoptr (GError) error = NULL;

  gst_element_set_state (feed.h->element, GST_STATE_NULL);
  gst_util_set_object_arg (G_OBJECT (feed.h->element), property, value);
  g_assert_cmpint (gst_element_set_state (feed.h->element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  m = gst_bus_pop_filtered (feed.bus, GST_MESSAGE_ERROR);
  g_assert_nonnull (m);
  gst_message_parse_error (m, &error, NULL);
  g_assert_error (error, GST_RESOURCE_ERROR, code);
  g_assert_nonnull (strstr (error->message, says));
}

static void
test_settings (void)
{
  assert_refused ("timezone", "Mars/Olympus", GST_RESOURCE_ERROR_SETTINGS, "Mars/Olympus");
  assert_refused ("location", "x%Q", GST_RESOURCE_ERROR_SETTINGS, "%Q");
  assert_refused ("split-interval", "99999999", GST_RESOURCE_ERROR_SETTINGS, "100 ms");
  assert_refused ("location", "/proc/version/%Y", GST_RESOURCE_ERROR_OPEN_WRITE, "/proc/version");
}

/* A bare alsasrc would take 44,100 Hz, did the template not begin with 48,000. */
static void
test_template (void)
{
  g_autoptr (GstElement) sink = make_sink ();
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  g_autoptr (GstCaps) caps = gst_pad_query_caps (pad, NULL);
  g_autoptr (GstCaps) planar = gst_caps_from_string ("audio/x-raw,format=S16LE,rate=48000,channels=2,layout=non-interleaved");
  g_autoptr (GstCaps) big_endian = gst_caps_from_string ("audio/x-raw,format=S16BE,rate=48000,channels=2,layout=interleaved");
  int rate = 0;

  g_assert_true (gst_structure_get_int (gst_caps_get_structure (caps, 0), "rate", &rate));
  g_assert_cmpint (rate, ==, 48000);
  g_assert_false (gst_caps_can_intersect (caps, planar));
  g_assert_false (gst_caps_can_intersect (caps, big_endian));
}

int
main (int argc, char **argv)
{
  g_auto (TestDir) home = test_dir_new (); /* of presets that are saved; before anybody asks for it */

  g_setenv ("XDG_DATA_HOME", home.path, TRUE);
  g_setenv ("GST_PRESET_PATH", ISR_PRESETS, TRUE);
  split_test_init (&argc, &argv);
  g_test_add_func ("/split/properties/defaults", test_defaults);
  g_test_add_func ("/split/properties/round-trip", test_round_trip);
  g_test_add_func ("/split/properties/stats", test_stats);
  g_test_add_func ("/split/properties/presets/saved", test_presets);
  g_test_add_func ("/split/properties/settings", test_settings);
  g_test_add_func ("/split/properties/template", test_template);
  for (guint i = 0; i < G_N_ELEMENTS (strangers); i++) {
    g_autofree char *path = g_strdup_printf ("/split/strangers/%s", strangers[i].name);

    g_test_add_data_func (path, GUINT_TO_POINTER (i), test_stranger);
  }
  g_test_add_func ("/split/strangers/lying-page", test_lying_page);
  return g_test_run ();
}
