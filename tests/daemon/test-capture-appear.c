/* SPDX-License-Identifier: MIT */
/* test-capture-appear.c - a device that appears is recorded at once: every wait in
 * these tests is an hour, and what they wait for comes within seconds. */
#include <gst/gst.h>
#include <string.h>

#include "daemon/archive/catalog.h"
#include "daemon/capture/alsalog.h"
#include "daemon/capture/scene.h"
#include "daemon/capture/watch-path.h"
#include "tests/daemon/fixture-capture.h"
#include "tests/daemon/fixture-pulse.h"

#define ASOUND "pcm.shared_mic { type pulse server \"@SERVER@\" device \"mic.monitor\" }\n"
#define HOUR "retry_delay_seconds = 3600\n"
#define AT_ONCE 3.0 /* s: what is wanted; ten times that is what a laden machine may take */

static const char *const sinks[] = { "sink_name=mic format=s16le rate=48000 channels=1 channel_map=mono", NULL };
static const char *const load[] = { "load-module", "module-null-sink", "sink_name=mic", "format=s16le", "rate=48000", "channels=1", "channel_map=mono", NULL };
static const char *const unload[] = { "unload-module", "module-null-sink", NULL };

typedef struct {
  FixturePulse *pulse;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->pulse = fixture_pulse_start (sinks, ASOUND);
  if (!f->pulse)
    g_test_skip ("pulseaudio is not installed");
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->pulse, fixture_pulse_stop);
}

/* The quick first retry is used up too: the next one is an hour away. */
static gboolean
waits_long (FixtureCapture *f, const char *source)
{
  const IsrSourceState *state = fixture_capture_get (f, source);

  return state->state == ISR_STATE_WAITING_TO_RETRY && state->retry_at_us > g_get_real_time () + 30 * G_TIME_SPAN_MINUTE;
}

static void
assert_quick (const char *what, gint64 since)
{
  double seconds = (double) (g_get_monotonic_time () - since) / G_TIME_SPAN_SECOND;

  g_test_message ("%s: recorded after %.3f s", what, seconds);
  g_assert_cmpfloat (seconds, <, 10 * AT_ONCE);
}

static void
finish (FixtureCapture *f)
{
  fixture_capture_stop (f);
  fixture_capture_free (f);
}

static void
test_server (Fixture *fixture, gconstpointer data)
{
  FixtureCapture *f;
  gint64 since;

  if (!fixture->pulse)
    return;
  f = fixture_capture_new ("[alsa]\ntype = soundcard\ndevice = shared_mic\n" HOUR
                           "[pulse]\ntype = soundcard\ndevice = mic.monitor\n" HOUR);
  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "alsa", ISR_STATE_RECORDING) && fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  fixture_pulse_kill (fixture->pulse);
  TEMP_WAIT_FOR (waits_long (f, "alsa") && waits_long (f, "pulse"));
  since = g_get_monotonic_time ();
  fixture_pulse_revive (fixture->pulse);
  TEMP_WAIT_FOR (fixture_capture_is (f, "alsa", ISR_STATE_RECORDING) && fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  assert_quick ("server", since);
  finish (f);
}

/* How many of the files that are closed ended because the device went. A machine that does not read the
 * sound card in time loses audio: then there is a file more for each time, and that is said, too.
 * For anything else there is none, and none twice. */
static guint
count_gone (FixtureCapture *f)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  guint gone = 0;

  for (guint i = 0; i < f->closed->len; i++) {
    const IsrRecording *file = fixture_capture_get_closed (f, "pulse", i);

    g_assert_true (g_hash_table_add (names, file->name));
    g_assert_cmpstr (file->reason, ==, "gap");
    if (!g_str_equal (file->cause, ISR_CAUSE_OVERRUN))
      g_assert_cmpstr (file->cause, ==, ISR_CAUSE_DISCONNECTED);
    gone += g_str_equal (file->cause, ISR_CAUSE_DISCONNECTED);
  }
  return gone;
}

/* Each time that it was away is a hole in the ledger, and each time that it was not read. */
static void
assert_holes (FixtureCapture *f, IsrCatalog *catalog)
{
  gint64 now = g_get_real_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = isr_catalog_coverage (catalog, "pulse", now - G_TIME_SPAN_HOUR, now, now, &error);
  const IsrCoverage *coverage;

  g_assert_no_error (error);
  g_assert_cmpuint (list->len, ==, 1);
  coverage = list->pdata[0];
  g_assert_cmpuint (coverage->holes->len, ==, f->closed->len);
  for (guint i = 0; i < coverage->holes->len; i++) {
    const IsrGap *hole = &g_array_index (coverage->holes, IsrGap, i);
    const IsrRecording *file = fixture_capture_get_closed (f, "pulse", i);

    g_assert_cmpstr (hole->cause, ==, file->cause);
    g_assert_cmpint (hole->start_us, ==, file->end_us);
    g_assert_cmpint (hole->end_us, >, hole->start_us);
  }
}

