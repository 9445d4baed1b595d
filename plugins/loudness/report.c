/* SPDX-License-Identifier: MIT */
/* report.c - fills in what messages.h promises. */
#include "plugins/loudness/report.h"

#include "plugins/messages.h"

static guint64
position_of (const IsrReport *self, guint64 window)
{
  guint64 frames = self->run_frames + window * self->rate / ISR_WINDOWS_PER_SECOND;

  return self->base_ns + gst_util_uint64_scale (frames, GST_SECOND, self->rate);
}

static void
post (IsrReport *self, GstStructure *structure)
{
  gst_element_post_message (self->element, gst_message_new_element (GST_OBJECT (self->element), structure));
}

static void
set_values (GstStructure *structure, const char *field, const gint16 *values, guint n)
{
  g_autoptr (GBytes) bytes = g_bytes_new (values, n * sizeof *values);

  gst_structure_set (structure, field, G_TYPE_BYTES, bytes, NULL);
}

void
isr_report_flush (IsrReport *self)
{
  GstStructure *structure;

  if (self->levels && self->n > 0) {
    structure = gst_structure_new (ISR_MESSAGE_LEVEL, "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
        "run", G_TYPE_UINT, self->run, "first-window", G_TYPE_UINT64, self->first,
        "position", G_TYPE_UINT64, position_of (self, self->first), "run-position", G_TYPE_UINT64, position_of (self, 0), NULL);
    set_values (structure, "levels", self->level, self->n);
    set_values (structure, "raw", self->raw, self->n);
    set_values (structure, "peaks", self->peak, self->n);
    set_values (structure, "floors", self->floor, self->n);
    set_values (structure, "channels", self->channel, self->channels);
    post (self, structure);
  }
  self->first += self->n;
  self->n = 0;
}

static void
take_channels (IsrReport *self, const IsrMeter *meter)
{
  self->channels = meter->channels;
  for (guint c = 0; c < meter->channels; c++)
    self->channel[c] = self->n ? MAX (self->channel[c], meter->channel_levels[c]) : meter->channel_levels[c];
}

void
isr_report_window (IsrReport *self, const IsrMeter *meter, const IsrWindow *window, int floor)
{
  take_channels (self, meter);
  self->level[self->n] = window->level;
  self->raw[self->n] = window->raw;
  self->peak[self->n] = window->peak;
  self->floor[self->n] = (gint16) floor;
  if (++self->n == ISR_WINDOWS_PER_SECOND)
    isr_report_flush (self);
}

void
isr_report_section (IsrReport *self, const char *state, const IsrSection *section)
{
  if (!self->events)
    return;
  post (self, gst_structure_new (ISR_MESSAGE_EVENT, "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
                  "run", G_TYPE_UINT, self->run, "run-position", G_TYPE_UINT64, position_of (self, 0), "id", G_TYPE_UINT64, section->id, "state", G_TYPE_STRING, state,
                  "start", G_TYPE_UINT64, position_of (self, section->start), "end", G_TYPE_UINT64, position_of (self, section->end),
                  "start-window", G_TYPE_UINT64, section->start, "end-window", G_TYPE_UINT64, section->end,
                  "score", G_TYPE_INT, section->score, "peak", G_TYPE_INT, section->peak, "floor", G_TYPE_INT, section->floor,
                  "reason", G_TYPE_STRING, isr_section_reason_to_string (section->reason), NULL));
}

void
isr_report_begin_run (IsrReport *self, guint64 frames)
{
  self->run_frames = frames;
  self->first = 0;
  self->n = 0;
}
