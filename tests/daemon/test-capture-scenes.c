/* SPDX-License-Identifier: MIT */
/* test-capture-scenes.c - the state machine and whole recordings, with synthetic
 * sources: start, stop, split, start again, and a broken one beside a good one. */
#include <gst/gst.h>
#include <string.h>

#include "daemon/core/error.h"
#include "tests/daemon/fixture-capture.h"

#define GOOD_LIFE                                                         \
  (const char *[])                                                        \
  {                                                                       \
    "connecting starting", "recording connected", "stopped stopped", NULL \
  }

static gsize
get_size (FixtureCapture *f, const char *source)
{
  g_autofree char *path = g_strdup_printf ("%s/rec/%s.part", f->directory, fixture_capture_get (f, source)->file);
  GStatBuf st;

  return g_stat (path, &st) == 0 ? st.st_size : 0;
}

/* Every sample is there, in order. */
static void
test_counter (void)
{
  FixtureCapture *f = fixture_capture_new ("[count]\ntype = test\nscene = counter\nsync_seconds = 0.1\n");
  g_autoptr (GArray) samples = NULL;
  const IsrRecording *file;

  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "count", ISR_STATE_RECORDING));
  g_assert_nonnull (fixture_capture_get (f, "count")->file);
  TEMP_WAIT_FOR (fixture_capture_get (f, "count")->level != ISR_LEVELS_UNKNOWN); /* a second of it */
  fixture_capture_stop (f);
  fixture_capture_assert_states (f, "count", GOOD_LIFE);
  g_assert_null (fixture_capture_get (f, "count")->file);

  file = fixture_capture_get_closed (f, "count", 0);
  samples = fixture_capture_decode (f, file);
  g_assert_true (g_str_has_suffix (file->name, ".flac"));
  g_assert_cmpuint (file->rate, ==, 48000);
  g_assert_cmpuint (file->samples, ==, samples->len);
  g_assert_cmpuint (samples->len, >=, 48000);
  for (guint i = 0; i < samples->len; i++)
    g_assert_cmpuint ((guint16) g_array_index (samples, gint16, i), ==, i & 0xffff);
  fixture_capture_free (f);
}

/* Files that follow each other hold all samples, none twice. */
static void
test_split (void)
{
  FixtureCapture *f = fixture_capture_new ("[count]\ntype = test\nscene = counter\n");
  const IsrControl *control = isr_capture_get_control (f->capture);
  g_autoptr (GError) error = NULL;
  guint next = 0;

  g_assert_false (isr_control_split (control, "count", &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_true (isr_control_start (control, "count", NULL));
  for (guint i = 1; i <= 3; i++) {
    TEMP_WAIT_FOR (f->opened == i && fixture_capture_is (f, "count", ISR_STATE_RECORDING));
    fixture_capture_run (300);
    if (i < 3)
      g_assert_true (isr_control_split (control, "count", NULL));
  }
  fixture_capture_stop (f);
  fixture_capture_assert_states (f, "count", GOOD_LIFE);
  g_assert_cmpuint (f->closed->len, ==, 3);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (GArray) samples = fixture_capture_decode (f, f->closed->pdata[i]);

    for (guint k = 0; k < samples->len; k++)
      g_assert_cmpuint ((guint16) g_array_index (samples, gint16, k), ==, next++ & 0xffff);
  }
  g_assert_cmpstr (((IsrRecording *) f->closed->pdata[0])->reason, ==, "requested");
  fixture_capture_free (f);
}

/* One is stopped and started again; the other never notices. */
static void
test_restart (void)
{
  FixtureCapture *f = fixture_capture_new ("[a]\ntype = test\n[b]\ntype = test\nscene = counter\n");
  const IsrControl *control = isr_capture_get_control (f->capture);
  g_autoptr (GArray) samples = NULL;
  g_autoptr (GError) error = NULL;

  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "a", ISR_STATE_RECORDING) && fixture_capture_is (f, "b", ISR_STATE_RECORDING));
  g_assert_true (isr_control_stop (control, "a", &error));
  TEMP_WAIT_FOR (fixture_capture_is (f, "a", ISR_STATE_STOPPED));
  g_assert_cmpuint (f->closed->len, ==, 1);
  g_assert_true (isr_control_start (control, "a", &error));
  g_assert_true (isr_control_start (control, "a", &error)); /* twice does no harm */
  TEMP_WAIT_FOR (fixture_capture_is (f, "a", ISR_STATE_RECORDING));
  g_assert_false (isr_control_stop (control, "nobody", &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND);
  fixture_capture_stop (f);
  fixture_capture_assert_states (f, "a", (const char *[]){ "connecting starting", "recording connected", "stopped stopped", "connecting starting", "recording connected", "stopped stopped", NULL });
  fixture_capture_assert_states (f, "b", GOOD_LIFE);
  g_assert_cmpuint (f->closed->len, ==, 3);
  samples = fixture_capture_decode (f, fixture_capture_get_closed (f, "b", 0));
  for (guint k = 0; k < samples->len; k++)
    g_assert_cmpuint ((guint16) g_array_index (samples, gint16, k), ==, k & 0xffff);
  fixture_capture_free (f);
}

