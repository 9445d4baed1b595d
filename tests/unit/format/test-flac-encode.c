/* SPDX-License-Identifier: MIT */
/* FLAC made of raw audio: splits lose nothing, what can not be kept is rounded,
 * and flac, ffprobe agree. */
#include "tests/unit/format/flac-support.h"

#include <math.h>

#include "plugins/format/bytes.h"
#include "plugins/format/flac-header.h"

static const IsrFileInfo info = { "yard", "isr 0.1.0", G_GINT64_CONSTANT (1774746000250000), 20700, 480000 };

/* What the file must hold, by the rules of stream.h and nothing of the encoder's. */
static gint32
expected_sample (IsrSampleFormat format, const guint8 *p)
{
  guint32 bits = isr_get_le (p, 4);
  float f = 0;

  switch (format) {
    case ISR_SAMPLE_S16:
      return (gint16) bits;
    case ISR_SAMPLE_S24:
    case ISR_SAMPLE_S24_32:
      return (gint32) (bits << 8) / 256;
    case ISR_SAMPLE_S32:
      return MIN (floor (((double) (gint32) bits) / 256 + 0.5), 8388607);
    default:
      memcpy (&f, &bits, 4);
      return isnan (f) ? 0 : CLAMP (nearbyint ((double) f * 8388608), -8388608, 8388607);
  }
}

static GBytes *
sine (gsize n)
{
  gint16 *data = g_new (gint16, n * 2);

  for (gsize i = 0; i < n; i++) {
    data[2 * i] = GINT16_TO_LE ((gint16) (12000 * sin (i * 0.05)));
    data[2 * i + 1] = GINT16_TO_LE ((gint16) (i * 7));
  }
  return g_bytes_new_take (data, n * 4);
}

/* Every sample of @audio, decoded from @files in order. */
static void
assert_files_hold (GPtrArray *files, const IsrPcm *pcm, GBytes *audio)
{
  gsize size = 0;
  const guint8 *in = g_bytes_get_data (audio, &size);
  g_autofree guint8 *padded = g_malloc0 (size + 4); /* expected_sample reads four bytes */
  guint step = isr_pcm_get_frame_size (pcm) / pcm->channels;
  gsize at = 0;

  memcpy (padded, in, size);
  for (guint i = 0; i < files->len; i++) {
    TestFile *file = files->pdata[i];
    TestFlac flac;
    g_autoptr (GArray) got = test_flac_decode (&flac, g_bytes_get_data (file->bytes, NULL), file->totals.bytes);

    g_assert_cmpuint (flac.total, ==, file->totals.samples);
    g_assert_cmpuint (flac.rate, ==, pcm->rate);
    g_assert_cmpuint (flac.bits, ==, pcm->format == ISR_SAMPLE_S16 ? 16 : 24);
    g_assert_cmpuint (flac.used_points, >, 0);
    for (guint s = 0; s < got->len; s++, at++)
      g_assert_cmpint (g_array_index (got, gint32, s), ==, expected_sample (pcm->format, padded + at * step));
  }
  g_assert_cmpuint (at * step, ==, size);
}

static void
test_splits (void)
{
  static const guint channels[] = { 1, 2, 8 };

  for (int format = ISR_SAMPLE_S16; format <= ISR_SAMPLE_F32; format++)
    for (guint i = 0; i < G_N_ELEMENTS (channels); i++) {
      IsrPcm pcm = { format, 48000, channels[i], 0 };
      g_autoptr (IsrStream) stream = isr_stream_new_flac_encoder (&pcm, NULL);
      g_autoptr (GBytes) audio = test_noise (50000, isr_pcm_get_frame_size (&pcm), format + i);
      g_autoptr (GPtrArray) files = test_split_raw (stream, audio, &info, 7000, format * 8 + i);

      g_assert_cmpuint (files->len, >, 3);
      assert_files_hold (files, &pcm, audio);
    }
}

static GPtrArray *
encode (const IsrPcm *pcm, GBytes *audio, const IsrFileInfo *about)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac_encoder (pcm, NULL);

  return test_split_raw (stream, audio, about, 1 << 29, 3);
}

