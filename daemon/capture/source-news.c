/* SPDX-License-Identifier: MIT */
/* source-news.c - what the elements of a source tell, a row a message.
 *
 * Each becomes a value (message.c, stream.c) and goes out as a signal, or it
 * changes the state through its one door. */
#include "daemon/capture/source-private.h"

#include "daemon/capture/message.h"
#include "daemon/capture/pipeline.h"
#include "daemon/capture/stream.h"
#include "daemon/capture/words.h"
#include "daemon/core/log.h"
#include "plugins/messages.h"

/* What comes is recorded whatever it is: a recorder that waits for the right thing has nothing. */
static void
check_format (IsrSource *self, const char *format)
{
  gboolean promised = isr_stream_is_promised (self->config, format);

  if (!promised && !g_strv_contains ((const char *const *) self->state->warnings, ISR_WARNING_FORMAT))
    isr_log_warning (self->config->name, "the stream is %s, not %s as the configuration says: it is recorded all the same; write format = auto, or the address of the right stream", format, self->config->format);
  isr_source_warn (self, ISR_WARNING_FORMAT, !promised);
}

static void
on_opened (IsrSource *self, const GstStructure *message)
{
  g_autoptr (IsrRecording) recording = isr_message_to_recording (message, self->config->name, self->all->output_directory);
  IsrPipeline *pipeline = isr_run_get_pipeline (self->run);
  const char *what = isr_pipeline_get_what (pipeline);
  const char *format = gst_structure_get_string (message, "format");
  g_autofree char *where = isr_words_where (self->config);
  gboolean unsynced = FALSE;

  self->wanted_us = 0;
  gst_structure_get_boolean (message, "unsynced", &unsynced);
  isr_source_warn (self, ISR_WARNING_CLOCK, unsynced);
  check_format (self, format);
  g_free (self->state->file);
  self->state->file = g_strdup (recording->name);
  g_signal_emit (self, isr_source_signals[ISR_SOURCE_FILE_OPENED], 0, recording);
  isr_source_hear_file (self, recording);
  if (self->state->state == ISR_STATE_CONNECTING)
    isr_source_set (self, ISR_STATE_RECORDING, "connected", g_strdup_printf ("%s as %s", what ? what : where, format ? format : "?"));
  else
    g_signal_emit (self, isr_source_signals[ISR_SOURCE_CHANGED], 0);
}

static void
tell_closed (IsrSource *self, const IsrRecording *recording)
{
  isr_log_info (self->config->name, "%s: %.1f s, %" G_GUINT64_FORMAT " bytes (%s)", recording->name, isr_recording_get_duration (recording), recording->bytes, recording->reason);
  g_signal_emit (self, isr_source_signals[ISR_SOURCE_FILE_CLOSED], 0, recording);
  if (!recording->samples) /* why it ended is told; there is no file */
    g_signal_emit (self, isr_source_signals[ISR_SOURCE_FILE_LOST], 0, recording->name);
}

static void
on_closed (IsrSource *self, const GstStructure *message)
{
  g_autoptr (IsrRecording) recording = isr_message_to_recording (message, self->config->name, self->all->output_directory);

  if (!self->wanted && g_strcmp0 (recording->reason, ISR_CLOSE_EOS) == 0) {
    g_free (recording->reason); /* the sink sees the end of the stream, we know why */
    recording->reason = g_strdup (ISR_CLOSE_STOP);
  }
  isr_source_note_end_of_file (self, recording);
  if (g_strcmp0 (recording->name, self->state->file) == 0)
    g_clear_pointer (&self->state->file, g_free);
  tell_closed (self, recording);
}

void
isr_source_take_late_news (IsrSource *self, const GstStructure *message)
{
  g_autoptr (IsrRecording) recording = isr_message_to_recording (message, self->config->name, self->all->output_directory);

  tell_closed (self, recording);
}

static void
on_renamed (IsrSource *self, const GstStructure *message)
{
  g_autoptr (IsrRecording) recording = isr_message_to_recording (message, self->config->name, self->all->output_directory);
  g_autofree char *old = isr_message_get_name (self->all->output_directory, gst_structure_get_string (message, "location"));

  isr_log_info (self->config->name, "the clock is set: %s is %s now", old, recording->name);
  g_signal_emit (self, isr_source_signals[ISR_SOURCE_FILE_RENAMED], 0, old, recording);
}

static void
on_disk (IsrSource *self, const GstStructure *message)
{
  gboolean failed = g_strcmp0 (gst_structure_get_string (message, "state"), "failed") == 0;
  const char *detail = gst_structure_get_string (message, "detail");
  gint64 written_us = isr_clock_now (self->clock);
  guint64 lost = 0;

  gst_structure_get_int64 (message, "written-utc-us", &written_us);
  gst_structure_get_uint64 (message, "lost", &lost);
  isr_log (failed ? ISR_LOG_ERROR : ISR_LOG_INFO, self->config->name, "%s: %s; %.3g s of audio lost so far", failed ? "the disk fails" : "the disk works again", detail ? detail : "", lost / 1e9);
  self->state->disk_us = failed ? written_us : 0;
  isr_source_warn (self, ISR_WARNING_DISK, failed);
}

static void
on_stream (IsrSource *self, const GstStructure *message)
{
  IsrStreamNews news;

  self->streams = g_strcmp0 (gst_structure_get_string (message, "state"), "streaming") == 0;
  self->overdue = 0;
  if (self->ending || !isr_stream_news_read (&news, message, self->state->state))
    return;
  if (news.state != ISR_STATE_RECORDING)
    self->audio_us = 0;
  self->progress_us = g_get_monotonic_time ();
  self->backoff.failures += news.state == ISR_STATE_WAITING_TO_RETRY;
  self->state->retry_at_us = isr_clock_now (self->clock) + news.wait;
  if (news.state == ISR_STATE_FAILED) {
    self->wanted = FALSE;
    isr_source_end_run (self, ISR_GAP_DISCONNECTED);
  }
  isr_source_set (self, news.state, news.reason, g_strdup (news.detail));
}

static void
on_title (IsrSource *self, const GstStructure *message)
{
  g_autoptr (IsrTitle) title = isr_message_to_title (message, self->config->name);

  if (title)
    g_signal_emit (self, isr_source_signals[ISR_SOURCE_TITLE], 0, title);
}

static const struct {
  const char *name;
  void (*handle) (IsrSource *self, const GstStructure *message);
} messages[] = {
  { ISR_MESSAGE_FILE_OPENED, on_opened },
  { ISR_MESSAGE_FILE_CLOSED, on_closed },
  { ISR_MESSAGE_FILE_RENAMED, on_renamed },
  { ISR_MESSAGE_DISK, on_disk },
  { ISR_MESSAGE_STREAM, on_stream },
  { ISR_MESSAGE_TITLE, on_title },
  { ISR_MESSAGE_LEVEL, isr_source_hear },
  { ISR_MESSAGE_EVENT, isr_source_hear },
};

void
isr_source_take_news (IsrSource *self, const GstStructure *message)
{
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    if (gst_structure_has_name (message, messages[i].name))
      messages[i].handle (self, message);
}
