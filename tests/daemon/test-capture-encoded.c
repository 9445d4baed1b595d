/* SPDX-License-Identifier: MIT */
/* test-capture-encoded.c - the analysis of what is recorded as it comes: at its place,
 * the same as of the whole, and whatever happens to it, the recording is complete. */
#include <gst/gst.h>
#include <string.h>

#include "daemon/capture/ear.h"
#include "plugins/elements.h"
#include "plugins/messages.h"
#include "tests/daemon/fixture-decoder.h"
#include "tests/daemon/fixture-encode.h"
#include "tests/daemon/temp.h"

#define SECONDS 30

/* A recording of a file, with an ear. */
typedef struct {
  char *directory, *path;
  const FixtureFormat *format;
  IsrSourceConfig config;
  GstElement *pipeline;
  IsrEar *ear;
  GPtrArray *levels; /* IsrLevels */
  guint events;
  gboolean eos, ended, no_decoder;
  GArray *starts;       /* guint64: positions of the files */
  GByteArray *recorded; /* all files, one behind the other */
  char *last;           /* path of the last one */
  double seconds;       /* that they play */
  guint64 gap_at;       /* bytes sent before a gap; 0: none */
  guint64 slow_at;      /* bytes sent before each buffer wants a token; 0: none */
  guint64 sent;         /* streaming thread */
  GAsyncQueue *tokens;
} Recording;

static void
on_levels (gpointer data, const IsrLevels *levels)
{
  g_ptr_array_add (((Recording *) data)->levels, isr_levels_copy (levels));
}

static void
on_event (gpointer data, const IsrEvent *event)
{
  ((Recording *) data)->events++;
}

static void
on_heard (gpointer data, IsrEar *ear, const GstStructure *level)
{
}

static void
on_no_decoder (gpointer data, IsrEar *ear)
{
  ((Recording *) data)->no_decoder = TRUE;
}

static void
on_ended (gpointer data)
{
  ((Recording *) data)->ended = TRUE;
}

static const IsrEarFuncs funcs = { { on_levels, on_event }, on_heard, on_no_decoder, on_ended };

static void
take_closed (Recording *self, const GstStructure *s)
{
  g_autofree char *data = NULL;
  guint64 samples = 0;
  guint rate = 1;
  gsize size;

  g_assert_true (g_file_get_contents (gst_structure_get_string (s, "location"), &data, &size, NULL));
  g_byte_array_append (self->recorded, (const guint8 *) data, (guint) size);
  gst_structure_get_uint64 (s, "samples", &samples);
  gst_structure_get_uint (s, "rate", &rate);
  self->seconds += (double) samples / rate;
  g_free (self->last);
  self->last = g_strdup (gst_structure_get_string (s, "location"));
}

static void
take_opened (Recording *self, const GstStructure *s)
{
  g_autoptr (IsrRecording) file = isr_recording_new ();

  gst_structure_get_uint64 (s, "position", &file->position);
  gst_structure_get_int64 (s, "start-utc-us", &file->start_us);
  g_array_append_val (self->starts, file->position);
  if (self->ear)
    isr_ear_take_file (self->ear, file);
}

static gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer data)
{
  const GstStructure *s = gst_message_get_structure (message);
  Recording *self = data;

  g_assert_cmpint (GST_MESSAGE_TYPE (message), !=, GST_MESSAGE_ERROR);
  if (gst_message_has_name (message, ISR_MESSAGE_FILE_OPENED))
    take_opened (self, s);
  else if (gst_message_has_name (message, ISR_MESSAGE_FILE_CLOSED))
    take_closed (self, s);
  self->eos |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  return G_SOURCE_CONTINUE;
}

/* In the streaming thread, on the way into the sink. */
static GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Recording *self = data;
  guint64 before = self->sent;

  self->sent += gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  if (self->gap_at && before < self->gap_at && self->sent >= self->gap_at)
    gst_pad_push_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_DISCONNECTED, NULL)));
  if (self->slow_at && before >= self->slow_at)
    g_async_queue_pop (self->tokens);
  return GST_PAD_PROBE_OK;
}

