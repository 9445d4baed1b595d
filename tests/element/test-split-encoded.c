/* SPDX-License-Identifier: MIT */
/* Encoded streams: real files of real encoders go in, the same packets come out, in
 * files that decode to the whole. */
#include "tests/element/split-helper.h"

static TestDir inputs;
static GByteArray *original; /* S16 stereo, 48 kHz */

#define RATE 48000
#define SECONDS 13

static char *
input_path (const char *name)
{
  return g_build_filename (inputs.path, name, NULL);
}

/* A tone that glides, noise below: nothing that repeats. */
static void
make_inputs (void)
{
  const char *d;

  inputs = test_dir_new ();
  d = inputs.path;
  shell ("ffmpeg -v error -f lavfi -i \"aevalsrc=0.3*sin(2*PI*(200+30*t)*t)+0.05*random(0)|0.3*sin(2*PI*(300+20*t)*t):s=%d:d=%d\" -c:a pcm_s16le -bitexact %s/in.wav", RATE, SECONDS, d);
  shell ("lame --quiet -b 128 -t %s/in.wav %s/in.mp3", d, d);
  shell ("ffmpeg -v error -i %s/in.wav -c:a aac -b:a 96k -f adts %s/in.aac", d, d);
  shell ("ffmpeg -v error -i %s/in.wav -c:a flac -f flac %s/in.flac", d, d);
  shell ("opusenc --quiet %s/in.wav %s/in.opus", d, d);
  shell ("oggenc -Q %s/in.wav -o %s/in.ogg", d, d);
  shell ("flac -s --ogg %s/in.wav -o %s/in.oga", d, d);
  shell ("speexenc --quiet %s/in.wav %s/in.spx >/dev/null 2>&1 || ffmpeg -v error -i %s/in.wav -c:a libspeex %s/in.spx", d, d, d, d);
  shell ("cd %s && ffmpeg -v error -i in.wav -f segment -segment_time 0.5 -c:a pcm_s16le -bitexact song%%02d.wav && "
         "for i in song*.wav; do opusenc --quiet $i - >>chain.opus && oggenc -Q $i -o - >>chain.ogg; done",
      d);
  {
    g_autofree char *wav = input_path ("in.wav");

    original = read_wav (wav);
  }
}

static GPtrArray *
record (const TestDir *dir, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf (
      "filesrc location=%s/%s blocksize=3000 ! isrsplitsink location=%s/x_%%M%%S start-time=1767225600000000000 split-interval=5000000000",
      inputs.path, name, dir->path);
  GPtrArray *messages = run_line (line, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (count_messages (messages, ISR_MESSAGE_FILE_CLOSED), ==, 3);
  assert_all_complete (dir);
  return messages;
}

static guint64
sum_samples (GPtrArray *messages)
{
  guint64 samples = 0;

  for (guint i = 0; i < 3; i++)
    samples += get_u64 (find_message (messages, ISR_MESSAGE_FILE_CLOSED, i), "samples");
  return samples;
}

/* Each file begins with the first packet at or after its boundary. */
static void
assert_on_time (GPtrArray *messages, gint64 packet_us)
{
  for (guint i = 1; i < 3; i++) {
    gint64 late = get_i64 (find_message (messages, ISR_MESSAGE_FILE_OPENED, i), "start-utc-us") - (START_US + i * 5 * G_USEC_PER_SEC);

    g_assert_cmpint (late, >=, 0);
    g_assert_cmpint (late, <, packet_us);
  }
}

static const guint8 *
find_bytes (GByteArray *in, const guint8 *what, gsize size)
{
  return memmem (in->data, in->len, what, size);
}

/* The tails of the files, concatenated, are the input from @skip on: nothing between, nothing twice. */
static void
assert_same_payload (const TestDir *dir, GByteArray *input, gsize skip)
{
  g_autoptr (GPtrArray) paths = test_dir_list (dir);
  gsize at = skip;

  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GByteArray) file = read_file (paths->pdata[i]);
    const guint8 *begin = find_bytes (file, input->data + at, MIN (256, input->len - at));
    gsize size;

    g_assert_nonnull (begin);
    size = file->len - (gsize) (begin - file->data);
    g_assert_cmpmem (begin, size, input->data + at, MIN (size, input->len - at));
    at += size;
  }
  g_assert_cmpuint (at, ==, input->len);
}

