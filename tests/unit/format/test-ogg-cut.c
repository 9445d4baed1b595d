/* SPDX-License-Identifier: MIT */
/* Ogg streams of real encoders, fed in pieces of any size and cut anywhere:
 * nothing lost, nothing twice, each file plays alone and exactly. */
#include "tests/unit/format/ogg-fixture.h"

typedef struct {
  TestDir dir;
  const OggTools *tools;
  char *wav;
  guint64 frames;
  guint channels;
  GBytes *source;
  GPtrArray *links;
} Case;

static void
case_init (Case *self, gconstpointer tools)
{
  test_dir_init (&self->dir);
  self->tools = tools;
  self->channels = 2;
  self->frames = 5.4321 * 48000;
  self->wav = ogg_make_wav (&self->dir, "in.wav", 5.4321, 48000, self->channels);
  self->source = ogg_encode (&self->dir, self->tools, self->wav, "one");
  self->links = ogg_look (self->source);
}

static void
case_clear (Case *self, gconstpointer tools)
{
  g_ptr_array_unref (self->links);
  g_bytes_unref (self->source);
  g_free (self->wav);
  test_dir_clear (&self->dir);
}

static void
assert_packets (GPtrArray *a, guint from_a, GPtrArray *b, guint from_b, guint count)
{
  g_assert_cmpuint (from_a + count, <=, a->len);
  g_assert_cmpuint (from_b + count, <=, b->len);
  for (guint i = 0; i < count; i++)
    g_assert_true (g_bytes_equal (a->pdata[from_a + i], b->pdata[from_b + i]));
}

/* FLAC: what follows the renumbered frame header. */
static void
assert_frames (GPtrArray *a, guint from_a, GPtrArray *b, guint from_b, guint count)
{
  g_assert_cmpuint (from_a + count, ==, a->len);
  for (guint i = 0; i < count; i++) {
    gsize size_a, size_b;
    const guint8 *data_a = g_bytes_get_data (a->pdata[from_a + i], &size_a);
    const guint8 *data_b = g_bytes_get_data (b->pdata[from_b + i], &size_b);
    gsize size = MIN (size_a, size_b) - 16;

    g_assert_cmpmem (data_a + size_a - 2 - size, size - 14, data_b + size_b - 2 - size, size - 14);
  }
}

/* Headers, a primer of the packets before, then the file's packets. */
static void
assert_file (Case *self, OggRecording *recording, const OggFile *file)
{
  g_autoptr (GPtrArray) links = ogg_look (file->file.bytes);
  const OggLook *look = links->pdata[0];
  guint primer = look->packets->len - self->tools->headers - file->count;

  g_assert_cmpuint (links->len, ==, 1);
  g_assert_true (look->eos);
  g_assert_cmpuint (look->packets->len, >=, self->tools->headers + file->count);
  g_assert_cmpuint (primer, <=, file->first);
  if (g_str_equal (self->tools->extension, "oga")) {
    assert_frames (look->packets, self->tools->headers, recording->packets, file->first, file->count);
    return;
  }
  assert_packets (look->packets, self->tools->headers, recording->packets, file->first - primer, primer + file->count);
}

static void
assert_recording (Case *self, OggRecording *recording)
{
  const OggLook *source = self->links->pdata[0];
  guint headers = ogg_look_headers (source, self->tools->headers);
  guint64 samples = 0;
  guint packets = 0;

  g_assert_no_error (recording->error);
  g_assert_cmpstr (recording->extension, ==, self->tools->extension);
  g_assert_cmpuint (recording->rate, ==, 48000);
  g_assert_cmpuint (recording->samples, ==, self->frames);
  g_assert_cmpuint (recording->packets->len, ==, source->packets->len - headers);
  assert_packets (source->packets, headers, recording->packets, 0, recording->packets->len);
  for (guint i = 0; i < recording->files->len; i++) {
    const OggFile *file = recording->files->pdata[i];

    g_assert_cmpuint (file->first, ==, packets);
    assert_file (self, recording, file);
    packets += file->count;
    samples += file->file.totals.samples;
  }
  g_assert_cmpuint (packets, ==, recording->packets->len);
  g_assert_cmpuint (samples, ==, self->frames);
}

/* Any pieces, any cuts, with and without a refresh after each packet. */
static void
test_any_cut (Case *self, gconstpointer tools)
{
  for (guint32 seed = 1; seed <= 40; seed++) {
    guint chunk = seed % 4 == 0 ? 1 : seed % 4 == 1 ? 300
                                  : seed % 4 == 2   ? 6000
                                                    : 100000;
    OggPlan plan = { chunk, seed % 3 ? 2000 << seed % 7 : 1, seed % 2, seed };
    g_autoptr (OggRecording) recording = ogg_record (self->source, plan);

    assert_recording (self, recording);
  }
}

