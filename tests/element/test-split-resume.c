/* SPDX-License-Identifier: MIT */
/* test-split-resume.c - a run that goes on where another one ended, torn within a frame: the files of
 * both hold what one run would have held. And one that leaves out what was made too early. */
#include "tests/element/time-helper.h"

#include "plugins/format/format.h"
#include "plugins/http/lead.h"
#include "plugins/http/rejoin.h"

#define PATTERN "%Y%m%dT%H%M%S"
#define BLOCK 3000

static TestDir inputs;

/* A tone that glides: nothing that repeats. */
static void
make_inputs (void)
{
  inputs = test_dir_new ();
  shell ("cd %s && ffmpeg -v error -f lavfi -i \"aevalsrc=0.3*sin(2*PI*(200+30*t)*t)+0.05*random(0)|0.3*sin(2*PI*(300+20*t)*t):s=48000:d=10\" -c:a pcm_s16le -bitexact in.wav"
         " && lame --quiet -b 128 -t in.wav in.mp3 && ffmpeg -v error -i in.wav -c:a aac -b:a 96k -f adts in.aac"
         " && ffmpeg -v error -i in.wav -c:a flac -f flac in.flac && opusenc --quiet in.wav in.opus && oggenc -Q in.wav -o in.ogg && flac -s --ogg in.wav -o in.oga"
         " && ffmpeg -v error -i in.wav -ar 32000 -c:a pcm_s16le -bitexact spx.wav && speexenc --quiet spx.wav in.spx 2>/dev/null",
      inputs.path);
}

/* --- one run, and two of the same --- */

static void
push_resume (Feed *feed, GBytes *lead, guint known, gint64 since_us)
{
  GstStructure *s = gst_structure_new (ISR_EVENT_RESUME, "lead", G_TYPE_BYTES, lead, "known", G_TYPE_UINT, known, "since", G_TYPE_INT64, since_us, NULL);

  g_assert_true (gst_harness_push_event (feed->h, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, s)));
}

static void
push_all (Feed *feed, const guint8 *data, gsize size)
{
  for (gsize at = 0; at < size; at += BLOCK) {
    GstBuffer *buffer = gst_buffer_new_memdup (data + at, MIN (BLOCK, size - at));

    if (at == 0)
      GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT); /* as sources do it */
    g_assert_cmpint (gst_harness_push (feed->h, buffer), ==, GST_FLOW_OK);
  }
}

/* Decoded, behind what @pcm has; returns its samples by the message. */
static guint64
record (const TestDir *dir, const char *caps, GBytes *lead, guint known, const guint8 *data, gsize size, GByteArray *pcm, GByteArray *bytes)
{
  g_auto (Feed) feed = feed_new (dir, caps);
  g_autoptr (GByteArray) decoded = NULL, file = NULL;
  const GstStructure *closed;

