/* SPDX-License-Identifier: MIT */
/* fixture-encode.c - see fixture-encode.h */
#include "tests/daemon/fixture-encode.h"

#include <glib/gstdio.h>
#include <string.h>

#include "daemon/capture/scene.h"
#include "plugins/messages.h"

static const FixtureFormat formats[] = {
  { "mp3", "lamemp3enc target=bitrate bitrate=128 cbr=true", "mpegaudioparse ! mpg123audiodec" },
  { "aac", "avenc_aac bitrate=96000 ! aacparse ! audio/mpeg,stream-format=adts", "aacparse ! avdec_aac ! audioconvert" },
  { "flac", "flacenc", "flacparse ! flacdec" },
  { "opus", "opusenc bitrate=64000 ! oggmux", "oggdemux ! opusdec" },
  { "ogg", "audioconvert ! vorbisenc ! oggmux", "oggdemux ! vorbisdec" },
  { "oga", "flacenc ! oggmux", "oggdemux ! flacparse ! flacdec" },
  { "spx", "audioresample ! audio/x-raw,rate=32000 ! speexenc ! oggmux", "oggdemux ! speexdec" },
};

const FixtureFormat *
fixture_format (const char *extension)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i].extension, extension))
      return &formats[i];
  g_assert_not_reached ();
}

gboolean
fixture_format_is_there (const FixtureFormat *self)
{
  g_autofree char *text = g_strdup_printf ("fakesrc ! %s ! %s ! fakesink", self->encode, self->decode);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch_full (text, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);

  if (pipeline)
    gst_object_ref_sink (pipeline);
  return pipeline != NULL;
}

/* Runs to the end; what isrloudness says is kept in @levels. */
static void
run (const char *text, GArray *levels)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_object_ref_sink (gst_parse_launch (text, &error));
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gboolean over = FALSE;

  g_assert_no_error (error);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!over) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (bus, 60 * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);

    g_assert_nonnull (message);
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &error, NULL);
    g_assert_no_error (error);
    over = GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS;
    if (!over && levels && gst_message_has_name (message, ISR_MESSAGE_LEVEL)) {
      GBytes *bytes = g_value_get_boxed (gst_structure_get_value (gst_message_get_structure (message), "levels"));

      g_array_append_vals (levels, g_bytes_get_data (bytes, NULL), (guint) (g_bytes_get_size (bytes) / sizeof (gint16)));
    }
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

void
fixture_encode (const FixtureFormat *self, guint seconds, const char *path)
{
  g_autofree gint16 *samples = g_new (gint16, seconds * ISR_SCENE_RATE);
  g_autofree char *raw = g_strconcat (path, ".raw", NULL);
  g_autofree char *text = g_strdup_printf ("filesrc location=%s ! rawaudioparse pcm-format=s16le sample-rate=48000 num-channels=1 ! audioconvert ! %s ! filesink location=%s", raw, self->encode, path);

  isr_scene_render (ISR_SCENE_DEMO, 1, 0, seconds * ISR_SCENE_RATE, 1, samples);
  g_assert_true (g_file_set_contents (raw, (const char *) samples, seconds * ISR_SCENE_RATE * sizeof *samples, NULL));
  run (text, NULL);
}

GArray *
fixture_listen (const FixtureFormat *self, const char *path)
{
  g_autofree char *text = g_strdup_printf ("filesrc location=%s ! %s ! isrloudness ! fakesink", path, self->decode);
  GArray *levels = g_array_new (FALSE, FALSE, sizeof (gint16));

  run (text, levels);
  return levels;
}

/* --- pace --- */

void
fixture_pace_begin (FixturePace *self, const char *path, guint seconds)
{
  GStatBuf st;

  g_assert_cmpint (g_stat (path, &st), ==, 0);
  *self = (FixturePace){ .a_second = (guint64) st.st_size / seconds + 1, .heard = g_async_queue_new () };
  self->allowed = MIN (500000, 10 * self->a_second);
}

void
fixture_pace_end (FixturePace *self)
{
  g_clear_pointer (&self->heard, g_async_queue_unref);
}

void
fixture_pace_hear (FixturePace *self)
{
  if (self->heard)
    g_async_queue_push (self->heard, self);
}

void
fixture_pace_send (FixturePace *self, gsize size)
{
  self->sent += size;
  while (self->heard && self->sent > self->allowed) {
    g_async_queue_timeout_pop (self->heard, 5 * G_USEC_PER_SEC);
    self->allowed += self->a_second;
  }
}
