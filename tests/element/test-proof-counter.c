/* SPDX-License-Identifier: MIT */
/* A week of one-minute files, as fast as they can be written: 10,080 splits of a signal
 * in which each sample says which it is. Nothing may be missing, doubled or out of place. */
#include "tests/element/split-helper.h"

#define RATE 8000
#define SPLITS 10080
#define INTERVAL_NS (100 * GST_MSECOND)
#define FRAMES ((guint64) RATE / 10 * (SPLITS + 1))
#define BUFFER_MAX 9000 /* frames: several files in one buffer, several buffers in one file */
#define BATCH 1000      /* files in one run of the decoder */

/* Sample n is n: 24 bits hold them all. */
static GstBuffer *
make_buffer (guint64 from, guint frames)
{
  guint8 *data = g_malloc (frames * 3);
  GstBuffer *buffer;

  for (guint i = 0; i < frames; i++)
    GST_WRITE_UINT24_LE (data + 3 * i, (guint32) (from + i));
  buffer = gst_buffer_new_wrapped (data, frames * 3);
  GST_BUFFER_PTS (buffer) = gst_util_uint64_scale (from, GST_SECOND, RATE);

  return buffer;
}

static void
push_counter (Feed *feed, guint seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  for (guint64 at = 0; at < FRAMES;) {
    guint frames = (guint) MIN (FRAMES - at, (guint64) g_rand_int_range (rand, 1, BUFFER_MAX));

    g_assert_cmpint (gst_harness_push (feed->h, make_buffer (at, frames)), ==, GST_FLOW_OK);
    feed_collect (feed);
    at += frames;
  }
  feed_eos (feed);
}

/* Takes the next samples and checks that they go on counting. */
static void
check_counter (GByteArray *data, guint64 *at)
{
  g_assert_cmpuint (data->len % 3, ==, 0);
  for (guint i = 0; i < data->len; i += 3)
    g_assert_cmpuint (GST_READ_UINT24_LE (data->data + i), ==, (*at)++);
}

static void
check_wav (GPtrArray *paths)
{
  guint64 at = 0;

  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GByteArray) data = read_wav (paths->pdata[i]);

    g_assert_cmpuint (data->len, ==, RATE / 10 * 3);
    check_counter (data, &at);
  }
  g_assert_cmpuint (at, ==, FRAMES);
}

static void
check_flac (GPtrArray *paths)
{
  static const char *const decoder[] = { "flac", "-s", "-d", "-c", "--force-raw-format", "--endian=little", "--sign=signed" };
  guint64 at = 0;

  for (guint from = 0; from < paths->len; from += BATCH) {
    g_autoptr (GPtrArray) argv = g_ptr_array_new ();
    g_autoptr (GByteArray) data = NULL;

    for (guint i = 0; i < G_N_ELEMENTS (decoder); i++)
      g_ptr_array_add (argv, (char *) decoder[i]);
    for (guint i = from; i < MIN (from + BATCH, paths->len); i++)
      g_ptr_array_add (argv, paths->pdata[i]);
    g_ptr_array_add (argv, NULL);
    data = run_command ((const char *const *) argv->pdata);
    check_counter (data, &at);
  }
  g_assert_cmpuint (at, ==, FRAMES);
}

/* Each file begins at its boundary, on which its name and its message agree. */
static void
check_messages (GPtrArray *messages, GPtrArray *paths)
{
  guint n = 0;

  for (guint i = 0; i < messages->len; i++) {
    const GstStructure *s = messages->pdata[i];
    gint64 start = START_US + (gint64) n * 100000;
    g_autoptr (GDateTime) whole = g_date_time_new_from_unix_utc (start / G_USEC_PER_SEC);
    g_autofree char *hms = g_date_time_format (whole, "%H%M%S");
    g_autofree char *name = g_strdup_printf ("%s_%06d.", hms, (int) (start % G_USEC_PER_SEC));

    if (!gst_structure_has_name (s, ISR_MESSAGE_FILE_CLOSED))
      continue;
    g_assert_cmpuint (get_u64 (s, "samples"), ==, RATE / 10);
    g_assert_cmpint (get_i64 (s, "start-utc-us"), ==, start);
    g_assert_cmpint (get_i64 (s, "end-utc-us"), ==, start + 100000);
    g_assert_cmpuint (get_u64 (s, "position"), ==, n * INTERVAL_NS);
    g_assert_cmpstr (gst_structure_get_string (s, "location"), ==, paths->pdata[n]);
    g_assert_nonnull (strstr (paths->pdata[n], name));
    n++;
  }
  g_assert_cmpuint (n, ==, SPLITS + 1);
}

static void
test_counter (gconstpointer format)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autoptr (GPtrArray) paths = NULL;

  gst_harness_set_live (feed.h, FALSE); /* so that a slow disk holds us up */
  gst_element_set_state (feed.h->element, GST_STATE_NULL);
  g_object_set (feed.h->element, "split-interval", INTERVAL_NS, NULL);
  gst_util_set_object_arg (G_OBJECT (feed.h->element), "format", format);
  gst_element_set_state (feed.h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (feed.h, "audio/x-raw,format=S24LE,rate=8000,channels=1,layout=interleaved");
  push_counter (&feed, 10080);

  paths = test_dir_list (&dir);
  g_assert_cmpuint (paths->len, ==, SPLITS + 1);
  g_assert_cmpuint (get_stat (feed.h->element, "splits"), ==, SPLITS);
  g_assert_cmpuint (get_stat (feed.h->element, "lost-ns"), ==, 0);
  assert_all_complete (&dir);
  check_messages (feed.messages, paths);
  if (g_str_equal (format, "wav"))
    check_wav (paths);
  else
    check_flac (paths);
}

int
main (int argc, char **argv)
{
  if (g_access ("/dev/shm", W_OK) == 0)
    g_setenv ("TMPDIR", "/dev/shm", TRUE); /* 20,162 files are made to last: in memory that is quick */
  split_test_init (&argc, &argv);
  g_test_add_data_func ("/proof/counter/wav", "wav", test_counter);
  g_test_add_data_func ("/proof/counter/flac", "flac", test_counter);
  return g_test_run ();
}
