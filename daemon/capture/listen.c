/* SPDX-License-Identifier: MIT */
/* listen.c - a short recording whose file nobody keeps.
 *
 * What the doctor hears has to be what the recorder would: so nothing is opened in
 * another way, and the file is really written. The probe on the sink's pad lives in
 * the streaming thread; its figures are read when the pipeline has stopped. */
#include "daemon/capture/listen.h"

#include "daemon/capture/alsalog.h"
#include "daemon/capture/pipeline.h"
#include "plugins/messages.h"

#include <glib/gstdio.h>
#include <gst/audio/audio.h>
#include <string.h>

#define STEP (50 * GST_MSECOND)

typedef struct {
  IsrListening *result;
  IsrSounding *sounding; /* streaming thread until READY */
  gboolean measurable;   /* the same */
  guint holes;           /* the same */
  gint came;             /* atomic: audio has come */
} Ear;

GQuark isr_listen_heard_quark (void);
G_DEFINE_QUARK (isr - listen - heard, isr_listen_heard)

void
isr_listening_free (IsrListening *self)
{
  g_free (self->what);
  g_free (self->format);
  g_free (self->sounding);
  g_free (self->strayed);
  g_clear_pointer (&self->fault, isr_fault_free);
  g_free (self);
}

/* --- the streaming thread --- */

static void
on_caps (Ear *ear, GstCaps *caps)
{
  GstAudioInfo info;

  if (!g_str_equal (gst_structure_get_name (gst_caps_get_structure (caps, 0)), "audio/x-raw") || !gst_audio_info_from_caps (&info, caps))
    return;
  if (ear->measurable && ear->sounding->frames)
    return;
  ear->measurable = isr_sounding_begin (ear->sounding, GST_AUDIO_INFO_NAME (&info), (guint) GST_AUDIO_INFO_RATE (&info), (guint) GST_AUDIO_INFO_CHANNELS (&info));
}

static void
on_buffer (Ear *ear, GstBuffer *buffer)
{
  GstMapInfo map;

  if (g_atomic_int_get (&ear->came) && GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT))
    ear->holes++;
  if (ear->measurable && gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    isr_sounding_take (ear->sounding, map.data, map.size, g_get_monotonic_time ());
    gst_buffer_unmap (buffer, &map);
  }
  g_atomic_int_set (&ear->came, TRUE);
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Ear *ear = data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    on_buffer (ear, GST_PAD_PROBE_INFO_BUFFER (info));
  } else if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_CAPS) {
    GstCaps *caps;

    gst_event_parse_caps (GST_PAD_PROBE_INFO_EVENT (info), &caps);
    on_caps (ear, caps);
  }
  return GST_PAD_PROBE_OK;
}

static GstBusSyncReply
on_posted (GstBus *bus, GstMessage *message, gpointer data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_mini_object_set_qdata (GST_MINI_OBJECT (message), isr_listen_heard_quark (), isr_alsalog_take (), g_free);
  return GST_BUS_PASS;
}

/* --- the bus --- */

/* isrhttpsrc would try again for ever; its first reason is the one to tell. A stream that
 * ends after it has come is none. */
static void
on_stream (Ear *ear, const GstStructure *message)
{
  const char *state = gst_structure_get_string (message, "state"), *detail = gst_structure_get_string (message, "detail");

  if (!g_atomic_int_get (&ear->came) && (g_strcmp0 (state, "waiting") == 0 || g_strcmp0 (state, "failed") == 0))
    ear->result->fault = isr_fault_new (gst_structure_get_string (message, "reason"), "%s", detail ? detail : "it can not be received");
}

static void
on_element (Ear *ear, const GstStructure *message)
{
  if (gst_structure_has_name (message, ISR_MESSAGE_STREAM) && !ear->result->fault)
    on_stream (ear, message);
  if (gst_structure_has_name (message, ISR_MESSAGE_FILE_OPENED) && !ear->result->format)
    ear->result->format = g_strdup (gst_structure_get_string (message, "format"));
}

/* Of what was written: bytes over the time that they play. */
static void
read_rate (IsrListening *result, const GstStructure *message)
{
  guint64 samples = 0, bytes = 0;
  guint rate = 0;

  if (gst_structure_has_name (message, ISR_MESSAGE_FILE_CLOSED)
      && gst_structure_get (message, "samples", G_TYPE_UINT64, &samples, "bytes", G_TYPE_UINT64, &bytes, "rate", G_TYPE_UINT, &rate, NULL)
      && samples && rate)
    result->bytes_per_second = (double) bytes * rate / (double) samples;
}

static void
on_warning (Ear *ear, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  if (g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_CLOCK))
    ear->result->overruns++;
}

