/* SPDX-License-Identifier: MIT */
/* continuity.c - expectations, and what breaks them. */
#include "plugins/split/continuity.h"

static const IsrBreak none = { FALSE, 0 };

void
isr_continuity_init (IsrContinuity *self)
{
  *self = (IsrContinuity){ .expected = GST_CLOCK_TIME_NONE };
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
}

void
isr_continuity_reset (IsrContinuity *self)
{
  self->started = FALSE;
  self->expected = GST_CLOCK_TIME_NONE;
  self->small_gaps = 0;
}

static IsrBreak
compare (GstClockTime expected, GstClockTime found)
{
  GstClockTimeDiff difference;

  if (!GST_CLOCK_TIME_IS_VALID (expected) || !GST_CLOCK_TIME_IS_VALID (found))
    return (IsrBreak){ TRUE, 0 };
  difference = GST_CLOCK_DIFF (expected, found);
  if (ABS (difference) <= (GstClockTimeDiff) ISR_CONTINUITY_TOLERANCE)
    return none;
  return (IsrBreak){ TRUE, difference > 0 ? (guint64) difference : 0 };
}

/* Where the old one has come to and where the new one begins, as running time. */
static IsrBreak
compare_segments (IsrContinuity *self, const GstSegment *next)
{
  if (self->segment.format != next->format)
    return (IsrBreak){ TRUE, 0 };
  if (next->format == GST_FORMAT_TIME)
    return compare (gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, self->expected),
        gst_segment_to_running_time (next, GST_FORMAT_TIME, next->start));
  return (IsrBreak){ next->start != self->segment.start + self->bytes, 0 };
}

IsrBreak
isr_continuity_take_segment (IsrContinuity *self, const GstSegment *segment)
{
  gboolean same = gst_segment_is_equal (&self->segment, segment);
  IsrBreak broken = self->started && !same ? compare_segments (self, segment) : none;

  if (same)
    return none;
  self->segment = *segment;
  self->bytes = 0;
  self->expected = GST_CLOCK_TIME_NONE;
  self->small_gaps = 0;
  return broken;
}

IsrBreak
isr_continuity_take_gap (IsrContinuity *self, GstClockTime duration)
{
  IsrBreak broken = { TRUE, 0 };

  if (!self->started)
    return none;
  if (GST_CLOCK_TIME_IS_VALID (duration)) {
    if (GST_CLOCK_TIME_IS_VALID (self->expected))
      self->expected += duration;
    self->small_gaps += duration;
    broken.hole_ns = self->small_gaps;
    if (self->small_gaps <= ISR_CONTINUITY_TOLERANCE)
      return none;
  }
  self->small_gaps = 0;
  return broken;
}

IsrBreak
isr_continuity_take_buffer (IsrContinuity *self, const GstSegment *segment, GstBuffer *buffer, guint64 duration, gboolean raw)
{
  gboolean timed = segment->format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID (buffer);
  IsrBreak broken = none;

  if (timed && raw && GST_BUFFER_IS_DISCONT (buffer) && GST_CLOCK_TIME_IS_VALID (self->expected))
    broken = compare (self->expected, GST_BUFFER_PTS (buffer));
  if (timed)
    self->expected = GST_BUFFER_PTS (buffer) + duration;
  else if (GST_CLOCK_TIME_IS_VALID (self->expected))
    self->expected += duration;
  self->bytes += gst_buffer_get_size (buffer);
  self->started = TRUE;

  return broken;
}