/* Stopped while it is still being built, and started again before that is over. */
static void
test_hasty (void)
{
  FixtureCapture *f = fixture_capture_new ("[a]\ntype = test\n");
  const IsrControl *control = isr_capture_get_control (f->capture);

  isr_capture_start (f->capture);
  g_assert_true (isr_control_stop (control, "a", NULL));
  g_assert_true (isr_control_start (control, "a", NULL));
  g_assert_true (isr_control_stop (control, "a", NULL));
  TEMP_WAIT_FOR (fixture_capture_is (f, "a", ISR_STATE_STOPPED));
  g_assert_true (isr_control_start (control, "a", NULL));
  g_assert_true (isr_control_stop (control, "a", NULL));
  g_assert_true (isr_control_start (control, "a", NULL));
  TEMP_WAIT_FOR (fixture_capture_is (f, "a", ISR_STATE_RECORDING));
  fixture_capture_stop (f);
  fixture_capture_free (f);
}

/* A device that is not there: tried again, with the reason; max_retries, then
 * given up. The source beside it records on. */
static void
test_no_device (void)
{
  FixtureCapture *f = fixture_capture_new ("[good]\ntype = test\nscene = counter\n"
                                           "[bad]\ntype = soundcard\ndevice = hw:CARD=Nothing,DEV=0\nmax_retries = 2\n");
  const IsrSourceState *state;

  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "bad", ISR_STATE_WAITING_TO_RETRY));
  g_assert_cmpint (fixture_capture_get (f, "bad")->retry_at_us, >, 0);
  TEMP_WAIT_FOR (fixture_capture_is (f, "bad", ISR_STATE_FAILED));
  state = fixture_capture_get (f, "bad");
  g_assert_cmpuint (state->retries, ==, 3);
  g_assert_cmpint (state->retry_at_us, ==, 0);
  g_assert_nonnull (strstr (state->detail, "hw:CARD=Nothing,DEV=0"));
  g_assert_nonnull (strstr (state->detail, "ALSA says"));
  g_assert_nonnull (strstr (state->detail, "given up after 2 retries"));
  TEMP_WAIT_FOR (fixture_capture_is (f, "good", ISR_STATE_RECORDING));
  fixture_capture_stop (f);
  fixture_capture_assert_states (f, "bad", (const char *[]){ "connecting starting", "waiting-to-retry no-device", "connecting retrying", "waiting-to-retry no-device", "connecting retrying", "failed no-device", NULL });
  fixture_capture_assert_states (f, "good", GOOD_LIFE);
  fixture_capture_free (f);
}

/* What was given up can be started by hand, and stopped while it waits. */
static void
test_by_hand (void)
{
  FixtureCapture *f = fixture_capture_new ("[bad]\ntype = soundcard\ndevice = hw:CARD=Nothing,DEV=0\nmax_retries = 1\n");
  const IsrControl *control = isr_capture_get_control (f->capture);

  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "bad", ISR_STATE_FAILED));
  g_assert_true (isr_control_start (control, "bad", NULL));
  TEMP_WAIT_FOR (fixture_capture_is (f, "bad", ISR_STATE_WAITING_TO_RETRY));
  g_assert_true (isr_control_stop (control, "bad", NULL));
  TEMP_WAIT_FOR (fixture_capture_is (f, "bad", ISR_STATE_STOPPED));
  fixture_capture_stop (f);
  fixture_capture_free (f);
}

static gboolean
on_turn (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* The file grows while it is recorded: the name of the state is where it is. */
static void
test_grows (void)
{
  FixtureCapture *f = fixture_capture_new ("[a]\ntype = test\nformat = wav\nsync_seconds = 0.1\n");
  gsize first;
  guint turn;

  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "a", ISR_STATE_RECORDING));
  turn = g_timeout_add (20, on_turn, NULL);
  TEMP_WAIT_FOR (get_size (f, "a") > 10000);
  first = get_size (f, "a");
  TEMP_WAIT_FOR (get_size (f, "a") > first);
  g_source_remove (turn);
  fixture_capture_stop (f);
  g_assert_true (g_str_has_suffix (fixture_capture_get_closed (f, "a", 0)->name, ".wav"));
  fixture_capture_free (f);
}

