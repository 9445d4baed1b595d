/* SPDX-License-Identifier: MIT */
/* Time, through the whole element: clocks that are set, that drift, that are not set yet;
 * audio that comes too early, too late or not at all. */
#include "tests/element/time-helper.h"

#define PATTERN "%Y%m%dT%H%M%S"

/* A burst at connect lies in the past; a clock that is set by less than a second makes no file. */
static void
test_small_steps (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = radio_new (&dir, PATTERN, NOON_US, 0);

  radio_send (&w, 250); /* 9 s */
  radio_play (&w, 20);
  clocks.realtime_us += 900000;
  radio_play (&w, 20);
  clocks.realtime_us -= 900000;
  radio_play (&w, 20);
  feed_eos (&w.feed);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 1);
  g_assert_cmpstr (gst_structure_get_string (find_message (w.feed.messages, ISR_MESSAGE_FILE_OPENED, 0), "clock"), ==, "arrival");
  assert_near (get_i64 (closed_file (&w, 0), "start-utc-us"), NOON_US - 9 * SECOND_US, 1000);
  assert_end (&w, 0, ISR_CLOSE_EOS, NULL);
  assert_name (&w, 0, "20260101T115951.mp3");
  assert_radio_whole (&w);
}

/* Two hours forth and back: the hour that was there already is not written over. */
static void
test_big_steps (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = radio_new (&dir, "%H", NOON_US, 0);

  radio_play (&w, 20);
  clocks.realtime_us += 2 * G_TIME_SPAN_HOUR;
  radio_play (&w, 20);
  clocks.realtime_us -= 2 * G_TIME_SPAN_HOUR;
  radio_play (&w, 20);
  feed_eos (&w.feed);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 3);
  assert_end (&w, 0, ISR_CLOSE_CLOCK_STEP, NULL);
  assert_end (&w, 1, ISR_CLOSE_CLOCK_STEP, NULL);
  assert_name (&w, 0, "12.mp3");
  assert_name (&w, 1, "14.mp3");
  assert_name (&w, 2, "12_2.mp3");
  assert_near (get_i64 (closed_file (&w, 1), "start-utc-us") - get_i64 (closed_file (&w, 0), "end-utc-us"), 2 * G_TIME_SPAN_HOUR, 1000);
  assert_near (get_i64 (closed_file (&w, 2), "start-utc-us"), get_i64 (closed_file (&w, 0), "end-utc-us") + 20 * SECOND_US, 50000);
  assert_radio_whole (&w);
}

static void
test_suspend (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = radio_new (&dir, PATTERN, NOON_US, 0);

  radio_play (&w, 20);
  clocks.realtime_us += 600 * SECOND_US;
  clocks.boottime_us += 600 * SECOND_US;
  radio_play (&w, 20);
  feed_eos (&w.feed);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 2);
  assert_end (&w, 0, ISR_CLOSE_GAP, ISR_GAP_SUSPENDED);
  assert_near (get_i64 (closed_file (&w, 1), "start-utc-us") - get_i64 (closed_file (&w, 0), "end-utc-us"), 600 * SECOND_US, 1000);
  assert_near (get_i64 (closed_file (&w, 1), "end-utc-us"), clocks.realtime_us, 50000);
  assert_radio_whole (&w);
}

/* Those who listen on the way to the sink are told of what only it sees; a boundary is nothing. */
static void
test_new_runs (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = card_new (&dir, PATTERN, NOON_US, 10);

  for (guint i = 0; i < 25; i++)
    card_play_second (&w, SECOND_US);
  g_assert_cmpuint (feed_count_new_runs (&w.feed), ==, 0);
  clocks.realtime_us += 600 * SECOND_US;
  clocks.boottime_us += 600 * SECOND_US;
  card_play_second (&w, SECOND_US);
  g_assert_cmpuint (feed_count_new_runs (&w.feed), ==, 2); /* the end and the begin */
  card_play_second (&w, SECOND_US);
  g_assert_cmpuint (feed_count_new_runs (&w.feed), ==, 0);
  clocks.realtime_us += G_TIME_SPAN_HOUR;
  card_play_second (&w, SECOND_US);
  g_assert_cmpuint (feed_count_new_runs (&w.feed), ==, 2);
  feed_eos (&w.feed);
  g_assert_cmpuint (feed_count_new_runs (&w.feed), ==, 0);
}

/* The sender left out a minute and said nothing: seen once it does not catch up. */
static void
test_missing_minute (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = radio_new (&dir, PATTERN, NOON_US, 0);

  radio_play (&w, 60);
  pass (60 * SECOND_US);
  radio_play (&w, 60);
  feed_eos (&w.feed);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 2);
  assert_end (&w, 0, ISR_CLOSE_GAP, ISR_GAP_SOURCE);
  assert_near (get_i64 (closed_file (&w, 1), "start-utc-us") - get_i64 (closed_file (&w, 0), "end-utc-us"), 60 * SECOND_US, 50000);
  assert_near (get_i64 (closed_file (&w, 1), "end-utc-us"), clocks.realtime_us, 50000);
  assert_radio_whole (&w);
}

