/* SPDX-License-Identifier: MIT */
/* Native FLAC cut into files: frames stay, numbers begin at 0, every file plays
 * and seeks; tracks one after the other, headers that never come, lost frames. */
#include "tests/unit/format/flac-source.h"

#include "plugins/format/flac-header.h"

static const IsrFileInfo info = { "radio", "isr 0.1.0", G_GINT64_CONSTANT (1774746000250000), -12600, 480000 };

typedef struct {
  GPtrArray *files;
  guint new_files, gaps, tags; /* packets with these flags */
} Recut;

/* Pushes frames @from..@to, begins a new file at random and where the stream asks. */
static void
recut_push (Recut *self, IsrStream *stream, TestWriter *writer, GPtrArray *buffers, GRand *rand)
{
  for (guint i = 0; i < buffers->len; i++) {
    g_autoptr (GError) error = NULL;
    IsrPacket packet = { 0 };

    isr_stream_push (stream, buffers->pdata[i]);
    while (isr_stream_next (stream, &packet, &error)) {
      self->new_files += (packet.flags & ISR_PACKET_NEW_FILE) != 0;
      self->gaps += (packet.flags & ISR_PACKET_GAP) != 0;
      self->tags += (packet.flags & ISR_PACKET_TAGS) != 0;
      if (writer->writer && (packet.flags & ISR_PACKET_NEW_FILE || g_rand_int_range (rand, 0, 12) == 0)) {
        g_ptr_array_add (self->files, test_writer_close (writer));
        writer->writer = NULL;
      }
      if (!writer->writer)
        test_writer_open (writer, stream, &info);
      isr_writer_write (writer->writer, &packet);
      if (g_rand_int_range (rand, 0, 6) == 0)
        isr_writer_refresh (writer->writer);
      isr_packet_clear (&packet);
    }
    g_assert_no_error (error);
  }
}

static Recut
recut (IsrStream *stream, TestSource *source, gboolean headers, guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  Recut self = { g_ptr_array_new_with_free_func ((GDestroyNotify) test_file_free) };
  TestWriter writer = { 0 };

  if (headers)
    recut_push (&self, stream, &writer, source->headers, rand);
  recut_push (&self, stream, &writer, source->frames, rand);
  g_ptr_array_add (self.files, test_writer_close (&writer));
  return self;
}

static guint
frame_bits (TestFile *file)
{
  IsrFlacInfo stream;

  isr_flac_info_read (&stream, (const guint8 *) g_bytes_get_data (file->bytes, NULL) + ISR_FLAC_STREAMINFO_OFFSET);
  return stream.bits;
}

static void
assert_programs_agree (TestDir *dir, TestFile *file, GArray *samples)
{
  g_autofree char *path = test_dir_put_bytes (dir, "a.flac", file->bytes);
  g_autofree char *expected = g_strdup_printf ("flac,0.000000,%" G_GUINT64_FORMAT, file->totals.samples);
  g_autofree char *probe = test_run_text ("ffprobe -v error -show_entries stream=codec_name,start_time,duration_ts -of csv=p=0", path);
  g_autofree char *analysed = test_run_text ("sh -c 'flac -t -s \"$0\" 2>&1'", path);

  if (file->totals.samples > 4096 || !g_str_has_prefix (probe, "flac,N/A,")) /* said of any file of a single frame, those of flac(1) included */
    g_assert_cmpstr (probe, ==, expected);
  if (file->totals.samples > 5000) {
    g_autoptr (GBytes) raw = test_run ("flac --totally-silent -d -c --force-raw-format --endian=little --sign=signed --skip=5000 '%s'", path);
    const guint8 *skipped = g_bytes_get_data (raw, NULL);
    gint32 first = skipped[0] | (gint8) skipped[1] * 256;

    if (frame_bits (file) == 16)
      g_assert_cmpint (first, ==, g_array_index (samples, gint32, 5000 * (samples->len / file->totals.samples)));
    g_assert_cmpuint (g_bytes_get_size (raw) % (file->totals.samples - 5000), ==, 0);
  }
  g_assert_true (*analysed == '\0' || g_str_has_suffix (analysed, "WARNING, cannot check MD5 signature since it was unset in the STREAMINFO"));
}

/* All files, decoded in order, are the samples that went in, and each seeks. */
static void
assert_files_hold (GPtrArray *files, GArray *samples, gboolean programs)
{
  gsize at = 0;
  TestDir dir;

  test_dir_init (&dir);
  for (guint i = 0; i < files->len; i++) {
    TestFile *file = files->pdata[i];
    TestFlac flac;
    g_autoptr (GArray) got = test_flac_decode (&flac, g_bytes_get_data (file->bytes, NULL), file->totals.bytes);

    g_assert_cmpuint (flac.total, ==, file->totals.samples);
    g_assert_cmpuint (at + got->len, <=, samples->len);
    g_assert_cmpmem (got->data, got->len * 4, &g_array_index (samples, gint32, at), got->len * 4);
    g_assert_cmpuint (flac.used_points, >, 0);
    test_flac_assert_seeks (g_bytes_get_data (file->bytes, NULL), file->totals.bytes, got, i);
    if (programs && i % 3 == 0) /* a process costs more than the file */
      assert_programs_agree (&dir, file, got);
    at += got->len;
  }
  g_assert_cmpuint (at, ==, samples->len);
  test_dir_clear (&dir);
}

