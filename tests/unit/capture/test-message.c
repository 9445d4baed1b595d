/* SPDX-License-Identifier: MIT */
/* test-message.c - from a bus message to a recording. */
#include "daemon/capture/message.h"
#include "plugins/messages.h"

static void
test_names (void)
{
  static const struct {
    const char *root, *location, *name;
  } rows[] = {
    { "/a/rec", "/a/rec/mic/x.flac", "mic/x.flac" },
    { "/a/rec/", "/a/rec/mic/x.flac.part", "mic/x.flac" },
    { "/", "/x.flac", "x.flac" },
    { "/a/rec", "/a/recordings/x.flac", "/a/recordings/x.flac" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = isr_message_get_name (rows[i].root, rows[i].location);

    g_assert_cmpstr (name, ==, rows[i].name);
  }
}

static void
test_opened (void)
{
  g_autoptr (GstStructure) message = gst_structure_new (ISR_MESSAGE_FILE_OPENED,
      "location", G_TYPE_STRING, "/r/mic/x.flac", "start-utc-us", G_TYPE_INT64, G_GINT64_CONSTANT (5000000),
      "utc-offset", G_TYPE_INT, 3600, "clock", G_TYPE_STRING, "capture", "position", G_TYPE_UINT64, G_GUINT64_CONSTANT (7),
      "rate", G_TYPE_UINT, 48000, "channels", G_TYPE_UINT, 1, "format", G_TYPE_STRING, "flac", NULL);
  g_autoptr (IsrRecording) r = isr_message_to_recording (message, "mic", "/r");

  g_assert_true (r->recording);
  g_assert_cmpstr (r->name, ==, "mic/x.flac");
  g_assert_cmpstr (r->source, ==, "mic");
  g_assert_cmpint (r->start_us, ==, 5000000);
  g_assert_cmpint (r->end_us, ==, 5000000);
  g_assert_cmpint (r->utc_offset, ==, 3600);
  g_assert_cmpuint (r->position, ==, 7);
  g_assert_cmpuint (r->rate, ==, 48000);
  g_assert_cmpuint (r->channels, ==, 1);
  g_assert_cmpstr (r->clock, ==, "capture");
  g_assert_null (r->reason);
}

static void
test_closed (void)
{
  g_autoptr (GstStructure) message = gst_structure_new (ISR_MESSAGE_FILE_CLOSED,
      "location", G_TYPE_STRING, "/r/mic/x.flac", "start-utc-us", G_TYPE_INT64, G_GINT64_CONSTANT (5000000),
      "end-utc-us", G_TYPE_INT64, G_GINT64_CONSTANT (7000000), "samples", G_TYPE_UINT64, G_GUINT64_CONSTANT (96000),
      "rate", G_TYPE_UINT, 48000, "bytes", G_TYPE_UINT64, G_GUINT64_CONSTANT (1234), "reason", G_TYPE_STRING, ISR_CLOSE_BOUNDARY, NULL);
  g_autoptr (IsrRecording) r = isr_message_to_recording (message, "mic", "/r");

  g_assert_false (r->recording);
  g_assert_cmpint (r->end_us, ==, 7000000);
  g_assert_cmpuint (r->bytes, ==, 1234);
  g_assert_cmpstr (r->reason, ==, ISR_CLOSE_BOUNDARY);
  g_assert_cmpfloat (isr_recording_get_duration (r), ==, 2.0);
}

static void
test_renamed (void)
{
  g_autoptr (GstStructure) message = gst_structure_new (ISR_MESSAGE_FILE_RENAMED,
      "location", G_TYPE_STRING, "/r/mic/1970.flac", "new-location", G_TYPE_STRING, "/r/mic/2026.flac",
      "start-utc-us", G_TYPE_INT64, G_GINT64_CONSTANT (5000000), "end-utc-us", G_TYPE_INT64, G_GINT64_CONSTANT (7000000),
      "utc-offset", G_TYPE_INT, 3600, NULL);
  g_autoptr (IsrRecording) r = isr_message_to_recording (message, "mic", "/r");

  g_assert_false (r->recording);
  g_assert_cmpstr (r->name, ==, "mic/2026.flac");
  g_assert_cmpint (r->start_us, ==, 5000000);
  g_assert_cmpint (r->end_us, ==, 7000000);
  g_assert_cmpint (r->utc_offset, ==, 3600);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/names", test_names);
  g_test_add_func ("/message/opened", test_opened);
  g_test_add_func ("/message/closed", test_closed);
  g_test_add_func ("/message/renamed", test_renamed);
  return g_test_run ();
}
