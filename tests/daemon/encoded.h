/* SPDX-License-Identifier: MIT */
/* encoded.h - a file that is recorded as a stream would be, and an ear that listens to it. */
#pragma once

#include <gst/gst.h>

#include "daemon/capture/ear.h"
#include "plugins/messages.h"
#include "tests/daemon/fixture-encode.h"
#include "tests/daemon/temp.h"

/* A recording of a file, with an ear. */
typedef struct {
  char *directory, *path;
  const FixtureFormat *format;
  IsrSourceConfig config;
  GstElement *pipeline;
  IsrEar *ear;
  GPtrArray *levels; /* IsrLevels */
  guint events;
  gboolean eos, ended, no_decoder;
  GArray *starts;       /* guint64: positions of the files */
  GByteArray *recorded; /* all files, one behind the other */
  char *last;           /* path of the last one */
  double played;        /* seconds, of all */
  guint64 gap_at;       /* bytes sent before a gap; 0: none */
  guint64 slow_at;      /* bytes sent before each buffer wants a token; 0: none */
  guint64 sent;         /* streaming thread */
  GAsyncQueue *tokens;
  guint seconds;
  FixturePace pace;
} Recording;

static inline void
on_levels (gpointer data, const IsrLevels *levels)
{
  Recording *self = data;

  g_ptr_array_add (self->levels, isr_levels_copy (levels));
  fixture_pace_hear (&self->pace); /* and placed: the news of its file have come */
}

static inline void
on_event (gpointer data, const IsrEvent *event)
{
  ((Recording *) data)->events++;
}

static inline void
on_heard (gpointer data, IsrEar *ear, const GstStructure *level)
{
}

static inline void
on_no_decoder (gpointer data, IsrEar *ear)
{
  ((Recording *) data)->no_decoder = TRUE;
}

static inline void
on_ended (gpointer data)
{
  ((Recording *) data)->ended = TRUE;
}

static const IsrEarFuncs funcs = { { on_levels, on_event }, on_heard, on_no_decoder, on_ended };

static inline void
take_closed (Recording *self, const GstStructure *s)
{
  g_autofree char *data = NULL;
  guint64 samples = 0;
  guint rate = 1;
  gsize size;

  g_assert_true (g_file_get_contents (gst_structure_get_string (s, "location"), &data, &size, NULL));
  g_byte_array_append (self->recorded, (const guint8 *) data, (guint) size);
  gst_structure_get_uint64 (s, "samples", &samples);
  gst_structure_get_uint (s, "rate", &rate);
  self->played += (double) samples / rate;
  g_free (self->last);
  self->last = g_strdup (gst_structure_get_string (s, "location"));
}

static inline void
take_opened (Recording *self, const GstStructure *s)
{
  g_autoptr (IsrRecording) file = isr_recording_new ();

  gst_structure_get_uint64 (s, "position", &file->position);
  gst_structure_get_int64 (s, "start-utc-us", &file->start_us);
  g_array_append_val (self->starts, file->position);
  if (self->ear)
    isr_ear_take_file (self->ear, file);
}

static inline gboolean
on_bus (GstBus *bus, GstMessage *message, gpointer data)
{
  const GstStructure *s = gst_message_get_structure (message);
  Recording *self = data;

  g_assert_cmpint (GST_MESSAGE_TYPE (message), !=, GST_MESSAGE_ERROR);
  if (gst_message_has_name (message, ISR_MESSAGE_FILE_OPENED))
    take_opened (self, s);
  else if (gst_message_has_name (message, ISR_MESSAGE_FILE_CLOSED))
    take_closed (self, s);
  self->eos |= GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
  return G_SOURCE_CONTINUE;
}

/* In the streaming thread, on the way into the sink. */
static inline GstPadProbeReturn
on_sent (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Recording *self = data;
  guint64 before = self->sent;

  self->sent += gst_buffer_get_size (GST_PAD_PROBE_INFO_BUFFER (info));
  if (self->gap_at && before < self->gap_at && self->sent >= self->gap_at)
    gst_pad_push_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, ISR_GAP_DISCONNECTED, NULL)));
  if (self->slow_at && before >= self->slow_at)
    g_async_queue_pop (self->tokens);
  fixture_pace_send (&self->pace, self->sent - before);
  return GST_PAD_PROBE_OK;
}

