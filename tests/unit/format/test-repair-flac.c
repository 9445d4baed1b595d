/* SPDX-License-Identifier: MIT */
/* Unfinished FLAC files cut anywhere: all whole frames play, totals and seek
 * points are true, complete files stay as they are. */
#include "tests/unit/format/flac-source.h"
#include "tests/unit/format/repair-support.h"

static const IsrFileInfo info = { "attic", "isr 0.1.0", G_GINT64_CONSTANT (1774746000250000), 3600, 8000 * 60 };

/* Bytes of @writer's file as a crash leaves them, @self freed. */
static GByteArray *
kill_writer (TestWriter *self)
{
  GByteArray *part = g_byte_array_new ();
  IsrFileTotals totals;

  g_byte_array_append (part, self->memory.bytes->data, self->memory.bytes->len);
  isr_writer_close (self->writer, &totals);
  isr_memory_output_clear (&self->memory);
  return part;
}

/* Offsets where frames begin, and the end, by the frames that went in. */
typedef struct {
  GByteArray *part;
  GArray *samples; /* all of them */
  guint channels;
  guint block;
  GArray *ends; /* gsize: offset behind each frame */
} Part;

static Part
native_part (gboolean variable)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  TestSource source;
  TestWriter writer = { 0 };
  Part self = { .channels = 1, .block = 256, .ends = g_array_new (FALSE, FALSE, sizeof (gsize)) };

  test_source_init (&source);
  test_source_add (&source, 256 * 12, 256, 8000, 1, 16);
  if (variable)
    test_source_make_variable (&source, 77);
  for (guint i = 0; i < source.frames->len; i++) {
    IsrPacket packet = { 0 };
    gsize end = 0;

    isr_stream_push (stream, source.frames->pdata[i]);
    g_assert_true (isr_stream_next (stream, &packet, NULL));
    if (i == 0)
      test_writer_open (&writer, stream, &info);
    isr_writer_write (writer.writer, &packet);
    isr_packet_clear (&packet);
    end = writer.memory.bytes->len;
    g_array_append_val (self.ends, end);
    if (i == 5)
      isr_writer_refresh (writer.writer);
  }
  self.part = kill_writer (&writer);
  self.samples = g_array_ref (source.samples);
  test_source_clear (&source);
  return self;
}

static void
part_clear (Part *self)
{
  g_byte_array_unref (self->part);
  g_array_unref (self->samples);
  g_array_unref (self->ends);
}

