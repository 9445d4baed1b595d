/* SPDX-License-Identifier: MIT */
/* test-capture-soundcards.c - alsasrc and pulsesrc as they are, on a private
 * PulseAudio: native parameters, every sample, two at once, and a server that
 * dies and comes back. dsnoop and real cards can not be tried without hardware. */
#include <gst/gst.h>
#include <string.h>

#include "daemon/capture/alsalog.h"
#include "daemon/capture/scene.h"
#include "tests/daemon/fixture-capture.h"
#include "tests/daemon/fixture-pulse.h"

#define ASOUND                                                                 \
  "pcm.shared_mic { type pulse server \"@SERVER@\" device \"mic.monitor\" }\n" \
  "pcm.plugged_mic { type plug slave.pcm shared_mic }\n"

#define SECONDS 4

static const char *const sinks[] = { "sink_name=mic format=s16le rate=48000 channels=1 channel_map=mono", NULL };

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

/* A second of 20,000 first: the start of a playback is lost in the server. */
static GSubprocess *
play_numbers (FixturePulse *pulse)
{
  g_autofree gint16 *samples = g_new (gint16, (SECONDS + 1) * ISR_SCENE_RATE);

  for (guint i = 0; i < ISR_SCENE_RATE; i++)
    samples[i] = 20000;
  for (guint i = 0; i < SECONDS * ISR_SCENE_RATE; i++)
    samples[ISR_SCENE_RATE + i] = 1 + i % 19999;
  return fixture_pulse_play (pulse, "mic", ISR_SCENE_RATE, 1, samples, (SECONDS + 1) * ISR_SCENE_RATE);
}

/* What a source has recorded, in one row; *@lost: it says itself that samples are missing. */
static GArray *
get_samples (FixtureCapture *f, const char *source, gboolean *lost)
{
  GArray *all = g_array_new (FALSE, FALSE, sizeof (gint16));

  for (guint i = 0; i < f->closed->len; i++) {
    const IsrRecording *file = f->closed->pdata[i];
    g_autoptr (GArray) samples = NULL;

    if (!g_str_equal (file->source, source))
      continue;
    samples = fixture_capture_decode (f, file);
    g_assert_cmpuint (file->rate, ==, 48000);
    g_assert_cmpuint (file->samples, ==, samples->len); /* one channel */
    g_array_append_vals (all, samples->data, samples->len);
    *lost |= g_str_equal (file->reason, "gap");
  }
  return all;
}

/* The numbers behind the lead-in: in order, each once. Silence is what the server of a busy
 * machine plays when the player comes too late, a number left out what it has not played. */
static GArray *
get_numbers (FixtureCapture *f, const char *source, gboolean *lost)
{
  g_autoptr (GArray) samples = get_samples (f, source, lost);
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint));
  const gint16 *s = (const gint16 *) samples->data;
  guint i = 0, last = 0;

  while (i < samples->len && s[i] != 20000)
    i++;
  for (; i < samples->len; i++) {
    guint step = (guint) (s[i] - 1 + 2 * 19999 - (int) (last % 19999)) % 19999;

    if (s[i] == 0 || s[i] == 20000)
      continue;
    g_assert_true (numbers->len == 0 || step > 0);
    last += step;
    g_array_append_val (numbers, last);
  }
  return numbers;
}

static gboolean
is_silent (FixtureCapture *f, const char *source, gboolean silent)
{
  gint level = fixture_capture_get (f, source)->level;

  return level != ISR_LEVELS_UNKNOWN && (level <= -12000) == silent;
}

