/* SPDX-License-Identifier: MIT */
/* writersink.c - GstBaseSink around a recorder: buffers, events, states, clocks.
 *
 *   READY -> PAUSED   settings are read, the I/O thread starts
 *   EOS               files are finished before chaining up: when EOS is on the bus
 *                     they have their names
 *   PAUSED -> READY   files are finished after chaining up, when the streaming thread
 *                     has left; everything of the run is freed
 *
 * Everything in Run belongs to the streaming thread, except while a state changes
 * and no streaming thread is there. */
#include "plugins/split/writersink.h"

#include <errno.h>

#include "plugins/messages.h"
#include "plugins/split/bufferbytes.h"
#include "plugins/split/content.h"
#include "plugins/split/continuity.h"
#include "plugins/split/recorder.h"
#include "plugins/split/takeup.h"
#include "plugins/split/titles.h"

GST_DEBUG_CATEGORY_STATIC (isr_writer_sink_debug);
#define GST_CAT_DEFAULT isr_writer_sink_debug

typedef struct {
  IsrSplitSettings settings;
  IsrIoThread *io; /* NULL: below PAUSED */
  IsrRecorder *recorder;
  IsrKind kind;
  gboolean has_kind;
  IsrContinuity continuity;
  IsrTitles titles;
} Run;

struct _IsrWriterSink {
  GstBaseSink parent;
  GstElement *facade; /* not referenced: it is our parent */
  const IsrWriterHooks *hooks;
  IsrRecorderHooks recorder_hooks;
  const IsrFileVerbs *verbs;
  IsrClockReader read_clocks;
  gint split_requested; /* atomic */
  Run run;
  IsrIoStats io_stats; /* of this run or the last, object lock, like the next */
  IsrRecorderStats recorder_stats;
};

G_DEFINE_FINAL_TYPE (IsrWriterSink, isr_writer_sink, GST_TYPE_BASE_SINK)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (ISR_CONTENT_PARSED_CAPS));

/* --- what the I/O thread and the recorder tell --- */

static void
post_message (GstObject *owner, GstStructure *message)
{
  IsrWriterSink *self = ISR_WRITER_SINK (owner);

  GST_INFO_OBJECT (self, "%" GST_PTR_FORMAT, message);
  gst_element_post_message (self->facade, gst_message_new_element (GST_OBJECT (self->facade), message));
}

static void
post_failure (GstObject *owner, int code, const char *path, const char *what)
{
  IsrWriterSink *self = ISR_WRITER_SINK (owner);

  if (code == ENOSPC || code == EDQUOT)
    GST_ELEMENT_ERROR (self->facade, RESOURCE, NO_SPACE_LEFT,
        ("Recording ends: could not %s \"%s\": %s. Make room, or set disk-retry to go on by itself.", what, path, g_strerror (code)), ("errno %d", code));
  else
    GST_ELEMENT_ERROR (self->facade, RESOURCE, WRITE,
        ("Recording ends: could not %s \"%s\": %s. Check the directory and its permissions.", what, path, g_strerror (code)), ("errno %d", code));
}

static char *
ask_location (gpointer owner, const char *stem, gint64 utc_us)
{
  IsrWriterSink *self = owner;

  return self->hooks->format_location (self->facade, stem, utc_us);
}

/* Takes @tags. */
static void
post_tags (IsrWriterSink *self, GstTagList *tags)
{
  if (self->run.recorder)
    isr_titles_note (&self->run.titles, tags, isr_recorder_get_position (self->run.recorder));
  gst_element_post_message (self->facade, gst_message_new_tag (GST_OBJECT (self->facade), tags));
}

static gboolean
locate (gpointer owner, gint64 position_ns, gint64 *utc_us)
{
  return isr_recorder_locate (owner, position_ns, utc_us);
}

static void
on_stream_tags (gpointer owner, const char *const *comments)
{
  IsrWriterSink *self = owner;
  GstTagList *tags = isr_titles_from_comments (comments);

  if (tags)
    post_tags (self, tags);
}

/* Those who listen on the way here begin anew, too. */
static void
on_run_ended (gpointer owner)
{
  gst_pad_push_event (GST_BASE_SINK_PAD (owner), gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, gst_structure_new_empty (ISR_EVENT_NEW_RUN)));
}

/* --- a run --- */