static void
test_fixed (void)
{
  static const struct {
    guint rate, channels, bits, block;
  } rows[] = { { 48000, 2, 16, 4096 }, { 44100, 1, 24, 1152 }, { 8000, 8, 16, 300 } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    for (gboolean headers = FALSE; headers <= TRUE; headers++) {
      g_autoptr (IsrStream) stream = isr_stream_new_flac ();
      TestSource source;
      Recut cut;

      test_source_init (&source);
      test_source_add (&source, rows[i].block * 60 + 17, rows[i].block, rows[i].rate, rows[i].channels, rows[i].bits);
      cut = recut (stream, &source, headers, i);
      g_assert_cmpuint (cut.files->len, >, 2);
      g_assert_cmpuint (cut.new_files + cut.gaps, ==, 0);
      g_assert_cmpuint (isr_stream_get_rate (stream), ==, rows[i].rate);
      g_assert_cmpstr (isr_stream_get_extension (stream), ==, "flac");
      assert_files_hold (cut.files, source.samples, TRUE);
      g_ptr_array_unref (cut.files);
      test_source_clear (&source);
    }
}

/* Joined in the middle, where the numbers are large. */
static void
test_late (void)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  TestSource source;
  Recut cut;

  test_source_init (&source);
  test_source_add (&source, 512 * 300, 512, 48000, 2, 16);
  g_ptr_array_remove_range (source.frames, 0, 200);
  g_array_remove_range (source.samples, 0, 200 * 512 * 2);
  cut = recut (stream, &source, FALSE, 4);
  g_assert_cmpuint (cut.new_files + cut.gaps, ==, 0);
  assert_files_hold (cut.files, source.samples, FALSE);
  g_ptr_array_unref (cut.files);
  test_source_clear (&source);
}

static void
test_variable (void)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  TestSource source;
  Recut cut;

  test_source_init (&source);
  for (guint i = 0; i < 30; i++)
    test_source_add (&source, 300 + i * 777, 300 + i * 50, 48000, 2, 16);
  test_source_make_variable (&source, G_GUINT64_CONSTANT (0x7fffff000));
  cut = recut (stream, &source, FALSE, 5);
  g_assert_cmpuint (cut.new_files + cut.gaps, ==, 0);
  assert_files_hold (cut.files, source.samples, TRUE);
  g_ptr_array_unref (cut.files);
  test_source_clear (&source);
}

/* Tracks in a row, each with a short last block: one new file, then files that
 * number samples and can hold it all. */
static void
test_tracks (void)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  TestSource source;
  Recut cut;

  test_source_init (&source);
  for (guint i = 0; i < 6; i++)
    test_source_add (&source, 1024 * 20 + 100 + i, 1024, 48000, 2, 16);
  cut = recut (stream, &source, FALSE, 6);
  g_assert_cmpuint (cut.new_files, ==, 1);
  g_assert_cmpuint (cut.gaps, ==, 0);
  assert_files_hold (cut.files, source.samples, TRUE);
  g_ptr_array_unref (cut.files);
  test_source_clear (&source);
}

/* Another rate, other channels, other bits: each asks for a new file. */
static void
test_setup_changes (void)
{
  static const guint rows[][3] = { { 48000, 2, 16 }, { 44100, 2, 16 }, { 44100, 1, 16 }, { 44100, 1, 24 } };
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  TestSource source;
  Recut cut;

  test_source_init (&source);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    test_source_add (&source, 1024 * 9 + 5, 1024, rows[i][0], rows[i][1], rows[i][2]);
  cut = recut (stream, &source, FALSE, 7);
  g_assert_cmpuint (cut.new_files, ==, 3);
  g_assert_cmpuint (isr_stream_get_rate (stream), ==, 44100);
  assert_files_hold (cut.files, source.samples, FALSE);
  g_ptr_array_unref (cut.files);
  test_source_clear (&source);
}

/* A frame that is missing, and one that is broken, are gaps; the rest is there. */
static void
test_gaps (void)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  TestSource source;
  Recut cut;
  g_autofree guint8 *broken = NULL;
  gsize size = 0;

  test_source_init (&source);
  test_source_add (&source, 512 * 30, 512, 48000, 1, 16);
  g_ptr_array_remove_index (source.frames, 20);
  g_array_remove_range (source.samples, 20 * 512, 512);
  size = g_bytes_get_size (source.frames->pdata[10]);
  broken = g_memdup2 (g_bytes_get_data (source.frames->pdata[10], NULL), size);
  broken[size / 2] ^= 4;
  g_bytes_unref (source.frames->pdata[10]);
  source.frames->pdata[10] = g_bytes_new (broken, size);
  g_array_remove_range (source.samples, 10 * 512, 512);
  cut = recut (stream, &source, TRUE, 8);
  g_assert_cmpuint (cut.gaps, ==, 2);
  assert_files_hold (cut.files, source.samples, FALSE);
  g_ptr_array_unref (cut.files);
  test_source_clear (&source);
}