static inline Recording *
recording_new (const char *extension, guint seconds, guint split_s)
{
  Recording *self = g_new0 (Recording, 1);
  g_autoptr (GstElement) source = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autofree char *text = NULL;

  self->directory = temp_new ();
  self->format = fixture_format (extension);
  self->seconds = seconds;
  self->path = g_strdup_printf ("%s/sent.%s", self->directory, extension);
  fixture_encode (self->format, seconds, self->path);
  text = g_strdup_printf ("filesrc location=%s blocksize=3000 name=source ! isrsplitsink name=sink location=%s/got start-time=1000000000000000000 split-interval=%u000000000", self->path, self->directory, split_s);
  self->pipeline = gst_object_ref_sink (gst_parse_launch (text, NULL));
  source = gst_bin_get_by_name (GST_BIN (self->pipeline), "source");
  pad = gst_element_get_static_pad (source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_sent, self, NULL);
  self->config = (IsrSourceConfig){ .name = (char *) "radio", .type = ISR_SOURCE_STREAM, .loudness = TRUE, .margin = 12, .min_gap = 2000000000, .mode = (char *) "adaptive", .retry_delay = 100000000 };
  self->levels = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_levels_free);
  self->starts = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->recorded = g_byte_array_new ();
  self->tokens = g_async_queue_new ();
  return self;
}

static inline void
begin (Recording *self, gboolean loudness)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (self->pipeline), "sink");

  self->eos = self->ended = FALSE;
  self->sent = 0;
  g_byte_array_set_size (self->recorded, 0);
  g_array_set_size (self->starts, 0);
  if (loudness)
    self->ear = isr_ear_new (&self->config, sink, &funcs, self);
  gst_bus_add_watch (bus, on_bus, self);
  gst_element_set_state (self->pipeline, GST_STATE_PLAYING);
}

static inline void
end (Recording *self)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);

  TEMP_WAIT_FOR (self->eos);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
}

static inline void
finish (Recording *self)
{
  isr_ear_end (g_steal_pointer (&self->ear));
  TEMP_WAIT_FOR (self->ended);
}

static inline void
record (Recording *self)
{
  begin (self, TRUE);
  end (self);
  finish (self);
}

static inline guint64
count_windows (const Recording *self)
{
  guint64 n = 0;

  for (guint i = 0; i < self->levels->len; i++)
    n += ((IsrLevels *) self->levels->pdata[i])->n;
  return n;
}

/* ... such that all of it is heard, however busy the machine is: who ends waits only two seconds. */
static inline void
record_heard (Recording *self)
{
  fixture_pace_begin (&self->pace, self->path, self->seconds);
  begin (self, TRUE);
  end (self);
  TEMP_WAIT_FOR (count_windows (self) + 30 >= 10 * self->seconds); /* the rest is in the decoder */
  finish (self);
  fixture_pace_end (&self->pace);
}

static inline void
recording_free (Recording *self)
{
  gst_object_unref (self->pipeline);
  g_ptr_array_unref (self->levels);
  g_array_unref (self->starts);
  g_byte_array_unref (self->recorded);
  g_async_queue_unref (self->tokens);
  temp_remove (self->directory);
  g_free (self->directory);
  g_free (self->path);
  g_free (self->last);
  g_free (self);
}

/* What was recorded is, bit for bit, what is recorded when nobody listens. */
static inline void
assert_complete (Recording *self)
{
  g_autoptr (GByteArray) recorded = g_byte_array_ref (self->recorded);

  g_assert_cmpuint (recorded->len, >, 100000);
  self->recorded = g_byte_array_new ();
  self->slow_at = 0;
  begin (self, FALSE);
  end (self);
  g_assert_cmpmem (recorded->data, recorded->len, self->recorded->data, self->recorded->len);
}