  if (lead)
    push_resume (&feed, lead, known, START_US);
  push_all (&feed, data, size);
  feed_eos (&feed);
  g_assert_cmpuint (count_messages (feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 1);
  closed = find_message (feed.messages, ISR_MESSAGE_FILE_CLOSED, 0);
  if (lead && !strstr (caps, "mpegversion=4") && !strstr (caps, "audio/ogg"))
    g_assert_cmpuint (get_u64 (find_message (feed.messages, ISR_MESSAGE_FILE_OPENED, 0), "warm-up"), ==, 0);
  decoded = decode_s16 (gst_structure_get_string (closed, "location"));
  file = read_file (gst_structure_get_string (closed, "location"));
  g_byte_array_append (pcm, decoded->data, decoded->len);
  g_byte_array_append (bytes, file->data, file->len);
  return get_u64 (closed, "samples");
}

static GBytes *
make_lead (const guint8 *data, gsize size)
{
  g_autoptr (IsrRejoin) rejoin = isr_rejoin_new ();
  g_autoptr (IsrPast) past = NULL;

  for (gsize at = 0; at < size; at += BLOCK) {
    g_autoptr (GBytes) bytes = g_bytes_new (data + at, MIN (BLOCK, size - at));
    IsrJoin join;

    g_bytes_unref (isr_rejoin_take (rejoin, bytes, 0, &join));
  }
  past = isr_rejoin_get_past (rejoin, 0);
  return isr_lead_new (past);
}

static void
assert_same_sound (const GByteArray *two, const GByteArray *one)
{
  g_assert_cmpuint (two->len, ==, one->len);
  for (guint i = 0; i + 1 < one->len; i += 2)
    g_assert_cmpint (ABS ((gint16) GST_READ_UINT16_LE (two->data + i) - (gint16) GST_READ_UINT16_LE (one->data + i)), <=, 2);
}

typedef struct {
  const char *name, *caps;
  enum {
    SAME_LENGTH, /* the decoder converges */
    SAME_SOUND,
    SAME_BYTES,
  } same;
} Format;

static void
test_torn_anywhere (gconstpointer data)
{
  const Format *format = data;
  g_autofree char *path = g_build_filename (inputs.path, format->name, NULL);
  g_autoptr (GByteArray) input = read_file (path), one = g_byte_array_new (), one_bytes = g_byte_array_new ();
  g_auto (TestDir) dir = test_dir_new ();
  guint64 samples = record (&dir, format->caps, NULL, 0, input->data, input->len, one, one_bytes);
  const gsize cuts[] = { input->len / 3, input->len / 2 + 1, input->len / 2 + 777, input->len * 2 / 3 };

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    g_autoptr (GByteArray) two = g_byte_array_new (), bytes = g_byte_array_new ();
    g_autoptr (GBytes) lead = make_lead (input->data, cuts[i]);
    guint64 sum = record (&dir, format->caps, NULL, 0, input->data, cuts[i], two, bytes);

    sum += record (&dir, format->caps, lead, 0, input->data + cuts[i], input->len - cuts[i], two, bytes);
    g_assert_cmpuint (sum, ==, samples);
    if (format->same == SAME_SOUND)
      assert_same_sound (two, one);
    if (format->same == SAME_BYTES)
      g_assert_cmpmem (bytes->data, bytes->len, one_bytes->data, one_bytes->len);
  }
}

/* --- of Ogg, what a process left that died --- */

/* The file as it was when @size bytes of it were on the disk, mended; decoded behind @pcm. */
static guint64
leave_file (const TestDir *dir, const char *name, const GByteArray *file, gsize size, GByteArray *pcm)
{
  g_autofree char *path = g_strdup_printf ("%s/left-%zu-%s", dir->path, size, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (GByteArray) decoded = NULL;
  IsrRepairResult result = { 0 };

  g_file_set_contents (path, (const char *) file->data, (gssize) size, &error);
  g_assert_no_error (error);
  g_assert_true (isr_repair_path (path, &result, &error));
  decoded = decode_s16 (path);
  g_byte_array_append (pcm, decoded->data, decoded->len);
  return result.samples;
}

/* Its packets. */
static IsrPast *
make_past (const GByteArray *file, gsize size)
{
  IsrMemoryInput input;
  g_autoptr (IsrUnpacker) unpacker = NULL;
  GPtrArray *packets = isr_past_heads_new (), *headers = isr_past_heads_new (), *found;
  g_auto (IsrUnpacked) packet = { 0 };

  isr_memory_input_init (&input, file->data, size);
  unpacker = isr_unpacker_new (&input.parent, NULL);
  g_assert_nonnull (unpacker);
  for (; isr_unpacker_next (unpacker, &packet); isr_unpacked_clear (&packet))
    g_ptr_array_add (packets, g_bytes_ref (packet.bytes));
  found = isr_unpacker_get_headers (unpacker);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (headers, g_bytes_ref (found->pdata[i]));
  return isr_past_new_recorded (packets, headers, 0);
}

/* Nothing is there twice, and nothing is missing, where a page of the stream has known and new packets
 * on it, too. Returns how many were known there. */
static guint
go_on_behind (const Format *format, const GByteArray *input, const GByteArray *file, gsize size, guint64 samples, const GByteArray *one)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_autoptr (GByteArray) two = g_byte_array_new (), bytes = g_byte_array_new ();
  g_autoptr (IsrPast) past = make_past (file, size);
  g_autoptr (IsrRejoin) rejoin = isr_rejoin_new ();
  g_autoptr (GBytes) burst = g_bytes_new (input->data, input->len), rest = NULL, lead = NULL;
  guint64 sum = leave_file (&dir, format->name, file, size, two);
  guint known = 0;
  IsrJoin join;

  isr_rejoin_resume (rejoin, past);
  isr_rejoin_begin (rejoin);
  rest = isr_rejoin_take (rejoin, burst, 0, &join);
  g_assert_cmpint (join, ==, ISR_JOIN_EXACT);
  lead = isr_rejoin_take_lead (rejoin, &known);
  sum += record (&dir, format->caps, lead, known, g_bytes_get_data (rest, NULL), g_bytes_get_size (rest), two, bytes);
  g_assert_cmpuint (sum, ==, samples);
  if (format->same == SAME_SOUND)
    assert_same_sound (two, one);
  return known;
}