static gboolean
start_run (IsrWriterSink *self)
{
  IsrIoSettings io = { self->verbs };
  g_autoptr (GError) error = NULL;
  Run *run = &self->run;

  self->hooks->get_settings (self->facade, &run->settings);
  if (!isr_split_settings_check (&run->settings, &error)) {
    GstMessage *m = gst_message_new_error (GST_OBJECT (self->facade), error, NULL);

    isr_split_settings_clear (&run->settings);
    gst_element_post_message (self->facade, m);
    return FALSE;
  }
  io.max_pending = run->settings.max_pending;
  io.fsync_interval = run->settings.fsync_interval;
  io.disk_retry = run->settings.disk_retry;
  io.owner = GST_OBJECT (self);
  io.stats = &self->io_stats;
  io.post = post_message;
  io.fail = post_failure;
  isr_continuity_init (&run->continuity);
  run->recorder = NULL;
  GST_OBJECT_LOCK (self);
  self->io_stats = (IsrIoStats){ 0 };
  self->recorder_stats = (IsrRecorderStats){ 0 };
  GST_OBJECT_UNLOCK (self);
  run->io = isr_io_thread_new (&io);
  run->recorder = isr_recorder_new (&run->settings, &self->recorder_hooks, run->io, GST_OBJECT (self), &self->recorder_stats);
  g_atomic_int_set (&self->split_requested, FALSE);
  return TRUE;
}

static void
finish_files (IsrWriterSink *self, const char *reason)
{
  isr_recorder_finish (self->run.recorder, reason);
  isr_titles_tell (&self->run.titles, self->facade, locate, self->run.recorder);
  isr_io_thread_drain (self->run.io, TRUE);
}

static void
end_run (IsrWriterSink *self)
{
  Run *run = &self->run;

  if (!run->io)
    return;
  finish_files (self, ISR_CLOSE_STOP);
  isr_recorder_free (run->recorder);
  isr_io_thread_free (run->io);
  isr_split_settings_clear (&run->settings);
  isr_titles_clear (&run->titles);
  *run = (Run){ 0 };
}

static GstStateChangeReturn
isr_writer_sink_change_state (GstElement *element, GstStateChange transition)
{
  IsrWriterSink *self = ISR_WRITER_SINK (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start_run (self))
    return GST_STATE_CHANGE_FAILURE;
  ret = GST_ELEMENT_CLASS (isr_writer_sink_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY || (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret == GST_STATE_CHANGE_FAILURE))
    end_run (self);
  return ret;
}

/* --- data --- */

static void
decide_input (IsrWriterSink *self, GstBuffer *buffer)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (self->facade, "sink");
  IsrRecorderInput input = isr_upstream_choose_input (pad, self->run.kind.content == ISR_CONTENT_RAW,
      GST_CLOCK_TIME_IS_VALID (self->run.settings.start_time), GST_BUFFER_PTS_IS_VALID (buffer));

  isr_recorder_set_input (self->run.recorder, &input);
}

static guint64
get_duration (IsrWriterSink *self, GstBuffer *buffer)
{
  guint frame = self->run.kind.content == ISR_CONTENT_RAW ? isr_pcm_get_frame_size (&self->run.kind.pcm) : 0;

  if (frame)
    return gst_util_uint64_scale (gst_buffer_get_size (buffer) / frame, GST_SECOND, self->run.kind.pcm.rate);
  return GST_BUFFER_DURATION_IS_VALID (buffer) ? GST_BUFFER_DURATION (buffer) : 0;
}

static void
heed_gap (IsrWriterSink *self, IsrBreak broken)
{
  const char *cause = self->run.kind.content == ISR_CONTENT_RAW && isr_upstream_is_live (GST_BASE_SINK_PAD (self)) ? ISR_GAP_OVERRUN : ISR_GAP_SOURCE;

  if (broken.is_gap)
    isr_recorder_gap (self->run.recorder, cause, broken.hole_ns);
}

static GstFlowReturn
report_unusable (IsrWriterSink *self, const GError *error)
{
  GST_ELEMENT_ERROR (self->facade, STREAM, FORMAT, ("%s", error->message), (NULL));
  return GST_FLOW_ERROR;
}

static GstFlowReturn
isr_writer_sink_render (GstBaseSink *sink, GstBuffer *buffer)
{
  IsrWriterSink *self = ISR_WRITER_SINK (sink);
  IsrTimeReading now = self->read_clocks ();
  guint64 duration = get_duration (self, buffer);
  gint64 age = self->run.kind.content == ISR_CONTENT_RAW ? isr_upstream_get_age (sink, buffer, (gint64) duration, &now) : 0;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (isr_io_thread_is_broken (self->run.io))
    return GST_FLOW_ERROR;
  if (!self->run.has_kind)
    return GST_FLOW_NOT_NEGOTIATED;
  bytes = isr_buffer_get_bytes (buffer);
  if (!isr_recorder_has_input (self->run.recorder))
    decide_input (self, buffer);
  heed_gap (self, isr_continuity_take_buffer (&self->run.continuity, &sink->segment, buffer, duration, self->run.kind.content == ISR_CONTENT_RAW));
  if (g_atomic_int_compare_and_exchange (&self->split_requested, TRUE, FALSE))
    isr_recorder_split (self->run.recorder);
  if (!isr_recorder_take (self->run.recorder, bytes, &now, age, &error))
    return report_unusable (self, error);
  isr_titles_tell (&self->run.titles, self->facade, locate, self->run.recorder);
  return isr_io_thread_is_broken (self->run.io) ? GST_FLOW_ERROR : GST_FLOW_OK;
}

