/* SPDX-License-Identifier: MIT */
/* source.c - what happens when, for one source.
 *
 * Every change of the state passes source_set(): there it gets its time, its
 * reason, its line in the log and its signal. Whether audio flows is asked once
 * a second: bytes that went into the sink, the same for all kinds of sources. */
#include "daemon/capture/source-private.h"

#include "daemon/capture/pipeline.h"
#include "daemon/capture/stream.h"
#include "daemon/core/error.h"
#include "daemon/core/log.h"
#include "plugins/messages.h"

#include <string.h>

#define RECOVERED (10 * G_TIME_SPAN_SECOND)       /* of audio: the failures are forgotten */
#define SOUNDCARD_STALL (3 * G_TIME_SPAN_SECOND)  /* sound servers deliver in bursts of up to 2 s */
#define SOUNDCARD_FIRST (30 * G_TIME_SPAN_SECOND) /* an open device may have nothing to say at first */
#define HUNG (40 * G_TIME_SPAN_SECOND)            /* beyond the stall: a name server may let a connection wait so long */
#define HUNG_STREAMING (4 * G_TIME_SPAN_SECOND)   /* ...: of a connection that isrhttpsrc would have given up itself */
#define OVERDUE 3                                 /* ticks: a process that was held is not a thread that hangs */
#define CONNECT_EXTRA (2 * G_TIME_SPAN_SECOND)    /* redirects, TLS, a far server */

G_DEFINE_FINAL_TYPE (IsrSource, isr_source, G_TYPE_OBJECT)

guint isr_source_signals[ISR_SOURCE_N_SIGNALS];

/* --- the one door --- */

static IsrLogLevel
get_log_level (IsrState state)
{
  if (state == ISR_STATE_FAILED)
    return ISR_LOG_ERROR;
  return state == ISR_STATE_WAITING_TO_RETRY ? ISR_LOG_WARNING : ISR_LOG_INFO;
}

void
isr_source_set (IsrSource *self, IsrState next, const char *reason, char *detail)
{
  IsrSourceState *state = self->state;

  isr_log (get_log_level (next), self->config->name, "%s: %s (%s)", isr_state_to_string (next), detail, reason);
  state->state = next;
  state->since_us = isr_clock_now (self->clock);
  state->retries = self->backoff.failures;
  if (next != ISR_STATE_WAITING_TO_RETRY)
    state->retry_at_us = 0;
  g_free (state->reason);
  state->reason = g_strdup (reason);
  g_free (state->detail);
  state->detail = detail;
  g_signal_emit (self, isr_source_signals[ISR_SOURCE_CHANGED], 0);
}

void
isr_source_warn (IsrSource *self, const char *code, gboolean on)
{
  if (isr_source_state_warn (self->state, code, on))
    g_signal_emit (self, isr_source_signals[ISR_SOURCE_CHANGED], 0);
}

static void
source_clear_warnings (IsrSource *self)
{
  isr_source_warn (self, ISR_WARNING_DISK, FALSE);
  isr_source_warn (self, ISR_WARNING_NO_DATA, FALSE);
  isr_source_warn (self, ISR_WARNING_CLOCK, FALSE);
  isr_source_warn (self, ISR_WARNING_NO_DECODER, FALSE);
  isr_source_end_health (self);
}

/* --- failing and trying again --- */

static void source_connect (IsrSource *self, const char *reason);

static gboolean
on_retry (gpointer data)
{
  IsrSource *self = data;

  self->retry = 0;
  if (!self->run) /* else when the old one has ended */
    source_connect (self, "retrying");
  return G_SOURCE_REMOVE;
}

static void
source_wait (IsrSource *self, const char *reason, const char *detail, gint64 wait)
{
  self->retry = g_timeout_add (MAX (1, wait / 1000), on_retry, self);
  self->state->retry_at_us = isr_clock_now (self->clock) + wait;
  isr_source_set (self, ISR_STATE_WAITING_TO_RETRY, reason, g_strdup_printf ("%s; next try in %.3g s", detail, wait / 1e6));
}

