/* SPDX-License-Identifier: MIT */
/* Audio that is missing in the middle of a stream: what is of before, and what of after. */
#include "tests/element/split-helper.h"

static TestDir inputs;

static char *
input_path (const char *name)
{
  return g_build_filename (inputs.path, name, NULL);
}

static void
make_input (const char *name, const char *options)
{
  g_autofree char *command = g_strdup_printf ("ffmpeg -v error -f lavfi -i 'aevalsrc=0.3*sin(2*PI*(200+30*t)*t)+0.05*random(0):s=48000:d=13' -ac 2 %s %s/%s", options, inputs.path, name);
  const char *argv[] = { "sh", "-c", command, NULL };

  g_byte_array_unref (run_command (argv));
}

/* A gap in the middle of a frame: the torn frame is in neither file. */
static void
test_gap (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, "audio/mpeg,mpegversion=1");
  g_autofree char *path = input_path ("in.mp3");
  g_autoptr (GByteArray) input = read_file (path);
  g_autoptr (GPtrArray) paths = NULL;
  GstStructure *s = gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_STALLED, NULL);

  feed_bytes (&feed, input->data, 40100, GST_CLOCK_TIME_NONE);
  gst_harness_push_event (feed.h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, s));
  feed_bytes (&feed, input->data + 80000, input->len - 80000, GST_CLOCK_TIME_NONE);
  feed_eos (&feed);
  g_assert_cmpuint (count_messages (feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 2);
  g_assert_cmpstr (gst_structure_get_string (find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0), "cause"), ==, ISR_GAP_STALLED);
  paths = test_dir_list (&dir);
  for (guint i = 0; i < paths->len; i++) {
    const char *argv[] = { "mpg123", "-q", "-t", paths->pdata[i], NULL };

    g_byte_array_unref (run_command (argv));
  }
}

static GstEvent *
make_pause (void)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
      gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_STALLED, "pending", G_TYPE_BOOLEAN, TRUE, NULL));
}

static gint64
get_time (GPtrArray *messages, const char *name, guint n, const char *field)
{
  gint64 us = 0;

  g_assert_true (gst_structure_get_int64 (find_message (messages, name, n), field, &us));
  return us;
}

/* Nothing comes for long, in the middle of a packet; then the stream goes on at the very byte:
 * two files, between them not a sample, and every packet is there. */
static void
test_pause (gconstpointer name)
{
  static const char *const caps[] = { "audio/mpeg,mpegversion=1", "audio/mpeg,mpegversion=4,stream-format=adts", "audio/x-flac", "application/ogg" };
  guint kind = g_str_has_suffix (name, ".mp3") ? 0 : g_str_has_suffix (name, ".aac") ? 1
                                                 : g_str_has_suffix (name, ".flac")  ? 2
                                                                                     : 3;
  g_autofree char *path = input_path (name);
  g_autoptr (GByteArray) input = read_file (path);
  gsize end = MIN (input->len, 500000); /* more at once would not wait for the disk */
  guint64 samples[2] = { 0 };

  for (guint paused = 0; paused < 2; paused++) {
    g_auto (TestDir) dir = test_dir_new ();
    g_auto (Feed) feed = feed_new (&dir, caps[kind]);

    feed_bytes (&feed, input->data, 40100, GST_CLOCK_TIME_NONE);
    if (paused)
      gst_harness_push_event (feed.h, make_pause ());
    feed_bytes (&feed, input->data + 40100, end - 40100, GST_CLOCK_TIME_NONE);
    feed_eos (&feed);
    g_assert_cmpuint (count_messages (feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 1 + paused);
    for (guint i = 0; i <= paused; i++) {
      guint64 n = 0;

      gst_structure_get_uint64 (find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, i), "samples", &n);
      samples[paused] += n;
    }
    if (paused)
      g_assert_cmpint (get_time (feed.messages, ISR_MESSAGE_FILE_OPENED, 1, "start-utc-us"), ==, get_time (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0, "end-utc-us"));
  }
  g_assert_cmpuint (samples[1], ==, samples[0]);
}

/* Nothing comes any more: what was held back makes no file of its own. */
static void
test_pause_at_the_end (gconstpointer name)
{
  gboolean aac = g_str_has_suffix (name, ".aac");
  g_autofree char *path = input_path (name);
  g_autoptr (GByteArray) input = read_file (path);
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, aac ? "audio/mpeg,mpegversion=4,stream-format=adts" : "audio/x-flac");

  feed_bytes (&feed, input->data, 40100, GST_CLOCK_TIME_NONE);
  gst_harness_push_event (feed.h, make_pause ());
  feed_eos (&feed);
  g_assert_cmpuint (count_messages (feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 1);
}

