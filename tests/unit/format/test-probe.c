/* SPDX-License-Identifier: MIT */
/* How long files of other programs play, what ours say of themselves; and nothing that is
 * torn or made up is read beyond its end. */
#include "tests/unit/format/support.h"

#define SECONDS 30.3 /* long enough for several windows of the prober */

typedef struct {
  const char *name, *options; /* of ffmpeg */
  guint rate, channels;
  double shortest, longest; /* seconds */
  gboolean estimated;
} Case;

static const Case cases[] = {
  { "a.wav", "", 44100, 2, SECONDS, SECONDS, FALSE },
  { "rf64.wav", "-rf64 always", 44100, 2, SECONDS, SECONDS, FALSE },
  { "a.flac", "", 44100, 2, SECONDS, SECONDS, FALSE },
  { "a.ogg", "-c:a libvorbis", 44100, 2, SECONDS, SECONDS, FALSE },
  { "a.opus", "-c:a libopus", 48000, 2, SECONDS, SECONDS, FALSE },
  { "a.oga", "-c:a flac", 44100, 2, SECONDS, SECONDS, FALSE },
  { "a.spx", "-c:a libspeex -ar 32000 -ac 1", 32000, 1, SECONDS - 0.1, SECONDS + 0.1, FALSE },
  { "table.mp3", "-b:a 128k", 44100, 2, SECONDS, SECONDS, FALSE },
  { "table-vbr.mp3", "-q:a 4", 44100, 2, SECONDS, SECONDS, FALSE },
  { "cbr.mp3", "-b:a 128k -write_xing 0", 44100, 2, SECONDS, SECONDS + 0.1, TRUE },
  { "tags.mp3", "-b:a 128k -write_xing 0 -write_id3v1 1 -id3v2_version 3 -metadata title=x", 44100, 2, SECONDS, SECONDS + 0.1, TRUE },
  { "vbr.mp3", "-q:a 4 -write_xing 0", 44100, 2, SECONDS, SECONDS + 0.1, FALSE },
  { "a.mp2", "-c:a mp2", 44100, 2, SECONDS - 0.1, SECONDS + 0.1, TRUE },
  { "a.aac", "-c:a aac", 44100, 0, SECONDS, SECONDS + 0.1, FALSE },
  { "a.m4a", "-c:a aac", 44100, 2, SECONDS, SECONDS, FALSE },
  { "fast.m4a", "-c:a aac -movflags +faststart", 44100, 2, SECONDS, SECONDS, FALSE },
  { "alac.m4a", "-c:a alac -ar 96000", 96000, 2, SECONDS, SECONDS, FALSE },
  { "a.mov", "-c:a pcm_s16le", 44100, 2, SECONDS, SECONDS, FALSE },
  { "video.mp4", "-f lavfi -i testsrc=d=1:r=5:s=64x64 -map 1:v -map 0:a -c:v mpeg4 -c:a aac", 44100, 2, SECONDS, SECONDS, FALSE },
  { "live.mp4", "-c:a aac -movflags frag_keyframe+empty_moov", 44100, 2, 0, 0, FALSE },
  { "a.aiff", "", 44100, 2, SECONDS, SECONDS, FALSE },
  { "a.aifc", "-c:a pcm_s16le -f aiff", 44100, 2, SECONDS, SECONDS, FALSE },
  { "a.w64", "", 44100, 2, SECONDS, SECONDS, FALSE },
  { "a.caf", "", 44100, 2, SECONDS, SECONDS, FALSE },
  { "alac.caf", "-c:a alac", 44100, 2, SECONDS, SECONDS + 0.1, FALSE },
  { "a.au", "", 44100, 2, SECONDS, SECONDS, FALSE },
  { "mu.au", "-c:a pcm_mulaw", 44100, 2, SECONDS, SECONDS, FALSE },
  { "a.wma", "-c:a wmav2", 44100, 2, SECONDS - 0.01, SECONDS + 0.1, FALSE },
  { "a.mka", "-c:a flac", 44100, 2, SECONDS - 0.002, SECONDS + 0.05, FALSE },
  { "a.webm", "-c:a libopus", 48000, 2, SECONDS - 0.002, SECONDS + 0.05, FALSE },
  { "live.webm", "-c:a libopus -live 1", 48000, 2, 0, 0, FALSE },
  { "a.wv", "", 44100, 2, SECONDS, SECONDS, FALSE },
};

