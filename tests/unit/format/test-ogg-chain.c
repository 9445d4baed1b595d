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

static void
assert_chain (Case *self, OggRecording *recording, guint links, gboolean mix)
{
  guint64 samples = 0;

  g_assert_no_error (recording->error);
  assert_all_packets (self, recording, links, mix);
  g_assert_cmpuint (recording->samples, ==, self->frames * links);
  for (guint i = 0; i < recording->files->len; i++)
    samples += ((OggFile *) recording->files->pdata[i])->file.totals.samples;
  g_assert_cmpuint (samples, ==, self->frames * links);
  g_assert_cmpuint (recording->tags->len, ==, links / 2);
  for (guint i = 0; i < recording->tags->len; i++) {
    g_autofree char *expected = g_strdup_printf ("TITLE=Song %u", i);

    g_assert_cmpstr (recording->tags->pdata[i], ==, expected);
  }
}

/* Only FLAC's seams are exact inside a file: the others trim their ends and
 * beginnings, which only a file's end and beginning can say. */
static void
test_equal (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, LINKS, FALSE);
  g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 20000, 0, FALSE, 3 });
  gboolean stitched = g_str_equal (self->tools->extension, "oga");

  assert_chain (self, recording, LINKS, FALSE);
  g_assert_cmpuint (recording->files->len, ==, stitched ? 1 : LINKS);
  if (stitched) {
    const OggFile *file = recording->files->pdata[0];
    g_autoptr (GBytes) raw = ogg_decode (&self->dir, self->tools, file->file.bytes);

    ogg_judge (&self->dir, self->tools, file->file.bytes);
    g_assert_cmpuint (g_bytes_get_size (raw), ==, self->frames * LINKS * 4);
  }
}

static void
test_changing (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, LINKS, TRUE);
  g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 20000, 0, FALSE, 4 });

  assert_chain (self, recording, LINKS, TRUE);
  g_assert_cmpuint (recording->files->len, ==, LINKS);
}

/* Cuts inside links as well. */
static void
test_cut (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, LINKS, FALSE);

  for (guint32 seed = 1; seed < 5; seed++) {
    g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 3000, 5000 * seed, seed & 1, seed });

    assert_chain (self, recording, LINKS, FALSE);
  }
}

/* What the links of a short chain play is what its files play. */
static void
test_sound (Case *self, gconstpointer tools)
{
  g_autoptr (GBytes) chain = make_chain (self, 4, FALSE);
  g_autoptr (OggRecording) recording = ogg_record (chain, (OggPlan){ 20000, 0, FALSE, 3 });
  g_autoptr (GBytes) one = ogg_decode (&self->dir, self->tools, self->sources[0]);
  g_autoptr (GByteArray) all = g_byte_array_new ();

  for (guint i = 0; i < recording->files->len; i++) {
    g_autoptr (GBytes) raw = ogg_decode (&self->dir, self->tools, ((OggFile *) recording->files->pdata[i])->file.bytes);

    ogg_judge (&self->dir, self->tools, ((OggFile *) recording->files->pdata[i])->file.bytes);
    g_byte_array_append (all, g_bytes_get_data (raw, NULL), g_bytes_get_size (raw));
  }
  g_assert_cmpuint (all->len, ==, 4 * g_bytes_get_size (one));
  for (guint i = 0; i < 4; i++)
    g_assert_cmpmem (all->data + i * g_bytes_get_size (one), g_bytes_get_size (one), g_bytes_get_data (one, NULL), g_bytes_get_size (one));
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
      { "sound", test_sound },
    };

    for (guint j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree char *path = g_strdup_printf ("/format/ogg-chain/%s/%s", ogg_tools[i].extension, tests[j].name);

      g_test_add (path, Case, &ogg_tools[i], case_init, tests[j].run, case_clear);
    }
  }
  return g_test_run ();
}
