/* SPDX-License-Identifier: MIT */
/* isrloudness: odd audio, runs and what begins another one, the fields of its messages. */
#include "tests/element/loud-helper.h"

#include <string.h>

/* --- odd audio --- */

static void
test_zeros (void)
{
  static const guint8 zeros[8000 * 8];
  static const char *const formats[] = { "S8", "S16LE", "S24LE", "S24_32LE", "S32LE", "F32LE", "F64LE" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autoptr (Loud) loud = loud_new (formats[i], 2000, 1);

    for (guint n = 0; n < 30; n++)
      loud_push (loud, zeros, sizeof zeros);
    g_assert_cmpint (loud_value (loud->levels, 0), ==, ISR_LEVEL_LOWEST);
    g_assert_cmpint (loud_value (loud->raw, 1), ==, ISR_LEVEL_LOWEST);
    g_assert_cmpint (loud_value (loud->peaks, 2), ==, ISR_LEVEL_LOWEST);
    g_assert_cmpint (loud_value (loud->floors, 9), ==, ISR_LEVEL_UNKNOWN);
    g_assert_cmpuint (loud->started + loud->ended->len, ==, 0);
  }
}

static void
test_dc (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", 8000, 1);
  gint16 second[8000];

  for (guint i = 0; i < G_N_ELEMENTS (second); i++)
    second[i] = -16384;
  loud_push (loud, second, sizeof second);
  g_assert_cmpint (loud_value (loud->levels, 0), ==, ISR_LEVEL_LOWEST);
  g_assert_cmpint (loud_value (loud->raw, 0), ==, -602);
  g_assert_cmpint (loud_value (loud->peaks, 0), ==, -602);
}

static void
test_full_scale (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", 8000, 2);
  g_autoptr (GArray) channels = loud_values ();
  gint16 second[16000];

  for (guint i = 0; i < G_N_ELEMENTS (second); i += 2) {
    second[i] = i % 4 ? G_MAXINT16 : G_MININT16;
    second[i + 1] = 0;
  }
  loud_push (loud, second, sizeof second);
  for (guint i = 0; i < 10; i++) {
    g_assert_cmpint (loud_value (loud->levels, i), ==, 0);
    g_assert_cmpint (loud_value (loud->peaks, i), ==, 0);
  }
  g_assert_cmpuint (loud_append (channels, loud_message (loud, ISR_MESSAGE_LEVEL, 0), "channels"), ==, 2);
  g_assert_cmpint (loud_value (channels, 0), ==, 0);
  g_assert_cmpint (loud_value (channels, 1), ==, ISR_LEVEL_LOWEST); /* the dead one */
}

/* What is no sample counts as 0, and the windows after it are as they should be. */
static void
test_not_finite (void)
{
  g_autoptr (Loud) loud = loud_new ("F32LE", 8000, 1);
  float second[8000];

  gst_util_set_object_arg (G_OBJECT (loud->harness->element), "weighting", "A");
  for (guint i = 0; i < G_N_ELEMENTS (second); i++)
    second[i] = 0.5f * (float) sin (2 * G_PI * 1000 * i / 8000.0);
  loud_push (loud, second, sizeof second);
  second[100] = NAN; /* a click of one sample in 800 */
  second[900] = INFINITY;
  second[1700] = -INFINITY;
  second[2500] = 1e30f;
  loud_push (loud, second, sizeof second);
  for (guint i = 1; i < 20; i++) {
    g_assert_cmpint (ABS (loud_value (loud->levels, i) + 903), <=, 12);
    g_assert_cmpint (loud_value (loud->peaks, i), ==, -602);
  }
}

static void
test_weighting (void)
{
  static const struct {
    const char *weighting;
    double hz;
    int expected; /* centi-dB */
  } cases[] = {
    { "none", 50, 0 },
    { "A", 1000, 0 },
    { "A", 50, -3020 },
    { "A", 100, -1915 },
    { "highpass", 1000, 0 },
    { "highpass", 100, -301 },
    { "highpass", 20, -2796 },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++) {
    g_autoptr (Loud) loud = loud_new ("F64LE", 16000, 1);
    double second[16000];

    gst_util_set_object_arg (G_OBJECT (loud->harness->element), "weighting", cases[c].weighting);
    for (guint i = 0; i < G_N_ELEMENTS (second); i++)
      second[i] = 0.5 * sin (2 * G_PI * cases[c].hz * i / 16000.0);
    loud_push (loud, second, sizeof second);
    loud_push (loud, second, sizeof second);
    g_assert_cmpint (ABS (loud_value (loud->levels, 19) + 903 - cases[c].expected), <=, 12);
    g_assert_cmpint (loud_value (loud->peaks, 19), ==, -602);
  }
}