static void
source_fail (IsrSource *self, const char *reason, const char *detail)
{
  self->wanted = FALSE;
  isr_source_set (self, ISR_STATE_FAILED, reason, g_strdup_printf ("%s; given up after %u retries", detail, self->backoff.limit));
}

void
isr_source_end_run (IsrSource *self, const char *gap)
{
  self->ending = TRUE;
  self->audio_us = 0;
  g_clear_pointer (&self->tick, isr_beat_stop);
  source_clear_warnings (self);
  isr_run_end (self->run, gap);
}

static void
source_break (IsrSource *self, const char *gap, const char *reason, const char *detail)
{
  gint64 wait;

  if (self->ending)
    return;
  isr_source_end_run (self, gap);
  if (isr_backoff_fail (&self->backoff, g_random_double (), &wait))
    source_wait (self, reason, detail, self->again ? MIN (wait, ISR_BACKOFF_FIRST) : wait);
  else
    source_fail (self, reason, detail);
}

/* --- is there audio? --- */

static void
source_stalled (IsrSource *self, gint64 silent)
{
  g_autofree char *where = isr_words_where (self->config);
  g_autofree char *detail = g_strdup_printf ("%s: no audio came for %.3g s", where, silent / 1e6);
  gboolean answered = self->bytes > 0 || self->config->type != ISR_SOURCE_STREAM;

  source_break (self, ISR_GAP_STALLED, answered ? "stalled" : "timeout", detail);
}

/* How long nothing may come, µs. */
static gint64
get_patience (IsrSource *self)
{
  gint64 stall = self->config->stall / 1000;

  if (isr_stream_is_watched (self->config)) /* else its thread hangs, and tells nothing */
    return self->state->state == ISR_STATE_RECORDING ? stall + (self->streams ? HUNG_STREAMING : HUNG) : G_MAXINT64;
  if (self->config->type == ISR_SOURCE_STREAM)
    return self->bytes ? stall : stall + CONNECT_EXTRA;
  return self->bytes ? MAX (stall, SOUNDCARD_STALL) : MAX (stall, SOUNDCARD_FIRST);
}

static void
source_check_flow (IsrSource *self, IsrPipeline *pipeline)
{
  gsize bytes = isr_pipeline_get_bytes (pipeline);
  gint64 now = g_get_monotonic_time ();

  if (bytes != self->bytes) {
    self->state->bytes += bytes - self->bytes;
    self->state->heard_us = isr_clock_now (self->clock);
    self->bytes = bytes;
    self->progress_us = now;
    self->overdue = 0;
    isr_source_warn (self, ISR_WARNING_NO_DATA, FALSE);
    if (!self->audio_us)
      self->audio_us = now;
    if (self->backoff.failures && now - self->audio_us >= RECOVERED && self->state->state == ISR_STATE_RECORDING) {
      isr_backoff_reset (&self->backoff);
      self->state->retries = 0;
      g_signal_emit (self, isr_source_signals[ISR_SOURCE_CHANGED], 0);
    }
  } else if (now - self->progress_us >= get_patience (self)) {
    if (++self->overdue >= OVERDUE || !isr_stream_is_watched (self->config))
      source_stalled (self, now - self->progress_us);
  } else if (self->config->type != ISR_SOURCE_STREAM && now - self->progress_us >= SOUNDCARD_STALL) {
    isr_source_warn (self, ISR_WARNING_NO_DATA, TRUE);
  }
}

static void
source_check_device (IsrSource *self, IsrPipeline *pipeline)
{
  const char *strayed = isr_pipeline_get_strayed (pipeline);
  g_autofree char *detail = NULL;

  if (!strayed || self->ending)
    return;
  detail = g_strdup_printf ("device “%s” is gone: the sound server delivers “%s” instead, which is not recorded", self->config->device, strayed);
  source_break (self, ISR_GAP_DISCONNECTED, "disconnected", detail);
}