/* FALSE: a source says that the machine was too busy for it. */
static gboolean
record_both (FixturePulse *pulse)
{
  FixtureCapture *f = fixture_capture_new ("[alsa]\ntype = soundcard\ndevice = plugged_mic\n"
                                           "[pulse]\ntype = soundcard\ndevice = shared_mic\n");
  g_autoptr (GArray) alsa = NULL, other = NULL;
  g_autoptr (GSubprocess) player = NULL;
  gboolean lost = FALSE;

  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "alsa", ISR_STATE_RECORDING) && fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  g_assert_nonnull (strstr (fixture_capture_get (f, "alsa")->detail, "plugged_mic, 48000 Hz 1 ch"));
  g_assert_nonnull (strstr (fixture_capture_get (f, "pulse")->detail, "shared_mic, 48000 Hz 1 ch"));
  player = play_numbers (pulse);
  TEMP_WAIT_FOR (is_silent (f, "alsa", FALSE) && is_silent (f, "pulse", FALSE));
  g_assert_true (g_subprocess_wait_check (player, NULL, NULL));
  TEMP_WAIT_FOR (is_silent (f, "alsa", TRUE) && is_silent (f, "pulse", TRUE)); /* what the server holds back has come */
  fixture_capture_stop (f);
  alsa = get_numbers (f, "alsa", &lost);
  other = get_numbers (f, "pulse", &lost);
  if (!lost) {
    fixture_capture_assert_states (f, "alsa", (const char *[]){ "connecting starting", "recording connected", "stopped stopped", NULL });
    fixture_capture_assert_states (f, "pulse", (const char *[]){ "connecting starting", "recording connected", "stopped stopped", NULL });
    g_assert_cmpuint (alsa->len, >, SECONDS * ISR_SCENE_RATE / 2);
    g_assert_cmpuint (ABS ((gint) alsa->len - (gint) other->len), <, ISR_SCENE_RATE / 25); /* less than 40 ms are no gap: the server's queue of one listener */
  }
  fixture_capture_free (f);
  return !lost;
}

static void
test_both (Fixture *fixture, gconstpointer data)
{
  gboolean recorded = FALSE;

  for (guint i = 0; i < 5 && fixture->pulse && !recorded; i++)
    recorded = record_both (fixture->pulse);
  g_assert_true (recorded || !fixture->pulse);
}

/* alsasrc is not in it: it hangs in such a case, which is why a PCM of type pulse
 * is not left to it. The server dies: both say so, try again, and record when it is back; what was
 * recorded before is finished. */
