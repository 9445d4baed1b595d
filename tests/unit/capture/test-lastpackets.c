/* SPDX-License-Identifier: MIT */
/* test-lastpackets.c - recordings of Ogg in many files, torn anywhere: what is whole is found, in order,
 * each once; and it is as long as the repair says. */
#include "daemon/capture/lastpackets.h"

#include "tests/unit/format/ogg-fixture.h"

#define ALL G_MAXINT32 /* samples */

typedef struct {
  OggRecording *recording;
  TestDir dir;
} Fixture;

static const OggTools *
find_tools (const char *extension)
{
  for (guint i = 0; i < G_N_ELEMENTS (ogg_tools); i++)
    if (g_str_equal (ogg_tools[i].extension, extension))
      return &ogg_tools[i];
  g_assert_not_reached ();
}

static void
set_up (Fixture *self, gconstpointer extension)
{
  g_autofree char *wav = NULL;
  g_autoptr (GBytes) bytes = NULL;

  test_dir_init (&self->dir);
  wav = ogg_make_wav (&self->dir, "in.wav", 12, 48000, 2);
  bytes = ogg_encode (&self->dir, find_tools (extension), wav, "title");
  self->recording = ogg_record (bytes, (OggPlan){ 5000, 96000, FALSE, 7, FALSE });
  g_assert_cmpuint (self->recording->files->len, >, 3);
}

static void
tear_down (Fixture *self, gconstpointer extension)
{
  ogg_recording_free (self->recording);
  test_dir_clear (&self->dir);
}

static GBytes *
get_file (const Fixture *self, guint n)
{
  return ((OggFile *) self->recording->files->pdata[n])->file.bytes;
}

/* Packets of all files before the @n-th one. */
static guint
count_before (const Fixture *self, guint n)
{
  guint count = 0;

  while (n-- > 0)
    count += ((OggFile *) self->recording->files->pdata[n])->count;
  return count;
}

static guint64
read_bytes (IsrLastPackets *last, GBytes *bytes, gsize size, guint64 span)
{
  IsrMemoryInput input;

  isr_memory_input_init (&input, g_bytes_get_data (bytes, NULL), size);
  return isr_last_packets_read (last, &input.parent, span);
}

/* What a repair says of it; 0: there is nothing. */
static guint64
ask_for_samples (GBytes *bytes, gsize size)
{
  IsrMemoryInput input;
  IsrMemoryOutput output;
  IsrRepairResult result = { 0 };
  guint64 samples;

  isr_memory_input_init (&input, g_bytes_get_data (bytes, NULL), size);
  isr_memory_output_init (&output);
  g_byte_array_append (output.bytes, g_bytes_get_data (bytes, NULL), (guint) size);
  samples = isr_repair (&input.parent, &output.parent, &result, NULL) ? result.samples : 0;
  isr_memory_output_clear (&output);
  return samples;
}

/* They are those from @first on. Frames of FLAC have other numbers in each file. */
static void
assert_in_order (const Fixture *self, const IsrLastPackets *last, guint first)
{
  gboolean numbered = g_str_equal (self->recording->extension, "oga");

  g_assert_cmpuint (first + last->packets->len, <=, self->recording->packets->len);
  for (guint i = 0; i < last->packets->len && !numbered; i++)
    g_assert_true (g_bytes_equal (last->packets->pdata[i], self->recording->packets->pdata[first + i]));
}

static void
test_torn_anywhere (Fixture *self, gconstpointer extension)
{
  for (guint n = 1; n < 3; n++) {
    GBytes *bytes = get_file (self, n);
    guint most = 0;

    for (gsize size = 0; size <= g_bytes_get_size (bytes); size += 97) {
      g_auto (IsrLastPackets) last = { 0 };
      guint64 samples;

      isr_last_packets_init (&last);
      samples = read_bytes (&last, bytes, size, ALL);
      g_assert_cmpuint (samples, ==, ask_for_samples (bytes, size));
      g_assert_cmpuint (last.packets->len, >=, most);
      most = last.packets->len;
      assert_in_order (self, &last, count_before (self, n));
    }
    g_assert_cmpuint (most, >, 0);
    g_assert_cmpuint (most, <=, ((OggFile *) self->recording->files->pdata[n])->count);
  }
}

/* What is primed with the end of the file before has it once. */
static void
test_one_behind_the_other (Fixture *self, gconstpointer extension)
{
  for (guint n = 0; n + 1 < self->recording->files->len; n++)
    for (gsize size = 0; size <= g_bytes_get_size (get_file (self, n + 1)); size += 1999) {
      g_auto (IsrLastPackets) last = { 0 };
      guint first;

      isr_last_packets_init (&last);
      g_assert_cmpuint (read_bytes (&last, get_file (self, n), g_bytes_get_size (get_file (self, n)), ALL), >, 0);
      first = count_before (self, n + 1) - last.packets->len;
      g_assert_cmpuint (first, <=, count_before (self, n) + (n == 0)); /* the very first one may give nothing */
      read_bytes (&last, get_file (self, n + 1), size, ALL);
      assert_in_order (self, &last, first);
    }
}

/* Of what is long only the end is read, and then nothing of before. */
static void
test_the_end_of_a_long_one (Fixture *self, gconstpointer extension)
{
  GBytes *bytes = get_file (self, 2);
  g_auto (IsrLastPackets) last = { 0 };
  guint64 samples = ask_for_samples (bytes, g_bytes_get_size (bytes));
  guint end = count_before (self, 3);

  isr_last_packets_init (&last);
  read_bytes (&last, get_file (self, 1), g_bytes_get_size (get_file (self, 1)), ALL);
  g_assert_cmpuint (read_bytes (&last, bytes, g_bytes_get_size (bytes), samples / 4), ==, samples);
  g_assert_cmpuint (last.packets->len, >, 0);
  g_assert_cmpuint (last.packets->len, <=, ((OggFile *) self->recording->files->pdata[2])->count);
  assert_in_order (self, &last, end - last.packets->len);
}

static void
test_they_are_shortened (Fixture *self, gconstpointer extension)
{
  g_auto (IsrLastPackets) last = { 0 };
  g_autoptr (GBytes) big = g_bytes_new_take (g_malloc0 (50000), 50000);

  isr_last_packets_init (&last);
  isr_last_packets_shorten (&last);
  for (guint i = 0; i < 10; i++)
    g_ptr_array_add (last.packets, g_bytes_ref (big));
  isr_last_packets_shorten (&last);
  g_assert_cmpuint (last.packets->len, ==, 3);
}

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    void (*func) (Fixture *self, gconstpointer extension);
  } tests[] = {
    { "torn-anywhere", test_torn_anywhere },
    { "one-behind-the-other", test_one_behind_the_other },
    { "the-end-of-a-long-one", test_the_end_of_a_long_one },
    { "they-are-shortened", test_they_are_shortened },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    for (guint j = 0; j < G_N_ELEMENTS (ogg_tools); j++) {
      g_autofree char *path = g_strdup_printf ("/lastpackets/%s/%s", tests[i].name, ogg_tools[j].extension);

      g_test_add (path, Fixture, ogg_tools[j].extension, set_up, tests[i].func, tear_down);
    }
  return g_test_run ();
}
