/* SPDX-License-Identifier: MIT */
/* test-capture-hearing.c - levels and events of what is recorded, while it is: to the
 * sample the same as those of the files, over boundaries and gaps. */
#include <gst/gst.h>
#include <string.h>

#include "daemon/capture/hearing.h"
#include "plugins/loudness/meter.h"
#include "plugins/messages.h"
#include "tests/daemon/fixture-capture.h"

typedef struct {
  GPtrArray *levels, *events;
} Heard;

static void
on_levels (IsrCapture *capture, IsrLevels *levels, gpointer data)
{
  g_ptr_array_add (((Heard *) data)->levels, isr_levels_copy (levels));
}

static void
on_event (IsrCapture *capture, IsrEvent *event, gpointer data)
{
  g_ptr_array_add (((Heard *) data)->events, isr_event_copy (event));
}

static void
heard_init (Heard *self, FixtureCapture *f)
{
  self->levels = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_levels_free);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free);
  if (!f)
    return;
  g_signal_connect (f->capture, "levels", G_CALLBACK (on_levels), self);
  g_signal_connect (f->capture, "event", G_CALLBACK (on_event), self);
}

static void
heard_clear (Heard *self)
{
  g_ptr_array_unref (self->levels);
  g_ptr_array_unref (self->events);
}

/* --- against the files --- */

static void
on_window (const IsrWindow *window, gpointer data)
{
  g_array_append_vals (data, (const gint16[]){ window->level, window->raw, window->peak }, 3);
}

/* The audio of all files of a source in order, and what the meter says of it. */
static GArray * /* (element-type gint16) three a window */
measure_files (FixtureCapture *f, const char *source)
{
  g_autofree IsrMeter *meter = g_new (IsrMeter, 1);
  GArray *windows = g_array_new (FALSE, FALSE, sizeof (gint16));

  isr_meter_init (meter, ISR_METER_S16, 48000, 1, ISR_WEIGHTING_NONE, on_window, windows);
  for (guint i = 0; i < f->closed->len; i++) {
    const IsrRecording *file = f->closed->pdata[i];
    g_autoptr (GArray) samples = NULL;

    if (!g_str_equal (file->source, source))
      continue;
    samples = fixture_capture_decode (f, file);
    isr_meter_push (meter, samples->data, samples->len);
  }
  return windows;
}

static const IsrRecording *
find_file (FixtureCapture *f, guint64 position)
{
  for (guint i = f->closed->len; i-- > 0;)
    if (((IsrRecording *) f->closed->pdata[i])->position <= position)
      return f->closed->pdata[i];
  g_error ("no file has position %" G_GUINT64_FORMAT, position);
}

static void
assert_levels (FixtureCapture *f, const Heard *heard, const GArray *windows)
{
  guint64 next = 0;

  for (guint i = 0; i < heard->levels->len; i++) {
    const IsrLevels *levels = heard->levels->pdata[i];
    const IsrRecording *file = find_file (f, levels->position);

    g_assert_cmpstr (levels->source, ==, "a");
    g_assert_cmpuint (levels->first_window, ==, next);
    g_assert_cmpuint (levels->position, ==, next * 100000000);
    g_assert_cmpint (levels->run_us, ==, ((IsrRecording *) f->closed->pdata[0])->start_us);
    g_assert_cmpint (levels->start_us, ==, file->start_us + (gint64) (levels->position - file->position) / 1000);
    for (guint w = 0; w < levels->n; w++) {
      const gint16 *expected = &g_array_index (windows, gint16, 3 * (next + w));

      g_assert_cmpuint (3 * (next + w) + 2, <, windows->len);
      g_assert_cmpint (levels->levels[w], ==, expected[0]);
      g_assert_cmpint (levels->raw[w], ==, expected[1]);
      g_assert_cmpint (levels->peaks[w], ==, expected[2]);
    }
    next += levels->n;
  }
  g_assert_cmpuint (3 * next, ==, windows->len);
}

/* Files of a second and a half: every window of every file, at its place. */
static void
test_files (void)
{
  FixtureCapture *f = fixture_capture_new ("[a]\ntype = test\nsplit_minutes = 0.025\n");
  g_autoptr (GArray) windows = NULL;
  const IsrSourceState *state;
  Heard heard;

  heard_init (&heard, f);
  g_assert_cmpint (fixture_capture_get (f, "a")->level, ==, ISR_LEVELS_UNKNOWN);
  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (f->closed->len >= 4);
  state = fixture_capture_get (f, "a");
  g_assert_cmpint (state->level, >, -8000);
  g_assert_cmpint (state->level, <=, 0);
  g_assert_cmpint (state->peak, >=, state->level);
  g_assert_cmpint (state->floor, <=, state->level);
  fixture_capture_stop (f);
  g_assert_cmpint (fixture_capture_get (f, "a")->level, ==, ISR_LEVELS_UNKNOWN);
  windows = measure_files (f, "a");
  assert_levels (f, &heard, windows);
  heard_clear (&heard);
  fixture_capture_free (f);
}