/* A tone that comes and goes, so that a bitrate that may change does. */
static GBytes *
encode (TestDir *dir, const char *name, const char *options)
{
  g_autofree char *path = g_build_filename (dir->dir, name, NULL);
  g_autoptr (GBytes) said G_GNUC_UNUSED = test_run ("ffmpeg -v error -y -f lavfi -i 'aevalsrc=0.3*random(0)*gt(mod(t\\,7)\\,3):s=44100:d=%g' -ac 2 %s '%s'", SECONDS, options, path);
  char *data;
  gsize size;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  return g_bytes_new_take (data, size);
}

static gboolean
probe (const void *data, gsize size, IsrProbe *result)
{
  IsrMemoryInput input;

  isr_memory_input_init (&input, data, size);
  return isr_probe (&input.parent, result, NULL);
}

static void
check_case (TestDir *dir, const Case *c)
{
  g_autoptr (GBytes) file = encode (dir, c->name, c->options);
  g_auto (IsrProbe) result = { 0 };
  double seconds;

  g_test_message ("%s", c->name);
  g_assert_true (probe (g_bytes_get_data (file, NULL), g_bytes_get_size (file), &result));
  g_assert_cmpuint (result.rate, ==, c->rate);
  g_assert_cmpuint (result.channels, ==, c->channels);
  g_assert_cmpint (result.estimated, ==, c->estimated);
  g_assert_false (result.ours);
  seconds = (double) result.samples / result.rate;
  g_assert_cmpfloat (seconds, >=, c->shortest - 1e-9);
  g_assert_cmpfloat (seconds, <=, c->longest + 1e-9);
}

/* Frames of 20 ms: of 12.2 kbit/s, 4.75 kbit/s, and none. */
static void
test_amr (void)
{
  static const struct {
    guint8 head;
    guint size;
  } frames[] = { { 0x3c, 32 }, { 0x04, 13 }, { 0x7c, 1 } };
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_auto (IsrProbe) result = { 0 };

  g_byte_array_append (file, (const guint8 *) "#!AMR\n", 6);
  for (guint i = 0; i < 9000; i++) {
    guint8 frame[32] = { frames[i % 3].head };

    g_byte_array_append (file, frame, frames[i % 3].size);
  }
  g_byte_array_append (file, (const guint8 *) "\x3ctorn", 5);
  g_assert_true (probe (file->data, file->len, &result));
  g_assert_cmpuint (result.rate, ==, 8000);
  g_assert_cmpuint (result.samples, ==, 9000 * 160);
}

static void
test_others (void)
{
  TestDir dir;

  test_dir_init (&dir);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_case (&dir, &cases[i]);
  test_dir_clear (&dir);
}

/* What was streamed through a pipe has no total in its header. */
static void
test_flac_without_total (void)
{
  TestDir dir;
  g_autoptr (GBytes) file = NULL;
  g_auto (IsrProbe) result = { 0 };
  guint8 *data;

  test_dir_init (&dir);
  file = encode (&dir, "a.flac", "");
  data = (guint8 *) g_bytes_get_data (file, NULL);
  data[21] &= 0xf0;
  memset (data + 22, 0, 4);
  g_assert_true (probe (data, g_bytes_get_size (file), &result));
  g_assert_cmpuint (result.samples, ==, (guint64) (SECONDS * 44100));
  test_dir_clear (&dir);
}

static void
write_packets (IsrStream *stream, TestWriter *writer)
{
  const IsrFileInfo info = { "garten", "isr 1.2.3", G_GINT64_CONSTANT (1706698800123456), 7200, 48000 };
  g_autoptr (GError) error = NULL;
  IsrPacket packet = { 0 };

  while (isr_stream_next (stream, &packet, &error)) {
    if (!writer->writer) /* headers are known with the first packet */
      test_writer_open (writer, stream, &info);
    isr_writer_write (writer->writer, &packet);
    isr_packet_clear (&packet);
  }
  g_assert_no_error (error);
}

static TestFile *
record (IsrStream *stream, GBytes *audio)
{
  TestWriter writer = { 0 };

  for (gsize at = 0; at < g_bytes_get_size (audio); at += 4096) {
    g_autoptr (GBytes) piece = g_bytes_new_from_bytes (audio, at, MIN (4096, g_bytes_get_size (audio) - at));

    isr_stream_push (stream, piece);
    write_packets (stream, &writer);
  }
  isr_stream_drain (stream);
  write_packets (stream, &writer);
  return test_writer_close (&writer);
}

