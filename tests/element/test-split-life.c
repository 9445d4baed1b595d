/* SPDX-License-Identifier: MIT */
/* What happens to a recording besides audio: ends, stops, restarts, gaps, requests. */
#include "tests/element/split-helper.h"

#define CAPS "audio/x-raw,format=S16LE,rate=48000,channels=1,layout=interleaved"
#define RATE 48000
#define BLOCK 4800 /* 100 ms */
#define BLOCK_NS (100 * GST_MSECOND)

static gint16 next_value;

/* A tenth of a second that continues the count of the one before. */
static GstBuffer *
make_block (GstClockTime pts)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, BLOCK * 2, NULL);
  GstMapInfo map;

  gst_buffer_map (buffer, &map, GST_MAP_WRITE);
  for (guint i = 0; i < BLOCK; i++)
    GST_WRITE_UINT16_LE (map.data + 2 * i, (guint16) next_value++);
  gst_buffer_unmap (buffer, &map);
  GST_BUFFER_PTS (buffer) = pts;
  GST_BUFFER_DURATION (buffer) = BLOCK_NS;
  return buffer;
}

static void
push_blocks (Feed *feed, guint from, guint n)
{
  for (guint i = from; i < from + n; i++)
    g_assert_cmpint (gst_harness_push (feed->h, make_block (i * BLOCK_NS)), ==, GST_FLOW_OK);
}

static void
assert_closed (Feed *feed, guint n, const char *reason, const char *cause, guint64 samples)
{
  const GstStructure *s = find_message (feed->messages, ISR_MESSAGE_FILE_CLOSED, n);

  g_assert_nonnull (s);
  g_assert_cmpstr (gst_structure_get_string (s, "reason"), ==, reason);
  g_assert_cmpstr (gst_structure_get_string (s, "cause"), ==, cause);
  g_assert_cmpuint (get_u64 (s, "samples"), ==, samples);
}

/* Where the file after a hole begins, in ms after START_US. */
static void
assert_opened_at (Feed *feed, guint n, gint64 ms)
{
  const GstStructure *s = find_message (feed->messages, ISR_MESSAGE_FILE_OPENED, n);

  g_assert_nonnull (s);
  g_assert_cmpint (get_i64 (s, "start-utc-us"), ==, START_US + ms * 1000);
}

/* Every documented field, with its documented type. */
static void
assert_fields (const GstStructure *s, const char *fields)
{
  g_auto (GStrv) list = g_strsplit (fields, " ", -1);

  g_assert_nonnull (s);
  for (guint i = 0; list[i]; i++) {
    g_auto (GStrv) field = g_strsplit (list[i], ":", 2);

    g_assert_true (gst_structure_has_field (s, field[0]));
    g_assert_cmpstr (g_type_name (gst_structure_get_field_type (s, field[0])), ==, field[1]);
  }
  g_assert_cmpint (gst_structure_n_fields (s), ==, (int) g_strv_length (list));
}

static void
test_messages (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);
  g_autofree char *path = g_build_filename (dir.path, "000000_000000.flac", NULL);
  const GstStructure *opened, *closed;

  push_blocks (&feed, 0, 3);
  g_assert_true (gst_harness_push_event (feed.h, gst_event_new_gap (300 * GST_MSECOND, GST_SECOND)));
  push_blocks (&feed, 13, 1);
  feed_eos (&feed);
  opened = find_message (feed.messages, ISR_MESSAGE_FILE_OPENED, 0);
  closed = find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0);
  assert_fields (opened, "version:guint location:gchararray start-utc-us:gint64 utc-offset:gint clock:gchararray unsynced:gboolean position:guint64 "
                         "warm-up:guint64 rate:guint channels:guint format:gchararray");
  assert_fields (closed, "version:guint location:gchararray start-utc-us:gint64 end-utc-us:gint64 position:guint64 samples:guint64 "
                         "rate:guint bytes:guint64 reason:gchararray cause:gchararray unsynced:gboolean");
  g_assert_cmpstr (gst_structure_get_string (opened, "location"), ==, path);
  g_assert_cmpstr (gst_structure_get_string (closed, "location"), ==, path);
  g_assert_cmpstr (gst_structure_get_string (opened, "clock"), ==, "given");
  g_assert_cmpstr (gst_structure_get_string (opened, "format"), ==, "flac");
  g_assert_cmpint (get_i64 (closed, "end-utc-us"), ==, START_US + 300000);
  g_assert_cmpuint (get_u64 (find_message (feed.messages, ISR_MESSAGE_FILE_OPENED, 1), "position"), ==, 300 * GST_MSECOND);
}