/* The demo scene has a loud thing every six seconds: announced with the sound, and
 * ended when the source is stopped. */
static void
test_events (void)
{
  FixtureCapture *f = fixture_capture_new ("[a]\ntype = test\nmin_gap = 0.5\nmargin = 10\n");
  const IsrEvent *first, *last;
  Heard heard;

  heard_init (&heard, f);
  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (heard.events->len >= 1);
  fixture_capture_run (3000);
  fixture_capture_stop (f);
  first = heard.events->pdata[0];
  last = heard.events->pdata[heard.events->len - 1];
  g_assert_cmpint (first->state, ==, ISR_EVENT_STARTED);
  g_assert_null (first->reason);
  g_assert_cmpint (last->state, ==, ISR_EVENT_ENDED);
  g_assert_nonnull (last->reason);
  g_assert_cmpint (last->run_us, ==, ((IsrRecording *) f->closed->pdata[0])->start_us);
  g_assert_cmpint (last->start_us, >=, last->run_us);
  g_assert_cmpint (last->end_us, >, last->start_us);
  g_assert_cmpint (last->end_us, <=, ((IsrRecording *) f->closed->pdata[0])->end_us);
  g_assert_cmpint (last->score, >=, 1000);
  heard_clear (&heard);
  fixture_capture_free (f);
}

static void
test_off (void)
{
  FixtureCapture *f = fixture_capture_new ("[a]\ntype = test\nloudness = off\nscene = counter\n");
  Heard heard;

  heard_init (&heard, f);
  isr_capture_start (f->capture);
  TEMP_WAIT_FOR (fixture_capture_is (f, "a", ISR_STATE_RECORDING));
  fixture_capture_run (1500);
  fixture_capture_stop (f);
  g_assert_cmpuint (heard.levels->len, ==, 0);
  g_assert_cmpuint (heard.events->len, ==, 0);
  heard_clear (&heard);
  fixture_capture_free (f);
}

/* --- the order of the news, by hand --- */

static void
keep_levels (gpointer data, const IsrLevels *levels)
{
  g_ptr_array_add (((Heard *) data)->levels, isr_levels_copy (levels));
}

static void
keep_event (gpointer data, const IsrEvent *event)
{
  g_ptr_array_add (((Heard *) data)->events, isr_event_copy (event));
}

static const IsrHearingFuncs keep = { keep_levels, keep_event };

/* Window w of all has level w. */
static void
say_levels (IsrHearing *hearing, guint64 run_second, guint64 second, const char *more)
{
  gint16 values[10];
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GstStructure) s = NULL;

  for (guint i = 0; i < 10; i++)
    values[i] = (gint16) (second * 10 + i);
  bytes = g_bytes_new (values, sizeof values);
  s = gst_structure_new (ISR_MESSAGE_LEVEL, "run-position", G_TYPE_UINT64, run_second * GST_SECOND, "first-window", G_TYPE_UINT64, (second - run_second) * 10,
      "position", G_TYPE_UINT64, second * GST_SECOND, "levels", G_TYPE_BYTES, bytes, "raw", G_TYPE_BYTES, bytes, "peaks", G_TYPE_BYTES, bytes, "floors", G_TYPE_BYTES, bytes, NULL);
  if (more)
    gst_structure_set (s, more, G_TYPE_BOOLEAN, TRUE, NULL);
  isr_hearing_take (hearing, s);
}

static void
say_end (IsrHearing *hearing, guint64 run_second, double start, double end)
{
  g_autoptr (GstStructure) s = gst_structure_new (ISR_MESSAGE_EVENT, "run-position", G_TYPE_UINT64, run_second * GST_SECOND, "id", G_TYPE_UINT64, (guint64) 7, "state", G_TYPE_STRING, ISR_LOUD_ENDED,
      "start", G_TYPE_UINT64, (guint64) (start * 1e9), "end", G_TYPE_UINT64, (guint64) (end * 1e9), "score", G_TYPE_INT, 1500, "peak", G_TYPE_INT, -1000, "floor", G_TYPE_INT, -2500, "reason", G_TYPE_STRING, "eos", NULL);

  isr_hearing_take (hearing, s);
}

static void
say_file (IsrHearing *hearing, double position, gint64 start_us)
{
  g_autoptr (IsrRecording) recording = isr_recording_new ();

  recording->position = (guint64) (position * 1e9);
  recording->start_us = start_us;
  isr_hearing_take_file (hearing, recording);
}

static const IsrLevels *
level (const Heard *heard, guint i)
{
  g_assert_cmpuint (i, <, heard->levels->len);
  return heard->levels->pdata[i];
}