static void
test_server_dies (Fixture *fixture, gconstpointer data)
{
  FixtureCapture *f;
  g_autoptr (GSubprocess) first = NULL, second = NULL;
  guint before;

  if (!fixture->pulse)
    return;
  f = fixture_capture_new ("[alsa]\ntype = soundcard\ndevice = shared_mic\n"
                           "[pulse]\ntype = soundcard\ndevice = mic.monitor\n"
                           "[canary]\ntype = test\nscene = counter\n");
  isr_capture_start (f->capture);
  first = play_numbers (fixture->pulse);
  TEMP_WAIT_FOR (fixture_capture_is (f, "alsa", ISR_STATE_RECORDING) && fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  fixture_pulse_kill (fixture->pulse);
  g_subprocess_wait (first, NULL, NULL);
  TEMP_WAIT_FOR (fixture_capture_is (f, "alsa", ISR_STATE_WAITING_TO_RETRY));
  TEMP_WAIT_FOR (fixture_capture_is (f, "pulse", ISR_STATE_WAITING_TO_RETRY));
  fixture_pulse_revive (fixture->pulse);
  second = play_numbers (fixture->pulse);
  before = f->closed->len;
  TEMP_WAIT_FOR (fixture_capture_is (f, "alsa", ISR_STATE_RECORDING) && fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  g_assert_cmpuint (before, <=, 2);
  fixture_capture_stop (f);
  g_subprocess_force_exit (second);
  g_subprocess_wait (second, NULL, NULL);
  fixture_capture_assert_states (f, "canary", (const char *[]){ "connecting starting", "recording connected", "stopped stopped", NULL });
  g_assert_cmpstr (fixture_capture_get_closed (f, "alsa", 0)->reason, ==, "gap");
  g_assert_cmpstr (fixture_capture_get_closed (f, "pulse", 0)->reason, ==, "gap");
  fixture_capture_free (f);
}

/* The microphone is unplugged: said, and nothing else is recorded in its place. */
static void
test_device_goes (Fixture *fixture, gconstpointer data)
{
  static const char *const other[] = { "load-module", "module-null-sink", "sink_name=other", NULL };
  static const char *const unplug[] = { "unload-module", "module-null-sink", NULL };
  g_autoptr (GSubprocess) player = NULL;
  FixtureCapture *f;
  const char *reason;

  if (!fixture->pulse)
    return;
  f = fixture_capture_new ("[pulse]\ntype = soundcard\ndevice = mic.monitor\n");
  isr_capture_start (f->capture);
  player = play_numbers (fixture->pulse);
  TEMP_WAIT_FOR (fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  fixture_pulse_ctl (fixture->pulse, unplug);
  fixture_pulse_ctl (fixture->pulse, other);
  TEMP_WAIT_FOR (fixture_capture_is (f, "pulse", ISR_STATE_WAITING_TO_RETRY));
  reason = fixture_capture_get (f, "pulse")->reason;
  g_assert_true (g_str_equal (reason, "disconnected") || g_str_equal (reason, "no-device"));
  TEMP_WAIT_FOR (fixture_capture_count (f, "pulse", "waiting-to-retry no-device") >= 1);
  g_subprocess_force_exit (player);
  g_subprocess_wait (player, NULL, NULL);
  fixture_capture_stop (f);
  g_assert_cmpuint (f->closed->len, ==, 1);
  fixture_capture_free (f);
}

/* The server moves the stream to another microphone: said, and that one is not recorded. */
static void
test_moved (Fixture *fixture, gconstpointer data)
{
  static const char *const other[] = { "load-module", "module-null-sink", "sink_name=other", NULL };
  static const char *const move[] = { "move-source-output", "0", "other.monitor", NULL };
  g_autoptr (GSubprocess) player = NULL;
  FixtureCapture *f;

  if (!fixture->pulse)
    return;
  f = fixture_capture_new ("[pulse]\ntype = soundcard\ndevice = mic.monitor\n");
  isr_capture_start (f->capture);
  player = play_numbers (fixture->pulse);
  TEMP_WAIT_FOR (fixture_capture_is (f, "pulse", ISR_STATE_RECORDING));
  fixture_pulse_ctl (fixture->pulse, other);
  fixture_pulse_ctl (fixture->pulse, move);
  TEMP_WAIT_FOR (fixture_capture_count (f, "pulse", "waiting-to-retry disconnected") >= 1);
  g_assert_nonnull (strstr (fixture_capture_get (f, "pulse")->detail, "other.monitor"));
  g_subprocess_force_exit (player);
  g_subprocess_wait (player, NULL, NULL);
  fixture_capture_stop (f);
  g_assert_cmpstr (fixture_capture_get_closed (f, "pulse", 0)->reason, ==, "gap");
  fixture_capture_free (f);
}

/* What the config asks for, where the server can do it. */
static void
test_override (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GSubprocess) player = NULL;
  FixtureCapture *f;

  if (!fixture->pulse)
    return;
  f = fixture_capture_new ("[mic]\ntype = soundcard\ndevice = plugged_mic\nsample_rate = 16000\nformat = wav\n");
  isr_capture_start (f->capture);
  player = play_numbers (fixture->pulse);
  TEMP_WAIT_FOR (fixture_capture_is (f, "mic", ISR_STATE_RECORDING));
  g_subprocess_force_exit (player);
  g_subprocess_wait (player, NULL, NULL);
  fixture_capture_stop (f);
  g_assert_cmpuint (fixture_capture_get_closed (f, "mic", 0)->rate, ==, 16000);
  fixture_capture_free (f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  isr_alsalog_install ();
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/capture/soundcards/both", Fixture, NULL, set_up, test_both, tear_down);
  g_test_add ("/capture/soundcards/server-dies", Fixture, NULL, set_up, test_server_dies, tear_down);
  g_test_add ("/capture/soundcards/device-goes", Fixture, NULL, set_up, test_device_goes, tear_down);
  g_test_add ("/capture/soundcards/moved", Fixture, NULL, set_up, test_moved, tear_down);
  g_test_add ("/capture/soundcards/override", Fixture, NULL, set_up, test_override, tear_down);
  return g_test_run ();
}