static void
on_tick (gpointer data)
{
  IsrSource *self = data;
  IsrPipeline *pipeline = isr_run_get_pipeline (self->run);

  if (pipeline) {
    isr_source_show_level (self);
    isr_source_check_overruns (self, pipeline);
    source_check_flow (self, pipeline);
    source_check_device (self, pipeline);
  }
}

/* --- what a run tells --- */

static void
on_started (gpointer data, const char *what)
{
  IsrSource *self = data;

  self->progress_us = g_get_monotonic_time ();
  isr_source_begin_hearing (self, isr_run_get_pipeline (self->run));
  isr_source_begin_handover (self, isr_run_get_pipeline (self->run));
  if (what)
    isr_log_info (self->config->name, "opening %s", what);
}

static void
on_message (gpointer data, const GstStructure *message)
{
  isr_source_take_news (data, message);
}

static void
on_fault (gpointer data, const IsrFault *fault)
{
  source_break (data, ISR_GAP_DISCONNECTED, fault->reason, fault->detail);
}

/* A file that was opened and never closed: gone, unless its part is still there
 * for the repair at the next start. */
static void
source_forget_file (IsrSource *self)
{
  g_autofree char *name = g_steal_pointer (&self->state->file);
  g_autofree char *path = name ? g_build_filename (self->all->output_directory, name, NULL) : NULL;
  g_autofree char *part = name ? g_strconcat (path, ".part", NULL) : NULL;

  if (name && !g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (part, G_FILE_TEST_EXISTS))
    g_signal_emit (self, isr_source_signals[ISR_SOURCE_FILE_LOST], 0, name);
}

static void
on_left (gpointer data, GstStructure *history)
{
  isr_source_end_handover (data, history);
}

static void
on_ended (gpointer data)
{
  IsrSource *self = data;

  self->run = NULL;
  self->ending = FALSE;
  g_clear_pointer (&self->tick, isr_beat_stop);
  source_forget_file (self);
  if (!self->wanted && self->state->state != ISR_STATE_FAILED)
    isr_source_set (self, ISR_STATE_STOPPED, "stopped", g_strdup ("stopped on request"));
  else if (self->wanted && !self->retry)
    source_connect (self, self->state->state == ISR_STATE_WAITING_TO_RETRY ? "retrying" : "starting");
  else
    g_signal_emit (self, isr_source_signals[ISR_SOURCE_CHANGED], 0);
  isr_source_end_hearing (self);
}

static void
on_late (gpointer data, const GstStructure *message)
{
  isr_source_take_late_news (data, message);
}

static void
on_released (gpointer data)
{
  g_object_unref (data); /* the run held it */
}

static const IsrRunFuncs run_funcs = { on_started, on_message, on_fault, on_left, on_ended, on_late, on_released };

static void
source_connect (IsrSource *self, const char *reason)
{
  self->bytes = 0;
  self->overdue = 0;
  self->streams = FALSE;
  self->audio_us = 0;
  self->state->disk_us = 0;
  self->again = FALSE;
  self->progress_us = g_get_monotonic_time ();
  self->tick = isr_beat_start (on_tick, self);
  isr_source_begin_health (self);
  self->run = isr_run_new (self->config, &run_funcs, g_object_ref (self));
  isr_source_set (self, ISR_STATE_CONNECTING, reason, isr_words_where (self->config));
}

/* --- what people ask --- */

void
isr_source_start (IsrSource *self)
{
  if (self->wanted && !self->retry)
    return;
  self->wanted = TRUE;
  isr_source_note_start (self);
  g_clear_handle_id (&self->retry, g_source_remove);
  isr_backoff_reset (&self->backoff);
  if (!self->run) /* else when the old one has ended */
    source_connect (self, "starting");
}

void
isr_source_try_now (IsrSource *self)
{
  self->again = self->run && !self->ending;
  if (!self->retry)
    return;
  isr_log_info (self->config->name, "a device appeared: tried now");
  g_clear_handle_id (&self->retry, g_source_remove);
  if (!self->run) /* else when the old one has ended */
    source_connect (self, "retrying");
}

void
isr_source_stop (IsrSource *self)
{
  isr_source_note_stop (self);
  isr_source_leave (self);
}

