/* SPDX-License-Identifier: MIT */
/* WAV: splits lose nothing, headers are true, bext gives the instant back, 4 GiB
 * is no limit, and other programs agree. */
#include "tests/unit/format/support.h"

#include <fcntl.h>
#include <math.h>
#include <unistd.h>

#include "plugins/format/bext.h"
#include "plugins/format/bytes.h"
#include "plugins/format/wav-layout.h"

static const IsrFileInfo info = { "Küche", "isr 0.1.0", G_GINT64_CONSTANT (1774746000250000), 20700, 480000 };

static void
read_layout (GBytes *bytes, IsrWavLayout *layout)
{
  g_autoptr (GError) error = NULL;
  IsrMemoryInput input;

  isr_memory_input_init (&input, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  isr_wav_layout_read (layout, &input.parent, &error);
  g_assert_no_error (error);
}

/* Samples of all files, one after the other; checks each header on the way. */
static GByteArray *
join (GPtrArray *files, const IsrPcm *pcm)
{
  GByteArray *all = g_byte_array_new ();

  for (guint i = 0; i < files->len; i++) {
    TestFile *file = files->pdata[i];
    IsrWavLayout layout;

    read_layout (file->bytes, &layout);
    g_assert_cmpuint (layout.rate, ==, pcm->rate);
    g_assert_cmpuint (layout.channels, ==, pcm->channels);
    g_assert_true (layout.ours);
    g_assert_false (layout.rf64);
    g_assert_cmpuint (layout.data_size, ==, file->totals.samples * layout.block);
    g_assert_cmpuint (layout.riff_size + 8, ==, file->totals.bytes);
    g_assert_cmpuint (layout.data + layout.data_size + (layout.data_size & 1), ==, file->totals.bytes);
    g_byte_array_append (all, (const guint8 *) g_bytes_get_data (file->bytes, NULL) + layout.data, layout.data_size);
  }
  return all;
}

static void
test_splits (void)
{
  for (int format = ISR_SAMPLE_S16; format <= ISR_SAMPLE_F32; format++)
    for (guint channels = 1; channels <= 64; channels = channels < 3 ? channels + 1 : channels * 4 + 4) {
      IsrPcm pcm = { format, 48000, channels, 0 };
      g_autoptr (IsrStream) stream = isr_stream_new_wav (&pcm);
      g_autoptr (GBytes) audio = test_noise (20000, isr_pcm_get_frame_size (&pcm), format * 100 + channels);
      g_autoptr (GPtrArray) files = test_split_raw (stream, audio, &info, 1500, format + channels);
      g_autoptr (GByteArray) all = join (files, &pcm);
      gsize size = 0;
      const guint8 *in = g_bytes_get_data (audio, &size);

      g_assert_cmpuint (files->len, >, 5);
      g_assert_cmpstr (isr_stream_get_extension (stream), ==, "wav");
      if (format != ISR_SAMPLE_S24_32) {
        g_assert_cmpmem (all->data, all->len, in, size);
        continue;
      }
      g_assert_cmpuint (all->len, ==, size / 4 * 3);
      for (gsize i = 0; i < size / 4; i++)
        g_assert_true (memcmp (all->data + 3 * i, in + 4 * i, 3) == 0);
    }
}

static TestFile *
one_file (const IsrPcm *pcm, gsize frames, const IsrFileInfo *about)
{
  g_autoptr (IsrStream) stream = isr_stream_new_wav (pcm);
  g_autoptr (GBytes) audio = test_noise (frames, isr_pcm_get_frame_size (pcm), 7);
  IsrPacket packet = { audio, frames, 0 };
  TestWriter writer = { 0 };

  test_writer_open (&writer, stream, about);
  isr_writer_write (writer.writer, &packet);
  return test_writer_close (&writer);
}

static void
test_refresh (void)
{
  IsrPcm pcm = { ISR_SAMPLE_F32, 44100, 1, 0 };
  g_autoptr (IsrStream) stream = isr_stream_new_wav (&pcm);
  g_autoptr (GBytes) audio = test_noise (1000, 4, 1);
  IsrPacket packet = { audio, 1000, 0 };
  TestWriter writer = { 0 };

  test_writer_open (&writer, stream, &info);
  for (guint i = 1; i <= 5; i++) {
    g_autoptr (GBytes) now = NULL;
    IsrWavLayout layout;

    isr_writer_write (writer.writer, &packet);
    isr_writer_refresh (writer.writer);
    now = g_bytes_new (writer.memory.bytes->data, writer.memory.bytes->len);
    read_layout (now, &layout);
    g_assert_cmpuint (layout.data_size, ==, i * 4000);
    g_assert_cmpuint (layout.riff_size + 8, ==, g_bytes_get_size (now));
    g_assert_cmpuint (isr_get_le ((const guint8 *) g_bytes_get_data (now, NULL) + layout.fact, 4), ==, i * 1000);
  }
  test_file_free (test_writer_close (&writer));
}

/* The payload of a chunk, found by walking. */
static const guint8 *
find_chunk (GBytes *bytes, const char *tag, guint32 *size)
{
  const guint8 *data = g_bytes_get_data (bytes, NULL);

  for (gsize at = 12; at + 8 <= g_bytes_get_size (bytes); at += 8 + *size + (*size & 1)) {
    *size = isr_get_le (data + at + 4, 4);
    if (memcmp (data + at, tag, 4) == 0)
      return data + at + 8;
  }
  g_error ("no chunk %s", tag);
}

/* By the standard alone: date + reference / rate, minus the zone. */
static long double
start_of (const guint8 *bext, guint rate, int utc_offset)
{
  g_autofree char *date = g_strndup ((const char *) bext + 320, 10);
  g_autofree char *midnight = g_strdup_printf ("%sT00:00:00Z", date);
  g_autoptr (GDateTime) t = g_date_time_new_from_iso8601 (midnight, NULL);

  g_assert_nonnull (t);
  return g_date_time_to_unix (t) + (long double) isr_get_le (bext + 338, 8) / rate - utc_offset;
}

static void
assert_bext (gint64 start_us, int utc_offset, guint rate)
{
  IsrPcm pcm = { ISR_SAMPLE_S16, rate, 2, 3 };
  IsrFileInfo about = { "garden", "isr 0.1.0", start_us, utc_offset, 0 };
  TestFile *file = one_file (&pcm, 10, &about);
  guint32 size = 0;
  const guint8 *bext = find_chunk (file->bytes, "bext", &size);
  long double error = fabsl (start_of (bext, rate, utc_offset) * 1e6L - start_us) * rate / 1e6L;
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_utc ((start_us + utc_offset * G_GINT64_CONSTANT (1000000)) / 1000000);
  g_autofree char *expected = g_date_time_format (local, "%Y-%m-%d%H:%M:%S");
  gint64 start = 0;
  int offset = 1;

  g_assert_cmpfloat (error, <, 0.501L);
  g_assert_cmpmem (bext + 320, 18, expected, 18);
  g_assert_cmpstr ((const char *) bext + 256, ==, "ISR");
  g_assert_true (isr_bext_get_start (bext, size, rate, &start, &offset));
  g_assert_cmpint (start, ==, start_us);
  g_assert_cmpint (offset, ==, utc_offset);

  /* As a program that strips the coding history leaves it. */
  g_assert_true (isr_bext_get_start (bext, 602, rate, &start, &offset));
  g_assert_cmpint (ABS (start - start_us), <=, 1 + 1000000 / rate);
  test_file_free (file);
}

static void
test_bext (void)
{
  static const int offsets[] = { 0, 3600, 20700, -12600, 50400, -39600, 1172 };
  static const guint rates[] = { 8000, 11025, 44100, 48000, 96000, 192000 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < 500; i++) {
    gint64 start = G_GINT64_CONSTANT (1600000000000000) + (gint64) g_rand_double_range (rand, 0, 4e14);

    assert_bext (start, offsets[i % G_N_ELEMENTS (offsets)], rates[i % G_N_ELEMENTS (rates)]);
  }
  assert_bext (G_GINT64_CONSTANT (1774742399999999), 0, 44100);     /* the last µs of a day */
  assert_bext (G_GINT64_CONSTANT (1774742400000000), 0, 44100);     /* the first */
  assert_bext (G_GINT64_CONSTANT (1774742400000000), 20700, 48000); /* 05:45 local */
}

static void
test_long_names (void)
{
  g_autofree char *name = g_strdup_printf ("%0255dé and more", 0);
  IsrPcm pcm = { ISR_SAMPLE_S16, 8000, 1, 0 };
  IsrFileInfo about = { name, NULL, 0, 0, 0 };
  TestFile *file = one_file (&pcm, 10, &about);
  guint32 size = 0;
  const guint8 *bext = find_chunk (file->bytes, "bext", &size);

  g_assert_true (g_utf8_validate ((const char *) bext, strnlen ((const char *) bext, 256), NULL));
  g_assert_cmpuint (strnlen ((const char *) bext, 256), ==, 255);
  test_file_free (file);
}

static void
test_mask (void)
{
  static const struct {
    guint channels;
    guint64 mask;
    guint32 written;
  } rows[] = {
    { 6, 0x3f, 0x3f },
    { 6, 0, 0 },
    { 6, 0x3, 0 },                                /* names two of six */
    { 3, G_GUINT64_CONSTANT (1) << 20 | 0x3, 0 }, /* a position that WAVE does not know */
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    IsrPcm pcm = { ISR_SAMPLE_S16, 48000, rows[i].channels, rows[i].mask };
    TestFile *file = one_file (&pcm, 10, &info);
    guint32 size = 0;
    const guint8 *fmt = find_chunk (file->bytes, "fmt ", &size);

    g_assert_cmpuint (size, ==, 40);
    g_assert_cmpuint (isr_get_le (fmt, 2), ==, 0xfffe);
    g_assert_cmpuint (isr_get_le (fmt + 20, 4), ==, rows[i].written);
    test_file_free (file);
  }
}

/* --- past 4 GiB ------------------------------------------------------------ */

/* An output that remembers the head of the file and counts the rest. */
typedef struct {
  IsrOutput parent;
  guint8 head[4096];
  guint64 size;
} HeadOutput;

static void
head_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
  HeadOutput *self = (HeadOutput *) output;

  g_assert_cmpuint (offset + g_bytes_get_size (bytes), <=, MIN (self->size, sizeof self->head));
  memcpy (self->head + offset, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
head_append (IsrOutput *output, GBytes *bytes)
{
  HeadOutput *self = (HeadOutput *) output;
  gsize n = g_bytes_get_size (bytes);

  if (self->size < sizeof self->head)
    memcpy (self->head + self->size, g_bytes_get_data (bytes, NULL), MIN (n, sizeof self->head - self->size));
  self->size += n;
}

static void
write_large (HeadOutput *output, const IsrPcm *pcm, guint64 size, IsrFileTotals *totals)
{
  g_autoptr (IsrStream) stream = isr_stream_new_wav (pcm);
  guint frame = isr_pcm_get_frame_size (pcm);
  g_autoptr (GBytes) block = g_bytes_new_take (g_malloc0 (48 << 20), 48 << 20);
  IsrWriter *writer = isr_stream_open (stream, &output->parent, &info);

  for (guint64 done = 0; done < size;) {
    gsize n = MIN (size - done, g_bytes_get_size (block));
    IsrPacket packet = { g_bytes_new_from_bytes (block, 0, n), n / frame, 0 };

    isr_writer_write (writer, &packet);
    isr_writer_refresh (writer);
    isr_packet_clear (&packet);
    done += n;
  }
  isr_writer_close (writer, totals);
}

static void
assert_players_agree (HeadOutput *output, const IsrFileTotals *totals, guint rate)
{
  TestDir dir;
  g_autofree char *path = NULL;
  g_autofree char *duration = NULL;

  test_dir_init (&dir);
  path = test_dir_put (&dir, "large.wav", output->head, sizeof output->head);
  g_assert_cmpint (truncate (path, output->size), ==, 0);
  /* Not soxi: it reads all of a large file, a minute per GiB. */
  duration = test_run_text ("ffprobe -v error -show_entries stream=duration -of csv=p=0", path);
  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (duration, NULL), (double) totals->samples / rate, 0.001);
  test_dir_clear (&dir);
}

static void
test_rf64 (void)
{
  static const guint64 sizes[] = { G_GUINT64_CONSTANT (4294965200), G_GUINT64_CONSTANT (4400000000), G_GUINT64_CONSTANT (9000000000) };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    IsrPcm pcm = { ISR_SAMPLE_S32, 48000, 2, 3 };
    HeadOutput output = { { head_append, head_patch } };
    IsrFileTotals totals = { 0 };
    guint64 frames = sizes[i] / 8;
    gboolean large = i > 0;

    write_large (&output, &pcm, frames * 8, &totals);
    g_assert_cmpuint (totals.samples, ==, frames);
    g_assert_cmpuint (totals.bytes, ==, output.size);
    g_assert_cmpmem (output.head, 4, large ? "RF64" : "RIFF", 4);
    g_assert_cmpmem (output.head + 12, 4, large ? "ds64" : "JUNK", 4);
    if (large) {
      g_assert_cmpuint (isr_get_le (output.head + 4, 4), ==, G_MAXUINT32);
      g_assert_cmpuint (isr_get_le (output.head + 16, 4), ==, 28);
      g_assert_cmpuint (isr_get_le (output.head + 20, 8), ==, output.size - 8);
      g_assert_cmpuint (isr_get_le (output.head + 28, 8), ==, frames * 8);
      g_assert_cmpuint (isr_get_le (output.head + 36, 8), ==, frames);
    }
    assert_players_agree (&output, &totals, pcm.rate);
  }
}

