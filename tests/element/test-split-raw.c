/* SPDX-License-Identifier: MIT */
/* Raw audio: every sample once, in its place, cut where the clock says. */
#include "tests/element/split-helper.h"

static const struct {
  const char *name;
  guint size;
} formats[] = { { "S16LE", 2 }, { "S24LE", 3 }, { "S24_32LE", 4 }, { "S32LE", 4 }, { "F32LE", 4 } };

static const guint channel_counts[] = { 1, 2, 6 };
static const guint buffer_frames[] = { 1, 7, 480, 4096, 100000 };

#define RATE 44100
#define INTERVAL_US 100000
#define AHEAD_US 33333 /* the first boundary comes this long before INTERVAL_US is over */

static void
make_sample (guint8 *at, guint format, GRand *rand)
{
  guint32 bits = g_rand_int (rand);

  if (format == 4) {
    float f = (float) g_rand_double_range (rand, -1.0, 1.0);

    memcpy (&bits, &f, 4);
  } else if (format == 2) {
    bits = (guint32) ((gint32) (bits << 8) >> 8);
  }
  bits = GUINT32_TO_LE (bits);
  memcpy (at, &bits, 4); /* what is too much is overwritten by the next */
}

static GByteArray *
make_input (guint format, guint channels, guint frames)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (format * 100 + channels);
  guint size = formats[format].size;
  GByteArray *input = g_byte_array_sized_new (frames * channels * size + 4);

  g_byte_array_set_size (input, frames * channels * size + 4);
  for (guint i = 0; i < frames * channels; i++)
    make_sample (input->data + i * size, format, rand);
  g_byte_array_set_size (input, frames * channels * size);

  return input;
}

static void
push_all (Feed *feed, GByteArray *input, guint frame_size, guint frames)
{
  for (gsize at = 0; at < input->len; at += (gsize) frames * frame_size) {
    gsize size = MIN ((gsize) frames * frame_size, input->len - at);

    g_assert_cmpint (feed_bytes (feed, input->data + at, size, gst_util_uint64_scale (at / frame_size, GST_SECOND, RATE)), ==, GST_FLOW_OK);
  }
}

/* The first sample at or after each boundary, computed from the definition. */
static void
assert_cuts (GPtrArray *messages, guint64 frames)
{
  guint64 begin = 0;
  guint n_files = count_messages (messages, ISR_MESSAGE_FILE_CLOSED);

  for (guint i = 0; i < n_files; i++) {
    const GstStructure *s = find_message (messages, ISR_MESSAGE_FILE_CLOSED, i);
    guint64 since_us = (guint64) (i + 1) * INTERVAL_US - AHEAD_US;
    guint64 end = MIN (frames, (since_us * RATE + 999999) / 1000000);

    g_assert_cmpuint (get_u64 (s, "samples"), ==, end - begin);
    g_assert_cmpint (get_i64 (s, "start-utc-us"), ==, START_US + AHEAD_US + (gint64) (begin * 1000000 / RATE));
    begin = end;
  }
  g_assert_cmpuint (begin, ==, frames);
}

static double
sample_of (const guint8 *at, guint format)
{
  gint32 bits = (gint32) read_u32 (at);
  float f;

  if (format == 3)
    return bits / 256.0;
  memcpy (&f, &bits, 4);
  return f * 8388608.0;
}

/* Files hold S24_32 packed; FLAC holds 24 bits: wider samples are the nearest. */
static void
assert_24_bit (GByteArray *decoded, GByteArray *input, guint format)
{
  if (format == 2) {
    g_assert_cmpuint (decoded->len, ==, input->len / 4 * 3);
    for (guint i = 0; i < input->len / 4; i++)
      g_assert_cmpmem (decoded->data + i * 3, 3, input->data + i * 4, 3);
  } else if (format < 2) {
    g_assert_cmpmem (decoded->data, decoded->len, input->data, input->len);
  } else {
    g_assert_cmpuint (decoded->len, ==, input->len / 4 * 3);
    for (guint i = 0; i < input->len / 4; i++) {
      gint32 got = (gint32) (GST_READ_UINT24_LE (decoded->data + i * 3) << 8) >> 8;

      g_assert_cmpfloat (ABS (got - sample_of (input->data + i * 4, format)), <=, got == 8388607 ? 1.0 : 0.5);
    }
  }
}

