/* SPDX-License-Identifier: MIT */
/* source-hearing.c - what a source is told about its loudness: shown in its state, a second
 * after the other, and given out as values when their UTC is known. */
#include "daemon/capture/source-private.h"

#include "daemon/capture/pipeline.h"
#include "plugins/messages.h"

static void
on_levels (gpointer data, const IsrLevels *levels)
{
  g_signal_emit (data, isr_source_signals[ISR_SOURCE_LEVELS], 0, levels);
}

static void
on_event (gpointer data, const IsrEvent *event)
{
  g_signal_emit (data, isr_source_signals[ISR_SOURCE_EVENT], 0, event);
}

static void
set_level (IsrSource *self, IsrReading reading)
{
  self->state->level = reading.level;
  self->state->peak = reading.peak;
  self->state->floor = reading.floor;
}

void
isr_source_show_level (IsrSource *self)
{
  IsrReading reading;

  if (isr_readings_take (&self->readings, g_get_monotonic_time (), &reading))
    set_level (self, reading);
}

static const gint16 *
get_values (const GstStructure *message, const char *field, gsize *n)
{
  const GValue *value = gst_structure_get_value (message, field);
  const gint16 *values;

  if (!value || !G_VALUE_HOLDS (value, G_TYPE_BYTES))
    return NULL;
  values = g_bytes_get_data (g_value_get_boxed (value), n);
  *n /= sizeof *values;
  return *n ? values : NULL;
}

static gint
get_highest (const GstStructure *message, const char *field)
{
  gsize n = 0;
  const gint16 *values = get_values (message, field, &n);
  gint highest = ISR_LEVELS_UNKNOWN;

  for (gsize i = 0; values && i < n; i++)
    highest = MAX (highest, values[i]);
  return highest;
}

static gint
get_last (const GstStructure *message, const char *field)
{
  gsize n = 0;
  const gint16 *values = get_values (message, field, &n);

  return values ? values[n - 1] : ISR_LEVELS_UNKNOWN;
}

static void
on_heard (gpointer data, IsrEar *ear, const GstStructure *level)
{
  IsrSource *self = data;

  if (ear != self->ear)
    return;
  isr_source_judge_levels (self, level);
  isr_readings_put (&self->readings, (IsrReading){ get_highest (level, "levels"), get_highest (level, "peaks"), get_last (level, "floors") });
  isr_source_show_level (self);
}

static void
on_no_decoder (gpointer data, IsrEar *ear)
{
  IsrSource *self = data;

  if (ear == self->ear)
    isr_source_warn (self, ISR_WARNING_NO_DECODER, TRUE);
}

static void
on_ear_ended (gpointer data)
{
  g_autoptr (IsrSource) self = data; /* the ear held it */

  self->fading--;
  g_signal_emit (self, isr_source_signals[ISR_SOURCE_CHANGED], 0);
}

static const IsrEarFuncs funcs = { { on_levels, on_event }, on_heard, on_no_decoder, on_ear_ended };

void
isr_source_begin_hearing (IsrSource *self, struct _IsrPipeline *pipeline)
{
  if (self->config->loudness)
    self->ear = isr_ear_new (self->config, isr_pipeline_get_sink (pipeline), &funcs, g_object_ref (self));
}

void
isr_source_end_hearing (IsrSource *self)
{
  if (!self->ear)
    return;
  self->readings = (IsrReadings){ 0 };
  set_level (self, (IsrReading){ ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN });
  self->fading++;
  isr_ear_end (g_steal_pointer (&self->ear));
}

void
isr_source_hear_file (IsrSource *self, const IsrRecording *recording)
{
  if (self->ear)
    isr_ear_take_file (self->ear, recording);
}

void
isr_source_hear (IsrSource *self, const GstStructure *message)
{
  if (self->ear)
    isr_ear_take (self->ear, message);
}
