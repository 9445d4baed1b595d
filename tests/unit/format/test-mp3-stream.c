/* SPDX-License-Identifier: MIT */
/* What else may come along in an MP3 stream: tags, garbage, interruptions, other
 * formats, joining in the middle; and files as other programs see them. */
#include "mpeg-fixture.h"

static const guint no_cuts[] = { 0 };

static GBytes *
make_source (const char *encode)
{
  fixture_make_wav ("raw.wav", 44100, 2, 3.0);
  g_free (fixture_run ("%s", encode));
  return fixture_read ("source.mp3");
}

static void
append (GByteArray *array, GBytes *bytes)
{
  g_byte_array_append (array, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Bytes in pieces of any length give the frames that whole frames give. */
static void
test_pieces (void)
{
  g_autoptr (GBytes) source = make_source ("lame --quiet -V 3 -t raw.wav source.mp3");
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (guint max = 1; max < 5000; max = max * 2 + 1) {
    FixtureSplit split;

    fixture_split_init (&split, isr_stream_new_mp3 (), no_cuts);
    fixture_split_push (&split, source, max, max > 1 ? rand : NULL);
    fixture_split_finish (&split);
    g_assert_cmpmem (split.payload->data, split.payload->len, g_bytes_get_data (source, NULL), g_bytes_get_size (source));
    g_assert_cmpstr (isr_stream_get_extension (split.stream), ==, "mp3");
    g_assert_cmpuint (isr_stream_get_rate (split.stream), ==, 44100);
    fixture_split_clear (&split);
  }
}

static void
test_tags_and_garbage (void)
{
  g_autoptr (GBytes) source = make_source ("lame --quiet -b 128 -t raw.wav source.mp3");
  g_autoptr (GByteArray) dirty = g_byte_array_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (GBytes) bytes = NULL;
  guint8 tag[10 + 300] = { 'I', 'D', '3', 4, 0, 0, 0, 0, 2, 44 };
  gsize half = 0;
  FixtureSplit split;

  for (gsize i = 10; i < sizeof (tag); i++) /* looks like frames inside */
    tag[i] = i % 2 ? 0xfb : 0xff;
  while (half < g_bytes_get_size (source) / 2) /* 128 kb/s: 417 or 418 bytes */
    half += 417 + (((const guint8 *) g_bytes_get_data (source, NULL))[half + 2] >> 1 & 1);
  g_byte_array_append (dirty, tag, sizeof (tag));
  g_byte_array_append (dirty, g_bytes_get_data (source, NULL), half);
  g_byte_array_append (dirty, tag, sizeof (tag));
  for (guint i = 0; i < 2000; i++) {
    guint8 byte = g_rand_int (rand);

    g_byte_array_append (dirty, &byte, 1);
  }
  g_byte_array_append (dirty, (const guint8 *) g_bytes_get_data (source, NULL) + half, g_bytes_get_size (source) - half);
  bytes = g_bytes_new (dirty->data, dirty->len);
  fixture_split_init (&split, isr_stream_new_mp3 (), no_cuts);
  fixture_split_push (&split, bytes, 1000, rand);
  fixture_split_finish (&split);
  g_assert_cmpmem (split.payload->data, split.payload->len, g_bytes_get_data (source, NULL), g_bytes_get_size (source));
  g_assert_cmpuint (split.files->len, ==, 1);
  fixture_split_clear (&split);
}

/* Joined in the middle: the first frames can not be decoded, and it is said how
 * long that lasts. From there on the sound is that of the whole. */
static void
test_join (gconstpointer encode)
{
  g_autoptr (GBytes) source = make_source (encode);
  g_autoptr (GBytes) whole = fixture_decode (FIXTURE_FFMPEG, "source.mp3", NULL);
  g_autoptr (GBytes) joined = NULL;
  g_autoptr (GBytes) rest = NULL;
  gsize size = g_bytes_get_size (source);
  FixtureSplit split;
  FixtureFile *file;
  gsize tail;

  rest = g_bytes_new_from_bytes (source, size / 3, size - size / 3);
  fixture_split_init (&split, isr_stream_new_mp3 (), no_cuts);
  fixture_split_push (&split, rest, 4096, NULL);
  fixture_split_finish (&split);
  file = fixture_split_last (&split);
  g_assert_cmpuint (file->warm_up, >, 1152);
  g_assert_cmpuint (file->warm_up, <=, 16 * 1152);
  fixture_write ("part.mp3", file->output.bytes->data, file->output.bytes->len);
  joined = fixture_decode (FIXTURE_FFMPEG, "part.mp3", NULL);
  g_assert_cmpuint (g_bytes_get_size (joined), ==, file->totals.samples * 4);
  tail = g_bytes_get_size (joined) - file->warm_up * 4;
  g_assert_cmpmem ((const guint8 *) g_bytes_get_data (joined, NULL) + file->warm_up * 4, tail, (const guint8 *) g_bytes_get_data (whole, NULL) + g_bytes_get_size (whole) - tail, tail);
  fixture_split_clear (&split);
}

/* Two songs of one kind, each with an Info frame: one file, the second Info is no packet. */
static void
test_second_info (void)
{
  g_autoptr (GBytes) source = make_source ("lame --quiet -b 128 raw.wav source.mp3");
  gsize info = 417;
  FixtureSplit split;
  gsize payload = g_bytes_get_size (source) - info;
  gsize frames;

  fixture_split_init (&split, isr_stream_new_mp3 (), no_cuts);
  isr_stream_push (split.stream, source);
  fixture_split_pull (&split);
  frames = split.n_packets;
  g_assert_cmpuint (split.payload->len, <, payload); /* the last ones wait for the end */
  isr_stream_push (split.stream, source);
  fixture_split_finish (&split);
  g_assert_cmpuint (split.files->len, ==, 1);
  g_assert_cmpuint (split.payload->len, ==, 2 * payload);
  g_assert_cmpuint (split.n_packets, >, 2 * frames);
  g_assert_cmpuint (fixture_split_last (&split)->samples, ==, split.n_packets * 1152 - (576 + 529));
  fixture_split_clear (&split);
}

/* An interruption forgets the frames before it; those held back come out before it. */
static void
test_discont (void)
{
  g_autoptr (GBytes) source = make_source ("lame --quiet -b 128 raw.wav source.mp3");
  g_autoptr (GBytes) bare = NULL;
  gsize payload = g_bytes_get_size (source) - 417;
  FixtureSplit split;

  bare = g_bytes_new_from_bytes (source, 417, payload);
  fixture_split_init (&split, isr_stream_new_mp3 (), no_cuts);
  isr_stream_push (split.stream, source);
  fixture_split_pull (&split);
  isr_stream_discont (split.stream);
  fixture_split_pull (&split);
  g_assert_cmpuint (split.payload->len, ==, payload);
  g_assert_cmpuint (split.n_gaps, ==, 0);
  isr_stream_push (split.stream, bare);
  fixture_split_finish (&split);
  g_assert_cmpuint (split.n_gaps, ==, 1);
  g_assert_cmpuint (split.files->len, ==, 2);
  g_assert_cmpuint (split.payload->len, ==, 2 * payload);
  g_assert_cmpuint (fixture_split_last (&split)->samples, ==, split.n_packets / 2 * 1152);
  g_assert_cmpuint (fixture_split_last (&split)->totals.samples, ==, split.n_packets / 2 * 1152);
  fixture_split_clear (&split);
}

static void
test_format_change (void)
{
  static const char *encoders[] = {
    "lame --quiet -b 128 -t raw.wav source.mp3",
    "lame --quiet -b 96 -m j --resample 44.1 -t raw.wav source.mp3",            /* the same kind */
    "lame --quiet -b 64 -m m --resample 44.1 -t raw.wav source.mp3",            /* channels */
    "lame --quiet -b 64 -m m -t --resample 32 raw.wav source.mp3",              /* rate */
    "lame --quiet -b 64 -m m -t --resample 16 raw.wav source.mp3",              /* version */
    "ffmpeg -v error -y -i raw.wav -ar 16000 -ac 1 -c:a mp2 -f mp2 source.mp3", /* layer */
  };
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) bytes = NULL;
  FixtureSplit split;

  for (guint i = 0; i < G_N_ELEMENTS (encoders); i++) {
    g_autoptr (GBytes) source = make_source (encoders[i]);

    append (all, source);
  }
  bytes = g_bytes_new (all->data, all->len);
  fixture_split_init (&split, isr_stream_new_mp3 (), no_cuts);
  fixture_split_push (&split, bytes, 3000, NULL);
  fixture_split_finish (&split);
  g_assert_cmpuint (split.files->len, ==, 5);
  g_assert_cmpmem (split.payload->data, split.payload->len, all->data, all->len);
  g_assert_cmpstr (isr_stream_get_extension (split.stream), ==, "mp2");
  fixture_split_clear (&split);
}

static void
test_errors (void)
{
  static const guint8 free_format[1000] = { 0xff, 0xfb, 0x00, 0x64 };
  static const guint8 html[70000] = "<html>404 not found";
  g_autoptr (IsrStream) one = isr_stream_new_mp3 ();
  g_autoptr (IsrStream) two = isr_stream_new_mp3 ();
  g_autoptr (GBytes) bytes = g_bytes_new_static (free_format, sizeof (free_format));
  g_autoptr (GBytes) page = g_bytes_new_static (html, sizeof (html));
  g_autoptr (GError) error = NULL;
  IsrPacket packet;

  for (guint i = 0; i < 70 && !error; i++) {
    isr_stream_push (one, bytes);
    g_assert_false (isr_stream_next (one, &packet, &error));
  }
  g_assert_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED);
  g_clear_error (&error);
  isr_stream_push (two, page);
  g_assert_false (isr_stream_next (two, &packet, &error));
  g_assert_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID);
}

