/* SPDX-License-Identifier: MIT */
/* MP3 and ADTS files torn anywhere: what is whole plays, complete files are left alone. */
#include "mpeg-fixture.h"
#include "plugins/format/adts-frame.h"
#include "plugins/format/mp3-frame.h"
#include "plugins/format/repair-private.h"

typedef gboolean (*Repair) (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);

/* Repairs the first @size bytes of @data in place in @memory. */
static gboolean
repair (Repair func, const guint8 *data, gsize size, IsrMemoryOutput *memory, IsrRepairResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *copy = g_memdup2 (data, size);
  IsrMemoryInput input;
  gboolean done;

  isr_memory_output_init (memory);
  g_byte_array_append (memory->bytes, data, size);
  isr_memory_input_init (&input, copy, size);
  done = func (&input.parent, &memory->parent, result, &error);
  if (done) {
    g_assert_no_error (error);
    g_assert_cmpuint (result->bytes, ==, memory->bytes->len);
  } else {
    g_assert_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_EMPTY);
    g_assert_cmpmem (memory->bytes->data, memory->bytes->len, data, size);
  }
  return done;
}

static void
assert_complete (Repair func, const guint8 *data, gsize size, guint64 samples)
{
  IsrMemoryOutput memory;
  IsrRepairResult result;

  g_assert_true (repair (func, data, size, &memory, &result));
  g_assert_false (result.changed);
  g_assert_cmpuint (result.samples, ==, samples);
  g_assert_cmpmem (memory.bytes->data, memory.bytes->len, data, size);
  isr_memory_output_clear (&memory);
}

/* Bytes of the second file of a stream as they are on a disk before it is closed. */
static GByteArray *
make_unfinished (gboolean refreshed, GBytes *source, GByteArray **finished, guint64 *samples)
{
  static const guint cuts[] = { 20, 0 };
  FixtureSplit split;
  GByteArray *unfinished = g_byte_array_new ();
  FixtureFile *file;

  fixture_split_init (&split, isr_stream_new_mp3 (), cuts);
  isr_stream_push (split.stream, source);
  fixture_split_pull (&split);
  isr_stream_drain (split.stream);
  fixture_split_pull (&split);
  file = fixture_split_last (&split);
  if (refreshed)
    isr_writer_refresh (split.writer);
  g_byte_array_append (unfinished, file->output.bytes->data, file->output.bytes->len);
  fixture_split_close (&split);
  *finished = g_byte_array_ref (file->output.bytes);
  *samples = file->totals.samples;
  fixture_split_clear (&split);
  return unfinished;
}

static void
test_mp3_unfinished (gconstpointer refreshed)
{
  g_autoptr (GByteArray) finished = NULL;
  g_autoptr (GByteArray) unfinished = NULL;
  g_autoptr (GBytes) source = NULL;
  IsrMemoryOutput memory;
  IsrRepairResult result;
  guint64 samples = 0;

  fixture_make_wav ("raw.wav", 44100, 2, 3.0);
  g_free (fixture_run ("lame --quiet -V 4 raw.wav source.mp3"));
  source = fixture_read ("source.mp3");
  unfinished = make_unfinished (GPOINTER_TO_INT (refreshed), source, &finished, &samples);
  assert_complete (isr_mp3_repair, finished->data, finished->len, samples);
  g_assert_true (isr_mp3_probe (unfinished->data, MIN (unfinished->len, 4096)));
  g_assert_false (isr_adts_probe (unfinished->data, MIN (unfinished->len, 4096)));
  g_assert_true (repair (isr_mp3_repair, unfinished->data, unfinished->len, &memory, &result));
  g_assert_cmpint (result.changed, ==, !GPOINTER_TO_INT (refreshed));
  g_assert_cmpuint (result.rate, ==, 44100);
  isr_memory_output_clear (&memory);
}

/* Cuts @file at every byte of some ranges; every @every-th repaired file is played. */
static void
check_truncations (Repair func, FixtureDecoder decoder, const char *name, GByteArray *file, guint channels, guint every)
{
  guint n = 0;
  guint64 before = 0;

  for (gsize size = 0; size <= file->len; size += size < 4000 || size > file->len - 600 ? 1 : 97) {
    IsrMemoryOutput memory;
    IsrRepairResult result;

    if (repair (func, file->data, size, &memory, &result)) {
      g_assert_cmpuint (result.samples, >=, before);
      before = result.samples;
      assert_complete (func, memory.bytes->data, memory.bytes->len, result.samples);
      if (result.samples >= 4096 && n++ % every == 0) {
        g_autofree char *said = NULL;
        g_autoptr (GBytes) decoded = NULL;

        fixture_write (name, memory.bytes->data, memory.bytes->len);
        decoded = fixture_decode (decoder, name, &said);
        g_assert_cmpstr (said, ==, "");
        g_assert_cmpuint (g_bytes_get_size (decoded), ==, result.samples * 2 * channels);
      }
    }
    isr_memory_output_clear (&memory);
  }
  g_assert_cmpuint (n, >, 10);
}

static void
test_mp3_truncations (void)
{
  g_autoptr (GByteArray) finished = NULL;
  g_autoptr (GByteArray) unfinished = NULL;
  g_autoptr (GBytes) source = NULL;
  guint64 samples = 0;

  fixture_make_wav ("raw.wav", 44100, 2, 2.0);
  g_free (fixture_run ("lame --quiet -b 96 raw.wav source.mp3"));
  source = fixture_read ("source.mp3");
  unfinished = make_unfinished (FALSE, source, &finished, &samples);
  check_truncations (isr_mp3_repair, FIXTURE_FFMPEG, "part.mp3", unfinished, 2, 100);
  check_truncations (isr_mp3_repair, FIXTURE_MPG123, "part.mp3", finished, 2, 100);
}