/* EOS has passed: the files are there, with their names. */
static void
test_eos (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);

  push_blocks (&feed, 0, 5);
  feed_eos (&feed);
  assert_closed (&feed, 0, ISR_CLOSE_EOS, NULL, 5 * BLOCK);
  assert_all_complete (&dir);
}

/* The state change has returned: the same, without EOS. */
static void
test_stop (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);

  push_blocks (&feed, 0, 5);
  gst_element_set_state (feed.h->element, GST_STATE_READY);
  feed_collect (&feed);
  assert_closed (&feed, 0, ISR_CLOSE_STOP, NULL, 5 * BLOCK);
  assert_all_complete (&dir);
}

static void
test_restart (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);
  g_autoptr (GPtrArray) paths = NULL;

  push_blocks (&feed, 0, 2);
  feed_eos (&feed);
  gst_element_set_state (feed.h->element, GST_STATE_READY);
  gst_element_set_state (feed.h->element, GST_STATE_PLAYING);
  gst_harness_push_event (feed.h, gst_event_new_flush_start ()); /* takes EOS from the harness's pad */
  gst_harness_push_event (feed.h, gst_event_new_flush_stop (TRUE));
  gst_harness_push_event (feed.h, gst_event_new_stream_start ("again"));
  gst_harness_set_src_caps_str (feed.h, CAPS);
  push_blocks (&feed, 0, 3);
  feed_eos (&feed);
  assert_closed (&feed, 1, ISR_CLOSE_EOS, NULL, 3 * BLOCK);
  assert_opened_at (&feed, 1, 0);
  g_assert_cmpuint (get_u64 (find_message (feed.messages, ISR_MESSAGE_FILE_OPENED, 1), "position"), ==, 0);
  g_assert_cmpuint (get_stat (feed.h->element, "files"), ==, 1);
  paths = test_dir_list (&dir); /* the same name twice: the second is _2 */
  g_assert_cmpuint (paths->len, ==, 2);
  g_assert_true (g_str_has_suffix (paths->pdata[1], "_2.flac"));
  assert_all_complete (&dir);
}

static void
test_flush (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);
  GstSegment segment;

  push_blocks (&feed, 0, 2);
  gst_harness_push_event (feed.h, gst_event_new_flush_start ());
  gst_harness_push_event (feed.h, gst_event_new_flush_stop (TRUE));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 10 * GST_SECOND;
  gst_harness_push_event (feed.h, gst_event_new_segment (&segment));
  push_blocks (&feed, 100, 2);
  feed_eos (&feed);
  assert_closed (&feed, 0, ISR_CLOSE_GAP, ISR_GAP_SOURCE, 2 * BLOCK);
  assert_closed (&feed, 1, ISR_CLOSE_EOS, NULL, 2 * BLOCK);
}

static void
push_segment (Feed *feed, GstClockTime start, GstClockTime base)
{
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = segment.position = start;
  segment.base = base;
  g_assert_true (gst_harness_push_event (feed->h, gst_event_new_segment (&segment)));
}

/* A segment that goes on where the last ended is no gap, another one is. */
static void
test_segment (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);

  push_blocks (&feed, 0, 2);
  push_segment (&feed, 0, 200 * GST_MSECOND); /* the next one of a list */
  push_blocks (&feed, 0, 2);
  push_segment (&feed, 0, 5 * GST_SECOND);
  push_blocks (&feed, 0, 1);
  feed_eos (&feed);
  assert_closed (&feed, 0, ISR_CLOSE_GAP, ISR_GAP_OVERRUN, 4 * BLOCK);
  assert_opened_at (&feed, 1, 5000);
  assert_closed (&feed, 1, ISR_CLOSE_EOS, NULL, BLOCK);
}

static void
test_gap_event (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);

  push_blocks (&feed, 0, 2);
  gst_harness_push_event (feed.h, gst_event_new_gap (200 * GST_MSECOND, 30 * GST_MSECOND)); /* small: goes on */
  push_blocks (&feed, 2, 1);
  gst_harness_push_event (feed.h, gst_event_new_gap (300 * GST_MSECOND, 2 * GST_SECOND));
  push_blocks (&feed, 23, 1);
  feed_eos (&feed);
  assert_closed (&feed, 0, ISR_CLOSE_GAP, ISR_GAP_OVERRUN, 3 * BLOCK);
  assert_opened_at (&feed, 1, 300 + 2030);
}