static void
test_device (Fixture *fixture, gconstpointer data)
{
  g_autoptr (IsrCatalog) catalog = NULL;
  FixtureCapture *f;
  const char *reason;
  gint64 since;

  if (!fixture->pulse)
    return;
  f = fixture_capture_new ("[pulse]\ntype = soundcard\ndevice = mic.monitor\n" HOUR);
  catalog = isr_catalog_open (f->config->output_directory, f->config->state_directory, TRUE, NULL);
  isr_capture_feed (f->capture, catalog);
  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  for (guint i = 0; i < 2; i++) {
    fixture_pulse_ctl (fixture->pulse, unload);
    TEMP_WAIT_FOR (waits_long (f, "pulse"));
    reason = fixture_capture_get (f, "pulse")->reason;
    g_assert_true (g_str_equal (reason, "no-device") || g_str_equal (reason, "disconnected"));
    since = g_get_monotonic_time ();
    fixture_pulse_ctl (fixture->pulse, load);
    TEMP_WAIT_FOR (fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
    assert_quick ("device", since);
  }
  g_assert_cmpuint (count_gone (f), ==, 2);
  assert_holes (f, catalog);
  fixture_capture_stop (f);
  isr_catalog_close (catalog);
  fixture_capture_free (f);
}

/* No server at all when the recorder starts. */
static void
test_late_server (Fixture *fixture, gconstpointer data)
{
  FixtureCapture *f;
  gint64 since;

  if (!fixture->pulse)
    return;
  fixture_pulse_kill (fixture->pulse);
  f = fixture_capture_new ("[pulse]\ntype = soundcard\ndevice = mic.monitor\n" HOUR);
  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (waits_long (f, "pulse"));
  since = g_get_monotonic_time ();
  fixture_pulse_revive (fixture->pulse);
  TEMP_WAIT_FOR (fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  assert_quick ("late server", since);
  finish (f);
}

/* Another device is not ours: tried, and waited on. */
static void
test_another_device (Fixture *fixture, gconstpointer data)
{
  static const char *const other[] = { "load-module", "module-null-sink", "sink_name=other", NULL };
  FixtureCapture *f;
  guint tries;

  if (!fixture->pulse)
    return;
  f = fixture_capture_new ("[wanted]\ntype = soundcard\ndevice = nowhere.monitor\n" HOUR "[failed]\ntype = soundcard\ndevice = nowhere.monitor\nmax_retries = 1\n");
  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (waits_long (f, "wanted") && fixture_capture_is (f, "failed", ISR_STATE_FAILED));
  tries = fixture_capture_count (f, "wanted", "connecting retrying");
  fixture_pulse_ctl (fixture->pulse, other);
  TEMP_WAIT_FOR (fixture_capture_count (f, "wanted", "connecting retrying") > tries);
  TEMP_WAIT_FOR (waits_long (f, "wanted"));
  g_assert_cmpstr (fixture_capture_get (f, "wanted")->reason, ==, "no-device");
  g_assert_true (fixture_capture_is (f, "failed", ISR_STATE_FAILED)); /* given up is given up */
  finish (f);
}

/* --- the path alone --- */

static void
on_appeared (gpointer data)
{
  ++*(guint *) data;
}

static void
test_path (void)
{
  g_autofree char *directory = temp_new (), *deep = g_build_filename (directory, "a", "b", NULL), *other = g_build_filename (directory, "a", NULL);
  guint any = 0, one = 0;
  g_autoptr (IsrWatchPath) anything = isr_watch_path_new (deep, NULL, on_appeared, &any);
  g_autoptr (IsrWatchPath) something = isr_watch_path_new (deep, "wanted", on_appeared, &one);

  temp_write (directory, "a/x", "x", 1);
  temp_write (directory, "a/b/unwanted", "x", 1);
  TEMP_WAIT_FOR (any >= 1);
  g_assert_cmpuint (one, ==, 0);
  any = 0;
  temp_write (directory, "a/b/wanted", "x", 1);
  TEMP_WAIT_FOR (any >= 1 && one >= 1);
  temp_remove (other);
  one = any = 0;
  temp_write (directory, "a/b/wanted", "x", 1); /* the directories are others now */
  TEMP_WAIT_FOR (any >= 1 && one >= 1);
  g_clear_pointer (&anything, isr_watch_path_free);
  g_clear_pointer (&something, isr_watch_path_free);
  temp_remove (directory);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  isr_alsalog_install ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture/appear/path", test_path);
  g_test_add ("/capture/appear/server", Fixture, NULL, set_up, test_server, tear_down);
  g_test_add ("/capture/appear/device", Fixture, NULL, set_up, test_device, tear_down);
  g_test_add ("/capture/appear/late-server", Fixture, NULL, set_up, test_late_server, tear_down);
  g_test_add ("/capture/appear/another-device", Fixture, NULL, set_up, test_another_device, tear_down);
  return g_test_run ();
}
