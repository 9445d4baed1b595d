/* SPDX-License-Identifier: MIT */
/* stamp.c - the clock of a sound card is asked in the thread that reads the card.
 *
 *     alsasrc ! native caps ! queue | queue ! isrsplitsink
 *     the thread of the card        | that of the file
 *
 * What the clock says comes from the driver. One that hangs keeps the thread that asks: this one
 * hangs in it anyway. That of the file goes on, and the file can be closed. */
#include "daemon/capture/stamp.h"

#include "plugins/messages.h"

/* ns since the first sample of @buffer was heard. FALSE: there is nothing to tell it. */
static gboolean
find_age (GstPad *pad, GstBuffer *buffer, gint64 *age)
{
  g_autoptr (GstElement) element = gst_pad_get_parent_element (pad);
  g_autoptr (GstClock) clock = element ? gst_element_get_clock (element) : NULL;
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment = NULL;
  GstClockTime running = GST_CLOCK_TIME_NONE;

  if (event)
    gst_event_parse_segment (event, &segment);
  if (segment && segment->format == GST_FORMAT_TIME)
    running = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!clock || !GST_CLOCK_TIME_IS_VALID (running))
    return FALSE;
  *age = GST_CLOCK_DIFF (running + gst_element_get_base_time (element), gst_clock_get_time (clock));
  return TRUE;
}

static GstPadProbeReturn
on_buffer (GstPad *pad, GstPadProbeInfo *info, gpointer caps)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gint64 age;

  if (!find_age (pad, buffer, &age))
    return GST_PAD_PROBE_OK;
  buffer = gst_buffer_make_writable (buffer);
  gst_buffer_add_reference_timestamp_meta (buffer, caps, (GstClockTime) (g_get_monotonic_time () * 1000 - age), GST_CLOCK_TIME_NONE);
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

static void
free_caps (gpointer caps)
{
  gst_caps_unref (caps);
}

void
isr_stamp_buffers (GstPad *pad)
{
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_buffer, gst_caps_new_empty_simple (ISR_HEARD_CAPS), free_caps);
}