static gboolean
same_kind (const IsrKind *a, const IsrKind *b)
{
  return a->content == b->content && a->flac == b->flac && a->pcm.format == b->pcm.format && a->pcm.rate == b->pcm.rate && a->pcm.channels == b->pcm.channels && a->pcm.channel_mask == b->pcm.channel_mask;
}

/* FLAC holds 24 bits; who asked for it should know what happens to the others. */
static void
tell_rounding (IsrWriterSink *self, const IsrKind *kind)
{
  if (kind->flac && (kind->pcm.format == ISR_SAMPLE_S32 || kind->pcm.format == ISR_SAMPLE_F32))
    GST_ELEMENT_INFO (self->facade, STREAM, FORMAT, ("%s samples are rounded to 24 bits: FLAC files of more play nowhere. format=wav keeps them as they are.", kind->pcm.format == ISR_SAMPLE_S32 ? "32-bit" : "Float"), (NULL));
}

static gboolean
isr_writer_sink_set_caps (GstBaseSink *sink, GstCaps *caps)
{
  IsrWriterSink *self = ISR_WRITER_SINK (sink);
  g_autoptr (GError) error = NULL;
  IsrKind kind;

  if (!isr_kind_from_caps (&kind, caps, self->run.settings.format))
    return FALSE;
  if (self->run.has_kind && same_kind (&kind, &self->run.kind))
    return TRUE;
  if (self->run.has_kind)
    isr_recorder_finish (self->run.recorder, ISR_CLOSE_FORMAT_CHANGE); /* while its kind is still there */
  self->run.kind = kind;
  self->run.has_kind = isr_recorder_set_kind (self->run.recorder, isr_kind_make_stream, &self->run.kind, kind.channels, &error);
  if (!self->run.has_kind)
    report_unusable (self, error);
  else
    tell_rounding (self, &kind);
  return self->run.has_kind;
}

/* --- events --- */

static void
on_isr_gap (IsrWriterSink *self, const GstStructure *s)
{
  const char *cause = gst_structure_get_string (s, "cause");

  if (ISR_GAP_IS_PENDING (s))
    isr_recorder_pause (self->run.recorder, cause ? cause : ISR_GAP_SOURCE);
  else
    isr_recorder_gap (self->run.recorder, cause ? cause : ISR_GAP_SOURCE, 0);
  isr_continuity_reset (&self->run.continuity);
}

static void
end_lead (IsrWriterSink *self, const IsrTakeUpMark *mark)
{
  IsrTimeReading now = self->read_clocks ();

  isr_recorder_end_lead (self->run.recorder, &now, mark->since_us, mark->known);
}

static void
on_custom (IsrWriterSink *self, GstEvent *event)
{
  const GstStructure *s = gst_event_get_structure (event);
  GstTagList *tags = isr_titles_from_event (event);
  IsrTakeUpMark mark;

  if (tags)
    post_tags (self, tags);
  else if (s && gst_structure_has_name (s, ISR_EVENT_GAP))
    on_isr_gap (self, s);
  else if (isr_take_up_read_mark (s, &mark))
    mark.begin ? isr_recorder_begin_lead (self->run.recorder) : end_lead (self, &mark);
}

static void
on_flush (IsrWriterSink *self)
{
  isr_recorder_gap (self->run.recorder, ISR_GAP_SOURCE, 0);
  isr_continuity_reset (&self->run.continuity);
}

static void
on_tags (IsrWriterSink *self, GstEvent *event)
{
  GstTagList *tags = NULL;

  gst_event_parse_tag (event, &tags);
  post_tags (self, gst_tag_list_ref (tags));
}

static void
on_segment (IsrWriterSink *self, GstEvent *event)
{
  const GstSegment *segment = NULL;

  gst_event_parse_segment (event, &segment);
  heed_gap (self, isr_continuity_take_segment (&self->run.continuity, segment));
}

static void
on_gap (IsrWriterSink *self, GstEvent *event)
{
  GstClockTime start, duration;

  gst_event_parse_gap (event, &start, &duration);
  heed_gap (self, isr_continuity_take_gap (&self->run.continuity, duration));
}