static double
probe_duration (const char *name)
{
  g_autofree char *path = g_build_filename (fixture_dir, name, NULL);
  const char *argv[] = { "ffprobe", "-v", "warning", "-of", "csv=p=0", "-show_entries", "format=duration", path, NULL };
  g_autofree char *out = NULL;
  g_autofree char *said = NULL;
  g_autoptr (GError) error = NULL;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &said, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (said, ==, "");
  return g_ascii_strtod (out, NULL);
}

/* Players of other families, on the second file of a VBR stream. */
static void
test_players (gconstpointer encode)
{
  static const guint cuts[] = { 30, 0 };
  g_autoptr (GBytes) source = make_source (encode);
  g_autoptr (GBytes) lame = NULL;
  g_autofree char *said = NULL;
  FixtureSplit split;
  FixtureFile *file;

  fixture_split_init (&split, isr_stream_new_mp3 (), cuts);
  fixture_split_push (&split, source, 4096, NULL);
  fixture_split_finish (&split);
  file = fixture_split_last (&split);
  fixture_write ("part.mp3", file->output.bytes->data, file->output.bytes->len);
  g_assert_cmpfloat_with_epsilon (probe_duration ("part.mp3"), (file->totals.samples + 1152 * 2.0) / 44100, 0.06);
  lame = fixture_decode (FIXTURE_LAME, "part.mp3", NULL);
  g_assert_cmpuint (g_bytes_get_size (lame), ==, file->totals.samples * 4);
  said = fixture_run ("mpg123 -q -t part.mp3");
  g_assert_cmpstr (said, ==, "");
  fixture_split_clear (&split);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  g_test_add_func ("/format/mp3/pieces", test_pieces);
  g_test_add_func ("/format/mp3/tags-and-garbage", test_tags_and_garbage);
  g_test_add_data_func ("/format/mp3/join/128", "lame --quiet -b 128 -t raw.wav source.mp3", test_join);
  g_test_add_data_func ("/format/mp3/join/64", "lame --quiet -b 64 --resample 44.1 -t raw.wav source.mp3", test_join);
  g_test_add_func ("/format/mp3/second-info", test_second_info);
  g_test_add_func ("/format/mp3/discont", test_discont);
  g_test_add_func ("/format/mp3/format-change", test_format_change);
  g_test_add_func ("/format/mp3/errors", test_errors);
  g_test_add_data_func ("/format/mp3/players/vbr", "lame --quiet -V 4 -t raw.wav source.mp3", test_players);
  g_test_add_data_func ("/format/mp3/players/cbr-info", "lame --quiet -b 64 --resample 44.1 raw.wav source.mp3", test_players);
  status = g_test_run ();
  fixture_clear ();
  return status;
}