/* The catalog knows a file from its first sample on, and how it ended. */
static void
test_feed (void)
{
  FixtureCapture *f = fixture_capture_new ("[a]\ntype = test\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCatalog) catalog = isr_catalog_open (f->config->output_directory, f->config->state_directory, TRUE, &error);
  g_autoptr (IsrRecording) during = NULL, after = NULL;
  g_autofree char *name = NULL;

  g_assert_no_error (error);
  isr_capture_feed (f->capture, catalog);
  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "a", ISR_STATE_RECORDING));
  name = g_strdup (fixture_capture_get (f, "a")->file);
  during = isr_catalog_lookup (catalog, name);
  g_assert_nonnull (during);
  g_assert_true (during->recording);
  fixture_capture_stop (f);
  after = isr_catalog_lookup (catalog, name);
  g_assert_false (after->recording);
  g_assert_cmpuint (after->samples, ==, fixture_capture_get_closed (f, "a", 0)->samples);
  g_assert_cmpstr (after->reason, ==, "stop");
  isr_catalog_close (catalog);
  fixture_capture_free (f);
}

/* A file of before the clock was set: another name and other times, all else as it was. */
static void
test_feed_renamed (void)
{
  FixtureCapture *f = fixture_capture_new ("[a]\ntype = test\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCatalog) catalog = isr_catalog_open (f->config->output_directory, f->config->state_directory, TRUE, &error);
  g_autoptr (IsrRecording) recording = isr_recording_new (), found = NULL;

  g_assert_no_error (error);
  isr_capture_feed (f->capture, catalog);
  recording->source = g_strdup ("a");
  recording->name = g_strdup ("a/1970.flac");
  recording->start_us = 5;
  recording->end_us = 7;
  recording->samples = 9;
  g_signal_emit_by_name (f->capture, "file-closed", recording);
  g_free (recording->name);
  recording->name = g_strdup ("a/2026.flac");
  recording->start_us = 1005;
  recording->end_us = 1007;
  recording->samples = 0;
  g_signal_emit_by_name (f->capture, "file-renamed", "a/1970.flac", recording);
  g_signal_emit_by_name (f->capture, "file-renamed", "a/unknown.flac", recording);
  g_assert_null (isr_catalog_lookup (catalog, "a/1970.flac"));
  found = isr_catalog_lookup (catalog, "a/2026.flac");
  g_assert_nonnull (found);
  g_assert_cmpint (found->start_us, ==, 1005);
  g_assert_cmpint (found->end_us, ==, 1007);
  g_assert_cmpuint (found->samples, ==, 9);
  g_ptr_array_set_size (f->closed, 0); /* it was none of its own */
  fixture_capture_stop (f);
  isr_catalog_close (catalog);
  fixture_capture_free (f);
}

/* A run is gone when it is over: its pipeline, with the two files of its bus, too. */
static void
test_nothing_left (void)
{
  FixtureCapture *f = fixture_capture_new ("[count]\ntype = test\nscene = counter\n");
  const IsrControl *control = isr_capture_get_control (f->capture);
  g_autoptr (GError) error = NULL;
  guint before = 0;

  for (guint i = 0; i < 6; i++) {
    isr_control_start (control, "count", &error);
    g_assert_no_error (error);
    TEMP_WAIT_FOR (fixture_capture_is (f, "count", ISR_STATE_RECORDING));
    isr_control_stop (control, "count", &error);
    g_assert_no_error (error);
    TEMP_WAIT_FOR (fixture_capture_is (f, "count", ISR_STATE_STOPPED));
    if (i == 1)
      before = temp_count_open_files ();
  }
  TEMP_WAIT_FOR (temp_count_open_files () <= before);
  fixture_capture_stop (f);
  fixture_capture_free (f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_setenv ("PULSE_SERVER", "unix:/nonexistent/sock", TRUE);
  g_test_add_func ("/capture/scenes/counter", test_counter);
  g_test_add_func ("/capture/scenes/split", test_split);
  g_test_add_func ("/capture/scenes/restart", test_restart);
  g_test_add_func ("/capture/scenes/hasty", test_hasty);
  g_test_add_func ("/capture/scenes/no-device", test_no_device);
  g_test_add_func ("/capture/scenes/by-hand", test_by_hand);
  g_test_add_func ("/capture/scenes/grows", test_grows);
  g_test_add_func ("/capture/scenes/feed", test_feed);
  g_test_add_func ("/capture/scenes/feed-renamed", test_feed_renamed);
  g_test_add_func ("/capture/scenes/nothing-left", test_nothing_left);
  return g_test_run ();
}