static gboolean
isr_writer_sink_event (GstBaseSink *sink, GstEvent *event)
{
  IsrWriterSink *self = ISR_WRITER_SINK (sink);

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
      finish_files (self, ISR_CLOSE_EOS);
      break;
    case GST_EVENT_FLUSH_STOP:
      on_flush (self);
      break;
    case GST_EVENT_SEGMENT:
      on_segment (self, event);
      break;
    case GST_EVENT_GAP:
      on_gap (self, event);
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM:
      on_custom (self, event);
      break;
    case GST_EVENT_TAG: /* posted here, with the facade as source */
      on_tags (self, event);
      gst_event_unref (event);
      return TRUE;
    default:
      break;
  }

  return GST_BASE_SINK_CLASS (isr_writer_sink_parent_class)->event (sink, event);
}

static gboolean
isr_writer_sink_unlock (GstBaseSink *sink)
{
  IsrWriterSink *self = ISR_WRITER_SINK (sink);

  if (self->run.io)
    isr_io_thread_wake (self->run.io);
  return TRUE;
}

static gboolean
isr_writer_sink_unlock_stop (GstBaseSink *sink)
{
  IsrWriterSink *self = ISR_WRITER_SINK (sink);

  if (self->run.io)
    isr_io_thread_unwake (self->run.io);
  return TRUE;
}

/* --- class --- */

static void
isr_writer_sink_class_init (IsrWriterSinkClass *klass)
{
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  GstBaseSinkClass *sink = GST_BASE_SINK_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (isr_writer_sink_debug, "isrwritersink", 0, "ISR's writer");
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_set_static_metadata (element, "ISR writer", "Sink/File/Audio", "Writes one audio stream into files; a part of isrsplitsink", "The ISR authors");
  element->change_state = GST_DEBUG_FUNCPTR (isr_writer_sink_change_state);
  sink->render = GST_DEBUG_FUNCPTR (isr_writer_sink_render);
  sink->set_caps = GST_DEBUG_FUNCPTR (isr_writer_sink_set_caps);
  sink->event = GST_DEBUG_FUNCPTR (isr_writer_sink_event);
  sink->unlock = GST_DEBUG_FUNCPTR (isr_writer_sink_unlock);
  sink->unlock_stop = GST_DEBUG_FUNCPTR (isr_writer_sink_unlock_stop);
}

static void
isr_writer_sink_init (IsrWriterSink *self)
{
  GstBaseSink *sink = GST_BASE_SINK (self);

  self->verbs = isr_file_verbs_get_default ();
  self->read_clocks = isr_upstream_read_clocks;
  self->recorder_hooks = (IsrRecorderHooks){ self, ask_location, on_stream_tags, on_run_ended };
  gst_base_sink_set_sync (sink, FALSE);
  gst_base_sink_set_async_enabled (sink, FALSE);
  gst_base_sink_set_qos_enabled (sink, FALSE);
  gst_base_sink_set_last_sample_enabled (sink, FALSE);
  gst_base_sink_set_drop_out_of_segment (sink, FALSE);
}

GstElement *
isr_writer_sink_new (GstElement *facade, const IsrWriterHooks *hooks)
{
  IsrWriterSink *self = g_object_new (ISR_TYPE_WRITER_SINK, "name", "writer", NULL);

  self->facade = facade;
  self->hooks = hooks;
  return GST_ELEMENT (self);
}

void
isr_writer_sink_split_now (IsrWriterSink *self)
{
  g_atomic_int_set (&self->split_requested, TRUE);
}

void
isr_writer_sink_set_verbs (IsrWriterSink *self, const IsrFileVerbs *verbs)
{
  self->verbs = verbs;
}

void
isr_writer_sink_set_clocks (IsrWriterSink *self, IsrClockReader reader)
{
  self->read_clocks = reader;
}

GstStructure *
isr_writer_sink_get_stats (IsrWriterSink *self)
{
  IsrIoStats io;
  IsrRecorderStats recorder;

  GST_OBJECT_LOCK (self);
  io = self->io_stats;
  recorder = self->recorder_stats;
  GST_OBJECT_UNLOCK (self);
  return gst_structure_new ("isr-split-sink-stats",
      "files", G_TYPE_UINT64, io.files,
      "bytes", G_TYPE_UINT64, io.bytes,
      "samples", G_TYPE_UINT64, recorder.samples,
      "splits", G_TYPE_UINT64, recorder.splits,
      "position", G_TYPE_UINT64, recorder.position_ns,
      "pending-bytes", G_TYPE_UINT64, io.pending_bytes,
      "pending-ns", G_TYPE_UINT64, io.pending_ns,
      "pending-files", G_TYPE_UINT, io.pending_files,
      "lost-ns", G_TYPE_UINT64, io.lost_ns,
      "disk-failed", G_TYPE_BOOLEAN, io.failed,
      "last-split-us", G_TYPE_INT64, recorder.last_split_us,
      "max-split-us", G_TYPE_INT64, recorder.max_split_us, NULL);
}