/* The corners of rounding, where truncation and wrapping show. */
static void
test_rounding (void)
{
  static const gint32 s32[] = { 0, 127, 128, 255, 256, -1, -128, -129, G_MAXINT32, G_MAXINT32 - 127, G_MININT32, -257 };
  static const gint32 s24[] = { 0, 0, 1, 1, 1, 0, 0, -1, 8388607, 8388607, -8388608, -1 };
  static const float f32[] = { 0, 1, -1, 2, -2, NAN, INFINITY, -INFINITY, 0.9999999f, 1 / 8388608.f, 0.75f / 8388608.f, -0.75f / 8388608.f };
  static const gint32 f24[] = { 0, 8388607, -8388608, 8388607, -8388608, 0, 8388607, -8388608, 8388607, 1, 1, -1 };
  const struct {
    IsrSampleFormat format;
    const void *in;
    const gint32 *out;
  } rows[] = { { ISR_SAMPLE_S32, s32, s24 }, { ISR_SAMPLE_F32, f32, f24 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    IsrPcm pcm = { rows[i].format, 48000, 1, 0 };
    g_autoptr (GBytes) audio = g_bytes_new (rows[i].in, 12 * 4);
    g_autoptr (GPtrArray) files = encode (&pcm, audio, &info);
    TestFile *file = files->pdata[0];
    TestFlac flac;
    g_autoptr (GArray) got = test_flac_decode (&flac, g_bytes_get_data (file->bytes, NULL), file->totals.bytes);

    g_assert_cmpuint (got->len, ==, 12);
    for (guint s = 0; s < 12; s++)
      g_assert_cmpint (g_array_index (got, gint32, s), ==, rows[i].out[s]);
  }
}

static void
test_limits (void)
{
  static const IsrPcm refused[] = { { ISR_SAMPLE_S16, 48000, 9 }, { ISR_SAMPLE_S16, 48000, 0 }, { ISR_SAMPLE_S16, 0, 2 }, { ISR_SAMPLE_S16, 2000000, 2 } };
  static const guint rates[] = { 1, 8000, 11025, 12345, 44056, 65537, 192000, 384000, 700001 };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (isr_stream_new_flac_encoder (&refused[i], &error));
    g_assert_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED);
  }
  for (guint i = 0; i < G_N_ELEMENTS (rates); i++) {
    IsrPcm pcm = { ISR_SAMPLE_S16, rates[i], 2, 0 };
    g_autoptr (GBytes) audio = sine (30000);
    g_autoptr (GPtrArray) files = encode (&pcm, audio, &info);

    assert_files_hold (files, &pcm, audio);
  }
}

/* Room for the points: tiny for tiny files, capped for long ones. */
static void
test_seek_table (void)
{
  static const struct {
    guint64 expected;
    guint points;
  } rows[] = { { 4800, 1 }, { 480001, 2 }, { 48000 * 3600, 360 }, { 0, 360 }, { G_GUINT64_CONSTANT (48000) * 86400, 3640 }, { G_MAXUINT64, 3640 } };
  g_autoptr (GBytes) audio = sine (48000);
  IsrPcm pcm = { ISR_SAMPLE_S16, 48000, 2, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    IsrFileInfo about = info;
    g_autoptr (GPtrArray) files = NULL;
    g_autoptr (GArray) got = NULL;
    TestFile *file = NULL;
    TestFlac flac;

    about.expected_samples = rows[i].expected;
    files = encode (&pcm, audio, &about);
    file = files->pdata[0];
    got = test_flac_decode (&flac, g_bytes_get_data (file->bytes, NULL), file->totals.bytes);
    g_assert_cmpuint (flac.points, ==, rows[i].points);
    g_assert_cmpuint (flac.used_points, ==, 1);
  }
}

