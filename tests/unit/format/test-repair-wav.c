/* SPDX-License-Identifier: MIT */
/* Unfinished WAV files, ours and others', cut anywhere: no whole sample frame is
 * lost, complete files stay as they are. */
#include "tests/unit/format/repair-support.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "plugins/format/bytes.h"
#include "plugins/format/wav-layout.h"

static const IsrFileInfo info = { "cellar", "isr 0.1.0", G_GINT64_CONSTANT (1774746000250000), 3600, 0 };

static gsize
data_offset (const void *data, gsize size)
{
  IsrMemoryInput input;
  IsrWavLayout layout;

  isr_memory_input_init (&input, data, size);
  return isr_wav_layout_read (&layout, &input.parent, NULL) ? layout.data : G_MAXSIZE;
}

/* A recording of @frames that was killed: refreshed @refreshes times on the way. */
static GByteArray *
make_part (const IsrPcm *pcm, GBytes *audio, guint frames, guint refreshes)
{
  g_autoptr (IsrStream) stream = isr_stream_new_wav (pcm);
  guint frame = isr_pcm_get_frame_size (pcm);
  TestWriter writer = { 0 };
  GByteArray *part = NULL;
  IsrFileTotals totals;

  test_writer_open (&writer, stream, &info);
  for (guint i = 0; i <= refreshes; i++) {
    guint from = frames * i / (refreshes + 1);
    guint to = frames * (i + 1) / (refreshes + 1);
    IsrPacket packet = { g_bytes_new_from_bytes (audio, from * frame, (to - from) * frame), to - from, 0 };

    isr_writer_write (writer.writer, &packet);
    isr_packet_clear (&packet);
    if (i < refreshes)
      isr_writer_refresh (writer.writer);
  }
  part = g_byte_array_new ();
  g_byte_array_append (part, writer.memory.bytes->data, writer.memory.bytes->len);
  isr_writer_close (writer.writer, &totals);
  isr_memory_output_clear (&writer.memory);
  return part;
}

/* What any repaired file must be: the samples that were whole, true sizes. */
static void
assert_repaired (GBytes *repaired, const IsrRepairResult *result, const guint8 *data, gsize size, gsize header, guint block)
{
  gsize n = 0;
  const guint8 *out = g_bytes_get_data (repaired, &n);
  guint64 frames = (size - header) / block;
  IsrMemoryInput input;
  IsrWavLayout layout;

  g_assert_cmpuint (result->samples, ==, frames);
  isr_memory_input_init (&input, out, n);
  g_assert_true (isr_wav_layout_read (&layout, &input.parent, NULL));
  g_assert_cmpuint (layout.data, ==, header);
  g_assert_cmpuint (layout.data_size, ==, frames * block);
  g_assert_cmpuint (layout.riff_size + 8, ==, n);
  g_assert_cmpuint (n, ==, header + frames * block + (frames * block & 1));
  g_assert_cmpmem (out + header, frames * block, data + header, frames * block);
}

