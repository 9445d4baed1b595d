/* SPDX-License-Identifier: MIT */
/* recorder-files.c - when a file ends and the next one begins. */
#include "plugins/split/recorder-private.h"

#include "plugins/messages.h"
#include "plugins/split/boundary.h"

gint64
isr_recorder_utc_of (IsrRecorder *self, guint64 ahead)
{
  return isr_time_map_utc (self->map, isr_position_get (&self->position, ahead));
}

void
isr_recorder_close_file (IsrRecorder *self, gint64 end_us, const char *reason, const char *cause)
{
  IsrProvisionalFile provisional;

  if (!self->file)
    return;
  if (isr_out_file_is_provisional (self->file, end_us, &provisional))
    isr_provisional_add (&self->provisional, &provisional);
  if (self->broken)
    self->hooks->run_ended (self->hooks->owner);
  isr_out_file_close (g_steal_pointer (&self->file), end_us, reason, cause);
}

void
isr_recorder_close_here (IsrRecorder *self, const char *reason, const char *cause)
{
  if (self->file)
    isr_recorder_close_file (self, isr_recorder_utc_of (self, 0), reason, cause);
}

char *
isr_recorder_make_stem (gpointer data, gint64 utc_us)
{
  IsrRecorder *self = data;
  g_autofree char *stem = isr_naming_format (self->settings->location, self->settings->source, self->zone, utc_us);
  char *chosen = self->hooks->format_location (self->hooks->owner, stem, utc_us);

  return chosen ? chosen : g_steal_pointer (&stem);
}

/* Begins a file with the packet at hand, at @start_us. @named_us: the boundary, or that too. */
static void
open_file (IsrRecorder *self, gint64 start_us, gint64 named_us)
{
  g_autofree char *stem = isr_recorder_make_stem (self, named_us);
  IsrOutFileStart start = {
    .stem = stem,
    .source = self->settings->source,
    .clock = isr_time_mode_name (self->input.mode),
    .start_us = start_us,
    .utc_offset = isr_boundary_utc_offset (self->zone, start_us),
    .position = (guint64) isr_position_get (&self->position, 0),
    .channels = self->channels,
    .unsynced = isr_time_map_unsynced (self->map),
  };

  self->boundary_us = isr_boundary_next (self->zone, named_us, self->interval_us, self->offset_us);
  if (self->boundary_us != G_MAXINT64)
    start.expected_samples = gst_util_uint64_scale (MAX (self->boundary_us - start_us, 0), self->position.rate, G_USEC_PER_SEC);
  self->file = isr_out_file_open (self->stream, self->io, &start);
  self->paused_us = 0;
  if (self->broken)
    self->hooks->run_ended (self->hooks->owner); /* with what was dropped */
  self->broken = FALSE;
}

/* One file ends, the next begins, between two samples. */
static void
split_file (IsrRecorder *self, gint64 start_us, gint64 named_us, const char *reason)
{
  gint64 began = g_get_monotonic_time (), cost;

  isr_io_thread_gather (self->io);
  isr_recorder_close_here (self, reason, NULL);
  open_file (self, start_us, named_us);
  isr_io_thread_give (self->io);
  cost = g_get_monotonic_time () - began;
  GST_OBJECT_LOCK (self->lock);
  self->stats->splits++;
  self->stats->last_split_us = cost;
  self->stats->max_split_us = MAX (self->stats->max_split_us, cost);
  GST_OBJECT_UNLOCK (self->lock);
}

void
isr_recorder_choose_file (IsrRecorder *self)
{
  gint64 start_us = self->paused_us ? self->paused_us : isr_recorder_utc_of (self, 0);

  if (!self->file)
    open_file (self, start_us, start_us);
  else if ((self->broken |= isr_out_file_is_lost (self->file)))
    split_file (self, start_us, start_us, ISR_CLOSE_DISK);
  else if (start_us >= self->boundary_us)
    split_file (self, start_us, isr_boundary_last (self->zone, start_us, self->interval_us, self->offset_us), ISR_CLOSE_BOUNDARY);
  else if (self->split_requested)
    split_file (self, start_us, start_us, ISR_CLOSE_REQUESTED);
  self->split_requested = FALSE;
}
