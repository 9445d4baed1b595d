/* SPDX-License-Identifier: MIT */
/* test-capture-health.c - what is wrong with a sound card is told once when it begins
 * and once when it is over: levels, on a private PulseAudio; overruns, on samples that
 * are taken out of a scene. */
#include <gst/audio/gstaudioclock.h>
#include <gst/gst.h>
#include <string.h>

#include "daemon/capture/pipeline.h"
#include "daemon/capture/scene.h"
#include "daemon/capture/source-private.h"
#include "tests/daemon/fixture-capture.h"
#include "tests/daemon/fixture-pulse.h"

/* --- levels --- */

static const char *const sinks[] = { "sink_name=mic format=s16le rate=48000 channels=1 channel_map=mono", NULL };

typedef struct {
  guint raised, cleared;
  gboolean active;
  const char *code;
} Count;

static void
on_state (IsrCapture *capture, IsrSourceState *state, gpointer data)
{
  Count *count = data;
  gboolean active = g_strv_contains ((const char *const *) state->warnings, count->code);

  count->raised += active && !count->active;
  count->cleared += !active && count->active;
  count->active = active;
}

static GSubprocess *
play (FixturePulse *pulse, guint seconds, gint16 amplitude)
{
  g_autofree gint16 *samples = g_new (gint16, seconds * ISR_SCENE_RATE);

  for (guint i = 0; i < seconds * ISR_SCENE_RATE; i++)
    samples[i] = i / 24 % 2 ? amplitude : -amplitude;
  return fixture_pulse_play (pulse, "mic", ISR_SCENE_RATE, 1, samples, seconds * ISR_SCENE_RATE);
}

/* Distorted sound, then nothing, then sound again: each is told once, and is over. */
static void
test_levels (void)
{
  FixturePulse *pulse = fixture_pulse_start (sinks, "");
  Count zero = { .code = "digital-zero" }, clipping = { .code = "clipping" };
  g_autoptr (GSubprocess) loud = NULL, soft = NULL;
  FixtureCapture *f;

  if (!pulse) {
    g_test_skip ("pulseaudio is not installed");
    return;
  }
  f = fixture_capture_new ("[mic]\ntype = soundcard\ndevice = mic.monitor\n");
  g_signal_connect (f->capture, "state-changed", G_CALLBACK (on_state), &zero);
  g_signal_connect (f->capture, "state-changed", G_CALLBACK (on_state), &clipping);
  isr_capture_start (f->capture);
  loud = play (pulse, 4, 32767);
  TEMP_WAIT_FOR (clipping.raised == 1);
  TEMP_WAIT_FOR (clipping.cleared == 1 && zero.raised == 1);
  soft = play (pulse, 6, 2000);
  TEMP_WAIT_FOR (zero.cleared == 1);
  fixture_capture_stop (f);
  g_subprocess_force_exit (soft);
  g_subprocess_wait (soft, NULL, NULL);
  g_subprocess_wait (loud, NULL, NULL);
  g_assert_cmpuint (zero.raised, ==, 1);
  g_assert_cmpuint (clipping.raised, ==, 1);
  fixture_capture_free (f);
  fixture_pulse_stop (pulse);
}

/* The card is the clock of its pipeline: what it delivers is never resampled, and its
 * drift is a matter of the map to UTC alone. */
static void
test_clock (void)
{
  FixturePulse *pulse = fixture_pulse_start (sinks, "");
  g_autoptr (IsrSource) source = NULL;
  g_autoptr (GSubprocess) player = NULL;
  g_autoptr (GstClock) clock = NULL;
  FixtureCapture *f;

  if (!pulse) {
    g_test_skip ("pulseaudio is not installed");
    return;
  }
  f = fixture_capture_new ("[mic]\ntype = soundcard\ndevice = mic.monitor\n");
  source = isr_source_new (f->config, 0, NULL);
  isr_source_start (source);
  player = play (pulse, 10, 1000);
  TEMP_WAIT_FOR (source->state->state == ISR_STATE_RECORDING);
  clock = gst_pipeline_get_clock (GST_PIPELINE (isr_pipeline_get_element (isr_run_get_pipeline (source->run))));
  g_assert_true (GST_IS_AUDIO_CLOCK (clock));
  isr_source_stop (source);
  TEMP_WAIT_FOR (isr_source_is_quiet (source));
  g_subprocess_force_exit (player);
  g_subprocess_wait (player, NULL, NULL);
  fixture_capture_free (f);
  fixture_pulse_stop (pulse);
}