/* FALSE: it is over. */
static gboolean
on_message (Ear *ear, const IsrSourceConfig *config, GstMessage *message)
{
  IsrListening *result = ear->result;
  g_autofree char *where = isr_words_where (config);

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      result->fault = isr_words_from_message (config, message, gst_mini_object_get_qdata (GST_MINI_OBJECT (message), isr_listen_heard_quark ()));
      return FALSE;
    case GST_MESSAGE_EOS:
      result->fault = isr_fault_new ("dropped", "%s: it ended by itself", where);
      return FALSE;
    case GST_MESSAGE_WARNING:
      on_warning (ear, message);
      return TRUE;
    case GST_MESSAGE_ELEMENT:
      on_element (ear, gst_message_get_structure (message));
      return !result->fault;
    default:
      return TRUE;
  }
}

static void
wait_for (Ear *ear, const IsrSourceConfig *config, GstBus *bus, guint seconds, guint patience)
{
  gint64 end = g_get_monotonic_time () + patience * G_TIME_SPAN_SECOND;
  gboolean came = FALSE;

  while (g_get_monotonic_time () < end) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop (bus, STEP);

    if (message && !on_message (ear, config, message))
      return;
    if (!came && g_atomic_int_get (&ear->came)) {
      came = TRUE;
      end = g_get_monotonic_time () + seconds * G_TIME_SPAN_SECOND;
    }
  }
  if (!came) {
    g_autofree char *where = isr_words_where (config);

    ear->result->fault = isr_fault_new ("stalled", "%s: it could be opened, but nothing comes within %u seconds", where, patience);
  }
}

static void
finish (Ear *ear, IsrPipeline *pipeline, GstBus *bus)
{
  IsrListening *result = ear->result;
  GstMessage *message;

  gst_element_set_state (isr_pipeline_get_element (pipeline), GST_STATE_NULL);
  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ELEMENT))) {
    if (gst_message_get_structure (message)) {
      on_element (ear, gst_message_get_structure (message));
      read_rate (result, gst_message_get_structure (message));
    }
    gst_message_unref (message);
  }
  result->bytes = isr_pipeline_get_bytes (pipeline);
  result->strayed = g_strdup (isr_pipeline_get_strayed (pipeline));
  result->overruns = MAX (MAX (result->overruns, ear->holes), isr_alsalog_get_overruns (G_OBJECT (isr_pipeline_get_element (pipeline))));
  if (ear->measurable && ear->sounding->frames)
    result->sounding = g_memdup2 (ear->sounding, sizeof *ear->sounding);
}

static void
run (IsrListening *result, IsrPipeline *pipeline, const IsrSourceConfig *config, guint seconds, guint patience)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (isr_pipeline_get_element (pipeline));
  g_autoptr (GstPad) pad = gst_element_get_static_pad (isr_pipeline_get_sink (pipeline), "sink");
  g_autofree IsrSounding *sounding = g_new0 (IsrSounding, 1);
  Ear ear = { .result = result, .sounding = sounding };

  gst_bus_set_sync_handler (bus, on_posted, NULL, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_data, &ear, NULL);
  gst_element_set_state (isr_pipeline_get_element (pipeline), GST_STATE_PLAYING);
  wait_for (&ear, config, bus, seconds, patience);
  finish (&ear, pipeline, bus);
}

/* --- the directory --- */

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) directory = g_dir_open (path, 0, NULL);
  const char *name;

  while (directory && (name = g_dir_read_name (directory))) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
      remove_tree (child);
    else
      g_remove (child);
  }
  g_rmdir (path);
}

/* A container's root may be read-only, without a /tmp. */
static char *
make_directory (GError **error)
{
  g_autofree char *shared = g_strdup ("/dev/shm/isr-doctor-XXXXXX");
  char *path = g_dir_make_tmp ("isr-doctor-XXXXXX", NULL);

  if (path)
    return path;
  if (g_mkdtemp (shared))
    return g_steal_pointer (&shared);
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "there is no directory for a short recording: %s can not be written", g_get_tmp_dir ());
  return NULL;
}

IsrListening *
isr_listen (const IsrSourceConfig *config, guint seconds, guint patience)
{
  IsrListening *result = g_new0 (IsrListening, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = make_directory (&error);
  g_autoptr (IsrPipeline) pipeline = NULL;
  IsrSourceConfig own = *config;

  own.output_directory = directory;
  own.filename_pattern = (char *) "doctor";
  own.split_interval = 0;
  own.max_retries = 0;
  own.loudness = FALSE;
  if (directory)
    pipeline = isr_pipeline_new (&own, &error);
  if (pipeline) {
    result->what = g_strdup (isr_pipeline_get_what (pipeline));
    run (result, pipeline, &own, seconds, patience);
  } else
    result->fault = isr_words_from_build (&own, error);
  if (directory)
    remove_tree (directory);
  return result;
}