/* The loudest counts, whichever it is. */
static void
test_channels (void)
{
  static const int counts[] = { 1, 2, 3, 5, 6, 8, 24, 64 };

  for (guint c = 0; c < G_N_ELEMENTS (counts); c++) {
    int channels = counts[c], loudest = channels - 1 - (int) c % channels;
    g_autoptr (Loud) loud = loud_new ("S16LE", 4410, channels);
    g_autofree gint16 *samples = g_new (gint16, 4410 * (gsize) channels);

    for (int i = 0; i < 4410 * channels; i++)
      samples[i] = (gint16) ((i / channels % 2 ? 1 : -1) * (i % channels == loudest ? 3277 : 300));
    loud_push (loud, samples, 4410 * (gsize) channels * 2);
    g_assert_cmpuint (loud->levels->len, ==, 10);
    g_assert_cmpint (ABS (loud_value (loud->levels, 4) + 2000), <=, 1);
    g_assert_cmpint (loud_value (loud->peaks, 4), ==, -2000);
  }
}

/* --- runs --- */

#define RATE 8000
#define WINDOW (RATE / 10)

/* Windows of a square wave, with timestamps that go on from @pts. */
static GstClockTime
push_windows (Loud *loud, int amplitude, guint n, GstClockTime pts, GstBufferFlags flags)
{
  gint16 window[WINDOW];

  for (guint i = 0; i < G_N_ELEMENTS (window); i++)
    window[i] = (gint16) (i % 2 ? -amplitude : amplitude);
  for (guint i = 0; i < n; i++) {
    GstBuffer *buffer = loud_buffer (window, sizeof window, pts);

    GST_BUFFER_FLAG_SET (buffer, i == 0 ? flags : flags & ~GST_BUFFER_FLAG_DISCONT);
    loud_push_buffer (loud, buffer);
    pts += 100 * GST_MSECOND;
  }

  return pts;
}

/* A quiet half minute and the beginning of something loud. */
static GstClockTime
push_loud_start (Loud *loud)
{
  GstClockTime pts = push_windows (loud, 100, 300, 0, GST_BUFFER_FLAG_DISCONT);

  return push_windows (loud, 5000, 7, pts, 0);
}

static void
assert_run_ended (Loud *loud)
{
  const IsrSection *section = &g_array_index (loud->ended, IsrSection, 0);
  const GstStructure *last;

  g_assert_cmpuint (loud->ended->len, ==, 1);
  g_assert_cmpuint (section->start, ==, 300);
  g_assert_cmpuint (section->end, ==, 307);
  g_assert_cmpint (section->reason, ==, ISR_SECTION_EOS);
  g_assert_cmpuint (loud->levels->len, ==, 307); /* the broken second, too */
  push_windows (loud, 100, 10, GST_CLOCK_TIME_NONE, 0);
  last = loud_message (loud, ISR_MESSAGE_LEVEL, 31);
  g_assert_cmpuint (loud_uint (last, "run"), ==, 1);
  g_assert_cmpuint (loud_uint64 (last, "first-window"), ==, 0);
  g_assert_cmpuint (loud_uint64 (last, "position"), ==, 30700 * GST_MSECOND);
  g_assert_cmpuint (loud_uint64 (last, "run-position"), ==, 30700 * GST_MSECOND);
}

static void
test_discont (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);
  GstClockTime pts = push_loud_start (loud);

  pts = push_windows (loud, 5000, 1, pts + 39 * GST_MSECOND, GST_BUFFER_FLAG_DISCONT); /* jitter */
  g_assert_cmpuint (loud->ended->len, ==, 0);
  pts = push_windows (loud, 100, 2, pts + 41 * GST_MSECOND, GST_BUFFER_FLAG_DISCONT);
  g_assert_cmpuint (loud->ended->len, ==, 1);
  g_assert_cmpuint (g_array_index (loud->ended, IsrSection, 0).end, ==, 308);
}

static void
test_gap_event (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);
  GstClockTime pts = push_loud_start (loud);

  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_gap (pts, 30 * GST_MSECOND)));
  g_assert_cmpuint (loud->ended->len, ==, 0);
  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_gap (pts, 30 * GST_MSECOND)));
  assert_run_ended (loud);
}