void
isr_source_leave (IsrSource *self)
{
  self->wanted = FALSE;
  g_clear_handle_id (&self->retry, g_source_remove);
  if (self->run && !self->ending)
    isr_source_end_run (self, NULL);
  else if (!self->run && self->state->state != ISR_STATE_STOPPED && self->state->state != ISR_STATE_FAILED)
    isr_source_set (self, ISR_STATE_STOPPED, "stopped", g_strdup ("stopped on request"));
}

gboolean
isr_source_split (IsrSource *self, GError **error)
{
  gboolean split = FALSE;

  if (self->state->state != ISR_STATE_RECORDING) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_BUSY, "[%s] records nothing now (%s): there is no file to be split", self->config->name, isr_state_to_string (self->state->state));
    return FALSE;
  }
  g_signal_emit_by_name (isr_pipeline_get_sink (isr_run_get_pipeline (self->run)), "split-now", &split);
  return TRUE;
}

const IsrSourceState *
isr_source_get_state (IsrSource *self)
{
  return self->state;
}

const IsrSourceConfig *
isr_source_get_config (IsrSource *self)
{
  return self->config;
}

gboolean
isr_source_is_quiet (IsrSource *self)
{
  return !self->run && !self->wanted && !self->ear && !self->fading;
}

/* --- the object --- */

static void
isr_source_dispose (GObject *object)
{
  IsrSource *self = ISR_SOURCE (object);

  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_pointer (&self->tick, isr_beat_stop);
  G_OBJECT_CLASS (isr_source_parent_class)->dispose (object);
}

static void
isr_source_finalize (GObject *object)
{
  IsrSource *self = ISR_SOURCE (object);

  isr_source_state_free (self->state);
  g_clear_pointer (&self->handover, isr_handover_free);
  isr_config_unref (self->all);
  G_OBJECT_CLASS (isr_source_parent_class)->finalize (object);
}

static guint
add_signal (IsrSourceClass *klass, const char *name, GType argument)
{
  guint n = argument == G_TYPE_NONE ? 0 : 1;

  return g_signal_new (name, G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, n, argument);
}

static void
isr_source_class_init (IsrSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = isr_source_dispose;
  object_class->finalize = isr_source_finalize;
  isr_source_signals[ISR_SOURCE_CHANGED] = add_signal (klass, "changed", G_TYPE_NONE);
  isr_source_signals[ISR_SOURCE_FILE_OPENED] = add_signal (klass, "file-opened", G_TYPE_POINTER);
  isr_source_signals[ISR_SOURCE_FILE_CLOSED] = add_signal (klass, "file-closed", G_TYPE_POINTER);
  isr_source_signals[ISR_SOURCE_LEVELS] = add_signal (klass, "levels", G_TYPE_POINTER);
  isr_source_signals[ISR_SOURCE_EVENT] = add_signal (klass, "event", G_TYPE_POINTER);
  isr_source_signals[ISR_SOURCE_TITLE] = add_signal (klass, "title", G_TYPE_POINTER);
  isr_source_signals[ISR_SOURCE_FILE_LOST] = add_signal (klass, "file-lost", G_TYPE_STRING);
  isr_source_signals[ISR_SOURCE_FILE_RENAMED] = g_signal_new ("file-renamed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_POINTER);
}

static void
isr_source_init (IsrSource *self)
{
}

IsrSource *
isr_source_new (IsrConfig *config, guint index, const IsrClock *clock)
{
  IsrSource *self = g_object_new (ISR_TYPE_SOURCE, NULL);

  self->all = isr_config_ref (config);
  self->config = config->sources->pdata[index];
  self->clock = clock;
  self->backoff = (IsrBackoff){ self->config->retry_delay / 1000, self->config->max_retries, 0 };
  self->state = isr_source_state_new (self->config->name, isr_source_type_to_string (self->config->type));
  self->state->since_us = isr_clock_now (clock);
  self->state->reason = g_strdup ("configured");
  self->state->detail = g_strdup ("not started yet");
  return self;
}