static void
run (guint format, guint channels, guint frames_each, const char *container)
{
  guint frames = frames_each == 1 ? 9000 : 23456;
  guint frame_size = formats[format].size * channels;
  g_auto (TestDir) dir = test_dir_new ();
  g_autofree char *caps = g_strdup_printf ("audio/x-raw,format=%s,rate=%d,channels=%u,layout=interleaved,channel-mask=(bitmask)0x%x",
      formats[format].name, RATE, channels, channels == 1 ? 0 : channels == 2 ? 3
                                                                              : 0x3f);
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autoptr (GByteArray) input = make_input (format, channels, frames);
  g_autoptr (GByteArray) output = g_byte_array_new ();
  g_autoptr (GPtrArray) paths = NULL;
  gboolean flac = g_str_equal (container, "flac");

  gst_element_set_state (feed.h->element, GST_STATE_NULL);
  g_object_set (feed.h->element, "split-interval", (guint64) INTERVAL_US * 1000, "start-time", (guint64) (START_US + AHEAD_US) * 1000, "max-pending", (guint64) 600 * GST_SECOND, NULL);
  gst_util_set_object_arg (G_OBJECT (feed.h->element), "format", container);
  gst_element_set_state (feed.h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (feed.h, caps);
  push_all (&feed, input, frame_size, frames_each);
  feed_eos (&feed);

  assert_cuts (feed.messages, frames);
  assert_all_complete (&dir);
  paths = test_dir_list (&dir);
  g_assert_cmpuint (paths->len, ==, count_messages (feed.messages, ISR_MESSAGE_FILE_CLOSED));
  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GByteArray) part = flac ? decode_flac (paths->pdata[i]) : read_wav (paths->pdata[i]);

    g_byte_array_append (output, part->data, part->len);
  }
  if (flac || format == 2)
    assert_24_bit (output, input, format);
  else
    g_assert_cmpmem (output->data, output->len, input->data, input->len);
  g_assert_cmpuint (get_stat (feed.h->element, "samples"), ==, frames);
}

static void
test_wav (gconstpointer data)
{
  guint format = GPOINTER_TO_UINT (data);

  for (guint c = 0; c < G_N_ELEMENTS (channel_counts); c++) {
    for (guint b = 0; b < G_N_ELEMENTS (buffer_frames); b++)
      run (format, channel_counts[c], buffer_frames[b], "wav");
  }
}

static void
test_flac (gconstpointer data)
{
  guint format = GPOINTER_TO_UINT (data);

  for (guint c = 0; c < G_N_ELEMENTS (channel_counts); c++)
    run (format, channel_counts[c], buffer_frames[(format + c) % G_N_ELEMENTS (buffer_frames)], "flac");
}

/* auto: FLAC where it keeps every bit. */
static void
test_auto (void)
{
  static const char *const extensions[] = { ".flac", ".flac", ".flac", ".wav", ".wav" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_auto (TestDir) dir = test_dir_new ();
    g_autofree char *caps = g_strdup_printf ("audio/x-raw,format=%s,rate=%d,channels=1,layout=interleaved", formats[i].name, RATE);
    g_auto (Feed) feed = feed_new (&dir, caps);
    g_autoptr (GByteArray) input = make_input (i, 1, 1000);
    g_autoptr (GPtrArray) paths = NULL;

    push_all (&feed, input, formats[i].size, 1000);
    feed_eos (&feed);
    paths = test_dir_list (&dir);
    g_assert_cmpuint (paths->len, ==, 1);
    g_assert_true (g_str_has_suffix (paths->pdata[0], extensions[i]));
  }
}

/* Time of day, not time since the start; one file for each hour of a day. */
static void
test_day (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf (
      "audiotestsrc num-buffers=864 samplesperbuffer=1000 ! audio/x-raw,rate=10,channels=1,format=S16LE ! "
      "isrsplitsink format=wav timezone=Europe/Berlin start-time=%" G_GINT64_FORMAT " location=%s/%%d_%%H%%M%%z",
      /* 2026-10-24T22:00:00Z: the day with two hours of 2 */ G_GINT64_CONSTANT (1792879200000000000), dir.path);
  g_autoptr (GPtrArray) messages = run_line (line, &error);
  g_autoptr (GPtrArray) paths = test_dir_list (&dir);

  g_assert_no_error (error);
  g_assert_cmpuint (paths->len, ==, 24);
  g_assert_true (g_str_has_suffix (paths->pdata[2], "/25_0200+0100.wav"));
  g_assert_true (g_str_has_suffix (paths->pdata[3], "/25_0200+0200.wav"));
  for (guint i = 0; i < 24; i++)
    g_assert_cmpuint (get_u64 (find_message (messages, ISR_MESSAGE_FILE_CLOSED, i), "samples"), ==, 36000);
}

int
main (int argc, char **argv)
{
  split_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *wav = g_strdup_printf ("/split/raw/wav/%s", formats[i].name);
    g_autofree char *flac = g_strdup_printf ("/split/raw/flac/%s", formats[i].name);

    g_test_add_data_func (wav, GUINT_TO_POINTER (i), test_wav);
    g_test_add_data_func (flac, GUINT_TO_POINTER (i), test_flac);
  }
  g_test_add_func ("/split/raw/auto", test_auto);
  g_test_add_func ("/split/raw/day", test_day);
  return g_test_run ();
}