static void
test_gap_buffer (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);
  GstClockTime pts = push_loud_start (loud);

  pts = push_windows (loud, 0, 3, pts, GST_BUFFER_FLAG_GAP);
  g_assert_cmpuint (loud->ended->len, ==, 1);
  g_assert_cmpuint (g_array_index (loud->ended, IsrSection, 0).end, ==, 307);
  push_windows (loud, 100, 17, pts, 0); /* one run with the three */
  g_assert_cmpuint (loud->levels->len, ==, 327);
  g_assert_cmpint (loud_value (loud->levels, 307), ==, ISR_LEVEL_LOWEST);
  g_assert_cmpuint (loud_uint (loud_message (loud, ISR_MESSAGE_LEVEL, 32), "run"), ==, 1);
}

static void
test_flush (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);
  GstSegment segment;

  push_loud_start (loud);
  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_flush_start ()));
  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_flush_stop (TRUE)));
  gst_segment_init (&segment, GST_FORMAT_TIME);
  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_segment (&segment)));
  assert_run_ended (loud);
}

static void
test_segment (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);
  GstSegment segment;

  push_loud_start (loud);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  segment.start = segment.time = 90 * GST_SECOND; /* running time goes back to 0 */
  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_segment (&segment)));
  assert_run_ended (loud);
}

static void
test_isr_gap (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);

  push_loud_start (loud);
  g_assert_true (gst_harness_push_event (loud->harness,
      gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_STALLED, NULL))));
  assert_run_ended (loud);
}

/* The recording behind it is broken, which only isrsplitsink sees: from the next buffer on. */
static void
test_new_run (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);

  push_loud_start (loud);
  for (guint i = 0; i < 2; i++)
    g_assert_true (gst_harness_push_upstream_event (loud->harness, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, gst_structure_new_empty (ISR_EVENT_NEW_RUN))));
  g_assert_cmpuint (gst_harness_upstream_events_in_queue (loud->harness), ==, 1); /* the caps of the harness */
  push_windows (loud, 100, 10, GST_CLOCK_TIME_NONE, 0);
  g_assert_cmpuint (loud->ended->len, ==, 1);
  g_assert_cmpuint (g_array_index (loud->ended, IsrSection, 0).end, ==, 307);
  g_assert_cmpint (g_array_index (loud->ended, IsrSection, 0).reason, ==, ISR_SECTION_EOS);
  g_assert_cmpuint (loud_uint (loud_message (loud, ISR_MESSAGE_LEVEL, 31), "run"), ==, 1);
  g_assert_cmpuint (loud_uint64 (loud_message (loud, ISR_MESSAGE_LEVEL, 31), "run-position"), ==, 30700 * GST_MSECOND);
}

/* What is not a whole window at the end of a run is dropped, but it has been: position. */
static void
test_caps (void)
{
  static const gint16 half[WINDOW / 2];
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);
  const GstStructure *s;
  gint16 window[9600] = { 0 };

  push_loud_start (loud);
  loud_push (loud, half, sizeof half);
  loud_set_caps (loud, "S16LE", RATE, 1);
  g_assert_cmpuint (loud->ended->len, ==, 0); /* the same */
  loud_set_caps (loud, "S16LE", 48000, 2);
  g_assert_cmpuint (loud->levels->len, ==, 307);
  g_assert_cmpint (g_array_index (loud->ended, IsrSection, 0).reason, ==, ISR_SECTION_EOS);
  for (guint i = 0; i < 11; i++)
    loud_push (loud, window, sizeof window);
  g_assert_cmpuint (loud->levels->len, ==, 317);
  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_eos ()));
  g_assert_cmpuint (loud->levels->len, ==, 318);
  s = loud_message (loud, ISR_MESSAGE_LEVEL, 32);
  g_assert_cmpuint (loud_uint (s, "run"), ==, 1);
  g_assert_cmpuint (loud_uint64 (s, "first-window"), ==, 10);
  g_assert_cmpuint (loud_uint64 (s, "position"), ==, 31750 * GST_MSECOND);
}