static GByteArray *
decode_all (const TestDir *dir)
{
  g_autoptr (GPtrArray) paths = test_dir_list (dir);
  GByteArray *all = g_byte_array_new ();

  for (guint i = 0; i < paths->len; i++) {
    g_autoptr (GByteArray) part = decode_s16 (paths->pdata[i]);

    g_byte_array_append (all, part->data, part->len);
  }

  return all;
}

static void
test_mp3 (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) messages = record (&dir, "in.mp3");
  g_autofree char *path = input_path ("in.mp3");
  g_autoptr (GByteArray) input = read_file (path);

  assert_same_payload (&dir, input, 0);
  assert_on_time (messages, 24000);
  g_assert_cmpuint (get_u64 (find_message (messages, ISR_MESSAGE_FILE_OPENED, 0), "position"), ==, 0);
}

static void
test_aac (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) messages = record (&dir, "in.aac");
  g_autofree char *path = input_path ("in.aac");
  g_autoptr (GByteArray) input = read_file (path);

  assert_same_payload (&dir, input, 0);
  assert_on_time (messages, 21334);
}

static void
assert_lossless (const char *name)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) messages = record (&dir, name);
  g_autoptr (GByteArray) decoded = decode_all (&dir);

  g_assert_cmpmem (decoded->data, decoded->len, original->data, original->len);
  g_assert_cmpuint (sum_samples (messages), ==, SECONDS * RATE);
  assert_on_time (messages, 96000);
}

static void
test_flac (void)
{
  assert_lossless ("in.flac");
}

static void
test_ogg_flac (void)
{
  assert_lossless ("in.oga");
}

/* Vorbis decodes to exactly what the whole does. */
static void
test_vorbis (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) messages = record (&dir, "in.ogg");
  g_autofree char *path = input_path ("in.ogg");
  g_autoptr (GByteArray) whole = decode_s16 (path);
  g_autoptr (GByteArray) decoded = decode_all (&dir);

  g_assert_cmpmem (decoded->data, decoded->len, whole->data, whole->len);
  g_assert_cmpuint (sum_samples (messages), ==, SECONDS * RATE);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (gst_structure_get_string (find_message (messages, ISR_MESSAGE_FILE_OPENED, i), "format"), ==, "ogg");
  g_assert_cmpuint (whole->len, ==, SECONDS * RATE * 4);
}

static void
test_opus (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) messages = record (&dir, "in.opus");
  g_autoptr (GByteArray) decoded = decode_all (&dir);

  g_assert_cmpuint (sum_samples (messages), ==, SECONDS * RATE);
  g_assert_cmpuint (decoded->len, ==, SECONDS * RATE * 4);
  assert_on_time (messages, 20000);
}

static void
test_speex (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) messages = record (&dir, "in.spx");

  g_assert_cmpstr (gst_structure_get_string (find_message (messages, ISR_MESSAGE_FILE_OPENED, 0), "format"), ==, "spx");
}

/* A link a song, 26 songs of half a second: still three files, cut on the clock.
 * Time is that of the audio in the files, what the joints add included. */
static void
test_chain (gconstpointer extension)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autofree char *name = g_strdup_printf ("chain.%s", (const char *) extension);
  g_autoptr (GPtrArray) messages = record (&dir, name);
  guint64 total = sum_samples (messages), before = 0;
  g_autoptr (GByteArray) decoded = decode_all (&dir);

  g_assert_cmpuint (decoded->len, ==, total * 4);
  g_assert_cmpuint (total, >, SECONDS * RATE);
  g_assert_cmpuint (total, <, SECONDS * RATE + 25 * RATE / 20);
  assert_on_time (messages, 21334);
  for (guint i = 0; i < 3; i++) {
    const GstStructure *opened = find_message (messages, ISR_MESSAGE_FILE_OPENED, i);
    const GstStructure *closed = find_message (messages, ISR_MESSAGE_FILE_CLOSED, i);

    g_assert_cmpuint (get_u64 (opened, "position"), ==, gst_util_uint64_scale (before, GST_SECOND, RATE));
    before += get_u64 (closed, "samples");
    g_assert_cmpint (get_i64 (closed, "end-utc-us") - START_US, ==, gst_util_uint64_scale (before, G_USEC_PER_SEC, RATE));
  }
}

/* --- ways to say what it is --- */

/* @data with an ICY block "title n" after every @metaint bytes. */
static GByteArray *
add_icy (GByteArray *data, guint metaint)
{
  GByteArray *out = g_byte_array_new ();
  guint n = 0;

  for (guint at = 0; at < data->len; at += metaint) {
    guint8 block[1 + 32] = { 2 };

    g_byte_array_append (out, data->data + at, MIN (metaint, data->len - at));
    g_snprintf ((char *) block + 1, 32, "StreamTitle='title %u';", n++);
    if (at + metaint <= data->len)
      g_byte_array_append (out, block, sizeof block);
  }

  return out;
}