/* The news of a file comes late; a boundary within a second; a gap. */
static void
test_order (void)
{
  g_autoptr (IsrHearing) hearing = NULL;
  const IsrEvent *event;
  Heard heard;

  heard_init (&heard, NULL);
  hearing = isr_hearing_new ("a", &keep, &heard);
  say_levels (hearing, 0, 0, NULL);
  g_assert_cmpuint (heard.levels->len, ==, 0);
  say_file (hearing, 0, 1000000000);
  g_assert_cmpuint (heard.levels->len, ==, 1);
  g_assert_cmpint (level (&heard, 0)->start_us, ==, 1000000000);
  say_file (hearing, 1.25, 1001300000); /* it drifted by 50 ms */
  say_levels (hearing, 0, 1, NULL);
  g_assert_cmpuint (heard.levels->len, ==, 3);
  g_assert_cmpuint (level (&heard, 1)->n, ==, 3);
  g_assert_cmpint (level (&heard, 1)->start_us, ==, 1001000000);
  g_assert_cmpuint (level (&heard, 2)->n, ==, 7);
  g_assert_cmpuint (level (&heard, 2)->first_window, ==, 13);
  g_assert_cmpint (level (&heard, 2)->levels[0], ==, 13);
  g_assert_cmpint (level (&heard, 2)->start_us, ==, 1001350000);
  g_assert_cmpint (level (&heard, 2)->run_us, ==, 1000000000);
  say_end (hearing, 0, 0.5, 2); /* the gap is at 2 s: its end is before it */
  say_levels (hearing, 2, 2, NULL);
  g_assert_cmpuint (heard.levels->len, ==, 3);
  say_file (hearing, 2, 1060000000);
  g_assert_cmpuint (heard.levels->len, ==, 4);
  g_assert_cmpint (level (&heard, 3)->run_us, ==, 1060000000);
  g_assert_cmpuint (level (&heard, 3)->first_window, ==, 0);
  event = heard.events->pdata[0];
  g_assert_cmpint (event->run_us, ==, 1000000000);
  g_assert_cmpint (event->start_us, ==, 1000500000);
  g_assert_cmpint (event->end_us, ==, 1002050000);
  say_end (hearing, 2, 2, 3);
  g_assert_cmpuint (((IsrEvent *) heard.events->pdata[1])->key, ==, 7);
  g_assert_cmpint (((IsrEvent *) heard.events->pdata[1])->start_us, ==, 1060000000);
  heard_clear (&heard);
}

/* Of a run that the recorder ended at 2 s isrloudness has heard 20 ms more. They lie behind
 * ten minutes of sleep, to which the section does not reach; one over a boundary is whole. */
static void
test_leap (void)
{
  g_autoptr (IsrHearing) hearing = NULL;
  const IsrEvent *event;
  Heard heard;

  heard_init (&heard, NULL);
  hearing = isr_hearing_new ("a", &keep, &heard);
  say_file (hearing, 0, 1000000000);
  say_file (hearing, 1, 1001000010);
  say_file (hearing, 2, 1602000000);
  say_end (hearing, 0, 0.5, 2.02);
  event = heard.events->pdata[0];
  g_assert_cmpint (event->start_us, ==, 1000500000);
  g_assert_cmpint (event->end_us, ==, 1002000010);
  heard_clear (&heard);
}

/* A run that begins within a file waits for none; a file that never comes is not
 * waited for either; where no file ever was nothing is told. */
static void
test_patience (void)
{
  g_autoptr (IsrHearing) hearing = NULL, deaf = NULL;
  Heard heard;

  heard_init (&heard, NULL);
  hearing = isr_hearing_new ("a", &keep, &heard);
  say_file (hearing, 0, 1000000000);
  say_levels (hearing, 5, 5, "within-file");
  g_assert_cmpuint (heard.levels->len, ==, 1);
  g_assert_cmpint (level (&heard, 0)->run_us, ==, 1005000000);
  for (guint i = 0; i < 40; i++)
    say_levels (hearing, 20, 20 + i, NULL);
  g_assert_cmpuint (heard.levels->len, ==, 11);
  isr_hearing_flush (hearing);
  g_assert_cmpuint (heard.levels->len, ==, 41);
  deaf = isr_hearing_new ("b", &keep, &heard);
  say_levels (deaf, 0, 0, NULL);
  isr_hearing_flush (deaf);
  g_assert_cmpuint (heard.levels->len, ==, 41);
  heard_clear (&heard);
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  g_test_init (&argc, &argv, NULL);
  g_setenv ("PULSE_SERVER", "unix:/nonexistent/sock", TRUE);
  g_test_add_func ("/capture/hearing/order", test_order);
  g_test_add_func ("/capture/hearing/leap", test_leap);
  g_test_add_func ("/capture/hearing/patience", test_patience);
  g_test_add_func ("/capture/hearing/files", test_files);
  g_test_add_func ("/capture/hearing/events", test_events);
  g_test_add_func ("/capture/hearing/off", test_off);
  return g_test_run ();
}