/* Takes @stream. */
static void
check_ours (IsrStream *stream, GBytes *audio, gboolean says_more)
{
  TestFile *file = record (stream, audio);
  g_auto (IsrProbe) result = { 0 };

  g_assert_true (probe (g_bytes_get_data (file->bytes, NULL), g_bytes_get_size (file->bytes), &result));
  g_assert_cmpuint (result.samples, ==, file->totals.samples);
  g_assert_true (result.ours);
  g_assert_cmpint (result.timed, ==, says_more);
  g_assert_cmpstr (result.source, ==, says_more ? "garten" : NULL);
  if (says_more) {
    g_assert_cmpint (result.start_us, ==, G_GINT64_CONSTANT (1706698800123456));
    g_assert_cmpint (result.utc_offset, ==, 7200);
  }
  test_file_free (file);
  isr_stream_free (stream);
}

static void
test_ours (void)
{
  const IsrPcm pcm = { ISR_SAMPLE_S16, 48000, 2, 0 };
  g_autoptr (GBytes) noise = test_noise (48000, 4, 7);
  g_autoptr (GBytes) mp3 = NULL, opus = NULL;
  TestDir dir;

  test_dir_init (&dir);
  mp3 = encode (&dir, "a.mp3", "-b:a 128k");
  opus = encode (&dir, "a.opus", "-c:a libopus");
  check_ours (isr_stream_new_wav (&pcm), noise, TRUE);
  check_ours (isr_stream_new_flac_encoder (&pcm, NULL), noise, TRUE);
  check_ours (isr_stream_new_ogg (), opus, TRUE);
  check_ours (isr_stream_new_mp3 (), mp3, FALSE);
  test_dir_clear (&dir);
}

/* A recorder of another make: a time of day and no zone. */
static void
test_bext_of_others (void)
{
  const IsrPcm pcm = { ISR_SAMPLE_S16, 48000, 2, 0 };
  g_autoptr (GBytes) noise = test_noise (4800, 4, 7);
  IsrStream *stream = isr_stream_new_wav (&pcm);
  TestFile *file = record (stream, noise);
  gsize size = g_bytes_get_size (file->bytes);
  g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (file->bytes, NULL), size);
  guint8 *bext = memmem (data, size, "bext", 4), *history = memmem (data, size, "T=ISR", 5);
  g_auto (IsrProbe) result = { 0 };

  memcpy (bext + 8 + 256, "XYZ", 4); /* Originator */
  memcpy (history, "T=XYZ", 5);
  g_assert_true (probe (data, size, &result));
  g_assert_false (result.ours);
  g_assert_null (result.source);
  g_assert_true (result.timed);
  g_assert_true (result.local);
  g_assert_cmpint (result.start_us / G_TIME_SPAN_MILLISECOND, ==, G_GINT64_CONSTANT (1706698800123) + 7200000);
  test_file_free (file);
  isr_stream_free (stream);
}

static void
check_torn (const guint8 *data, gsize size)
{
  static const gsize sizes[] = { 0, 1, 3, 4, 9, 10, 12, 30, 44, 60, 700, 4000, 70000, 300000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) { /* exactly as long: a byte more is seen by the sanitizer */
    gsize n = MIN (sizes[i], size);
    g_autofree guint8 *copy = g_memdup2 (data, n);
    g_auto (IsrProbe) result = { 0 };

    probe (copy, n, &result);
  }
  for (guint i = 0; i < 200; i++) {
    g_autofree guint8 *copy = g_memdup2 (data, MIN (size, 100000));
    g_auto (IsrProbe) result = { 0 };

    for (guint k = 0; k < 8; k++)
      copy[g_rand_int_range (rand, 0, (int) MIN (size, k < 4 ? 100 : 100000))] = (guint8) g_rand_int (rand);
    probe (copy, MIN (size, 100000), &result);
  }
}

static void
test_torn (void)
{
  TestDir dir;

  test_dir_init (&dir);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GBytes) file = encode (&dir, cases[i].name, cases[i].options);

    check_torn (g_bytes_get_data (file, NULL), g_bytes_get_size (file));
  }
  test_dir_clear (&dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/probe/others", test_others);
  g_test_add_func ("/probe/amr", test_amr);
  g_test_add_func ("/probe/flac-without-total", test_flac_without_total);
  g_test_add_func ("/probe/ours", test_ours);
  g_test_add_func ("/probe/bext-of-others", test_bext_of_others);
  g_test_add_func ("/probe/torn", test_torn);
  return g_test_run ();
}