static void
assert_prefix (const Part *self, gsize size)
{
  g_autoptr (GError) error = NULL;
  IsrRepairResult result = { 0 };
  g_autoptr (GBytes) repaired = test_repair (self->part->data, size, &result, &error);
  g_autoptr (GArray) got = NULL;
  TestFlac flac;
  guint frames = 0;

  while (frames < self->ends->len && g_array_index (self->ends, gsize, frames) <= size)
    frames++;
  if (!frames) {
    g_assert_true (error && error->domain == ISR_FORMAT_ERROR);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpuint (result.samples, ==, (guint64) frames * self->block);
  g_assert_cmpuint (result.bytes, ==, g_array_index (self->ends, gsize, frames - 1));
  got = test_flac_decode (&flac, g_bytes_get_data (repaired, NULL), g_bytes_get_size (repaired));
  g_assert_cmpuint (flac.total, ==, result.samples);
  g_assert_cmpuint (flac.used_points, ==, 1);
  g_assert_true (memcmp (got->data, self->samples->data, got->len * 4) == 0);
}

static void
test_every_prefix (void)
{
  for (gboolean variable = FALSE; variable <= TRUE; variable++) {
    Part part = native_part (variable);

    for (gsize size = 0; size <= part.part->len; size++)
      assert_prefix (&part, size);
    part_clear (&part);
  }
}

/* Our encoder's: blocks of 4096, larger files, random cuts. */
static void
test_encoded (void)
{
  IsrPcm pcm = { ISR_SAMPLE_S16, 8000, 2, 0 };
  g_autoptr (IsrStream) stream = isr_stream_new_flac_encoder (&pcm, NULL);
  g_autoptr (GBytes) audio = test_noise (8000 * 45, 4, 3);
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  IsrPacket packet = { audio, 8000 * 45, 0 };
  TestWriter writer = { 0 };
  g_autoptr (GByteArray) part = NULL;

  test_writer_open (&writer, stream, &info);
  isr_writer_write (writer.writer, &packet);
  isr_writer_refresh (writer.writer);
  part = kill_writer (&writer);
  for (guint i = 0; i < 60; i++) {
    gsize size = i == 0 ? part->len : (gsize) g_rand_int_range (rand, 20000, part->len);
    IsrRepairResult result = { 0 };
    g_autoptr (GBytes) repaired = test_repair (part->data, size, &result, NULL);
    g_autoptr (GArray) got = NULL;
    TestFlac flac;

    g_assert_true (result.changed);
    got = test_flac_decode (&flac, g_bytes_get_data (repaired, NULL), g_bytes_get_size (repaired));
    g_assert_cmpuint (flac.total % 4096, ==, 0);
    g_assert_cmpuint (size - result.bytes, <, 4096 * 4 + 100);
    g_assert_cmpuint (flac.used_points, ==, (flac.total - 1) / 80000 + 1);
    for (guint s = 0; s < got->len; s++)
      g_assert_cmpint (g_array_index (got, gint32, s), ==, ((const gint16 *) g_bytes_get_data (audio, NULL))[s]);
    test_flac_assert_seeks (g_bytes_get_data (repaired, NULL), g_bytes_get_size (repaired), got, i);
  }
}

/* Zeros at the end, as a file system leaves them after a power cut. */
static void
test_zeros (void)
{
  Part part = native_part (FALSE);
  IsrRepairResult result = { 0 };
  g_autoptr (GBytes) repaired = NULL;
  gsize size = part.part->len;

  g_byte_array_set_size (part.part, size + 3000000);
  memset (part.part->data + size, 0, 3000000);
  repaired = test_repair (part.part->data, part.part->len, &result, NULL);
  g_assert_cmpuint (result.bytes, ==, size);
  g_assert_cmpuint (result.samples, ==, 256 * 12);
  part_clear (&part);
}

/* A broken frame in the middle costs itself, not the rest of the file. */
static void
test_broken_middle (void)
{
  Part part = native_part (FALSE);
  IsrRepairResult result = { 0 };
  g_autoptr (GBytes) repaired = NULL;

  part.part->data[g_array_index (part.ends, gsize, 5) - 20] ^= 0x10; /* in the sixth */
  part.part->data[g_array_index (part.ends, gsize, 8) + 1] = 0;      /* the header of the tenth */
  repaired = test_repair (part.part->data, part.part->len, &result, NULL);
  g_assert_true (result.changed);
  g_assert_cmpuint (result.samples, ==, 256 * 12);
  g_assert_cmpuint (result.bytes, ==, part.part->len);
  part_clear (&part);
}

/* An input that can not be read behind a place: a disk that is dying. */
typedef struct {
  IsrMemoryInput memory;
  guint64 bad;
} BadInput;

static gssize
bad_read (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  BadInput *self = (BadInput *) input;

  if (offset >= self->bad)
    return -1;
  size = MIN (size, self->bad - offset);
  memcpy (buffer, self->memory.data + offset, size);
  return size;
}

/* What can not be read is not torn: nothing is cut. */
static void
test_unreadable (void)
{
  Part part = native_part (FALSE);
  IsrMemoryOutput output;
  BadInput input = { .bad = 4500 };
  IsrRepairResult result = { 0 };
  g_autoptr (GError) error = NULL;

  isr_memory_input_init (&input.memory, part.part->data, part.part->len);
  input.memory.parent.read = bad_read;
  isr_memory_output_init (&output);
  g_byte_array_append (output.bytes, part.part->data, part.part->len);
  g_assert_cmpuint (part.part->len, >, 5000);
  g_assert_false (isr_repair (&input.memory.parent, &output.parent, &result, &error));
  g_assert_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "reading"));
  g_assert_cmpmem (output.bytes->data, output.bytes->len, part.part->data, part.part->len);
  isr_memory_output_clear (&output);
  part_clear (&part);
}

static void
test_complete (void)
{
  TestDir dir;
  g_autofree char *path = NULL;
  g_autofree char *flac = NULL;
  g_autoptr (GBytes) sound = test_run ("sox -D -n -r 44100 -c 2 -b 16 -t wav - synth 12 sine 440");
  IsrRepairResult result = { 0 };

  test_dir_init (&dir);
  path = test_dir_put_bytes (&dir, "a.wav", sound);
  flac = g_build_filename (dir.dir, "a.flac", NULL);
  g_bytes_unref (test_run ("flac -s '%s' -o '%s'", path, flac));
  g_assert_true (isr_repair_path (flac, &result, NULL));
  g_assert_false (result.changed);
  g_assert_cmpuint (result.samples, ==, 12 * 44100);
  g_assert_cmpuint (result.rate, ==, 44100);
  test_dir_clear (&dir);
}

/* Other programs' files without a total: the total comes, the sound stays. */
static void
test_pipes (void)
{
  static const char *commands[] = {
    "sh -c 'ffmpeg -v error -f lavfi -i sine=d=2:r=48000 -f flac - | cat'",
    "sh -c 'gst-launch-1.0 -q audiotestsrc num-buffers=96 samplesperbuffer=1000 ! audio/x-raw,rate=48000,channels=1,format=S16LE ! flacenc ! fdsink | cat'",
  };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autoptr (GBytes) bytes = test_run ("%s", commands[i]);
    IsrRepairResult result = { 0 };
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) repaired = test_repair (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &result, &error);
    g_autoptr (GArray) got = NULL;
    TestFlac flac;

    g_assert_no_error (error);
    g_assert_cmpuint (result.samples, ==, 96000);
    got = test_flac_decode (&flac, g_bytes_get_data (repaired, NULL), g_bytes_get_size (repaired));
    g_assert_cmpuint (flac.total, ==, 96000);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/repair-flac/every-prefix", test_every_prefix);
  g_test_add_func ("/format/repair-flac/encoded", test_encoded);
  g_test_add_func ("/format/repair-flac/zeros", test_zeros);
  g_test_add_func ("/format/repair-flac/broken-middle", test_broken_middle);
  g_test_add_func ("/format/repair-flac/unreadable", test_unreadable);
  g_test_add_func ("/format/repair-flac/complete", test_complete);
  g_test_add_func ("/format/repair-flac/pipes", test_pipes);
  return g_test_run ();
}
