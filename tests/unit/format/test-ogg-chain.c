/* SPDX-License-Identifier: MIT */
/* Chains of 500 links, as radio stations send them, one link a song: no sample
 * missing, none twice, every title seen, files change exactly where they must. */
#include "tests/unit/format/ogg-fixture.h"

#define LINKS 500

typedef struct {
  TestDir dir;
  const OggTools *tools;
  GBytes *sources[2];  /* stereo, mono */
  GPtrArray *looks[2]; /* links of each */
  guint64 frames;
} Case;

static void
case_init (Case *self, gconstpointer tools)
{
  test_dir_init (&self->dir);
  self->tools = tools;
  self->frames = 0.1234 * 48000;
  for (guint i = 0; i < 2; i++) {
    g_autofree char *wav = ogg_make_wav (&self->dir, "in.wav", 0.1234, 48000, 2 - i);

    self->sources[i] = ogg_encode (&self->dir, self->tools, wav, "one");
    self->looks[i] = ogg_look (self->sources[i]);
  }
}

static void
case_clear (Case *self, gconstpointer tools)
{
  for (guint i = 0; i < 2; i++) {
    g_ptr_array_unref (self->looks[i]);
    g_bytes_unref (self->sources[i]);
  }
  test_dir_clear (&self->dir);
}

static void
put_le (GByteArray *out, guint32 value)
{
  g_byte_array_append (out, (guint8[]){ value, value >> 8, value >> 16, value >> 24 }, 4);
}

/* A comment packet with nothing but a title, in the codec's frame. */
static GBytes *
make_comments (const OggTools *tools, guint title)
{
  GByteArray *out = g_byte_array_new ();
  g_autofree char *entry = g_strdup_printf ("TITLE=Song %u", title);
  const gsize size = strlen (entry);

  if (g_str_equal (tools->extension, "opus"))
    g_byte_array_append (out, (const guint8 *) "OpusTags", 8);
  if (g_str_equal (tools->extension, "ogg"))
    g_byte_array_append (out, (const guint8 *) "\x03vorbis", 7);
  if (g_str_equal (tools->extension, "oga"))
    g_byte_array_append (out, (guint8[]){ 4, 0, 0, 16 + size }, 4);
  put_le (out, 4);
  g_byte_array_append (out, (const guint8 *) "test", 4);
  put_le (out, 1);
  put_le (out, size);
  g_byte_array_append (out, (const guint8 *) entry, size);
  if (g_str_equal (tools->extension, "ogg"))
    g_byte_array_append (out, (guint8[]){ 1 }, 1);
  return g_byte_array_free_to_bytes (out);
}

/* The chain; @mix: stereo and mono by turns. Titles change with every second link. */
static GBytes *
make_chain (Case *self, guint links, gboolean mix)
{
  GByteArray *out = g_byte_array_new ();

  for (guint i = 0; i < links; i++) {
    g_autoptr (GBytes) comments = make_comments (self->tools, i / 2);

    ogg_put_link (out, self->looks[mix ? i % 2 : 0]->pdata[0], i + 1, comments);
  }
  return g_byte_array_free_to_bytes (out);
}

/* Every audio packet of every link, once, in order. */
static void
assert_all_packets (Case *self, OggRecording *recording, guint links, gboolean mix)
{
  guint at = 0;

  for (guint i = 0; i < links; i++) {
    const OggLook *look = self->looks[mix ? i % 2 : 0]->pdata[0];

    for (guint j = ogg_look_headers (look, self->tools->headers); j < look->packets->len; j++, at++) {
      g_assert_cmpuint (at, <, recording->packets->len);
      g_assert_true (g_bytes_equal (recording->packets->pdata[at], look->packets->pdata[j]));
    }
  }
  g_assert_cmpuint (at, ==, recording->packets->len);
}

/* Files play what they say, and at least what the links play. */
static void
assert_chain (Case *self, OggRecording *recording, guint links, gboolean mix)
{
  g_assert_no_error (recording->error);
  assert_all_packets (self, recording, links, mix);
  g_assert_cmpuint (recording->samples, ==, self->frames * links);
  g_assert_cmpuint (recording->played, >=, recording->samples);
  g_assert_cmpuint (recording->tags->len, ==, (links + 1) / 2);
  for (guint i = 0; i < recording->tags->len; i++) {
    g_autofree char *expected = g_strdup_printf ("TITLE=Song %u", i);

    g_assert_cmpstr (recording->tags->pdata[i], ==, expected);
  }
}

static gboolean
is (Case *self, const char *extension)
{
  return g_str_equal (self->tools->extension, extension);
}

static guint
count_flag (OggRecording *recording, IsrPacketFlags flag)
{
  guint count = 0;

  for (guint i = 0; i < recording->flags->len; i++)
    count += (g_array_index (recording->flags, IsrPacketFlags, i) & flag) != 0;
  return count;
}

/* Decoders and ffprobe agree with the totals and do not complain. Opus' duration
 * by ffprobe includes what is skipped; speexdec gives or takes its look-ahead. */