static void
test_eos_and_stop (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);

  push_loud_start (loud);
  g_assert_true (gst_harness_push_event (loud->harness, gst_event_new_eos ()));
  g_assert_cmpuint (loud->ended->len, ==, 1);
  g_assert_cmpint (gst_element_set_state (loud->harness->element, GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpuint (loud->ended->len, ==, 1);
}

static void
test_stop_without_eos (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);

  push_loud_start (loud);
  g_assert_cmpint (gst_element_set_state (loud->harness->element, GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_cmpuint (loud->ended->len, ==, 1);
  g_assert_cmpuint (loud->levels->len, ==, 307);
}

/* --- messages --- */

static void
test_event_fields (void)
{
  g_autoptr (Loud) loud = loud_new ("S16LE", RATE, 1);
  GstClockTime pts = push_loud_start (loud);
  const GstStructure *started, *ended;

  g_assert_cmpuint (loud->started, ==, 1); /* before it is over */
  started = loud_message (loud, ISR_MESSAGE_EVENT, 0);
  g_assert_cmpstr (gst_structure_get_string (started, "state"), ==, ISR_LOUD_STARTED);
  g_assert_cmpuint (loud_uint64 (started, "start"), ==, 30 * GST_SECOND);
  push_windows (loud, 100, 200, pts, 0);
  ended = loud_message (loud, ISR_MESSAGE_EVENT, 1);
  g_assert_cmpstr (gst_structure_get_string (ended, "state"), ==, ISR_LOUD_ENDED);
  g_assert_cmpuint (loud_uint64 (ended, "id"), ==, loud_uint64 (started, "id"));
  g_assert_cmpuint (loud_uint64 (ended, "start"), ==, 30 * GST_SECOND);
  g_assert_cmpuint (loud_uint64 (ended, "end"), ==, 30700 * GST_MSECOND);
  g_assert_cmpuint (loud_uint (ended, "run"), ==, 0);
  g_assert_cmpint (loud_int (ended, "peak"), ==, loud_value (loud->levels, 303));
  g_assert_cmpint (loud_int (ended, "floor"), ==, loud_value (loud->levels, 0));
  g_assert_cmpint (loud_int (ended, "score"), ==, loud_int (ended, "peak") - loud_int (ended, "floor"));
  g_assert_cmpstr (gst_structure_get_string (ended, "reason"), ==, "level");
  g_assert_cmpint (loud_value (loud->floors, 290), ==, loud_value (loud->levels, 0));
  g_assert_cmpuint (loud->cancelled, ==, 0);
}

/* One frame a buffer gives what one buffer gives. */
static void
test_buffer_sizes (void)
{
  g_autoptr (Loud) large = loud_new ("S16LE", 11025, 2);
  g_autoptr (Loud) small = loud_new ("S16LE", 11025, 2);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  gsize frames = 11025 * 4 + 500;
  g_autofree gint16 *samples = g_new (gint16, 2 * frames);

  for (gsize i = 0; i < 2 * frames; i++)
    samples[i] = (gint16) g_rand_int_range (rand, -3000, 3000);
  loud_push (large, samples, frames * 4);
  for (gsize i = 0; i < frames; i++)
    loud_push (small, samples + 2 * i, 4);
  g_assert_cmpuint (large->levels->len, ==, 40);
  g_assert_cmpmem (large->levels->data, 80, small->levels->data, small->levels->len * 2);
  g_assert_cmpmem (large->peaks->data, 80, small->peaks->data, small->peaks->len * 2);
}

int
main (int argc, char **argv)
{
  loud_test_init (&argc, &argv);
  g_test_add_func ("/loudness/audio/zeros", test_zeros);
  g_test_add_func ("/loudness/audio/dc", test_dc);
  g_test_add_func ("/loudness/audio/full-scale", test_full_scale);
  g_test_add_func ("/loudness/audio/not-finite", test_not_finite);
  g_test_add_func ("/loudness/audio/weighting", test_weighting);
  g_test_add_func ("/loudness/audio/channels", test_channels);
  g_test_add_func ("/loudness/runs/discont", test_discont);
  g_test_add_func ("/loudness/runs/gap-event", test_gap_event);
  g_test_add_func ("/loudness/runs/gap-buffer", test_gap_buffer);
  g_test_add_func ("/loudness/runs/flush", test_flush);
  g_test_add_func ("/loudness/runs/segment", test_segment);
  g_test_add_func ("/loudness/runs/isr-gap", test_isr_gap);
  g_test_add_func ("/loudness/runs/new-run", test_new_run);
  g_test_add_func ("/loudness/runs/caps", test_caps);
  g_test_add_func ("/loudness/runs/eos-and-stop", test_eos_and_stop);
  g_test_add_func ("/loudness/runs/stop-without-eos", test_stop_without_eos);
  g_test_add_func ("/loudness/messages/event-fields", test_event_fields);
  g_test_add_func ("/loudness/messages/buffer-sizes", test_buffer_sizes);

  return g_test_run ();
}