static Recording *
recording_new (const char *extension, guint seconds, guint split_s)
{
  Recording *self = g_new0 (Recording, 1);
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autofree char *text = NULL;

  self->directory = temp_new ();
  self->format = fixture_format (extension);
  self->path = g_strdup_printf ("%s/sent.%s", self->directory, extension);
  fixture_encode (self->format, seconds, self->path);
  text = g_strdup_printf ("filesrc location=%s blocksize=3000 name=source ! isrsplitsink name=sink location=%s/got start-time=1000000000000000000 split-interval=%u000000000", self->path, self->directory, split_s);
  self->pipeline = gst_object_ref_sink (gst_parse_launch (text, NULL));
  source = gst_bin_get_by_name (GST_BIN (self->pipeline), "source");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_sent, self, NULL);
  self->config = (IsrSourceConfig){ .name = (char *) "radio", .type = ISR_SOURCE_STREAM, .loudness = TRUE, .margin = 12, .min_gap = 2000000000, .mode = (char *) "adaptive", .retry_delay = 100000000 };
  self->levels = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_levels_free);
  self->starts = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->recorded = g_byte_array_new ();
  self->tokens = g_async_queue_new ();
  return self;
}

static void
begin (Recording *self, gboolean loudness)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");

  self->eos = self->ended = FALSE;
  self->sent = 0;
  g_byte_array_set_size (self->recorded, 0);
  g_array_set_size (self->starts, 0);
  if (loudness)
    self->ear = isr_ear_new (&self->config, sink, &funcs, self);
  gst_bus_add_watch (bus, on_bus, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static void
end (Recording *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  TEMP_WAIT_FOR (self->eos);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
}

static void
finish (Recording *self)
{
  isr_ear_end (g_steal_pointer (&self->ear));
  TEMP_WAIT_FOR (self->ended);
}

static void
record (Recording *self)
{
  begin (self, TRUE);
  end (self);
  finish (self);
}

static void
recording_free (Recording *self)
{
  gst_object_unref (self->pipeline);
  g_ptr_array_unref (self->levels);
  g_array_unref (self->starts);
  g_byte_array_unref (self->recorded);
  g_async_queue_unref (self->tokens);
  temp_remove (self->directory);
  g_free (self->directory);
  g_free (self->path);
  g_free (self->last);
  g_free (self);
}

/* What was recorded is, bit for bit, what is recorded when nobody listens. */
static void
assert_complete (Recording *self)
{
  g_autoptr (GByteArray) recorded = g_byte_array_ref (self->recorded);

  g_assert_cmpuint (recorded->len, >, 100000);
  self->recorded = g_byte_array_new ();
  self->slow_at = 0;
  begin (self, FALSE);
  end (self);
  g_assert_cmpmem (recorded->data, recorded->len, self->recorded->data, self->recorded->len);
}

static guint64
count_windows (const Recording *self)
{
  guint64 n = 0;

  for (guint i = 0; i < self->levels->len; i++)
    n += ((IsrLevels *) self->levels->pdata[i])->n;
  return n;
}

/* --- the same as of the whole --- */

/* All windows in one row, each at its place. */
static GArray *
join_levels (const Recording *self)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (gint16));

  for (guint i = 0; i < self->levels->len; i++) {
    const IsrLevels *levels = self->levels->pdata[i];

    g_assert_cmpuint (levels->first_window, ==, all->len);
    g_assert_cmpuint (levels->position, ==, all->len * 100000000ULL);
    g_assert_cmpint (levels->run_us, ==, 1000000000000000);
    g_assert_cmpint (levels->start_us, ==, 1000000000000000 + all->len * 100000LL);
    g_array_append_vals (all, levels->levels, levels->n);
  }
  return all;
}

static void
assert_equal (GArray *live, GArray *whole)
{
  g_assert_cmpuint (live->len, >=, SECONDS * 10 - 1);
  g_assert_cmpuint (ABS ((int) live->len - (int) whole->len), <=, 1);
  for (guint i = 0; i < MIN (live->len, whole->len); i++)
    if (ABS (g_array_index (live, gint16, i) - g_array_index (whole, gint16, i)) > 1)
      g_error ("window %u: %d, of the whole %d", i, g_array_index (live, gint16, i), g_array_index (whole, gint16, i));
}

