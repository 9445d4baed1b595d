/* SPDX-License-Identifier: MIT */
/* Frame headers: read right, refused when wrong, renumbered without loss. */
#include "tests/unit/format/flac-source.h"

static void
test_parse (void)
{
  static const struct {
    guint block, rate, channels, bits;
  } rows[] = {
    { 4096, 48000, 2, 16 },
    { 192, 44100, 1, 24 },
    { 576, 96000, 8, 16 },
    { 1000, 12345, 2, 12 },
    { 300, 11025, 6, 20 },
    { 16, 8000, 2, 8 },
    { 100, 1000, 1, 16 },
    { 65535, 192000, 2, 24 },
    { 4608, 655350, 2, 16 },
    { 1152, 37000, 3, 16 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    TestSource source;

    test_source_init (&source);
    test_source_add (&source, rows[i].block * 3, rows[i].block, rows[i].rate, rows[i].channels, rows[i].bits);
    g_assert_cmpuint (source.frames->len, ==, 3);
    for (guint f = 0; f < 3; f++) {
      gsize size = 0;
      const guint8 *data = g_bytes_get_data (source.frames->pdata[f], &size);
      IsrFlacFrame frame;

      g_assert_true (isr_flac_frame_parse (&frame, data, size));
      g_assert_false (frame.variable);
      g_assert_cmpuint (frame.number, ==, f);
      g_assert_cmpuint (frame.block, ==, rows[i].block);
      g_assert_cmpuint (frame.rate, ==, rows[i].rate);
      g_assert_cmpuint (frame.channels, ==, rows[i].channels);
      g_assert_cmpuint (frame.bits, ==, rows[i].bits);
      g_assert_cmpuint (isr_flac_crc16 (0, data, size), ==, 0);
      for (gsize n = 0; n < frame.header_size; n++)
        g_assert_false (isr_flac_frame_parse (&frame, data, n));
    }
    test_source_clear (&source);
  }
}

/* Every single flipped bit of a header is noticed. */
static void
test_flips (void)
{
  TestSource source;
  gsize size = 0;
  g_autofree guint8 *copy = NULL;
  IsrFlacFrame frame;

  test_source_init (&source);
  test_source_add (&source, 1000, 1000, 12345, 2, 16);
  copy = g_memdup2 (g_bytes_get_data (source.frames->pdata[0], NULL), g_bytes_get_size (source.frames->pdata[0]));
  size = g_bytes_get_size (source.frames->pdata[0]);
  g_assert_true (isr_flac_frame_parse (&frame, copy, size));
  for (gsize bit = 0, bits = frame.header_size * 8; bit < bits; bit++) {
    copy[bit / 8] ^= 1 << bit % 8;
    g_assert_false (isr_flac_frame_parse (&frame, copy, size));
    copy[bit / 8] ^= 1 << bit % 8;
  }
  test_source_clear (&source);
}

/* All lengths of the number, there and back: the first bytes come out again. */
static void
test_renumber (void)
{
  static const guint64 numbers[] = { 0, 1, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x1fffff, 0x200000, 0x3ffffff, 0x4000000, 0x7fffffff, G_GUINT64_CONSTANT (0x80000000), G_GUINT64_CONSTANT (0xfffffffff) };
  TestSource source;
  GBytes *first = NULL;
  gsize size = 0;
  const guint8 *data = NULL;
  IsrFlacFrame frame;

  test_source_init (&source);
  test_source_add (&source, 1000, 1000, 12345, 2, 16);
  first = source.frames->pdata[0];
  data = g_bytes_get_data (first, &size);
  g_assert_true (isr_flac_frame_parse (&frame, data, size));
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autoptr (GBytes) there = isr_flac_frame_renumber (&frame, data, size, TRUE, numbers[i]);
    gsize n = 0;
    const guint8 *out = g_bytes_get_data (there, &n);
    IsrFlacFrame got;
    g_autoptr (GBytes) back = NULL;

    g_assert_true (isr_flac_frame_parse (&got, out, n));
    g_assert_true (got.variable);
    g_assert_cmpuint (got.number, ==, numbers[i]);
    g_assert_cmpuint (isr_flac_crc16 (0, out, n), ==, 0);
    g_assert_true (memcmp (out + got.header_size, data + frame.header_size, size - frame.header_size - 2) == 0);
    back = isr_flac_frame_renumber (&got, out, n, FALSE, 0);
    g_assert_true (g_bytes_equal (back, first));
  }
  test_source_clear (&source);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/flac-frame/parse", test_parse);
  g_test_add_func ("/format/flac-frame/flips", test_flips);
  g_test_add_func ("/format/flac-frame/renumber", test_renumber);
  return g_test_run ();
}