static void
test_behind_the_last_packet (gconstpointer data)
{
  const Format *format = data;
  g_autofree char *path = g_build_filename (inputs.path, format->name, NULL);
  g_autoptr (GByteArray) input = read_file (path), one = g_byte_array_new (), file = g_byte_array_new ();
  g_auto (TestDir) dir = test_dir_new ();
  guint64 samples = record (&dir, format->caps, NULL, 0, input->data, input->len, one, file);
  guint shared = 0;

  for (guint i = 0; i < 12; i++)
    shared += go_on_behind (format, input, file, file->len / 3 + file->len * i / 20, samples, one) > 0;
  g_assert_cmpuint (shared, >, 0);
}

/* --- time --- */

/* 64 frames as the run before had them, and @torn bytes of the next one. */
static GBytes *
make_radio_lead (GByteArray *sent, guint torn)
{
  return g_bytes_new (sent->data + sent->len - torn - 64 * FRAME, 64 * FRAME + torn);
}

static GByteArray *
make_frames (guint from, guint n)
{
  GByteArray *bytes = g_byte_array_new ();

  for (guint i = 0; i < n; i++) {
    guint8 frame[FRAME] = { 0xff, 0xf3, 0x18, 0xc0 };

    GST_WRITE_UINT32_BE (frame + FRAME - 4, from + i);
    g_byte_array_append (bytes, frame, FRAME);
  }
  return bytes;
}

/* The frame that was torn is the first one, at the time that the run before says it ended. */
static void
check_time (gint64 resume_us, gint64 since_us, gint64 expected_us)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = radio_new (&dir, PATTERN, since_us + 3 * SECOND_US, 0);
  g_autoptr (GByteArray) sent = make_frames (0, 101), file = NULL;
  g_autoptr (GBytes) lead = NULL;
  const GstStructure *opened;

  g_byte_array_set_size (sent, sent->len - 10);
  lead = make_radio_lead (sent, FRAME - 10);
  if (resume_us)
    g_object_set (w.feed.h->element, "resume-time", (guint64) resume_us * 1000, NULL);
  gst_element_set_state (w.feed.h->element, GST_STATE_NULL);
  gst_element_set_state (w.feed.h->element, GST_STATE_PLAYING);
  push_resume (&w.feed, lead, 0, since_us);
  {
    g_autoptr (GByteArray) torn = make_frames (100, 1);

    feed_bytes (&w.feed, torn->data + FRAME - 10, 10, GST_CLOCK_TIME_NONE);
  }
  w.sent = 101;
  radio_send (&w, (guint) ((clocks.realtime_us - expected_us) / (FRAME_MS * 1000))); /* the burst */
  radio_play (&w, 20);
  feed_eos (&w.feed);
  opened = find_message (w.feed.messages, ISR_MESSAGE_FILE_OPENED, 0);
  g_assert_cmpint (get_i64 (opened, "start-utc-us"), ==, expected_us);
  g_assert_cmpuint (get_u64 (opened, "position"), ==, 64 * FRAME_MS * GST_MSECOND);
  g_assert_cmpuint (count_messages (w.feed.messages, ISR_MESSAGE_FILE_CLOSED), ==, 1);
  g_assert_cmpuint (get_u64 (closed_file (&w, 0), "samples"), ==, (w.sent - 100) * FRAME_SAMPLES);
  file = read_file (find_location (&w, 0));
  g_assert_cmpuint (GST_READ_UINT32_BE (file->data + file->len - (w.sent - 101) * FRAME - 4), ==, 100);
}