static void
feed_array (Feed *feed, GByteArray *data, gsize piece)
{
  for (gsize at = 0; at < data->len; at += piece)
    g_assert_cmpint (feed_bytes (feed, data->data + at, MIN (piece, data->len - at), GST_CLOCK_TIME_NONE), ==, GST_FLOW_OK);
}

static void
test_icy (gconstpointer name)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autofree char *path = input_path (name);
  g_autoptr (GByteArray) input = read_file (path);
  g_autoptr (GByteArray) icy = add_icy (input, 8000);
  g_autofree char *caps = g_strdup_printf ("application/x-icy,metadata-interval=8000,content-type=%s", g_str_equal (name, "in.mp3") ? "audio/mpeg" : "audio/aacp");
  guint titles = 0;
  GstMessage *m;

  gst_harness_set_src_caps_str (feed.h, caps);
  feed_array (&feed, icy, 1400);
  g_assert_true (gst_harness_push_event (feed.h, gst_event_new_eos ()));
  while ((m = gst_bus_pop_filtered (feed.bus, GST_MESSAGE_TAG))) {
    g_autoptr (GstTagList) tags = NULL;
    g_autofree char *title = NULL;
    g_autofree char *expected = g_strdup_printf ("title %u", titles);

    gst_message_parse_tag (m, &tags);
    if (gst_tag_list_get_string (tags, GST_TAG_TITLE, &title)) {
      g_assert_cmpstr (title, ==, expected);
      g_assert_true (ISR_IS_SPLIT_SINK (GST_MESSAGE_SRC (m)));
      titles++;
    }
    gst_message_unref (m);
  }
  g_assert_cmpuint (titles, ==, input->len / 8000);
  assert_same_payload (&dir, input, 0);
}

/* Each title has the time of the frame that follows it. */
static void
test_title_times (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autofree char *path = input_path ("in.mp3");
  g_autoptr (GByteArray) input = read_file (path);
  g_autoptr (GByteArray) icy = add_icy (input, 8000);
  guint titles = 0;

  gst_harness_set_src_caps_str (feed.h, "application/x-icy,metadata-interval=8000,content-type=audio/mpeg");
  feed_array (&feed, icy, 1400);
  feed_eos (&feed);
  for (guint i = 0; i < feed.messages->len; i++) {
    const GstStructure *s = feed.messages->pdata[i];
    g_autofree char *expected = g_strdup_printf ("title %u", titles);
    guint64 position = 0;
    gint64 utc_us = 0;

    if (!gst_structure_has_name (s, ISR_MESSAGE_TITLE))
      continue;
    titles++;
    g_assert_cmpstr (gst_structure_get_string (s, "title"), ==, expected);
    g_assert_false (gst_structure_has_field (s, "artist"));
    g_assert_true (gst_structure_get_uint64 (s, "position", &position) && gst_structure_get_int64 (s, "start-utc-us", &utc_us));
    g_assert_cmpint (ABS ((gint64) position / 1000 - (gint64) titles * 8000 * 8 * 1000 / 128), <, 150 * 1000);
    g_assert_cmpint (utc_us, ==, START_US + (gint64) position / 1000);
  }
  g_assert_cmpuint (titles, >=, input->len / 8000 - 1); /* the last one may have nothing behind it */
}

/* An Ogg link tells title and artist apart; chained links tell new ones. */
static void
test_comments (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GPtrArray) messages = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf ("filesrc location=%s/named.opus blocksize=3000 ! isrsplitsink location=%s/x start-time=%" G_GINT64_FORMAT "000", inputs.path, dir.path, START_US);
  const GstStructure *first, *second;
  gint64 at_us = 0;

  shell ("for i in 1 2; do opusenc --quiet --title \"Tür $i\" --artist \"Die Ä\" %s/in.wav - || exit 1; done > %s/named.opus", inputs.path, inputs.path);
  messages = run_line (line, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_messages (messages, ISR_MESSAGE_TITLE), ==, 2);
  first = find_message (messages, ISR_MESSAGE_TITLE, 0);
  g_assert_cmpstr (gst_structure_get_string (first, "title"), ==, "Tür 1");
  g_assert_cmpstr (gst_structure_get_string (first, "artist"), ==, "Die Ä");
  g_assert_true (gst_structure_get_int64 (first, "start-utc-us", &at_us));
  g_assert_cmpint (at_us, ==, START_US);
  second = find_message (messages, ISR_MESSAGE_TITLE, 1);
  g_assert_cmpstr (gst_structure_get_string (second, "title"), ==, "Tür 2");
  g_assert_true (gst_structure_get_int64 (second, "start-utc-us", &at_us));
  g_assert_cmpint (ABS (at_us - START_US - SECONDS * G_TIME_SPAN_SECOND), <, 100000); /* the encoder rounds up to a packet */
}

