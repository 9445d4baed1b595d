/* SPDX-License-Identifier: MIT */
/* upstream.c - queries and clocks. */
#include "plugins/split/upstream.h"

#include "plugins/messages.h"

#include <time.h>

#define READ_MAX_US G_TIME_SPAN_MILLISECOND
#define READ_TRIES 10

static gint64
read_boottime (void)
{
  struct timespec boot = { 0 };

  clock_gettime (CLOCK_BOOTTIME, &boot);
  return boot.tv_sec * G_TIME_SPAN_SECOND + boot.tv_nsec / 1000;
}

/* A thread that is stopped between two readings sees time that passed as a clock that
 * was set: then it reads again. */
IsrTimeReading
isr_upstream_read_clocks (void)
{
  gint64 before = g_get_monotonic_time ();
  IsrTimeReading now;

  for (guint i = 0; i < READ_TRIES; i++) {
    now.realtime_us = g_get_real_time ();
    now.boottime_us = read_boottime ();
    now.monotonic_us = g_get_monotonic_time ();
    if (now.monotonic_us - before <= READ_MAX_US)
      break;
    before = now.monotonic_us;
  }

  return now;
}

gboolean
isr_upstream_is_live (GstPad *sinkpad)
{
  g_autoptr (GstQuery) query = gst_query_new_latency ();
  gboolean live = FALSE;

  if (gst_pad_peer_query (sinkpad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  return live;
}

static gboolean
is_seekable (GstPad *sinkpad)
{
  static const GstFormat formats[] = { GST_FORMAT_BYTES, GST_FORMAT_TIME };
  gboolean seekable = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (formats) && !seekable; i++) {
    g_autoptr (GstQuery) query = gst_query_new_seeking (formats[i]);

    if (gst_pad_peer_query (sinkpad, query))
      gst_query_parse_seeking (query, NULL, &seekable, NULL, NULL);
  }

  return seekable;
}

IsrRecorderInput
isr_upstream_choose_input (GstPad *sinkpad, gboolean raw, gboolean given, gboolean timed)
{
  gboolean live = isr_upstream_is_live (sinkpad);
  IsrRecorderInput input = { ISR_TIME_COUNTED, FALSE };

  if (given)
    input.mode = ISR_TIME_GIVEN;
  else if (raw && live && timed)
    input.mode = ISR_TIME_CAPTURE;
  else if (!raw && !is_seekable (sinkpad))
    input.mode = ISR_TIME_ARRIVAL;
  input.may_wait = !live && input.mode != ISR_TIME_ARRIVAL;

  return input;
}

static gint64
ask_clock (GstBaseSink *sink, GstBuffer *buffer, gint64 duration)
{
  g_autoptr (GstClock) clock = gst_element_get_clock (GST_ELEMENT (sink));
  GstClockTime running = GST_CLOCK_TIME_NONE;

  if (sink->segment.format == GST_FORMAT_TIME)
    running = gst_segment_to_running_time (&sink->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  if (!clock || !GST_CLOCK_TIME_IS_VALID (running))
    return duration;
  return GST_CLOCK_DIFF (running + gst_element_get_base_time (GST_ELEMENT (sink)), gst_clock_get_time (clock));
}

gint64
isr_upstream_get_age (GstBaseSink *sink, GstBuffer *buffer, gint64 duration, const IsrTimeReading *now)
{
  static GstStaticCaps heard = GST_STATIC_CAPS (ISR_HEARD_CAPS);
  g_autoptr (GstCaps) caps = gst_static_caps_get (&heard);
  const GstReferenceTimestampMeta *stamp = gst_buffer_get_reference_timestamp_meta (buffer, caps);

  return stamp ? now->monotonic_us * 1000 - (gint64) stamp->timestamp : ask_clock (sink, buffer, duration);
}