static void
push_discont (Feed *feed, GstClockTime pts)
{
  GstBuffer *buffer = make_block (pts);

  GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  g_assert_cmpint (gst_harness_push (feed->h, buffer), ==, GST_FLOW_OK);
}

/* Only DISCONT and more than 40 ms together are a gap. */
static void
test_discont (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);

  push_blocks (&feed, 0, 2);
  push_discont (&feed, 200 * GST_MSECOND + 39 * GST_MSECOND);
  g_assert_cmpint (gst_harness_push (feed.h, make_block (5 * GST_SECOND)), ==, GST_FLOW_OK);
  push_discont (&feed, 6100 * GST_MSECOND);
  feed_eos (&feed);
  assert_closed (&feed, 0, ISR_CLOSE_GAP, ISR_GAP_OVERRUN, 4 * BLOCK);
  assert_opened_at (&feed, 1, 400 + 1000);
  assert_closed (&feed, 1, ISR_CLOSE_EOS, NULL, BLOCK);
}

static void
test_isr_gap (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);
  GstStructure *s = gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_DISCONNECTED, "since", G_TYPE_INT64, START_US, NULL);

  push_blocks (&feed, 0, 2);
  gst_harness_push_event (feed.h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, s));
  /* the file is closed now, not with the next buffer */
  while (!find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0)) {
    g_autoptr (GstMessage) m = gst_bus_timed_pop_filtered (feed.bus, LIMIT, GST_MESSAGE_ELEMENT);

    g_assert_nonnull (m);
    g_ptr_array_add (feed.messages, gst_structure_copy (gst_message_get_structure (m)));
  }
  assert_closed (&feed, 0, ISR_CLOSE_GAP, ISR_GAP_DISCONNECTED, 2 * BLOCK);
  push_blocks (&feed, 2, 1);
  feed_eos (&feed);
  assert_closed (&feed, 1, ISR_CLOSE_EOS, NULL, BLOCK);
}

static void
test_format_change (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);

  push_blocks (&feed, 0, 2);
  gst_harness_set_src_caps_str (feed.h, CAPS); /* the same: nothing happens */
  push_blocks (&feed, 2, 1);
  gst_harness_set_src_caps_str (feed.h, "audio/x-raw,format=S16LE,rate=24000,channels=1,layout=interleaved");
  push_blocks (&feed, 3, 1);
  feed_eos (&feed);
  assert_closed (&feed, 0, ISR_CLOSE_FORMAT_CHANGE, NULL, 3 * BLOCK);
  assert_closed (&feed, 1, ISR_CLOSE_EOS, NULL, BLOCK);
  assert_opened_at (&feed, 1, 300);
  g_assert_cmpint (get_i64 (find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 1), "end-utc-us"), ==, START_US + 500000);
}

static char *
choose_name (GstElement *sink, const char *location, gint64 utc_us, gpointer dir)
{
  if (utc_us == START_US)
    return NULL;
  g_assert_true (g_str_has_prefix (location, ((TestDir *) dir)->path));
  return g_strdup_printf ("%s/chosen-%" G_GINT64_FORMAT, ((TestDir *) dir)->path, utc_us - START_US);
}

static void
test_split_now (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);
  g_autofree char *chosen = g_build_filename (dir.path, "chosen-200000.flac", NULL);

  g_signal_connect (feed.h->element, "format-location", G_CALLBACK (choose_name), &dir);
  push_blocks (&feed, 0, 2);
  g_signal_emit_by_name (feed.h->element, "split-now");
  push_blocks (&feed, 2, 3);
  feed_eos (&feed);
  assert_closed (&feed, 0, ISR_CLOSE_REQUESTED, NULL, 2 * BLOCK);
  assert_closed (&feed, 1, ISR_CLOSE_EOS, NULL, 3 * BLOCK);
  g_assert_true (g_file_test (chosen, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (get_stat (feed.h->element, "splits"), ==, 1);
}

/* A hundred splits for each second of audio, and not a sample lost. */
static void
test_many_splits (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, CAPS);
  g_autoptr (GPtrArray) paths = NULL;

  next_value = 0;
  for (guint i = 0; i < 300; i++) {
    g_autoptr (GstBuffer) block = make_block (0);
    GstBuffer *part = gst_buffer_copy_region (block, GST_BUFFER_COPY_ALL, 0, BLOCK / 10 * 2);

    next_value -= BLOCK - BLOCK / 10;
    GST_BUFFER_PTS (part) = i * BLOCK_NS / 10;
    g_assert_cmpint (gst_harness_push (feed.h, part), ==, GST_FLOW_OK);
    g_signal_emit_by_name (feed.h->element, "split-now");
  }
  feed_eos (&feed);
  paths = test_dir_list (&dir);
  g_assert_cmpuint (paths->len, ==, 300);
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GByteArray) part = i % 30 == 0 ? decode_flac (paths->pdata[i]) : NULL;

    assert_closed (&feed, i, i < 299 ? ISR_CLOSE_REQUESTED : ISR_CLOSE_EOS, NULL, BLOCK / 10);
    if (!part)
      continue;
    g_assert_cmpuint (part->len, ==, BLOCK / 10 * 2);
    for (guint k = 0; k < BLOCK / 10; k++)
      g_assert_cmpint ((gint16) GST_READ_UINT16_LE (part->data + 2 * k), ==, (gint16) (i * (BLOCK / 10) + k));
  }
}

