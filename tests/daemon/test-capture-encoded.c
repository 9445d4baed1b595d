/* SPDX-License-Identifier: MIT */
/* test-capture-encoded.c - the analysis of what is recorded as it comes: at its place,
 * the same as of the whole, and whatever happens to it, the recording is complete. */
#include <string.h>

#include "plugins/elements.h"
#include "tests/daemon/encoded.h"
#include "tests/daemon/fixture-decoder.h"

#define SECONDS 30

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
  record_heard (r);
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

  record_heard (r);
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
  r->seconds = 30;
  record_heard (r);
  g_assert_cmpuint (r->starts->len, ==, 1);
  live = join_levels (r);
  g_assert_cmpint (ABS ((int) (r->played * 10) - (int) live->len), <=, 1);
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
  record_heard (r);
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
