/* SPDX-License-Identifier: MIT */
/* source-health.c - warnings about what a source delivers: one line in the log when
 * something begins, with what helps, and one when it is over.
 *
 * What is lost before it could be recorded is counted in samples: where the card's own
 * numbers leap, the pipeline was too slow. When the driver itself was not read in time
 * ALSA tells that it happened, and not how much it was. */
#include "daemon/capture/source-private.h"

#include <string.h>

#include "daemon/capture/pipeline.h"
#include "daemon/core/log.h"

#define OVERRUNS_OVER (60 * G_TIME_SPAN_SECOND) /* without one */
#define OVERRUNS_MARK "; overruns: "

/* --- by the levels --- */

static void
tell_condition (IsrSource *self, IsrCondition condition)
{
  IsrPipeline *pipeline = self->run ? isr_run_get_pipeline (self->run) : NULL;
  const char *code = isr_condition_get_code (condition);
  gboolean active = self->conditions.states[condition].active;
  g_autofree char *words = isr_condition_describe (condition, self->conditions.raw, pipeline ? isr_pipeline_get_card (pipeline) : NULL);

  if (g_strv_contains ((const char *const *) self->state->warnings, code) == active)
    return;
  if (active)
    isr_log_warning (self->config->name, "%s: %s", code, words);
  else
    isr_log_info (self->config->name, "%s: over", code);
  isr_source_warn (self, code, active);
}

static const gint16 *
get_values (const GstStructure *message, const char *field, guint *n)
{
  const GValue *value = gst_structure_get_value (message, field);
  gsize size = 0;
  const gint16 *values = value && G_VALUE_HOLDS (value, G_TYPE_BYTES) ? g_bytes_get_data (g_value_get_boxed (value), &size) : NULL;

  *n = values ? (guint) (size / sizeof *values) : 0;
  return values;
}

void
isr_source_judge_levels (IsrSource *self, const GstStructure *message)
{
  IsrConditionLevels levels;
  guint n_peaks;

  levels.levels = get_values (message, "levels", &levels.n);
  levels.peaks = get_values (message, "peaks", &n_peaks);
  levels.channels = get_values (message, "channels", &levels.n_channels);
  levels.n = MIN (levels.n, n_peaks);
  if (self->ending || !isr_conditions_push (&self->conditions, &levels))
    return;
  for (IsrCondition c = 0; c < ISR_CONDITION_COUNT; c++)
    tell_condition (self, c);
}

/* --- overruns --- */

static void
show_lost (IsrSource *self, guint64 lost, guint rate)
{
  char *mark = strstr (self->state->detail, OVERRUNS_MARK);
  g_autofree char *detail = mark ? g_strndup (self->state->detail, mark - self->state->detail) : g_strdup (self->state->detail);

  g_free (self->state->detail);
  self->state->detail = g_strdup_printf ("%s" OVERRUNS_MARK "%" G_GUINT64_FORMAT " samples (%.3g s) lost so far", detail, lost, rate ? (double) lost / rate : 0.0);
}

static void
tell_overrun (IsrSource *self, guint64 lost, guint64 all, guint rate, guint xruns)
{
  if (lost)
    isr_log_warning (self->config->name, "overruns: the sound card was not read in time, %" G_GUINT64_FORMAT " samples (%.3g s) are lost, %" G_GUINT64_FORMAT " since it was started; a faster disk or processor, fewer sources, or a powered USB hub help",
        lost, rate ? (double) lost / rate : 0.0, all);
  else
    isr_log_warning (self->config->name, "overruns: the driver of the sound card was not read in time, %u times; how much is lost it does not say. A faster processor, fewer sources, or a powered USB hub help", xruns);
}

void
isr_source_check_overruns (IsrSource *self, IsrPipeline *pipeline)
{
  gint64 now = g_get_monotonic_time ();
  guint rate = 0, xruns = isr_pipeline_get_xruns (pipeline);
  guint64 all = isr_pipeline_get_lost (pipeline, &rate);

  if (all > self->lost || xruns > self->xruns) {
    tell_overrun (self, all - self->lost, all, rate, xruns - self->xruns);
    if (all)
      show_lost (self, all, rate);
    self->lost = all;
    self->xruns = xruns;
    self->overrun_us = now;
    if (g_strv_contains ((const char *const *) self->state->warnings, ISR_WARNING_OVERRUNS))
      g_signal_emit (self, isr_source_signals[ISR_SOURCE_CHANGED], 0); /* the detail is another */
    isr_source_warn (self, ISR_WARNING_OVERRUNS, TRUE);
  } else if (self->overrun_us && now - self->overrun_us >= OVERRUNS_OVER) {
    self->overrun_us = 0;
    isr_log_info (self->config->name, "overruns: over");
    isr_source_warn (self, ISR_WARNING_OVERRUNS, FALSE);
  }
}

/* --- a run --- */

void
isr_source_begin_health (IsrSource *self)
{
  isr_conditions_init (&self->conditions, self->config->type != ISR_SOURCE_STREAM);
  self->lost = 0;
  self->xruns = 0;
  self->overrun_us = 0;
}

void
isr_source_end_health (IsrSource *self)
{
  for (IsrCondition c = 0; c < ISR_CONDITION_COUNT; c++)
    isr_source_warn (self, isr_condition_get_code (c), FALSE);
  isr_source_warn (self, ISR_WARNING_OVERRUNS, FALSE);
}