/* A sender that is 50 ppm slow, six hours long: what the map says is what was. */
static void
test_slow_sender (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = radio_new (&dir, PATTERN, NOON_US, 3600);
  const guint batch = 25; /* 0.9 s */
  gint64 begin = clocks.realtime_us;

  for (guint i = 0; i < 6 * 4000; i++) {
    pass (batch * FRAME_MS * 1000 + batch * FRAME_MS * 50 / 1000);
    radio_send (&w, batch);
    if (i % 1000 == 0)
      world_wait_for_disk (&w);
  }
  feed_eos (&w.feed);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 7);
  for (guint n = 1; n < 7; n++) {
    gint64 position = (gint64) get_u64 (closed_file (&w, n), "position") / 1000;
    gint64 start = get_i64 (closed_file (&w, n), "start-utc-us");

    assert_end (&w, n - 1, ISR_CLOSE_BOUNDARY, NULL);
    assert_near (start, NOON_US + n * G_TIME_SPAN_HOUR, FRAME_MS * 1000);
    assert_near (start, begin + position + position / 1000 * 50 / 1000, 50000);
  }
  assert_radio_whole (&w);
}

/* A card that is 100 ppm fast, a day long: 8.6 s more audio than time. */
static void
test_fast_card (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = card_new (&dir, PATTERN, NOON_US + 600 * SECOND_US, 3600);
  const gint64 second = SECOND_US - 100;
  gint64 begin = clocks.realtime_us;

  pass (20000);
  for (guint i = 0; i < 86400 + 60; i++) {
    card_play_second (&w, second);
    if (i % 1000 == 0)
      world_wait_for_disk (&w);
  }
  feed_eos (&w.feed);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 25);
  g_assert_cmpstr (gst_structure_get_string (find_message (w.feed.messages, ISR_MESSAGE_FILE_OPENED, 0), "clock"), ==, "capture");
  for (guint n = 1; n < 25; n++) {
    gint64 position = (gint64) get_u64 (closed_file (&w, n), "position") / 1000;
    gint64 start = get_i64 (closed_file (&w, n), "start-utc-us");

    assert_near (start, NOON_US + n * G_TIME_SPAN_HOUR, 50000);
    assert_near (start, begin + position - position / 10000, 50000);
  }
  assert_card_whole (&w);
}

/* The machine woke up in 1970; three minutes later it learns the time. */
static void
test_no_clock (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = card_new (&dir, PATTERN, 30 * SECOND_US, 60);
  g_autofree char *taken = g_build_filename (dir.path, "20260101T115655.wav", NULL);
  gboolean unsynced = FALSE;

  g_assert_true (g_file_set_contents (taken, "mine", -1, NULL));
  pass (20000);
  for (guint i = 0; i < 190; i++)
    card_play_second (&w, SECOND_US);
  clocks.realtime_us += NOON_US - 215 * SECOND_US;
  for (guint i = 0; i < 10; i++)
    card_play_second (&w, SECOND_US);
  feed_eos (&w.feed);

  g_assert_true (gst_structure_get_boolean (find_message (w.feed.messages, ISR_MESSAGE_FILE_OPENED, 0), "unsynced", &unsynced) && unsynced);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 5);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_RENAMED), ==, 4);
  g_assert_true (gst_structure_get_boolean (closed_file (&w, 4), "unsynced", &unsynced) && !unsynced);
  assert_end (&w, 3, ISR_CLOSE_CLOCK_STEP, NULL);
  assert_name (&w, 0, "20260101T115655_2.wav");
  assert_name (&w, 1, "20260101T115725.wav");
  assert_name (&w, 2, "20260101T115825.wav");
  assert_name (&w, 3, "20260101T115925.wav");
  assert_name (&w, 4, "20260101T120005.wav");
  for (guint n = 0; n < 4; n++) {
    const GstStructure *renamed = find_message (w.feed.messages, ISR_MESSAGE_FILE_RENAMED, n);
    g_autofree char *old = g_strdup (gst_structure_get_string (renamed, "location"));

    g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
    g_assert_cmpint (get_i64 (renamed, "end-utc-us") - get_i64 (renamed, "start-utc-us"), ==,
        get_i64 (closed_file (&w, n), "end-utc-us") - get_i64 (closed_file (&w, n), "start-utc-us"));
  }
  assert_card_whole (&w);
  g_assert_cmpuint (read_file (taken)->len, ==, 4);
}

/* It learns the time while a new connection is still being looked at. */
static void
test_no_clock_reconnect (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = radio_new (&dir, PATTERN, 100 * SECOND_US, 0);

  radio_play (&w, 20);
  gst_harness_push_event (w.feed.h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_DISCONNECTED, NULL)));
  pass (SECOND_US);
  radio_send (&w, 2);
  clocks.realtime_us += NOON_US;
  radio_play (&w, 20);
  feed_eos (&w.feed);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 2);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_RENAMED), ==, 1);
  assert_name (&w, 0, "20260101T120140.mp3");
  assert_name (&w, 1, "20260101T120200.mp3");
  assert_radio_whole (&w);
}

int
main (int argc, char **argv)
{
  split_test_init (&argc, &argv);
  g_test_add_func ("/split/time/small-steps", test_small_steps);
  g_test_add_func ("/split/time/big-steps", test_big_steps);
  g_test_add_func ("/split/time/suspend", test_suspend);
  g_test_add_func ("/split/time/new-runs", test_new_runs);
  g_test_add_func ("/split/time/missing-minute", test_missing_minute);
  g_test_add_func ("/split/time/slow-sender", test_slow_sender);
  g_test_add_func ("/split/time/fast-card", test_fast_card);
  g_test_add_func ("/split/time/no-clock", test_no_clock);
  g_test_add_func ("/split/time/no-clock-reconnect", test_no_clock_reconnect);
  return g_test_run ();
}
