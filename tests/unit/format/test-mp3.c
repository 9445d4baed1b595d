/* SPDX-License-Identifier: MIT */
/* MP3 cut into files: nothing lost, nothing twice, and what a decoder makes of
 * the files is what it makes of the whole. */
#include "mpeg-fixture.h"
#include "plugins/format/mp3-frame.h"

#define SECONDS 3

typedef struct {
  const char *name;
  const char *encoder; /* makes source.mp3 of raw.wav */
  guint rate;
  guint channels;
  gboolean announced; /* there is an Info frame in front */
  gboolean exact;     /* Layer III: a primer makes every file exact */
} Material;

static const Material materials[] = {
  { "cbr-128-joint", "lame --quiet -b 128 -m j -t raw.wav source.mp3", 44100, 2, FALSE, TRUE },
  { "cbr-128-info", "lame --quiet -b 128 -m j raw.wav source.mp3", 44100, 2, TRUE, TRUE },
  { "cbr-64-stereo", "lame --quiet -b 64 -m s -t --resample 44.1 raw.wav source.mp3", 44100, 2, FALSE, TRUE },
  { "cbr-48-mono", "lame --quiet -b 48 -m m -t --resample 44.1 raw.wav source.mp3", 44100, 1, FALSE, TRUE },
  { "cbr-32-mono", "lame --quiet -b 32 -m m -t --resample 44.1 raw.wav source.mp3", 44100, 1, FALSE, TRUE },
  { "cbr-32-stereo", "lame --quiet -b 32 -m j --resample 32 raw.wav source.mp3", 32000, 2, FALSE, TRUE },
  { "cbr-48-stereo-info", "lame --quiet -b 48 -m j --resample 32 raw.wav source.mp3", 32000, 2, TRUE, TRUE },
  { "cbr-320", "lame --quiet -b 320 -t raw.wav source.mp3", 48000, 2, FALSE, TRUE },
  { "vbr-info", "lame --quiet -V 4 raw.wav source.mp3", 44100, 2, TRUE, TRUE },
  { "vbr-crc", "lame --quiet -V 2 -p -t raw.wav source.mp3", 48000, 2, FALSE, TRUE },
  { "mpeg2-cbr-64", "lame --quiet -b 64 -t raw.wav source.mp3", 22050, 2, FALSE, TRUE },
  { "mpeg2-cbr-8", "lame --quiet -b 8 -m m -t --resample 16 raw.wav source.mp3", 16000, 1, FALSE, TRUE },
  { "mpeg2-vbr-info", "lame --quiet -V 5 raw.wav source.mp3", 24000, 2, TRUE, TRUE },
  { "mpeg25-16", "lame --quiet -b 16 -m m -t raw.wav source.mp3", 8000, 1, FALSE, TRUE },
  { "mpeg25-info", "lame --quiet -b 24 raw.wav source.mp3", 11025, 2, TRUE, TRUE },
  { "libmp3lame", "ffmpeg -v error -y -i raw.wav -b:a 96k -f mp3 source.mp3", 44100, 2, TRUE, TRUE },
  { "layer2", "ffmpeg -v error -y -i raw.wav -c:a mp2 -b:a 192k -f mp2 source.mp3", 48000, 2, FALSE, FALSE },
  { "layer2-mpeg2", "ffmpeg -v error -y -i raw.wav -c:a mp2 -b:a 64k -f mp2 source.mp3", 22050, 1, FALSE, FALSE },
};

static void
make_material (const Material *m)
{
  fixture_make_wav ("raw.wav", m->rate, m->channels, SECONDS);
  g_free (fixture_run ("%s", m->encoder));
}

/* The bytes of the packets are the source's, and stand at the end of each file. */
static void
assert_payload (FixtureSplit *split, GBytes *source, gboolean announced)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (source, &size);
  gsize at = 0;

  g_assert_cmpuint (split->payload->len, <=, size);
  if (!announced)
    g_assert_cmpuint (split->payload->len, ==, size);
  g_assert_cmpmem (split->payload->data, split->payload->len, data + size - split->payload->len, split->payload->len);
  for (guint i = 0; i < split->files->len; i++) {
    FixtureFile *file = g_ptr_array_index (split->files, i);
    GByteArray *bytes = file->output.bytes;

    g_assert_cmpuint (file->samples, ==, file->totals.samples);
    g_assert_cmpmem (bytes->data + bytes->len - file->payload, file->payload, split->payload->data + at, file->payload);
    at += file->payload;
  }
  g_assert_cmpuint (at, ==, split->payload->len);
}

/* Two runs of samples are one. mpg123 adds up in an order that turns with the
 * number of slots since the beginning of the file: now and then it rounds otherwise. */
static void
assert_same (FixtureDecoder decoder, const gint16 *a, const gint16 *b, gsize n)
{
  guint rounded = 0;

  for (gsize i = 0; i < n; i++) {
    g_assert_cmpint (ABS ((int) a[i] - b[i]), <=, decoder == FIXTURE_MPG123 ? 1 : 0);
    rounded += a[i] != b[i];
  }
  g_assert_cmpuint (rounded, <=, n / 500);
}