/* Wherever the gap is, what a parser still had of before stands at the head of no file. */
static void
test_gap_anywhere (gconstpointer name)
{
  g_autofree char *path = input_path (name);
  g_autoptr (GByteArray) input = read_file (path);
  gboolean aac = g_str_has_suffix (name, ".aac");

  for (guint cut = 20000; cut < 21200; cut += 61) {
    g_auto (TestDir) dir = test_dir_new ();
    g_auto (Feed) feed = feed_new (&dir, aac ? "audio/mpeg,mpegversion=4,stream-format=adts" : "audio/x-flac");
    GstStructure *s = gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_STALLED, NULL);
    g_autoptr (GByteArray) first = NULL;
    g_autoptr (GByteArray) second = NULL;
    g_autoptr (GPtrArray) paths = NULL;

    feed_bytes (&feed, input->data, cut, GST_CLOCK_TIME_NONE);
    gst_harness_push_event (feed.h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, s));
    feed_bytes (&feed, input->data + 80000, MIN (input->len - 80000, 200000), GST_CLOCK_TIME_NONE);
    feed_eos (&feed);
    g_assert_cmpuint (count_messages (feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 2);
    paths = test_dir_list (&dir);
    g_assert_cmpuint (paths->len, ==, 2);
    if (!aac)
      continue; /* FLAC frames are renumbered: here it only has to end well */
    first = read_file (paths->pdata[0]);
    second = read_file (paths->pdata[1]);
    g_assert_nonnull (memmem (input->data, cut, first->data, first->len));
    g_assert_nonnull (memmem (input->data + 80000, input->len - 80000, second->data, second->len));
  }
}

/* It is torn off at its begin, wherever: what was announced is closed as well, and what holds
 * nothing that plays is gone. */
static void
tear_off (const GByteArray *input, const char *caps, gsize size)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, caps);
  g_autoptr (GPtrArray) paths = NULL;
  guint closed, whole = 0;

  feed_bytes (&feed, input->data, size, GST_CLOCK_TIME_NONE);
  gst_harness_push_event (feed.h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_STALLED, NULL)));
  feed_eos (&feed);
  closed = count_messages (feed.messages, ISR_MESSAGE_FILE_CLOSED);
  g_assert_cmpuint (count_messages (feed.messages, ISR_MESSAGE_FILE_OPENED), ==, closed);
  for (guint i = 0; i < closed; i++) {
    const GstStructure *s = find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, i);
    gboolean there = g_file_test (gst_structure_get_string (s, "location"), G_FILE_TEST_EXISTS);

    g_assert_cmpint (get_u64 (s, "samples") > 0, ==, there);
    whole += there;
  }
  paths = test_dir_list (&dir);
  g_assert_cmpuint (paths->len, ==, whole);
}

static void
test_torn_off (gconstpointer name)
{
  g_autofree char *path = input_path (name);
  g_autoptr (GByteArray) input = read_file (path);
  const char *caps = g_str_has_suffix (name, ".mp3") ? "audio/mpeg,mpegversion=1" : g_str_has_suffix (name, ".aac") ? "audio/mpeg,mpegversion=4"
                                                                                                                    : "application/ogg";

  for (gsize size = 50; size < 12000; size += 173)
    tear_off (input, caps, size);
}

int
main (int argc, char **argv)
{
  int status;

  split_test_init (&argc, &argv);
  inputs = test_dir_new ();
  make_input ("in.mp3", "-c:a libmp3lame -b:a 128k");
  make_input ("in.aac", "-c:a aac -b:a 96k -f adts");
  make_input ("in.flac", "-c:a flac");
  make_input ("in.opus", "-c:a libopus -b:a 96k");
  make_input ("in.ogg", "-c:a libvorbis -b:a 96k");
  g_test_add_func ("/split/gap/torn-frame", test_gap);
  g_test_add_data_func ("/split/gap/anywhere/aac", "in.aac", test_gap_anywhere);
  g_test_add_data_func ("/split/gap/anywhere/flac", "in.flac", test_gap_anywhere);
  g_test_add_data_func ("/split/gap/pause/mp3", "in.mp3", test_pause);
  g_test_add_data_func ("/split/gap/pause/aac", "in.aac", test_pause);
  g_test_add_data_func ("/split/gap/pause/flac", "in.flac", test_pause);
  g_test_add_data_func ("/split/gap/pause/opus", "in.opus", test_pause);
  g_test_add_data_func ("/split/gap/pause/vorbis", "in.ogg", test_pause);
  g_test_add_data_func ("/split/gap/torn-off/mp3", "in.mp3", test_torn_off);
  g_test_add_data_func ("/split/gap/torn-off/aac", "in.aac", test_torn_off);
  g_test_add_data_func ("/split/gap/torn-off/opus", "in.opus", test_torn_off);
  g_test_add_data_func ("/split/gap/torn-off/vorbis", "in.ogg", test_torn_off);
  g_test_add_data_func ("/split/gap/pause-at-the-end/aac", "in.aac", test_pause_at_the_end);
  g_test_add_data_func ("/split/gap/pause-at-the-end/flac", "in.flac", test_pause_at_the_end);
  status = g_test_run ();
  test_dir_clear (&inputs);

  return status;
}
