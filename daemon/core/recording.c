/* SPDX-License-Identifier: MIT */
/* recording.c - a value: made, copied, freed. */
#include "daemon/core/recording.h"

IsrRecording *
isr_recording_new (void)
{
  return g_new0 (IsrRecording, 1);
}

IsrRecording *
isr_recording_copy (const IsrRecording *self)
{
  IsrRecording *copy = g_memdup2 (self, sizeof *self);

  copy->source = g_strdup (self->source);
  copy->name = g_strdup (self->name);
  copy->reason = g_strdup (self->reason);
  copy->clock = g_strdup (self->clock);
  copy->cause = g_strdup (self->cause);
  return copy;
}

void
isr_recording_free (IsrRecording *self)
{
  g_free (self->source);
  g_free (self->name);
  g_free (self->reason);
  g_free (self->clock);
  g_free (self->cause);
  g_free (self);
}

double
isr_recording_get_duration (const IsrRecording *self)
{
  if (self->samples && self->rate)
    return (double) self->samples / self->rate;
  return MAX (0, self->end_us - self->start_us) / 1e6;
}
