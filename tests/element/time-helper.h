/* SPDX-License-Identifier: MIT */
/* time-helper.h - a sink whose clocks are told by the test, and audio in which each
 * frame says which it is. */
#pragma once

#include <gst/check/gsttestclock.h>

#include "tests/element/split-helper.h"

#define SECOND_US G_TIME_SPAN_SECOND
#define NOON_US (START_US + 12 * G_TIME_SPAN_HOUR)
#define FRAME 36    /* MPEG-2 Layer III, 16 kHz, 8 kb/s */
#define FRAME_MS 36 /* of audio */
#define FRAME_SAMPLES 576
#define RATE 100 /* of raw audio: a day is short */

/* What the clocks say; only the thread that pushes looks. */
static IsrTimeReading clocks;

static IsrTimeReading
read_test_clocks (void)
{
  return clocks;
}

static inline void
pass (gint64 us)
{
  clocks.monotonic_us += us;
  clocks.realtime_us += us;
  clocks.boottime_us += us;
}

typedef struct {
  Feed feed;
  guint32 sent; /* frames, or samples of raw audio */
} World;

/* @split_s: split-interval, 0: none. */
static inline World
world_new (const TestDir *dir, const char *pattern, const char *caps, gint64 realtime_us, guint split_s)
{
  World self = { feed_new (dir, NULL), 0 };
  GstElement *sink = self.feed.h->element;
  g_autofree char *location = g_build_filename (dir->path, pattern, NULL);

  clocks = (IsrTimeReading){ 5 * SECOND_US, realtime_us, 7 * SECOND_US };
  gst_element_set_state (sink, GST_STATE_NULL);
  isr_split_sink_set_clocks (ISR_SPLIT_SINK (sink), read_test_clocks);
  g_object_set (sink, "location", location, "start-time", GST_CLOCK_TIME_NONE, "fsync-interval", (guint64) 0,
      "split-interval", split_s * GST_SECOND, "max-pending", 3600 * GST_SECOND, NULL);
  gst_util_set_object_arg (G_OBJECT (sink), "format", "wav");
  gst_harness_use_testclock (self.feed.h);
  gst_element_set_state (sink, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (self.feed.h, caps);
  return self;
}

static inline void
world_clear (World *self)
{
  feed_clear (&self->feed);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* Time flies here; no real disk has to keep up. */
static inline void
world_wait_for_disk (World *self)
{
  gint64 limit = g_get_monotonic_time () + (gint64) (LIMIT / GST_USECOND);

  while (get_stat (self->feed.h->element, "pending-bytes") > 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, limit);
    g_thread_yield ();
  }
}

/* --- MP3 --- */

static inline World
radio_new (const TestDir *dir, const char *pattern, gint64 realtime_us, guint split_s)
{
  return world_new (dir, pattern, "audio/mpeg,mpegversion=1", realtime_us, split_s);
}

/* @n frames in one buffer, now. */
static inline void
radio_send (World *self, guint n)
{
  g_autofree guint8 *data = g_malloc0 (n * FRAME);

  for (guint i = 0; i < n; i++) {
    guint8 *frame = data + i * FRAME;

    frame[0] = 0xff;
    frame[1] = 0xf3;
    frame[2] = 0x18;
    frame[3] = 0xc0;
    GST_WRITE_UINT32_BE (frame + FRAME - 4, self->sent++);
  }
  g_assert_cmpint (feed_bytes (&self->feed, data, n * FRAME, GST_CLOCK_TIME_NONE), ==, GST_FLOW_OK);
}

/* @s seconds of audio as it is made, a frame at a time. */
static inline void
radio_play (World *self, guint s)
{
  for (guint i = 0; i < s * 1000 / FRAME_MS; i++) {
    pass (FRAME_MS * 1000);
    radio_send (self, 1);
  }
}

/* --- raw --- */

static inline World
card_new (const TestDir *dir, const char *pattern, gint64 realtime_us, guint split_s)
{
  return world_new (dir, pattern, "audio/x-raw,format=S16LE,rate=100,channels=1,layout=interleaved", realtime_us, split_s);
}

/* A second of samples, @us of true time long, comes 20 ms after its end. */
static inline void
card_play_second (World *self, gint64 us)
{
  gint16 samples[RATE];
  GstClockTime pts = self->sent / RATE * GST_SECOND;

  for (guint i = 0; i < RATE; i++)
    samples[i] = GINT16_TO_LE ((gint16) self->sent++);
  pass (us);
  gst_harness_set_time (self->feed.h, pts + GST_SECOND + 20 * GST_MSECOND);
  g_assert_cmpint (feed_bytes (&self->feed, samples, sizeof samples, pts), ==, GST_FLOW_OK);
}

/* --- what has come of it --- */

static inline const GstStructure *
closed_file (World *self, guint n)
{
  const GstStructure *s = find_message (self->feed.messages, ISR_MESSAGE_FILE_CLOSED, n);

  g_assert_nonnull (s);
  return s;
}

static inline void
assert_near (gint64 value, gint64 expected, gint64 tolerance)
{
  g_assert_cmpint (ABS (value - expected), <=, tolerance);
}

static inline void
assert_end (World *self, guint n, const char *reason, const char *cause)
{
  g_assert_cmpstr (gst_structure_get_string (closed_file (self, n), "reason"), ==, reason);
  g_assert_cmpstr (gst_structure_get_string (closed_file (self, n), "cause"), ==, cause);
}

/* Where file @n is now. */
static inline const char *
find_location (World *self, guint n)
{
  const char *location = gst_structure_get_string (closed_file (self, n), "location");
  const GstStructure *renamed;

  for (guint i = 0; (renamed = find_message (self->feed.messages, ISR_MESSAGE_FILE_RENAMED, i)); i++) {
    if (g_str_equal (gst_structure_get_string (renamed, "location"), location))
      return gst_structure_get_string (renamed, "new-location");
  }

  return location;
}

static inline void
assert_name (World *self, guint n, const char *name)
{
  g_autofree char *base = g_path_get_basename (find_location (self, n));

  g_assert_cmpstr (base, ==, name);
}

/* All that was sent is in the files, in order, once. Frames of other sizes and those
 * before the first of a file (Info, primer) do not count. */
static inline void
assert_radio_whole (World *self)
{
  guint32 next = 0;

  for (guint n = 0; n < count_messages (self->feed.messages, ISR_MESSAGE_FILE_CLOSED); n++) {
    g_autoptr (GByteArray) file = read_file (find_location (self, n));
    guint64 frames = get_u64 (closed_file (self, n), "samples") / FRAME_SAMPLES;

    g_assert_cmpuint (file->len, >=, frames * FRAME);
    for (const guint8 *at = file->data + file->len - frames * FRAME; frames; frames--, at += FRAME)
      g_assert_cmpuint (GST_READ_UINT32_BE (at + FRAME - 4), ==, next++);
  }
  g_assert_cmpuint (next, ==, self->sent);
}

static inline void
assert_card_whole (World *self)
{
  guint32 next = 0;

  for (guint n = 0; n < count_messages (self->feed.messages, ISR_MESSAGE_FILE_CLOSED); n++) {
    g_autoptr (GByteArray) data = read_wav (find_location (self, n));

    for (guint i = 0; i < data->len; i += 2)
      g_assert_cmpuint (GST_READ_UINT16_LE (data->data + i), ==, (guint16) next++);
  }
  g_assert_cmpuint (next, ==, self->sent);
}