/* The decoded files, one after the other. */
static GBytes *
decode_all (Case *self, OggRecording *recording)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (guint i = 0; i < recording->files->len; i++) {
    const OggFile *file = recording->files->pdata[i];
    g_autoptr (GBytes) raw = ogg_decode (&self->dir, self->tools, file->file.bytes);

    /* speexdec takes its own look-ahead off the beginning and gives it back at a trimmed end */
    if (!g_str_equal (self->tools->extension, "spx"))
      g_assert_cmpuint (g_bytes_get_size (raw), ==, file->file.totals.samples * self->channels * 2);
    g_byte_array_append (all, g_bytes_get_data (raw, NULL), g_bytes_get_size (raw));
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

/* Largest difference in 16-bit units in @count sample frames from @from. */
static guint
get_error (Case *self, GBytes *a, GBytes *b, guint64 from, guint64 count)
{
  const gint16 *data_a = g_bytes_get_data (a, NULL);
  const gint16 *data_b = g_bytes_get_data (b, NULL);
  int error = 0;

  for (guint64 i = from * self->channels; i < MIN (from + count, self->frames) * self->channels; i++)
    error = MAX (error, ABS (data_a[i] - data_b[i]));
  return error;
}

/* 80 ms do not make a decoder forget everything: the tone has a peak of 9300. */
static void
assert_opus_converges (Case *self, OggRecording *recording, GBytes *whole, GBytes *parts)
{
  guint64 at = 0;

  for (guint i = 0; i < recording->files->len; i++) {
    const OggFile *file = recording->files->pdata[i];
    guint64 samples = file->file.totals.samples;
    guint start = get_error (self, whole, parts, at, MIN (samples, 960));
    guint later = samples > 14400 ? get_error (self, whole, parts, at + 14400, samples - 14400) : 0;

    g_test_message ("file %u: error %u in the first 20 ms, %u after 300 ms", i, start, later);
    g_assert_cmpuint (start, <, 2500);
    g_assert_cmpuint (later, <=, 8);
    at += samples;
  }
}

static void
test_decode (Case *self, gconstpointer tools)
{
  g_autoptr (OggRecording) recording = ogg_record (self->source, (OggPlan){ 777, 40000, FALSE, 11 });
  g_autoptr (GBytes) whole = ogg_decode (&self->dir, self->tools, self->source);
  g_autoptr (GBytes) parts = decode_all (self, recording);

  assert_recording (self, recording);
  g_assert_cmpuint (recording->files->len, >, 3);
  if (!g_str_equal (self->tools->extension, "spx"))
    g_assert_cmpuint (g_bytes_get_size (whole), ==, self->frames * self->channels * 2);
  g_assert_cmpuint (g_bytes_get_size (parts), ==, g_bytes_get_size (whole));
  if (g_str_equal (self->tools->extension, "opus"))
    assert_opus_converges (self, recording, whole, parts);
  else if (!g_str_equal (self->tools->extension, "spx"))
    g_assert_true (g_bytes_equal (whole, parts));
}

/* ffprobe counts what Opus skips into the duration of any Opus file, and shows
 * Speex' look-ahead as a beginning before 0. */
static void
assert_probed (Case *self, const OggFile *file, gboolean first)
{
  double start, duration;
  g_autoptr (GPtrArray) links = ogg_look (file->file.bytes);
  const OggLook *look = links->pdata[0];
  double skip = 0;

  ogg_probe (&self->dir, file->file.bytes, &start, &duration);
  if (g_str_equal (self->tools->extension, "opus")) {
    const guint8 *head = g_bytes_get_data (look->packets->pdata[0], NULL);

    skip = (head[10] | head[11] << 8) / 48000.0;
    if (file->first >= 4)
      g_assert_cmpuint (head[10] | head[11] << 8, ==, 3840);
  }
  if (!first || !g_str_equal (self->tools->extension, "spx"))
    g_assert_cmpfloat_with_epsilon (start, 0, 1e-9);
  g_assert_cmpfloat_with_epsilon (duration + start, file->file.totals.samples / 48000.0 + skip, 2e-6);
}

static void
test_judges (Case *self, gconstpointer tools)
{
  g_autoptr (OggRecording) recording = ogg_record (self->source, (OggPlan){ 5000, 60000, TRUE, 5 });

  assert_recording (self, recording);
  for (guint i = 0; i < recording->files->len; i++) {
    const OggFile *file = recording->files->pdata[i];

    ogg_judge (&self->dir, self->tools, file->file.bytes);
    assert_probed (self, file, i == 0);
  }
}

/* The source's comments and ours, in each file. */
static void
test_comments (Case *self, gconstpointer tools)
{
  g_autoptr (OggRecording) recording = ogg_record (self->source, (OggPlan){ 5000, 60000, FALSE, 5 });

  for (guint i = 0; i < recording->files->len; i++) {
    const OggFile *file = recording->files->pdata[i];
    g_autoptr (GPtrArray) links = ogg_look (file->file.bytes);
    gsize size;
    const char *text = g_bytes_get_data (((OggLook *) links->pdata[0])->packets->pdata[1], &size);

    g_assert_nonnull (memmem (text, size, "=one", 4));
    g_assert_nonnull (memmem (text, size, "SOURCE=test", 11));
    g_assert_nonnull (memmem (text, size, "DATE=2025-03-29T02:00:00.250000+01:00", 37));
    g_assert_nonnull (memmem (text, size, "ENCODER=isr test", 16));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (ogg_tools); i++) {
    static const struct {
      const char *name;
      void (*run) (Case *self, gconstpointer tools);
    } tests[] = {
      { "any-cut", test_any_cut },
      { "decode", test_decode },
      { "judges", test_judges },
      { "comments", test_comments },
    };

    for (guint j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree char *path = g_strdup_printf ("/format/ogg/%s/%s", ogg_tools[i].extension, tests[j].name);

      g_test_add (path, Case, &ogg_tools[i], case_init, tests[j].run, case_clear);
    }
  }
  return g_test_run ();
}