/* A tail of zeros, as file systems leave it, and a tag, which is no tear. */
static void
test_mp3_tails (void)
{
  static const guint8 zeros[3000] = { 0 };
  char tag[128] = "TAGtitle";
  g_autoptr (GByteArray) finished = NULL;
  g_autoptr (GByteArray) unfinished = NULL;
  g_autoptr (GBytes) source = NULL;
  IsrMemoryOutput memory;
  IsrRepairResult result;
  guint64 samples = 0;
  gsize size;

  fixture_make_wav ("raw.wav", 22050, 1, 2.0);
  g_free (fixture_run ("lame --quiet -b 32 raw.wav source.mp3"));
  source = fixture_read ("source.mp3");
  unfinished = make_unfinished (FALSE, source, &finished, &samples);
  size = finished->len;
  g_byte_array_append (finished, zeros, sizeof (zeros));
  g_assert_true (repair (isr_mp3_repair, finished->data, finished->len, &memory, &result));
  g_assert_true (result.changed);
  g_assert_cmpuint (result.samples, ==, samples);
  g_assert_cmpmem (memory.bytes->data, memory.bytes->len, finished->data, size);
  isr_memory_output_clear (&memory);

  g_byte_array_set_size (finished, size);
  g_byte_array_append (finished, (const guint8 *) tag, sizeof (tag));
  assert_complete (isr_mp3_repair, finished->data, finished->len, samples);
}

static void
test_adts_truncations (void)
{
  g_autoptr (GBytes) source = NULL;
  g_autoptr (GByteArray) file = g_byte_array_new ();

  fixture_make_wav ("raw.wav", 44100, 2, 2.0);
  g_free (fixture_run ("ffmpeg -v error -y -i raw.wav -c:a aac -b:a 96k -f adts source.aac"));
  source = fixture_read ("source.aac");
  g_byte_array_append (file, g_bytes_get_data (source, NULL), g_bytes_get_size (source));
  g_assert_true (isr_adts_probe (file->data, 4096));
  g_assert_false (isr_mp3_probe (file->data, 4096));
  check_truncations (isr_adts_repair, FIXTURE_FFMPEG_AAC, "part.aac", file, 2, 100);
}

typedef gsize (*Measure) (const guint8 *data, gsize size, guint32 *key);

/* A header of another kind among the frames: its frame would end within the torn
 * file, but not within the mended one. What is mended stays so. */
static void
check_false_header (Repair func, Measure measure, GBytes *source, const guint8 *header, gsize header_size)
{
  static const guint8 zeros[9000] = { 0 };
  g_autoptr (GByteArray) file = g_byte_array_new ();
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (source, &size);
  IsrMemoryOutput memory;
  IsrRepairResult result;
  gsize at = 0;
  guint32 key;

  for (guint i = 0; i < 7; i++) {
    gsize n = measure (data + at, size - at, &key);

    g_assert_cmpuint (n, >, 0);
    if (i == 3)
      g_byte_array_append (file, header, header_size);
    g_byte_array_append (file, data + at, n);
    at += n;
  }
  size = file->len;
  g_byte_array_append (file, zeros, sizeof zeros);
  g_assert_true (repair (func, file->data, file->len, &memory, &result));
  g_assert_cmpmem (memory.bytes->data, memory.bytes->len, file->data, size);
  isr_memory_output_clear (&memory);
  assert_complete (func, file->data, size, result.samples);
}

static void
test_false_headers (void)
{
  static const guint8 layer2[] = { 0xff, 0xfd, 0xe0, 0x04 };
  static const guint8 adts[] = { 0xff, 0xf1, 0x6c, 0x41, 0x80, 0x1f, 0xfc };
  g_autoptr (GBytes) mp3 = NULL;
  g_autoptr (GBytes) aac = NULL;

  fixture_make_wav ("raw.wav", 22050, 1, 1.0);
  g_free (fixture_run ("lame --quiet -t -b 32 raw.wav source.mp3"));
  g_free (fixture_run ("ffmpeg -v error -y -i raw.wav -c:a aac -b:a 32k -f adts source.aac"));
  mp3 = fixture_read ("source.mp3");
  aac = fixture_read ("source.aac");
  check_false_header (isr_mp3_repair, isr_mp3_frame_measure, mp3, layer2, sizeof layer2);
  check_false_header (isr_adts_repair, isr_adts_frame_measure, aac, adts, sizeof adts);
}

static void
test_probes (void)
{
  static const guint8 junk[4096] = "RIFF....WAVE";

  for (gsize size = 0; size <= sizeof (junk); size = size * 2 + 1) {
    g_assert_false (isr_mp3_probe (junk, size));
    g_assert_false (isr_adts_probe (junk, size));
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  g_test_add_func ("/format/mpeg/repair/probes", test_probes);
  g_test_add_data_func ("/format/mp3/repair/never-refreshed", GINT_TO_POINTER (FALSE), test_mp3_unfinished);
  g_test_add_data_func ("/format/mp3/repair/refreshed", GINT_TO_POINTER (TRUE), test_mp3_unfinished);
  g_test_add_func ("/format/mp3/repair/truncations", test_mp3_truncations);
  g_test_add_func ("/format/mp3/repair/tails", test_mp3_tails);
  g_test_add_func ("/format/adts/repair/truncations", test_adts_truncations);
  g_test_add_func ("/format/mpeg/repair/false-headers", test_false_headers);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
