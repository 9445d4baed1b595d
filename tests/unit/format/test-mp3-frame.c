/* SPDX-License-Identifier: MIT */
/* Headers of all versions and layers, against values from the standard. */
#include "plugins/format/mp3-frame.h"

#include <string.h>

static const struct {
  guint8 header[4];
  guint version, layer, rate, channels, bitrate, size, samples, side;
} known[] = {
  { { 0xff, 0xfb, 0x90, 0x64 }, 10, 3, 44100, 2, 128000, 417, 1152, 32 },
  { { 0xff, 0xfb, 0x92, 0x64 }, 10, 3, 44100, 2, 128000, 418, 1152, 32 },
  { { 0xff, 0xfb, 0x10, 0xc4 }, 10, 3, 44100, 1, 32000, 104, 1152, 17 },
  { { 0xff, 0xfa, 0xe4, 0x00 }, 10, 3, 48000, 2, 320000, 960, 1152, 32 },
  { { 0xff, 0xf3, 0x80, 0x64 }, 20, 3, 22050, 2, 64000, 208, 576, 17 },
  { { 0xff, 0xf3, 0x18, 0xc4 }, 20, 3, 16000, 1, 8000, 36, 576, 9 },
  { { 0xff, 0xe3, 0x28, 0xc4 }, 25, 3, 8000, 1, 16000, 144, 576, 9 },
  { { 0xff, 0xfd, 0xa4, 0x00 }, 10, 2, 48000, 2, 192000, 576, 1152, 0 },
  { { 0xff, 0xf5, 0x80, 0xc0 }, 20, 2, 22050, 1, 64000, 417, 1152, 0 },
  { { 0xff, 0xff, 0xc0, 0x00 }, 10, 1, 44100, 2, 384000, 416, 384, 0 },
  { { 0xff, 0xff, 0xc2, 0x00 }, 10, 1, 44100, 2, 384000, 420, 384, 0 },
};

static void
test_known (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++) {
    IsrMp3Frame frame;
    guint8 back[4];

    g_assert_true (isr_mp3_frame_parse (&frame, known[i].header, 4));
    g_assert_cmpuint (frame.version, ==, known[i].version);
    g_assert_cmpuint (frame.layer, ==, known[i].layer);
    g_assert_cmpuint (frame.rate, ==, known[i].rate);
    g_assert_cmpuint (frame.channels, ==, known[i].channels);
    g_assert_cmpuint (frame.bitrate, ==, known[i].bitrate);
    g_assert_cmpuint (frame.size, ==, known[i].size);
    g_assert_cmpuint (frame.samples, ==, known[i].samples);
    g_assert_cmpuint (frame.side_size, ==, known[i].side);
    g_assert_cmpint (frame.crc, ==, !(known[i].header[1] & 1));
    isr_mp3_frame_put (&frame, back);
    g_assert_cmpmem (back, 4, known[i].header, 4);
  }
}

static void
test_refused (void)
{
  static const guint8 bad[][4] = {
    { 0xff, 0xdb, 0x90, 0x64 }, /* sync */
    { 0xff, 0xeb, 0x90, 0x64 }, /* version */
    { 0xff, 0xf9, 0x90, 0x64 }, /* layer 0: ADTS */
    { 0xff, 0xfb, 0xf0, 0x64 }, /* bitrate */
    { 0xff, 0xfb, 0x00, 0x64 }, /* free format */
    { 0xff, 0xfb, 0x9c, 0x64 }, /* rate */
    { 0xff, 0xfb, 0x90, 0x66 }, /* emphasis */
  };
  IsrMp3Frame frame;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_false (isr_mp3_frame_parse (&frame, bad[i], 4));
    g_assert_cmpint (isr_mp3_frame_is_free_format (bad[i], 4), ==, i == 4);
  }
  for (guint size = 0; size < 4; size++)
    g_assert_false (isr_mp3_frame_parse (&frame, known[0].header, size));
}

/* Every header that there is: its length holds what must be in it, and larger
 * frames of its kind can be made, up to what a reservoir needs. */
static void
test_all (void)
{
  guint n = 0;

  for (guint bits = 0; bits < 1 << 21; bits++) {
    guint8 header[4] = { 0xff, 0xe0 | bits >> 16, bits >> 8, bits };
    IsrMp3Frame frame;
    IsrMp3Frame larger;
    gsize wanted;

    if (!isr_mp3_frame_parse (&frame, header, 4))
      continue;
    n++;
    g_assert_cmpuint (frame.size, >=, isr_mp3_frame_get_area (&frame));
    g_assert_cmpuint (frame.size, <=, 4 * 1441);
    if (frame.layer != 3)
      continue;
    wanted = ISR_MP3_HEADER_SIZE + frame.side_size + (frame.version == 10 ? ISR_MP3_MAX_RESERVOIR : 255);
    g_assert_true (isr_mp3_frame_with_size (&frame, wanted, &larger));
    g_assert_cmpuint (larger.size, >=, wanted);
    g_assert_cmpuint (isr_mp3_frame_get_key (&larger), ==, isr_mp3_frame_get_key (&frame));
    g_assert_false (larger.crc);
  }
  g_assert_cmpuint (n, >, 100000);
}

static void
test_main_data_begin (void)
{
  guint8 data[420] = { 0xff, 0xfb, 0x90, 0x64, 0xff, 0x80 };
  IsrMp3Frame frame;

  g_assert_true (isr_mp3_frame_parse (&frame, data, sizeof (data)));
  g_assert_cmpuint (isr_mp3_frame_get_area (&frame), ==, 36);
  g_assert_cmpuint (isr_mp3_frame_get_main_data_begin (&frame, data), ==, 511);
  data[1] = 0xf2; /* MPEG-2 with CRC */
  data[6] = 200;
  g_assert_true (isr_mp3_frame_parse (&frame, data, sizeof (data)));
  g_assert_cmpuint (isr_mp3_frame_get_area (&frame), ==, 4 + 2 + 17);
  g_assert_cmpuint (isr_mp3_frame_get_main_data_begin (&frame, data), ==, 200);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/mp3/frame/known", test_known);
  g_test_add_func ("/format/mp3/frame/refused", test_refused);
  g_test_add_func ("/format/mp3/frame/all", test_all);
  g_test_add_func ("/format/mp3/frame/main-data-begin", test_main_data_begin);
  return g_test_run ();
}
