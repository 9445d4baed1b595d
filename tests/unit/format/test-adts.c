/* SPDX-License-Identifier: MIT */
/* ADTS: frames in, the same frames out; what changes makes a new file. */
#include "mpeg-fixture.h"
#include "plugins/format/adts-frame.h"

/* Without noise substitution, whose random numbers count from the start of a file. */
static GBytes *
make_source (guint rate, guint channels)
{
  fixture_make_wav ("raw.wav", rate, channels, 3.0);
  g_free (fixture_run ("ffmpeg -v error -y -i raw.wav -c:a aac -aac_pns 0 -b:a 64k -f adts source.aac"));
  return fixture_read ("source.aac");
}

static void
test_header (void)
{
  static const guint8 header[] = { 0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc };
  static const guint8 crc_two_blocks[] = { 0xff, 0xf0, 0x5c, 0x40, 0x02, 0x1f, 0xfd };
  static const guint8 bad[][7] = {
    { 0xff, 0xe1, 0x50, 0x80, 0x2e, 0x7f, 0xfc }, /* sync */
    { 0xff, 0xf3, 0x50, 0x80, 0x2e, 0x7f, 0xfc }, /* layer: MPEG audio */
    { 0xff, 0xf1, 0x74, 0x80, 0x2e, 0x7f, 0xfc }, /* rate 13 */
    { 0xff, 0xf1, 0x50, 0x80, 0x00, 0xff, 0xfc }, /* length 7: nothing in it */
  };
  IsrAdtsFrame frame;

  g_assert_true (isr_adts_frame_parse (&frame, header, 7));
  g_assert_cmpuint (frame.rate, ==, 44100);
  g_assert_cmpuint (frame.channels, ==, 2);
  g_assert_cmpuint (frame.size, ==, 0x173);
  g_assert_cmpuint (frame.samples, ==, 1024);
  g_assert_true (isr_adts_frame_parse (&frame, crc_two_blocks, 7));
  g_assert_cmpuint (frame.rate, ==, 22050);
  g_assert_cmpuint (frame.size, ==, 16);
  g_assert_cmpuint (frame.channels, ==, 1);
  g_assert_cmpuint (frame.samples, ==, 2048);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (isr_adts_frame_parse (&frame, bad[i], 7));
  for (guint size = 0; size < 7; size++)
    g_assert_false (isr_adts_frame_parse (&frame, header, size));
}

/* The frames of all files are the source; each has as many samples as ffmpeg makes of
 * it, and after the warm-up they are those of the whole. */
static void
test_split (gconstpointer user_data)
{
  guint rate = GPOINTER_TO_UINT (user_data) >> 4;
  guint channels = GPOINTER_TO_UINT (user_data) & 15;
  static const guint cuts[] = { 5, 6, 20, 41, 0 };
  g_autoptr (GBytes) source = make_source (rate, channels);
  g_autoptr (GBytes) whole = fixture_decode (FIXTURE_FFMPEG_AAC, "source.aac", NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  FixtureSplit split;
  gsize at = 0;

  fixture_split_init (&split, isr_stream_new_adts (), cuts);
  fixture_split_push (&split, source, 3000, rand);
  fixture_split_finish (&split);
  g_assert_cmpmem (split.payload->data, split.payload->len, g_bytes_get_data (source, NULL), g_bytes_get_size (source));
  g_assert_cmpstr (isr_stream_get_extension (split.stream), ==, "aac");
  g_assert_cmpuint (isr_stream_get_rate (split.stream), ==, rate);
  g_assert_cmpuint (split.files->len, ==, 5);
  for (guint i = 0; i < split.files->len; i++) {
    FixtureFile *file = g_ptr_array_index (split.files, i);
    gsize warm_up = file->warm_up * 2 * channels;
    g_autoptr (GBytes) decoded = NULL;
    gsize size;

    g_assert_cmpuint (file->warm_up, ==, i ? 1024 : 0);
    g_assert_cmpuint (file->payload, ==, file->output.bytes->len);
    fixture_write ("part.aac", file->output.bytes->data, file->output.bytes->len);
    decoded = fixture_decode (FIXTURE_FFMPEG_AAC, "part.aac", NULL);
    size = g_bytes_get_size (decoded);
    g_assert_cmpuint (size, ==, file->totals.samples * 2 * channels);
    g_assert_cmpmem ((const guint8 *) g_bytes_get_data (decoded, NULL) + warm_up, size - warm_up, (const guint8 *) g_bytes_get_data (whole, NULL) + at + warm_up, size - warm_up);
    at += size;
  }
  g_assert_cmpuint (at, ==, g_bytes_get_size (whole));
  fixture_split_clear (&split);
}

static void
test_change (void)
{
  static const guint cuts[] = { 0 };
  g_autoptr (GBytes) one = make_source (44100, 2);
  g_autoptr (GBytes) two = make_source (44100, 1);
  g_autoptr (GBytes) three = make_source (22050, 1);
  g_autoptr (GBytes) html = g_bytes_new_take (g_malloc0 (70000), 70000);
  g_autoptr (GError) error = NULL;
  IsrPacket packet;
  FixtureSplit split;

  fixture_split_init (&split, isr_stream_new_adts (), cuts);
  fixture_split_push (&split, one, 4000, NULL);
  fixture_split_push (&split, two, 4000, NULL);
  fixture_split_push (&split, three, 4000, NULL);
  fixture_split_finish (&split);
  g_assert_cmpuint (split.files->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (((FixtureFile *) g_ptr_array_index (split.files, i))->warm_up, ==, 0);
  isr_stream_push (split.stream, html);
  g_assert_false (isr_stream_next (split.stream, &packet, &error));
  g_assert_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID);
  fixture_split_clear (&split);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  g_test_add_func ("/format/adts/header", test_header);
  g_test_add_data_func ("/format/adts/split/44100-stereo", GUINT_TO_POINTER (44100 << 4 | 2), test_split);
  g_test_add_data_func ("/format/adts/split/16000-mono", GUINT_TO_POINTER (16000 << 4 | 1), test_split);
  g_test_add_func ("/format/adts/change", test_change);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
