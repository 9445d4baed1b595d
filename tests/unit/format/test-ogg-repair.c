/* SPDX-License-Identifier: MIT */
/* Unfinished Ogg files: every truncation that holds a whole audio page is made a
 * file that plays; whole files stay as they are; the rest is refused untouched. */
#include "plugins/format/repair-private.h"
#include "tests/unit/format/ogg-fixture.h"

typedef struct {
  TestDir dir;
  const OggTools *tools;
  GBytes *source; /* as the encoder wrote it */
  GBytes *file;   /* as we wrote it: the longest file that begins behind a cut */
} Case;

static void
case_init (Case *self, gconstpointer tools)
{
  g_autofree char *wav = NULL;
  g_autoptr (OggRecording) recording = NULL;
  const OggFile *longest = NULL;

  test_dir_init (&self->dir);
  self->tools = tools;
  wav = ogg_make_wav (&self->dir, "in.wav", 3, 48000, 1);
  self->source = ogg_encode (&self->dir, self->tools, wav, "one");
  recording = ogg_record (self->source, (OggPlan){ 5000, 60000, FALSE, 4 });
  for (guint i = 1; i < recording->files->len; i++) {
    const OggFile *file = recording->files->pdata[i];

    if (!longest || file->file.totals.samples > longest->file.totals.samples)
      longest = file;
  }
  g_assert_nonnull (longest);
  g_assert_cmpuint (longest->file.totals.samples, >, 48000);
  self->file = g_bytes_ref (longest->file.bytes);
}

static void
case_clear (Case *self, gconstpointer tools)
{
  g_bytes_unref (self->source);
  g_bytes_unref (self->file);
  test_dir_clear (&self->dir);
}

/* The first @size bytes, repaired; NULL when that is refused. */
static GBytes *
repair (GBytes *file, gsize size, IsrRepairResult *result)
{
  g_autoptr (GError) error = NULL;
  IsrMemoryOutput output;
  IsrMemoryInput input;
  const guint8 *data = g_bytes_get_data (file, NULL);

  isr_memory_output_init (&output);
  g_byte_array_append (output.bytes, data, size);
  isr_memory_input_init (&input, data, size);
  g_assert_true (isr_ogg_probe (data, size));
  if (!isr_ogg_repair (&input.parent, &output.parent, result, &error)) {
    g_assert_cmpint (error->domain, ==, ISR_FORMAT_ERROR);
    g_assert_cmpmem (output.bytes->data, output.bytes->len, data, size);
    isr_memory_output_clear (&output);
    return NULL;
  }
  g_assert_cmpuint (result->bytes, ==, output.bytes->len);
  return g_byte_array_free_to_bytes (output.bytes);
}

/* Whole, ended, of the samples that were said; and complete for a second repair. */
static void
assert_repaired (GBytes *bytes, const IsrRepairResult *result)
{
  g_autoptr (GPtrArray) links = ogg_look (bytes);
  g_autoptr (OggRecording) recording = ogg_record (bytes, (OggPlan){ 100000, 0, FALSE, 1 });
  IsrRepairResult again = { 0 };
  g_autoptr (GBytes) same = repair (bytes, g_bytes_get_size (bytes), &again);

  g_assert_true (((OggLook *) links->pdata[0])->eos);
  g_assert_cmpuint (recording->samples, ==, result->samples);
  g_assert_false (again.changed);
  g_assert_cmpuint (again.samples, ==, result->samples);
  g_assert_true (g_bytes_equal (same, bytes));
}

static void
assert_every_truncation (GBytes *file)
{
  guint64 last = 0;
  guint refused = 0;

  for (gsize size = 4; size <= g_bytes_get_size (file); size += size < 6000 ? 1 : 37) {
    IsrRepairResult result = { 0 };
    g_autoptr (GBytes) bytes = repair (file, size, &result);

    refused += !bytes;
    if (!bytes)
      continue;
    g_assert_cmpuint (result.bytes, <=, size);
    g_assert_cmpuint (result.samples, >=, last);
    if (result.samples > last)
      assert_repaired (bytes, &result);
    last = result.samples;
  }
  g_assert_cmpuint (refused, >, 0);
  g_assert_cmpuint (last, >, 0);
}

static void
test_truncations (Case *self, gconstpointer tools)
{
  assert_every_truncation (self->file);
  assert_every_truncation (self->source);
}

static void
test_plays (Case *self, gconstpointer tools)
{
  for (guint i = 1; i <= 5; i++) {
    IsrRepairResult result = { 0 };
    gsize size = g_bytes_get_size (self->source);
    g_autoptr (GBytes) bytes = repair (self->source, size - size * i / 11, &result);
    g_autoptr (GBytes) raw = NULL;

    g_assert_nonnull (bytes);
    g_assert_true (result.changed);
    g_assert_cmpuint (result.rate, ==, 48000);
    ogg_judge (&self->dir, self->tools, bytes);
    raw = ogg_decode (&self->dir, self->tools, bytes);
    if (g_str_equal (self->tools->extension, "spx"))
      g_assert_cmpuint (g_bytes_get_size (raw) / 2, >, result.samples - 960);
    else
      g_assert_cmpuint (g_bytes_get_size (raw) / 2, ==, result.samples);
  }
}

static void
test_complete (Case *self, gconstpointer tools)
{
  GBytes *files[] = { self->source, self->file };

  for (guint i = 0; i < 2; i++) {
    IsrRepairResult result = { 0 };
    g_autoptr (GBytes) bytes = repair (files[i], g_bytes_get_size (files[i]), &result);

    g_assert_false (result.changed);
    g_assert_true (g_bytes_equal (bytes, files[i]));
  }
}

/* Rubbish behind the end, or in place of it. */
static void
test_rubbish (Case *self, gconstpointer tools)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (self->file, &size);
  g_autofree guint8 *copy = g_malloc0 (size + 5000);
  g_autoptr (GBytes) longer = g_bytes_new_static (copy, size + 5000);
  IsrRepairResult result = { 0 };
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) torn = NULL;

  memcpy (copy, data, size);
  bytes = repair (longer, size + 5000, &result);
  g_assert_true (result.changed);
  g_assert_true (g_bytes_equal (bytes, self->file));
  memset (copy + size - 50, 0x55, 5050);
  torn = repair (longer, size + 5000, &result);
  g_assert_true (result.changed);
  assert_repaired (torn, &result);
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
      { "truncations", test_truncations },
      { "plays", test_plays },
      { "complete", test_complete },
      { "rubbish", test_rubbish },
    };

    for (guint j = 0; j < G_N_ELEMENTS (tests); j++) {
      g_autofree char *path = g_strdup_printf ("/format/ogg-repair/%s/%s", ogg_tools[i].extension, tests[j].name);

      g_test_add (path, Case, &ogg_tools[i], case_init, tests[j].run, case_clear);
    }
  }
  return g_test_run ();
}