/* Nothing came: asked about anything, it answers or declines. */
static void
test_early_queries (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  GstQuery *queries[] = {
    gst_query_new_latency (), gst_query_new_position (GST_FORMAT_TIME), gst_query_new_duration (GST_FORMAT_BYTES),
    gst_query_new_seeking (GST_FORMAT_TIME), gst_query_new_caps (NULL), gst_query_new_allocation (NULL, FALSE)
  };

  for (guint i = 0; i < G_N_ELEMENTS (queries); i++) {
    if (GST_QUERY_TYPE (queries[i]) != GST_QUERY_ALLOCATION && GST_QUERY_TYPE (queries[i]) != GST_QUERY_CAPS)
      gst_element_query (feed.h->element, queries[i]);
    gst_pad_peer_query (feed.h->srcpad, queries[i]);
    gst_query_unref (queries[i]);
  }
  queries[0] = gst_query_new_latency ();
  g_assert_true (gst_element_query (feed.h->element, queries[0]));
  gst_query_unref (queries[0]);
  feed_eos (&feed);
  g_assert_cmpuint (feed.messages->len, ==, 0);
}

static void
test_nothing_came (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf ("fakesrc num-buffers=0 ! isrsplitsink location=%s/x", dir.path);

  messages = run_line (line, &error);
  g_assert_no_error (error);
  paths = test_dir_list (&dir);
  g_assert_cmpuint (paths->len, ==, 0);
}

/* One pipeline, two of them, one pattern. */
static void
test_two_elements (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf (
      "audiotestsrc num-buffers=100 ! isrsplitsink format=wav location=%s/x start-time=1767225600000000000 split-interval=1000000000 "
      "audiotestsrc num-buffers=100 wave=ticks ! isrsplitsink format=wav location=%s/x start-time=1767225600000000000 split-interval=1000000000",
      dir.path, dir.path);
  guint64 samples = 0;

  messages = run_line (line, &error);
  g_assert_no_error (error);
  paths = test_dir_list (&dir);
  g_assert_cmpuint (paths->len, ==, 6);
  for (guint i = 0; i < 6; i++)
    samples += get_u64 (find_message (messages, ISR_MESSAGE_FILE_CLOSED, i), "samples");
  g_assert_cmpuint (samples, ==, 2 * 102400);
  assert_all_complete (&dir);
}

int
main (int argc, char **argv)
{
  split_test_init (&argc, &argv);
  g_test_add_func ("/split/life/messages", test_messages);
  g_test_add_func ("/split/life/eos", test_eos);
  g_test_add_func ("/split/life/stop", test_stop);
  g_test_add_func ("/split/life/restart", test_restart);
  g_test_add_func ("/split/life/flush", test_flush);
  g_test_add_func ("/split/life/segment", test_segment);
  g_test_add_func ("/split/life/gap-event", test_gap_event);
  g_test_add_func ("/split/life/discont", test_discont);
  g_test_add_func ("/split/life/isr-gap", test_isr_gap);
  g_test_add_func ("/split/life/format-change", test_format_change);
  g_test_add_func ("/split/life/split-now", test_split_now);
  g_test_add_func ("/split/life/many-splits", test_many_splits);
  g_test_add_func ("/split/life/early-queries", test_early_queries);
  g_test_add_func ("/split/life/nothing-came", test_nothing_came);
  g_test_add_func ("/split/life/two-elements", test_two_elements);
  return g_test_run ();
}