static void
test_begins_where_the_other_ended (void)
{
  check_time (NOON_US, NOON_US + SECOND_US / 2, NOON_US);
  check_time (NOON_US, NOON_US + 4 * SECOND_US, NOON_US);
}

/* Nobody says where it ended, or the clock was set since: it is when the last of it came. */
static void
test_begins_when_the_last_of_it_came (void)
{
  check_time (0, NOON_US, NOON_US);
  check_time (NOON_US - G_TIME_SPAN_HOUR, NOON_US, NOON_US);
  check_time (NOON_US + G_TIME_SPAN_HOUR, NOON_US, NOON_US);
}

/* --- not before --- */

static void
check_not_before (gint64 not_before_us, guint expected)
{
  g_auto (TestDir) dir = test_dir_new ();
  g_auto (World) w = radio_new (&dir, PATTERN, NOON_US, 0);
  g_autoptr (GByteArray) file = NULL;
  guint frames;

  gst_element_set_state (w.feed.h->element, GST_STATE_NULL);
  g_object_set (w.feed.h->element, "not-before", (guint64) not_before_us * 1000, NULL);
  gst_element_set_state (w.feed.h->element, GST_STATE_PLAYING);
  radio_send (&w, 250); /* 9 s */
  radio_play (&w, 20);
  clocks.realtime_us -= 20 * SECOND_US; /* a clock that is set makes no difference to what is wanted */
  radio_play (&w, 1);
  feed_eos (&w.feed);
  frames = (guint) (get_u64 (closed_file (&w, 0), "samples") / FRAME_SAMPLES);
  file = read_file (find_location (&w, 0));
  g_assert_cmpuint (GST_READ_UINT32_BE (file->data + file->len - (frames - 1) * FRAME - 4), ==, expected);
  g_assert_cmpint (get_i64 (closed_file (&w, 0), "start-utc-us"), >=, not_before_us);
}

static void
test_what_was_made_before_is_left_out (void)
{
  check_not_before (NOON_US - 3600 * SECOND_US, 0); /* the burst does not reach back so far */
  check_not_before (NOON_US - 18 * FRAME_MS * 1000, 250 - 18);
  check_not_before (NOON_US, 250);
}

int
main (int argc, char **argv)
{
  static const Format formats[] = {
    { "in.mp3", "audio/mpeg,mpegversion=1", SAME_SOUND },
    { "in.aac", "audio/mpeg,mpegversion=4,stream-format=adts", SAME_BYTES },
    { "in.flac", "audio/x-flac", SAME_SOUND },
    { "in.ogg", "application/ogg", SAME_SOUND },
    { "in.oga", "application/ogg", SAME_SOUND },
    { "in.opus", "application/ogg", SAME_LENGTH },
    { "in.spx", "audio/ogg", SAME_LENGTH }, /* Speex has no primer */
  };
  int status;

  split_test_init (&argc, &argv);
  make_inputs ();
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *path = g_strdup_printf ("/split/resume/torn-anywhere/%s", formats[i].name);

    g_test_add_data_func (path, &formats[i], test_torn_anywhere);
  }
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree char *path = g_strdup_printf ("/split/resume/behind-the-last-packet/%s", formats[i].name);

    if (strstr (formats[i].caps, "ogg"))
      g_test_add_data_func (path, &formats[i], test_behind_the_last_packet);
  }
  g_test_add_func ("/split/resume/begins-where-the-other-ended", test_begins_where_the_other_ended);
  g_test_add_func ("/split/resume/begins-when-the-last-of-it-came", test_begins_when_the_last_of_it_came);
  g_test_add_func ("/split/resume/what-was-made-before-is-left-out", test_what_was_made_before_is_left_out);
  status = g_test_run ();
  test_dir_clear (&inputs);
  return status;
}