/* --- overruns --- */

#define LOST 4 /* buffers of 50 ms */

typedef struct {
  GPtrArray *opened, *closed;
  GArray *runs; /* gint64 */
} News;

static void
on_opened (IsrSource *source, IsrRecording *recording, gpointer data)
{
  g_ptr_array_add (((News *) data)->opened, isr_recording_copy (recording));
}

static void
on_closed (IsrSource *source, IsrRecording *recording, gpointer data)
{
  g_ptr_array_add (((News *) data)->closed, isr_recording_copy (recording));
}

static void
on_levels (IsrSource *source, IsrLevels *levels, gpointer data)
{
  GArray *runs = ((News *) data)->runs;

  if (!runs->len || g_array_index (runs, gint64, runs->len - 1) != levels->run_us)
    g_array_append_val (runs, levels->run_us);
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  gint *n = data;
  gint count = g_atomic_int_add (n, 1);

  if (count >= 20 && count < 20 + LOST)
    return GST_PAD_PROBE_DROP;
  if (count == 20 + LOST) {
    GST_PAD_PROBE_INFO_DATA (info) = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
    GST_BUFFER_FLAG_SET (GST_PAD_PROBE_INFO_BUFFER (info), GST_BUFFER_FLAG_DISCONT);
  }
  return GST_PAD_PROBE_OK;
}

/* In front of everything, as a card that was not read in time. */
static void
lose (IsrSource *source, gint *n)
{
  GstElement *pipeline = isr_pipeline_get_element (isr_run_get_pipeline (source->run));
  g_autoptr (GstIterator) sources = gst_bin_iterate_sources (GST_BIN (pipeline));
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GstPad) pad = NULL;

  g_assert_cmpint (gst_iterator_next (sources, &value), ==, GST_ITERATOR_OK);
  pad = gst_element_get_static_pad (g_value_get_object (&value), "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, n, NULL);
}

static void
test_overrun (void)
{
  FixtureCapture *f = fixture_capture_new ("[card]\ntype = test\n");
  g_autoptr (IsrSource) source = isr_source_new (f->config, 0, NULL);
  News news = { g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free), g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free), g_array_new (FALSE, FALSE, sizeof (gint64)) };
  const IsrRecording *before, *after;
  gint n = 0;

  g_signal_connect (source, "file-opened", G_CALLBACK (on_opened), &news);
  g_signal_connect (source, "file-closed", G_CALLBACK (on_closed), &news);
  g_signal_connect (source, "levels", G_CALLBACK (on_levels), &news);
  isr_source_start (source);
  TEMP_WAIT_FOR (source->state->state == ISR_STATE_RECORDING);
  lose (source, &n);
  TEMP_WAIT_FOR (g_strv_contains ((const char *const *) source->state->warnings, "overruns"));
  g_assert_nonnull (strstr (source->state->detail, "; overruns: 9600 samples (0.2 s) lost so far"));
  TEMP_WAIT_FOR (news.opened->len == 2 && news.runs->len == 2);
  before = news.closed->pdata[0];
  after = news.opened->pdata[1];
  g_assert_cmpstr (before->reason, ==, "gap");
  g_assert_cmpstr (before->cause, ==, "overrun");
  g_assert_cmpint (ABS (after->start_us - before->end_us - 200000), <=, 1000); /* the map may slew 500 ppm meanwhile */
  g_assert_cmpint (g_array_index (news.runs, gint64, 1), ==, after->start_us);
  g_assert_cmpint (source->state->state, ==, ISR_STATE_RECORDING);
  isr_source_stop (source);
  TEMP_WAIT_FOR (isr_source_is_quiet (source));
  g_assert_cmpuint (g_strv_length (source->state->warnings), ==, 0);
  g_ptr_array_unref (news.opened);
  g_ptr_array_unref (news.closed);
  g_array_unref (news.runs);
  fixture_capture_free (f);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/capture/health/overrun", test_overrun);
  g_test_add_func ("/capture/health/levels", test_levels);
  g_test_add_func ("/capture/health/clock", test_clock);
  return g_test_run ();
}