static GBytes *
assert_plays (Case *self, const OggFile *file, guint channels)
{
  g_autoptr (GPtrArray) links = ogg_look (file->file.bytes);
  const guint8 *head = g_bytes_get_data (((OggLook *) links->pdata[0])->packets->pdata[0], NULL);
  double skip = is (self, "opus") ? (head[10] | head[11] << 8) / 48000.0 : 0;
  GBytes *raw = ogg_decode (&self->dir, self->tools, file->file.bytes);
  double start, duration;

  g_assert_cmpuint (links->len, ==, 1);
  g_assert_true (((OggLook *) links->pdata[0])->eos);
  ogg_judge (&self->dir, self->tools, file->file.bytes);
  ogg_probe (&self->dir, file->file.bytes, &start, &duration);
  g_assert_cmpfloat_with_epsilon (duration + start, file->file.totals.samples / 48000.0 + skip, 2e-6);
  if (is (self, "spx"))
    g_assert_cmpuint (ABS ((gint64) (g_bytes_get_size (raw) / channels / 2) - (gint64) file->file.totals.samples), <, 1000);
  else
    g_assert_cmpuint (g_bytes_get_size (raw), ==, file->file.totals.samples * channels * 2);
  return raw;
}

/* Largest difference, in 16-bit units, in the last @count samples of @part. */
static guint
get_error (const guint8 *at, GBytes *part, gsize count)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (part, &size);
  const gint16 *a = (const gint16 *) (at + size - count * 2);
  const gint16 *b = (const gint16 *) (data + size - count * 2);
  guint error = 0;

  for (gsize i = 0; i < count; i++)
    error = MAX (error, (guint) ABS (a[i] - b[i]));
  return error;
}

/* Each link is in @raw as it sounds by itself: to the bit, or as soon as a decoder
 * that remembers other audio has converged. @step: samples from link to link. */
static void
assert_sounds (Case *self, GBytes *raw, guint links, guint64 step)
{
  g_autoptr (GBytes) one = ogg_decode (&self->dir, self->tools, self->sources[0]);
  const guint8 *data = g_bytes_get_data (raw, NULL);
  gsize size = g_bytes_get_size (one);

  for (guint i = 0; i < links; i++) {
    const guint8 *at = data + i * step * 4;

    g_assert_cmpuint (i * step * 4 + size, <=, g_bytes_get_size (raw));
    if (is (self, "opus") || is (self, "spx"))
      g_assert_cmpuint (get_error (at, one, 1920), <=, 8);
    else
      g_assert_cmpmem (at, size, g_bytes_get_data (one, NULL), size);
  }
}

/* A link a song, and one file: every title, every packet, every sample. */
static void
test_equal (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, LINKS, FALSE);
  g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 20000, 0, FALSE, 3 });
  guint64 more = recording->played - recording->samples;
  g_autoptr (GBytes) raw = NULL;

  assert_chain (self, recording, LINKS, FALSE);
  g_assert_cmpuint (recording->files->len, ==, 1);
  g_assert_cmpuint (count_flag (recording, ISR_PACKET_NEW_FILE), ==, 0);
  g_assert_cmpuint (count_flag (recording, ISR_PACKET_SEAM), ==, LINKS - 1);
  g_test_message ("%s: %.1f ms are added at each seam", self->tools->extension, more / 48.0 / (LINKS - 1));
  g_assert_cmpuint (more % (LINKS - 1), ==, 0);
  g_assert_cmpuint (more / (LINKS - 1), <=, is (self, "oga") ? 0 : 48 * 100);
  raw = assert_plays (self, recording->files->pdata[0], 2);
  assert_sounds (self, raw, LINKS, self->frames + more / (LINKS - 1));
}

static void
test_changing (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, LINKS, TRUE);
  g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 20000, 0, FALSE, 4 });

  assert_chain (self, recording, LINKS, TRUE);
  g_assert_cmpuint (recording->files->len, ==, LINKS);
  g_assert_cmpuint (recording->played, ==, recording->samples);
  g_assert_cmpuint (count_flag (recording, ISR_PACKET_NEW_FILE), ==, LINKS - 1);
}

/* Cuts anywhere. */
static void
test_cut (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, LINKS, FALSE);

  for (guint32 seed = 1; seed < 5; seed++) {
    g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 3000, 5000 * seed, seed & 1, seed });

    assert_chain (self, recording, LINKS, FALSE);
    g_assert_cmpuint (recording->files->len, >, 50);
    g_assert_cmpuint (recording->files->len, <, 700);
  }
}

/* Each of those files plays alone. */
static void
test_cut_plays (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, 9, FALSE);

  for (guint32 seed = 1; seed < 3; seed++) {
    g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 3000, 6000, seed & 1, seed });

    assert_chain (self, recording, 9, FALSE);
    for (guint i = 0; i < recording->files->len; i++)
      g_bytes_unref (assert_plays (self, recording->files->pdata[i], 2));
  }
}