/* No caps, but the headers of the HTTP response. */
static void
test_http_headers (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autofree char *path = input_path ("in.aac");
  g_autoptr (GByteArray) input = read_file (path);
  g_autoptr (GstStructure) response = gst_structure_new ("response-headers", "Content-Type", G_TYPE_STRING, "audio/aac; charset=x", NULL);
  GstStructure *s = gst_structure_new ("http-headers", "response-headers", GST_TYPE_STRUCTURE, response, NULL);

  gst_harness_set_src_caps_str (feed.h, "application/octet-stream");
  g_assert_true (gst_harness_push_event (feed.h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, s)));
  feed_array (&feed, input, 700);
  feed_eos (&feed);
  assert_same_payload (&dir, input, 0);
}

/* A few bytes are enough where the stream ends with them. */
static void
test_short (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autofree char *path = input_path ("in.mp3");
  g_autoptr (GByteArray) input = read_file (path);

  gst_harness_set_src_caps_str (feed.h, "application/octet-stream");
  feed_bytes (&feed, input->data, 3840, GST_CLOCK_TIME_NONE);
  feed_eos (&feed);
  g_assert_cmpstr (gst_structure_get_string (find_message (feed.messages, ISR_MESSAGE_FILE_OPENED, 0), "format"), ==, "mp3");
  assert_all_complete (&dir);
}

/* --- from a server: when was it? --- */

/* What cannot be sought has its time by arrival; the burst lies in the past. */
static void
test_arrival (void)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (Feed) feed = feed_new (&dir, NULL);
  g_autofree char *path = input_path ("in.opus");
  g_autoptr (GByteArray) input = read_file (path);
  const GstStructure *opened;
  gint64 now;

  gst_element_set_state (feed.h->element, GST_STATE_NULL);
  g_object_set (feed.h->element, "start-time", GST_CLOCK_TIME_NONE, NULL);
  gst_element_set_state (feed.h->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (feed.h, "application/ogg");
  feed_array (&feed, input, 4096);
  now = g_get_real_time ();
  feed_eos (&feed);
  opened = find_message (feed.messages, ISR_MESSAGE_FILE_OPENED, 0);
  g_assert_cmpstr (gst_structure_get_string (opened, "clock"), ==, "arrival");
  g_assert_cmpint (get_i64 (opened, "start-utc-us"), <=, now - SECONDS * G_USEC_PER_SEC);
  g_assert_cmpint (get_i64 (opened, "start-utc-us"), >, now - (SECONDS + 60) * G_USEC_PER_SEC);
}

int
main (int argc, char **argv)
{
  int status;

  split_test_init (&argc, &argv);
  make_inputs ();
  g_test_add_func ("/split/encoded/mp3", test_mp3);
  g_test_add_func ("/split/encoded/aac", test_aac);
  g_test_add_func ("/split/encoded/flac", test_flac);
  g_test_add_func ("/split/encoded/ogg-flac", test_ogg_flac);
  g_test_add_func ("/split/encoded/vorbis", test_vorbis);
  g_test_add_func ("/split/encoded/opus", test_opus);
  g_test_add_func ("/split/encoded/speex", test_speex);
  g_test_add_data_func ("/split/encoded/chain/opus", "opus", test_chain);
  g_test_add_data_func ("/split/encoded/chain/vorbis", "ogg", test_chain);
  g_test_add_data_func ("/split/encoded/icy/mp3", "in.mp3", test_icy);
  g_test_add_data_func ("/split/encoded/icy/aac", "in.aac", test_icy);
  g_test_add_func ("/split/encoded/title-times", test_title_times);
  g_test_add_func ("/split/encoded/comments", test_comments);
  g_test_add_func ("/split/encoded/http-headers", test_http_headers);
  g_test_add_func ("/split/encoded/short", test_short);
  g_test_add_func ("/split/encoded/arrival", test_arrival);
  status = g_test_run ();
  test_dir_clear (&inputs);
  g_byte_array_unref (original);

  return status;
}
