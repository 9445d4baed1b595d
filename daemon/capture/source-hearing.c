/* SPDX-License-Identifier: MIT */
/* source-hearing.c - what a source is told about its loudness: shown in its state at
 * once, and given out as values when their UTC is known. */
#include "daemon/capture/source-private.h"

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

static const IsrHearingFuncs funcs = { on_levels, on_event };

void
isr_source_begin_hearing (IsrSource *self)
{
  if (self->config->loudness)
    self->hearing = isr_hearing_new (self->config->name, &funcs, self);
}

static void
show_level (IsrSource *self, gint level, gint peak, gint floor)
{
  self->state->level = level;
  self->state->peak = peak;
  self->state->floor = floor;
}

void
isr_source_end_hearing (IsrSource *self)
{
  if (!self->hearing)
    return;
  isr_hearing_flush (self->hearing);
  g_clear_pointer (&self->hearing, isr_hearing_free);
  show_level (self, ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN);
}

void
isr_source_hear_file (IsrSource *self, const IsrRecording *recording)
{
  if (self->hearing)
    isr_hearing_take_file (self->hearing, recording);
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

void
isr_source_hear (IsrSource *self, const GstStructure *message)
{
  if (!self->hearing)
    return;
  if (gst_structure_has_name (message, ISR_MESSAGE_LEVEL))
    show_level (self, get_highest (message, "levels"), get_highest (message, "peaks"), get_last (message, "floors"));
  isr_hearing_take (self->hearing, message);
}