static void
test_every_prefix (void)
{
  static const IsrPcm rows[] = { { ISR_SAMPLE_S24, 48000, 1 }, { ISR_SAMPLE_S16, 44100, 2 }, { ISR_SAMPLE_F32, 8000, 3 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (guint refreshes = 0; refreshes < 3; refreshes++) {
      guint block = isr_pcm_get_frame_size (&rows[i]);
      g_autoptr (GBytes) audio = test_noise (201, block, i);
      g_autoptr (GByteArray) part = make_part (&rows[i], audio, 201, refreshes);
      gsize header = data_offset (part->data, part->len);

      for (gsize size = 0; size <= part->len; size++) {
        g_autoptr (GError) error = NULL;
        IsrRepairResult result = { 0 };
        g_autoptr (GBytes) repaired = test_repair (part->data, size, &result, &error);

        if (size < header + block)
          g_assert_true (error && error->domain == ISR_FORMAT_ERROR);
        else
          assert_repaired (repaired, &result, part->data, size, header, block);
      }
    }
}

static void
test_complete (void)
{
  static const guint8 list[] = "LIST\x0e\0\0\0INFOINAM\x02\0\0\0a";
  IsrPcm pcm = { ISR_SAMPLE_S24, 48000, 1, 0 };
  g_autoptr (IsrStream) stream = isr_stream_new_wav (&pcm);
  g_autoptr (GBytes) audio = test_noise (101, 3, 1);
  g_autoptr (GPtrArray) files = test_split_raw (stream, audio, &info, 1 << 20, 1);
  TestFile *file = files->pdata[0];
  g_autoptr (GByteArray) tagged = g_byte_array_new ();
  IsrRepairResult result = { 0 };
  g_autoptr (GBytes) same = test_repair (g_bytes_get_data (file->bytes, NULL), file->totals.bytes, &result, NULL);
  g_autoptr (GBytes) same_tagged = NULL;

  g_assert_true (g_bytes_equal (same, file->bytes));
  g_assert_false (result.changed);
  g_assert_cmpuint (result.samples, ==, 101);
  g_assert_cmpuint (result.rate, ==, 48000);

  /* Ours, tagged by another program: chunks behind data are no samples. */
  g_byte_array_append (tagged, g_bytes_get_data (file->bytes, NULL), file->totals.bytes);
  g_byte_array_append (tagged, list, 22);
  same_tagged = test_repair (tagged->data, tagged->len, &result, NULL);
  g_assert_false (result.changed);
  g_assert_cmpuint (result.samples, ==, 101);
}

/* As programs leave them when they are killed or write into a pipe. */
static void
test_unknown_sizes (void)
{
  static const guint32 sizes[] = { 0, 0x7fff0000, 0x7fffffff, 0x80000000, 0xffffffff, 123456789 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint torn = 0; torn < 4; torn++) {
      g_autoptr (GBytes) sound = test_run ("sox -D -n -r 44100 -c 2 -b 16 -t wav - synth 0.3 sine 440");
      gsize size = g_bytes_get_size (sound) - torn;
      g_autofree guint8 *data = g_memdup2 (g_bytes_get_data (sound, NULL), size);
      IsrRepairResult result = { 0 };
      g_autoptr (GBytes) repaired = NULL;

      for (guint b = 0; b < 4; b++) {
        data[40 + b] = sizes[i] >> (8 * b);
        data[4 + b] = (sizes[i] + 36) >> (8 * b);
      }
      repaired = test_repair (data, size, &result, NULL);
      g_assert_true (result.changed);
      assert_repaired (repaired, &result, data, size, 44, 4);
    }
}

static void
test_pipes (void)
{
  static const char *commands[] = {
    "sh -c 'ffmpeg -v error -f lavfi -i sine=d=0.5:r=48000 -f wav - | cat'",
    "sh -c 'sox -n -r 48000 -c 1 -b 16 -t wav - synth 0.5 sine 440 2>/dev/null | cat'",
    "sh -c 'gst-launch-1.0 -q audiotestsrc num-buffers=24 samplesperbuffer=1000 ! audio/x-raw,rate=48000,channels=1,format=S16LE ! wavenc ! fdsink 2>/dev/null | cat'",
  };

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    g_autoptr (GBytes) bytes = test_run ("%s", commands[i]);
    IsrRepairResult result = { 0 };
    g_autoptr (GError) error = NULL;
    g_autoptr (GBytes) repaired = test_repair (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &result, &error);

    g_assert_no_error (error);
    g_assert_cmpuint (g_bytes_get_size (repaired), ==, g_bytes_get_size (bytes)); /* nothing is cut */
    g_assert_cmpuint (result.samples, >=, 24000);
    g_assert_cmpuint (result.samples, <, 24100);
  }
}

/* --- past 4 GiB: sparse files --------------------------------------------------------- */

static char *
put_sparse (TestDir *dir, const guint8 *head, gsize n, guint64 size)
{
  char *path = test_dir_put (dir, "large.wav", head, n);

  g_assert_cmpint (truncate (path, size), ==, 0);
  return path;
}

static void
assert_duration (const char *path, double seconds)
{
  g_autofree char *duration = test_run_text ("ffprobe -v error -show_entries stream=duration -of csv=p=0", path);

  g_assert_cmpfloat_with_epsilon (g_ascii_strtod (duration, NULL), seconds, 0.001);
}

static void
test_large (void)
{
  const guint64 frames = 600000000; /* of 8 bytes: 4.8 GB */
  TestDir dir;
  IsrPcm pcm = { ISR_SAMPLE_S32, 48000, 2, 3 };
  g_autoptr (GBytes) audio = test_noise (10, 8, 1);
  g_autoptr (GByteArray) part = make_part (&pcm, audio, 10, 1);
  gsize header = data_offset (part->data, part->len);
  guint8 wrapped[44] = "RIFF....WAVEfmt \x10\0\0\0\1\0\2\0\x80\xbb\0\0\0\xdc\5\0\x08\0\x20\0data";
  g_autofree char *path = NULL;
  g_autofree char *plain = NULL;
  IsrRepairResult result = { 0 };

  test_dir_init (&dir);
  path = put_sparse (&dir, part->data, part->len, header + frames * 8 + 5);
  g_assert_true (isr_repair_path (path, &result, NULL));
  g_assert_true (result.changed);
  g_assert_cmpuint (result.samples, ==, frames);
  g_assert_null (result.note);
  assert_duration (path, frames / 48000.0);

  /* A header that wrapped, without room: nothing is cut, and it is said. */
  for (guint b = 0; b < 4; b++) {
    wrapped[40 + b] = (guint32) (frames * 8) >> (8 * b);
    wrapped[4 + b] = (guint32) (frames * 8 + 36) >> (8 * b);
  }
  plain = put_sparse (&dir, wrapped, 44, 44 + frames * 8);
  g_assert_true (isr_repair_path (plain, &result, NULL));
  g_assert_true (result.changed);
  g_assert_cmpuint (result.samples, ==, frames);
  g_assert_cmpuint (result.bytes, ==, 44 + frames * 8);
  g_assert_nonnull (result.note);
  assert_duration (plain, frames / 48000.0);
  g_assert_true (isr_repair_path (plain, &result, NULL));
  g_assert_false (result.changed);
  test_dir_clear (&dir);
}

/* A recording that somebody writes is not touched. */
static void
test_locked (void)
{
  TestDir dir;
  IsrPcm pcm = { ISR_SAMPLE_S16, 48000, 2, 3 };
  g_autoptr (GBytes) audio = test_noise (10, 4, 1);
  g_autoptr (GByteArray) part = make_part (&pcm, audio, 10, 1);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  IsrRepairResult result = { 0 };
  int fd = -1;

  test_dir_init (&dir);
  path = test_dir_put (&dir, "a.wav.part", part->data, part->len);
  fd = g_open (path, O_RDWR, 0);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  g_assert_false (isr_repair_path (path, &result, &error));
  g_assert_true (error->domain == G_FILE_ERROR && strstr (error->message, path));
  close (fd);
  g_assert_true (isr_repair_path (path, &result, NULL));
  g_assert_true (result.changed);
  g_unlink (path);
  g_clear_error (&error);
  g_assert_false (isr_repair_path (path, &result, &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  test_dir_clear (&dir);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/repair-wav/every-prefix", test_every_prefix);
  g_test_add_func ("/format/repair-wav/complete", test_complete);
  g_test_add_func ("/format/repair-wav/unknown-sizes", test_unknown_sizes);
  g_test_add_func ("/format/repair-wav/pipes", test_pipes);
  g_test_add_func ("/format/repair-wav/large", test_large);
  g_test_add_func ("/format/repair-wav/locked", test_locked);
  return g_test_run ();
}