/* Every file has the length it says; end to end they are the whole. */
static void
assert_sound (FixtureSplit *split, FixtureDecoder decoder, guint channels, gboolean exact)
{
  g_autoptr (GBytes) whole = fixture_decode (decoder, "source.mp3", NULL);
  gsize whole_size = 0;
  const guint8 *expected = g_bytes_get_data (whole, &whole_size);
  gsize at = 0;

  for (guint i = 0; i < split->files->len; i++) {
    FixtureFile *file = g_ptr_array_index (split->files, i);
    g_autoptr (GBytes) decoded = NULL;
    g_autofree char *said = NULL;
    const guint8 *data;
    gsize size = 0;
    gsize warm_up = MIN (file->warm_up, file->totals.samples) * 2 * channels;

    if (file->totals.samples == 0)
      continue;
    fixture_write ("part.mp3", file->output.bytes->data, file->output.bytes->len);
    decoded = fixture_decode (decoder, "part.mp3", &said);
    data = g_bytes_get_data (decoded, &size);
    if (exact) /* no decoder has a complaint */
      g_assert_cmpstr (said, ==, "");
    g_assert_cmpuint (size, ==, file->totals.samples * 2 * channels);
    g_assert_cmpuint (at + size, <=, whole_size);
    assert_same (decoder, (const gint16 *) (data + warm_up), (const gint16 *) (expected + at + warm_up), (size - warm_up) / 2);
    at += size;
  }
  g_assert_cmpuint (at, ==, whole_size);
}

/* Every third or fourth packet, then at random. Without Info ffmpeg plays no file of one frame. */
static void
make_cuts (guint cuts[8], GRand *rand, gboolean single)
{
  guint at = single ? 4 : 5;
  guint n = 0;

  cuts[n++] = 3;
  cuts[n++] = at;
  while (n < 6)
    cuts[n++] = at += g_rand_int_range (rand, 2, 25);
  cuts[n] = 0;
}

static void
test_split (gconstpointer user_data)
{
  const Material *m = user_data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (m - materials);
  g_autoptr (GBytes) source = NULL;
  guint cuts[8];
  FixtureSplit split;

  make_material (m);
  make_cuts (cuts, rand, m->exact);
  source = fixture_read ("source.mp3");
  fixture_split_init (&split, isr_stream_new_mp3 (), cuts);
  fixture_split_push (&split, source, 4096, rand);
  fixture_split_finish (&split);
  assert_payload (&split, source, m->announced);
  if (m->exact)
    for (guint i = 0; i < split.files->len; i++)
      g_assert_cmpuint (((FixtureFile *) g_ptr_array_index (split.files, i))->warm_up, ==, 0);
  assert_sound (&split, m->exact ? FIXTURE_FFMPEG : FIXTURE_FFMPEG_LAYER2, m->channels, m->exact);
  assert_sound (&split, FIXTURE_MPG123, m->channels, m->exact);
  fixture_split_clear (&split);
}

static guint
output_rate (GBytes *source)
{
  IsrMp3Frame frame;
  const guint8 *data = g_bytes_get_data (source, NULL);
  gsize size = g_bytes_get_size (source);

  while (!isr_mp3_frame_parse (&frame, data, size)) { /* behind an ID3v2 tag */
    data++;
    size--;
  }
  return frame.rate;
}

/* Cut again and again: the packets and the lengths, for all materials and many cuts. */
static void
test_many_cuts (gconstpointer user_data)
{
  const Material *m = user_data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (100 + (m - materials));
  g_autoptr (GBytes) source = NULL;
  guint64 samples = 0;

  make_material (m);
  source = fixture_read ("source.mp3");
  for (guint round = 0; round < 50; round++) {
    guint cuts[40] = { 0 };
    guint64 sum = 0;
    FixtureSplit split;

    for (guint i = 0, at = 0; i < G_N_ELEMENTS (cuts) - 1; i++)
      cuts[i] = at += g_rand_int_range (rand, 1, 12);
    fixture_split_init (&split, isr_stream_new_mp3 (), cuts);
    fixture_split_push (&split, source, 1 << (round % 14), rand);
    fixture_split_finish (&split);
    assert_payload (&split, source, m->announced);
    for (guint i = 0; i < split.files->len; i++)
      sum += ((FixtureFile *) g_ptr_array_index (split.files, i))->totals.samples;
    if (round == 0)
      samples = sum;
    g_assert_cmpuint (sum, ==, samples);
    if (m->announced) /* LAME's delay and padding give back the length of what it was given */
      g_assert_cmpuint (sum, ==, SECONDS * output_rate (source));
    fixture_split_clear (&split);
  }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  for (guint i = 0; i < G_N_ELEMENTS (materials); i++) {
    g_autofree char *path = g_strdup_printf ("/format/mp3/split/%s", materials[i].name);
    g_autofree char *many = g_strdup_printf ("/format/mp3/many-cuts/%s", materials[i].name);

    g_test_add_data_func (path, &materials[i], test_split);
    g_test_add_data_func (many, &materials[i], test_many_cuts);
  }
  status = g_test_run ();
  fixture_clear ();
  return status;
}