/* Cut on each seam: what each link plays is what its file plays, and nothing more. */
static void
test_cut_seams (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, 5, FALSE);
  g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 20000, 0, FALSE, 3, TRUE });
  g_autoptr (GBytes) one = ogg_decode (&self->dir, self->tools, self->sources[0]);

  assert_chain (self, recording, 5, FALSE);
  g_assert_cmpuint (recording->files->len, ==, 5);
  g_assert_cmpuint (recording->played, ==, recording->samples);
  for (guint i = 0; i < 5; i++) {
    g_autoptr (GBytes) raw = assert_plays (self, recording->files->pdata[i], 2);

    g_assert_true (g_bytes_equal (raw, one));
  }
}

/* Opus links that skip four packets, as those that begin with a primer do. */
static void
test_long_skip (Case *self, gconstpointer tools)
{
  const OggLook *look = self->looks[0]->pdata[0];
  g_autoptr (GBytes) comments = make_comments (self->tools, 0);
  GByteArray *head = g_bytes_unref_to_array (look->packets->pdata[0]);
  GByteArray *out = g_byte_array_new ();

  self->frames -= 3840 - (head->data[10] | head->data[11] << 8);
  memcpy (head->data + 10, "\x00\x0f", 2);
  look->packets->pdata[0] = g_byte_array_free_to_bytes (head);
  ogg_put_link (out, look, 1, comments);
  g_bytes_unref (self->sources[0]);
  self->sources[0] = g_byte_array_free_to_bytes (out);
  test_equal (self, tools);
  test_cut (self, tools);
  test_cut_plays (self, tools);
  test_cut_seams (self, tools);
}

/* A chain of two, whose second link has @size other bytes @at its first header. */
static guint
count_files (Case *self, guint at, const char *other, gsize size)
{
  const OggLook *look = self->looks[0]->pdata[0];
  GPtrArray *packets = look->packets;
  g_autoptr (GBytes) comments = make_comments (self->tools, 0);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GByteArray) head = g_byte_array_new ();
  g_autoptr (GBytes) chain = NULL;
  g_autoptr (OggRecording) recording = NULL;
  GBytes *original = packets->pdata[0];

  ogg_put_link (out, look, 1, comments);
  g_byte_array_append (head, g_bytes_get_data (original, NULL), g_bytes_get_size (original));
  g_assert_cmpint (memcmp (head->data + at, other, size), !=, 0);
  memcpy (head->data + at, other, size);
  packets->pdata[0] = g_bytes_new (head->data, head->len);
  ogg_put_link (out, look, 2, comments);
  g_bytes_unref (packets->pdata[0]);
  packets->pdata[0] = original;
  chain = g_bytes_new (out->data, out->len);
  recording = ogg_record (chain, (OggPlan){ 20000, 0, FALSE, 3 });
  g_assert_no_error (recording->error);
  g_assert_cmpuint (recording->packets->len, ==, 2 * (packets->len - ogg_look_headers (look, self->tools->headers)));
  return recording->files->len;
}

/* What a decoder does not need to know makes no new file; what it does, does. */
static void
test_headers (Case *self, gconstpointer tools)
{
  if (is (self, "opus")) {
    g_assert_cmpuint (count_files (self, 10, "\x10\x01", 2), ==, 1); /* pre-skip */
    g_assert_cmpuint (count_files (self, 12, "\x44\xac\0\0", 4), ==, 1);
    g_assert_cmpuint (count_files (self, 16, "\x01", 1), ==, 2); /* gain */
  } else if (is (self, "spx")) {
    g_assert_cmpuint (count_files (self, 8, "another version", 16), ==, 1);
    g_assert_cmpuint (count_files (self, 52, "\x01", 1), ==, 1); /* bit rate */
    g_assert_cmpuint (count_files (self, 40, "\x01", 1), ==, 2); /* mode */
  } else if (is (self, "ogg")) {
    g_assert_cmpuint (count_files (self, 20, "\x11", 1), ==, 2); /* nominal bit rate: byte for byte */
  } else {
    g_assert_cmpuint (count_files (self, 17 + 4, "\x01\x02\x03", 3), ==, 1); /* smallest frame */
    g_assert_cmpuint (count_files (self, 17 + 18, "no MD5", 6), ==, 1);
    g_assert_cmpuint (count_files (self, 17, "\x08", 1), ==, 2); /* smallest block */
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
      { "equal", test_equal },
      { "changing", test_changing },
      { "cut", test_cut },
      { "cut-plays", test_cut_plays },
      { "cut-seams", test_cut_seams },
      { "headers", test_headers },
    };

    for (guint j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree char *path = g_strdup_printf ("/format/ogg-chain/%s/%s", ogg_tools[i].extension, tests[j].name);

      g_test_add (path, Case, &ogg_tools[i], case_init, tests[j].run, case_clear);
    }
  }
  g_test_add ("/format/ogg-chain/opus/long-skip", Case, &ogg_tools[0], case_init, test_long_skip, case_clear);
  return g_test_run ();
}