/* --- other programs ---------------------------------------------------------- */

static void
assert_program_reads (TestDir *dir, int format, guint channels)
{
  static const char *sox[] = { "-e signed -b 16", "-e signed -b 24", "-e signed -b 24", "-e signed -b 32", "-e float -b 32" };
  static const char *codec[] = { "pcm_s16le", "pcm_s24le", "pcm_s24le", "pcm_s32le", "pcm_f32le" };
  IsrPcm pcm = { format, 44100, channels, 0 };
  TestFile *file = one_file (&pcm, 44101, &info);
  g_autofree char *path = test_dir_put_bytes (dir, "a.wav", file->bytes);
  g_autofree char *probe = test_run_text ("ffprobe -v error -show_entries stream=codec_name,channels,start_time,duration_ts -of csv=p=0", path);
  g_autofree char *expected = g_strdup_printf ("%s,%u,N/A,44101", codec[format], channels);
  g_autofree char *soxi = NULL;
  g_autoptr (GBytes) raw = NULL;
  IsrWavLayout layout;

  read_layout (file->bytes, &layout);
  g_assert_cmpstr (probe, ==, expected);
  if (format != ISR_SAMPLE_F32 || channels < 3) { /* sox warns of WAVEFORMATEXTENSIBLE with float, its own files included */
    soxi = test_run_text ("soxi -s", path);
    g_assert_cmpstr (soxi, ==, "44101");
  }
  if (format != ISR_SAMPLE_F32) { /* noise bits are no numbers: sox clips them */
    raw = test_run ("sox -D '%s' -t raw %s -L -", path, sox[format]);
    test_assert_bytes (raw, (const guint8 *) g_bytes_get_data (file->bytes, NULL) + layout.data, layout.data_size);
  }
  test_file_free (file);
}

static void
test_programs (void)
{
  TestDir dir;

  test_dir_init (&dir);
  for (int format = ISR_SAMPLE_S16; format <= ISR_SAMPLE_F32; format++)
    for (guint channels = 1; channels <= 9; channels += 2)
      assert_program_reads (&dir, format, channels);
  test_dir_clear (&dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/wav/splits", test_splits);
  g_test_add_func ("/format/wav/refresh", test_refresh);
  g_test_add_func ("/format/wav/bext", test_bext);
  g_test_add_func ("/format/wav/long-names", test_long_names);
  g_test_add_func ("/format/wav/mask", test_mask);
  g_test_add_func ("/format/wav/rf64", test_rf64);
  g_test_add_func ("/format/wav/programs", test_programs);
  return g_test_run ();
}