/* A file far longer than expected: points get thinner, stay even, and are true. */
static void
test_seek_table_thins (void)
{
  IsrFlacSeekTable table;
  guint64 last = 0;

  isr_flac_seek_table_init (&table, 8000 * 100, 8000);
  for (guint i = 0; i < 100000; i++)
    isr_flac_seek_table_add (&table, i * 4096, i * 1000, 4096);
  g_assert_cmpuint (table.points->len, >, 4);
  g_assert_cmpuint (table.points->len, <=, 10);
  for (guint i = 0; i < table.points->len; i++) {
    IsrFlacSeekPoint point = g_array_index (table.points, IsrFlacSeekPoint, i);

    g_assert_cmpuint (point.offset, ==, point.sample / 4096 * 1000);
    g_assert_true (i == 0 ? point.sample == 0 : point.sample - last <= 2 * table.spacing);
    last = point.sample;
  }
  isr_flac_seek_table_clear (&table);
}

/* While recording: refresh tells what left the encoder, not what it holds. */
static void
test_refresh (void)
{
  IsrPcm pcm = { ISR_SAMPLE_S16, 48000, 2, 0 };
  g_autoptr (IsrStream) stream = isr_stream_new_flac_encoder (&pcm, NULL);
  g_autoptr (GBytes) audio = sine (10000);
  IsrPacket packet = { audio, 10000, 0 };
  TestWriter writer = { 0 };
  TestFlac flac;
  g_autoptr (GArray) got = NULL;

  test_writer_open (&writer, stream, &info);
  isr_writer_write (writer.writer, &packet);
  isr_writer_refresh (writer.writer);
  got = test_flac_decode (&flac, writer.memory.bytes->data, writer.memory.bytes->len);
  g_assert_cmpuint (flac.total, ==, 8192);
  test_file_free (test_writer_close (&writer));
}

static void
assert_skip (const char *path, const guint8 *audio, gsize size, gsize skip)
{
  g_autoptr (GBytes) raw = test_run ("flac -s -d -c --force-raw-format --endian=little --sign=signed --skip=%" G_GSIZE_FORMAT " '%s'", skip, path);

  test_assert_bytes (raw, audio + skip * 4, size - skip * 4);
}

static void
test_programs (void)
{
  TestDir dir;
  IsrPcm pcm = { ISR_SAMPLE_S16, 8000, 2, 0 };
  g_autoptr (GBytes) audio = sine (8000 * 60 + 1);
  g_autoptr (GPtrArray) files = encode (&pcm, audio, &(IsrFileInfo){ "yard", "isr 0.1.0", info.start_us, 20700, 8000 * 60 });
  TestFile *file = files->pdata[0];
  g_autofree char *path = NULL;
  g_autofree char *probe = NULL;
  g_autofree char *tags = NULL;

  test_dir_init (&dir);
  path = test_dir_put_bytes (&dir, "a.flac", file->bytes);
  g_bytes_unref (test_run ("flac -s -t -w '%s'", path));
  probe = test_run_text ("ffprobe -v error -show_entries stream=codec_name,start_time,duration_ts -of csv=p=0", path);
  g_assert_cmpstr (probe, ==, "flac,0.000000,480001");
  tags = test_run_text ("metaflac --show-tag=SOURCE --show-tag=DATE", path);
  g_assert_cmpstr (tags, ==, "SOURCE=yard\nDATE=2026-03-29T06:45:00.250000+05:45");
  for (gsize skip = 1; skip < 480000; skip += 77777)
    assert_skip (path, g_bytes_get_data (audio, NULL), g_bytes_get_size (audio), skip);
  test_dir_clear (&dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/flac-encode/splits", test_splits);
  g_test_add_func ("/format/flac-encode/rounding", test_rounding);
  g_test_add_func ("/format/flac-encode/limits", test_limits);
  g_test_add_func ("/format/flac-encode/seek-table", test_seek_table);
  g_test_add_func ("/format/flac-encode/seek-table-thins", test_seek_table_thins);
  g_test_add_func ("/format/flac-encode/refresh", test_refresh);
  g_test_add_func ("/format/flac-encode/programs", test_programs);
  return g_test_run ();
}
