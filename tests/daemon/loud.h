/* SPDX-License-Identifier: MIT */
/* loud.h - levels as capture tells them, for those who test what is made of them. */
#pragma once

#include "daemon/analysis/analysis.h"
#include "tests/daemon/temp.h"
#include "tests/unit/loudness/scene.h"

#define LOUD_WINDOW_NS G_GINT64_CONSTANT (100000000)
#define LOUD_WINDOW_US G_GINT64_CONSTANT (100000)

static inline IsrRecording *
loud_recording (const char *source, const char *name, gint64 start_us, guint64 position, guint64 samples, guint rate)
{
  IsrRecording *recording = isr_recording_new ();

  recording->source = g_strdup (source);
  recording->name = g_strdup (name);
  recording->start_us = start_us;
  recording->end_us = start_us + (gint64) (samples * 1000000 / rate);
  recording->utc_offset = 3600;
  recording->position = position;
  recording->samples = samples;
  recording->rate = rate;
  recording->channels = 1;
  recording->bytes = samples * 2;
  recording->reason = g_strdup ("boundary");
  recording->clock = g_strdup ("given");
  return recording;
}

/* @n windows of one run, from window @first on, the run beginning at @position. */
static inline IsrLevels *
loud_levels (const char *source, gint64 run_us, guint64 position, guint64 first, const gint16 *levels, guint n)
{
  IsrLevels *self = isr_levels_new (source, n);

  self->run_us = run_us;
  self->first_window = first;
  self->position = position + first * (guint64) LOUD_WINDOW_NS;
  self->start_us = run_us + (gint64) first * LOUD_WINDOW_US;
  for (guint i = 0; i < n; i++) {
    self->levels[i] = levels[i];
    self->raw[i] = levels[i];
    self->peaks[i] = (gint16) MIN (levels[i] + 300, 0);
    self->floors[i] = first + i < 10 ? ISR_LEVELS_UNKNOWN : -6000;
  }
  return self;
}

/* All windows [first, end) of @levels, a second at a time. */
static inline void
loud_tell (IsrAnalysis *analysis, const char *source, gint64 run_us, guint64 position, const gint16 *levels, guint64 first, guint64 end)
{
  for (guint64 at = first; at < end; at += 10) {
    g_autoptr (IsrLevels) second = loud_levels (source, run_us, position, at, levels + at, (guint) MIN (10, end - at));

    isr_analysis_take_levels (analysis, second);
  }
}

typedef struct {
  GAsyncResult *result;
} LoudWait;

static inline void
loud_on_answer (GObject *object, GAsyncResult *result, gpointer data)
{
  ((LoudWait *) data)->result = g_object_ref (result);
}

static inline IsrAnswer *
loud_ask (IsrAnalysis *analysis, IsrQuestion question)
{
  LoudWait wait = { NULL };
  g_autoptr (GError) error = NULL;
  IsrAnswer *answer;

  isr_analysis_ask_async (analysis, &question, NULL, loud_on_answer, &wait);
  TEMP_WAIT_FOR (wait.result);
  answer = isr_analysis_ask_finish (wait.result, &error);
  g_object_unref (wait.result);
  g_assert_no_error (error);
  return answer;
}

/* "start end score reason" in windows since @zero_us, as scenes print them. */
static inline char *
loud_print (GPtrArray *sections, gint64 zero_us, const char *mode)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < sections->len; i++) {
    const IsrEvent *event = sections->pdata[i];

    g_assert_cmpint ((event->start_us - zero_us) % LOUD_WINDOW_US, ==, 0);
    g_string_append_printf (text, "%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d %d %s\n", mode, (event->start_us - zero_us) / LOUD_WINDOW_US,
        (event->end_us - zero_us) / LOUD_WINDOW_US, event->score, event->peak, event->reason);
  }
  return g_string_free (text, FALSE);
}