static gboolean
is_there (const char *extension)
{
  if (fixture_format_is_there (fixture_format (extension)))
    return TRUE;
  g_test_skip ("an element is not installed");
  return FALSE;
}

static void
test_whole (gconstpointer data)
{
  g_autoptr (GArray) live = NULL, whole = NULL;
  Recording *r;

  if (!is_there (data))
    return;
  r = recording_new (data, SECONDS, 0);
  record (r);
  g_assert_cmpuint (r->starts->len, ==, 1);
  live = join_levels (r);
  whole = fixture_listen (r->format, r->path);
  assert_equal (live, whole);
  g_assert_cmpuint (r->events, >, 0);
  assert_complete (r);
  recording_free (r);
}

/* Files of seven seconds: one run, none of it cut. */
static void
test_split (gconstpointer data)
{
  g_autoptr (GArray) live = NULL, whole = NULL;
  Recording *r = recording_new (data, SECONDS, 7);

  record (r);
  g_assert_cmpuint (r->starts->len, ==, 5);
  live = join_levels (r);
  whole = fixture_listen (r->format, r->path);
  assert_equal (live, whole);
  recording_free (r);
}

/* A link a song, as liquidsoap sends it: ten of them, three seconds each, into one
 * file. Joining two makes audible what was cut off at their ends; it counts here as
 * it does in the file. */
static void
test_chain (gconstpointer data)
{
  g_autoptr (GArray) live = NULL, whole = NULL;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  Recording *r = recording_new (data, 3, 0);

  for (guint i = 0; i < 10; i++) {
    g_autofree char *link = NULL;
    gsize size;

    fixture_encode (r->format, 3, r->path);
    g_assert_true (g_file_get_contents (r->path, &link, &size, NULL));
    g_byte_array_append (all, (const guint8 *) link, (guint) size);
  }
  g_assert_true (g_file_set_contents (r->path, (const char *) all->data, all->len, NULL));
  record (r);
  g_assert_cmpuint (r->starts->len, ==, 1);
  live = join_levels (r);
  g_assert_cmpint (ABS ((int) (r->seconds * 10) - (int) live->len), <=, 1);
  whole = fixture_listen (r->format, r->last);
  assert_equal (live, whole);
  recording_free (r);
}

/* --- whatever happens --- */

static gboolean
give_token (gpointer data)
{
  g_async_queue_push (((Recording *) data)->tokens, data);
  return G_SOURCE_CONTINUE;
}

static void
give_tokens (Recording *self, guint n)
{
  while (n--)
    give_token (self);
}

/* A gap in the stream: another run, which begins with its file. */
static void
test_gap (gconstpointer data)
{
  Recording *r = recording_new (data, SECONDS, 0);
  const IsrLevels *second = NULL;
  guint64 start;

  r->gap_at = 120000;
  record (r);
  g_assert_cmpuint (r->starts->len, ==, 2);
  start = g_array_index (r->starts, guint64, 1);
  for (guint i = 0; i < r->levels->len && !second; i++)
    if (((IsrLevels *) r->levels->pdata[i])->position >= start)
      second = r->levels->pdata[i];
  g_assert_cmpuint (second->first_window, ==, 0);
  g_assert_cmpuint (second->position - start, <, 100000000); /* a decoder may swallow its first packets */
  g_assert_cmpint (second->run_us, ==, second->start_us);
  assert_complete (r);
  recording_free (r);
}

/* The decoder fails again and again: tried again, later each time. */
static void
test_fails (void)
{
  Recording *r = recording_new ("mp3", SECONDS, 0);

  fixture_decoder_install (FIXTURE_DECODER_FAILS);
  r->slow_at = 50000;
  begin (r, TRUE);
  for (guint i = 1; i <= 3; i++) {
    guint turn = g_timeout_add (20, give_token, r);

    TEMP_WAIT_FOR (fixture_decoder_count () >= i);
    g_source_remove (turn);
  }
  give_tokens (r, 1000);
  end (r);
  finish (r);
  fixture_decoder_remove ();
  assert_complete (r);
  recording_free (r);
}

