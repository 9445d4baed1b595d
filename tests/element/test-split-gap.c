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

int
main (int argc, char **argv)
{
  int status;

  split_test_init (&argc, &argv);
  inputs = test_dir_new ();
  make_input ("in.mp3", "-c:a libmp3lame -b:a 128k");
  make_input ("in.aac", "-c:a aac -b:a 96k -f adts");
  make_input ("in.flac", "-c:a flac");
  g_test_add_func ("/split/gap/torn-frame", test_gap);
  g_test_add_data_func ("/split/gap/anywhere/aac", "in.aac", test_gap_anywhere);
  g_test_add_data_func ("/split/gap/anywhere/flac", "in.flac", test_gap_anywhere);
  status = g_test_run ();
  test_dir_clear (&inputs);

  return status;
}