/* Pushes what flacparse makes of the FLAC file at @path, one buffer a call. */
static Recut
recut_parsed (TestDir *dir, const char *path)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  g_autoptr (GPtrArray) buffers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  Recut self = { g_ptr_array_new_with_free_func ((GDestroyNotify) test_file_free) };
  TestWriter writer = { 0 };

  g_bytes_unref (test_run ("gst-launch-1.0 -q filesrc location='%s' ! flacparse ! multifilesink location='%s/buffer-%%d'", path, dir->dir));
  for (guint i = 0;; i++) {
    g_autofree char *name = g_strdup_printf ("%s/buffer-%u", dir->dir, i);
    char *data = NULL;
    gsize size = 0;

    if (!g_file_get_contents (name, &data, &size, NULL))
      break;
    g_ptr_array_add (buffers, g_bytes_new_take (data, size));
    g_unlink (name);
  }
  g_assert_cmpuint (buffers->len, >, 20);
  recut_push (&self, stream, &writer, buffers, rand);
  g_ptr_array_add (self.files, test_writer_close (&writer));
  g_assert_cmpuint (self.new_files + self.gaps, ==, 0);
  return self;
}

/* Through the real parser, with headers and without. */
static void
test_parser (void)
{
  for (gboolean headers = FALSE; headers <= TRUE; headers++) {
    g_autoptr (GByteArray) all = g_byte_array_new ();
    g_autofree char *path = NULL;
    TestSource source;
    TestDir dir;
    Recut cut;

    test_source_init (&source);
    test_source_add (&source, 4096 * 30 + 99, 4096, 48000, 2, 16);
    for (guint i = 0; headers && i < source.headers->len; i++)
      g_byte_array_append (all, g_bytes_get_data (source.headers->pdata[i], NULL), g_bytes_get_size (source.headers->pdata[i]));
    for (guint i = 0; i < source.frames->len; i++)
      g_byte_array_append (all, g_bytes_get_data (source.frames->pdata[i], NULL), g_bytes_get_size (source.frames->pdata[i]));
    test_dir_init (&dir);
    path = test_dir_put (&dir, "source", all->data, all->len);
    cut = recut_parsed (&dir, path);
    assert_files_hold (cut.files, source.samples, TRUE);
    g_ptr_array_unref (cut.files);
    test_dir_clear (&dir);
    test_source_clear (&source);
  }
}

static void
test_tags (void)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  g_autoptr (GBytes) header = g_bytes_new_static ("\x04\x00\x00\x1b\x03\x00\x00\x00"
                                                  "abc\x01\x00\x00\x00\x0c\x00\x00\x00TITLE=Sonata",
      31);
  TestSource source;
  Recut cut;
  TestDir dir;
  g_autofree char *path = NULL;
  g_autofree char *tags = NULL;

  test_source_init (&source);
  test_source_add (&source, 4096 * 3, 4096, 48000, 1, 16);
  g_ptr_array_add (source.headers, g_bytes_ref (header));
  cut = recut (stream, &source, TRUE, 8);
  g_assert_cmpuint (cut.tags, ==, 1);
  g_assert_cmpstr (isr_stream_get_tags (stream)[0], ==, "TITLE=Sonata");
  test_dir_init (&dir);
  path = test_dir_put_bytes (&dir, "a.flac", ((TestFile *) cut.files->pdata[0])->bytes);
  tags = test_run_text ("metaflac --show-vendor-tag --show-tag=TITLE --show-tag=DATE", path);
  g_assert_cmpstr (tags, ==, "abc\nTITLE=Sonata\nDATE=2026-03-28T21:30:00.250000-03:30");
  test_dir_clear (&dir);
  g_ptr_array_unref (cut.files);
  test_source_clear (&source);
}

static void
test_no_flac (void)
{
  g_autoptr (IsrStream) stream = isr_stream_new_flac ();
  g_autoptr (GBytes) page = g_bytes_new_static ("<html>", 6);
  g_autoptr (GError) error = NULL;
  IsrPacket packet = { 0 };

  for (guint i = 0; i < 100 && !error; i++) {
    isr_stream_push (stream, page);
    g_assert_false (isr_stream_next (stream, &packet, &error));
  }
  g_assert_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/flac/fixed", test_fixed);
  g_test_add_func ("/format/flac/late", test_late);
  g_test_add_func ("/format/flac/variable", test_variable);
  g_test_add_func ("/format/flac/tracks", test_tracks);
  g_test_add_func ("/format/flac/setup-changes", test_setup_changes);
  g_test_add_func ("/format/flac/gaps", test_gaps);
  g_test_add_func ("/format/flac/parser", test_parser);
  g_test_add_func ("/format/flac/tags", test_tags);
  g_test_add_func ("/format/flac/no-flac", test_no_flac);
  return g_test_run ();
}