/* It sleeps to the end: nobody waits for it. */
static void
test_hangs (void)
{
  Recording *r = recording_new ("mp3", SECONDS, 0);

  fixture_decoder_install (FIXTURE_DECODER_SLEEPS);
  record (r);
  g_assert_cmpuint (fixture_decoder_count (), ==, 1);
  g_assert_cmpuint (r->levels->len, ==, 0);
  fixture_decoder_wake ();
  fixture_decoder_remove ();
  assert_complete (r);
  recording_free (r);
}

static gboolean
on_turn (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* It sleeps, more is recorded than is held for it, and it wakes: what was held is
 * listened to, what was not is left out, and what comes then is another run. */
static void
test_lags (void)
{
  Recording *r = recording_new ("mp3", 130, 0);
  const IsrLevels *last;
  guint turn;

  fixture_decoder_install (FIXTURE_DECODER_SLEEPS);
  r->slow_at = 1300000;
  begin (r, TRUE);
  turn = g_timeout_add (20, on_turn, NULL);
  TEMP_WAIT_FOR (g_async_queue_length (r->tokens) < 0); /* it waits there */
  g_source_remove (turn);
  fixture_decoder_wake ();
  turn = g_timeout_add (50, give_token, r);
  TEMP_WAIT_FOR (r->levels->len && (last = r->levels->pdata[r->levels->len - 1])->position > 70 * GST_SECOND);
  g_source_remove (turn);
  g_assert_cmpint (last->run_us, >, 1000000000000000 + 81 * G_USEC_PER_SEC);
  g_assert_cmpint (last->start_us, ==, 1000000000000000 + (gint64) (last->position / 1000));
  give_tokens (r, 1000);
  end (r);
  finish (r);
  g_assert_cmpuint (count_windows (r), <, 1290);
  fixture_decoder_remove ();
  assert_complete (r);
  recording_free (r);
}

static void
test_no_decoder (void)
{
  Recording *r;
  GList *hidden;

  if (!is_there ("aac"))
    return;
  r = recording_new ("aac", SECONDS, 0);
  hidden = fixture_decoder_hide ("avdec_aac faad fdkaacdec");
  record (r);
  g_assert_true (r->no_decoder);
  g_assert_cmpuint (r->levels->len, ==, 0);
  assert_complete (r);
  fixture_decoder_show (hidden);
  recording_free (r);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_assert_true (isr_elements_register (NULL));
  g_test_add_data_func ("/capture/encoded/mp3", "mp3", test_whole);
  g_test_add_data_func ("/capture/encoded/aac", "aac", test_whole);
  g_test_add_data_func ("/capture/encoded/flac", "flac", test_whole);
  g_test_add_data_func ("/capture/encoded/opus", "opus", test_whole);
  g_test_add_data_func ("/capture/encoded/vorbis", "ogg", test_whole);
  g_test_add_data_func ("/capture/encoded/ogg-flac", "oga", test_whole);
  g_test_add_data_func ("/capture/encoded/speex", "spx", test_whole);
  g_test_add_data_func ("/capture/encoded/split/mp3", "mp3", test_split);
  g_test_add_data_func ("/capture/encoded/split/opus", "opus", test_split);
  g_test_add_data_func ("/capture/encoded/chain/opus", "opus", test_chain);
  g_test_add_data_func ("/capture/encoded/chain/vorbis", "ogg", test_chain);
  g_test_add_data_func ("/capture/encoded/gap/mp3", "mp3", test_gap);
  g_test_add_data_func ("/capture/encoded/gap/flac", "flac", test_gap);
  g_test_add_data_func ("/capture/encoded/gap/opus", "opus", test_gap);
  g_test_add_data_func ("/capture/encoded/gap/vorbis", "ogg", test_gap);
  g_test_add_func ("/capture/encoded/fails", test_fails);
  g_test_add_func ("/capture/encoded/hangs", test_hangs);
  g_test_add_func ("/capture/encoded/lags", test_lags);
  g_test_add_func ("/capture/encoded/no-decoder", test_no_decoder);
  return g_test_run ();
}
