/* SPDX-License-Identifier: MIT */
/* source-handover.c - what a run of a source leaves for the next one, of this source or of its
 * successor.
 *
 *   run ends by itself, by a retry, for another configuration, with ISR   its history
 *   a person stops it                                                     that it was so
 *
 * and what the next one makes of it: it goes on where that ended; or it begins with the moment at
 * which the person started it, whatever the server's burst has of the time before. */
#include "daemon/capture/source-private.h"

#include "daemon/capture/pipeline.h"
#include "plugins/messages.h"

void
isr_source_begin_handover (IsrSource *self, IsrPipeline *pipeline)
{
  GstElement *sink = isr_pipeline_get_sink (pipeline);

  self->end_us = self->handover ? self->handover->end_us : 0;
  self->unsure = FALSE;
  if (self->handover)
    isr_handover_give (self->handover, isr_pipeline_get_source (pipeline), sink);
  g_clear_pointer (&self->handover, isr_handover_free);
  if (self->wanted_us && self->config->type == ISR_SOURCE_STREAM)
    g_object_set (sink, "not-before", (guint64) self->wanted_us * 1000, NULL);
}

/* What was not written to its end is not what was passed on. */
void
isr_source_note_end_of_file (IsrSource *self, const IsrRecording *recording)
{
  self->end_us = recording->end_us;
  self->unsure = g_strcmp0 (recording->reason, ISR_CLOSE_DISK) == 0 || g_strcmp0 (recording->reason, ISR_CLOSE_ERROR) == 0 || g_strcmp0 (recording->cause, ISR_GAP_DISK) == 0;
}

void
isr_source_end_handover (IsrSource *self, GstStructure *taken)
{
  g_autoptr (GstStructure) history = taken;

  if (!self->handover && self->end_us && !self->unsure && !self->wanted_us)
    self->handover = isr_handover_new (self->config, g_steal_pointer (&history), self->end_us);
}

void
isr_source_note_stop (IsrSource *self)
{
  g_clear_pointer (&self->handover, isr_handover_free);
  self->handover = isr_handover_new (self->config, NULL, 0);
}

void
isr_source_note_start (IsrSource *self)
{
  if (!self->handover || !isr_handover_is_stop (self->handover))
    return;
  g_clear_pointer (&self->handover, isr_handover_free);
  self->wanted_us = g_get_real_time ();
}

const IsrHandover *
isr_source_get_handover (IsrSource *self)
{
  return self->handover;
}

IsrHandover *
isr_source_take_handover (IsrSource *self)
{
  return g_steal_pointer (&self->handover);
}

void
isr_source_set_handover (IsrSource *self, IsrHandover *handover)
{
  g_clear_pointer (&self->handover, isr_handover_free);
  self->handover = handover;
}
