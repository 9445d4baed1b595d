/* SPDX-License-Identifier: MIT */
/* run.c - a chain of steps, each in a worker, each reported to the main loop. */
#include "daemon/capture/run.h"

#include "daemon/capture/alsalog.h"
#include "daemon/capture/mailbox.h"
#include "daemon/capture/handover.h"
#include "daemon/capture/pipeline.h"
#include "daemon/capture/probe.h"
#include "daemon/core/error.h"
#include "daemon/core/log.h"
#include "plugins/messages.h"

#include <string.h>

#define DRAIN_LIMIT 10 /* s */
#define CLOSE_LIMIT 15 /* s */

static G_DEFINE_QUARK (isr_heard, isr_heard)

    typedef enum {
      RUN_BUILDING, /* no pipeline yet */
      RUN_RUNNING,  /* on its way to PLAYING, or there */
      RUN_DRAINING, /* EOS is on its way through */
      RUN_CLOSING,  /* READY, then NULL */
    } Phase;

struct _IsrRun {
  const IsrSourceConfig *config;
  const IsrRunFuncs *funcs;
  gpointer data;

  Phase phase;
  IsrPipeline *pipeline;
  IsrMailbox *mailbox;       /* what the pipeline says */
  guint limit;               /* of draining, then of closing */
  GCancellable *cancellable; /* of the probe */
  gboolean broken;           /* a fault was found; it may still be looked into */
  gboolean wants_end;
  gboolean behind; /* it hangs, and was told to have ended */
  const char *gap; /* why it is ended; NULL: asked for */
};

/* --- work in a worker, then a step on the main loop --- */

typedef void (*Step) (IsrRun *self);

typedef struct {
  IsrRun *run;
  IsrPipeline *pipeline;
  const char *gap;
  void (*work) (IsrPipeline *pipeline, const char *gap);
  Step then;
} Job;

static gboolean
on_worked (gpointer data)
{
  Job *job = data;

  if (job->then)
    job->then (job->run);
  isr_pipeline_unref (job->pipeline);
  g_free (job);
  return G_SOURCE_REMOVE;
}

static void
work (GstElement *element, gpointer data)
{
  Job *job = data;

  job->work (job->pipeline, job->gap);
  g_idle_add (on_worked, job);
}

static void
run_work (IsrRun *self, void (*func) (IsrPipeline *pipeline, const char *gap), Step then)
{
  Job *job = g_new (Job, 1);

  *job = (Job){ self, isr_pipeline_ref (self->pipeline), self->gap, func, then };
  gst_element_call_async (isr_pipeline_get_element (self->pipeline), work, job, NULL);
}

static void
work_play (IsrPipeline *pipeline, const char *gap)
{
  gst_element_set_state (isr_pipeline_get_element (pipeline), GST_STATE_PLAYING);
}

static void
work_eos (IsrPipeline *pipeline, const char *gap)
{
  isr_pipeline_read_out (pipeline);
  gst_element_send_event (isr_pipeline_get_element (pipeline), gst_event_new_eos ());
}

static void
work_ready (IsrPipeline *pipeline, const char *gap)
{
  isr_pipeline_read_out (pipeline);
  if (gap)
    isr_pipeline_push_gap (pipeline, gap);
  gst_element_set_state (isr_pipeline_get_element (pipeline), GST_STATE_READY);
}

static void
work_null (IsrPipeline *pipeline, const char *gap)
{
  gst_element_set_state (isr_pipeline_get_element (pipeline), GST_STATE_NULL);
}

/* --- the end --- */

static void
run_free (IsrRun *self)
{
  const IsrRunFuncs *funcs = self->funcs;
  gpointer data = self->data;
  GstStructure *history = self->pipeline ? isr_handover_take_history (isr_pipeline_get_source (self->pipeline)) : NULL;

  if (history && !self->behind)
    funcs->left (data, g_steal_pointer (&history));
  g_clear_pointer (&history, gst_structure_free);
  g_clear_handle_id (&self->limit, g_source_remove);
  g_clear_pointer (&self->pipeline, isr_pipeline_unref);
  g_object_unref (self->cancellable);
  if (!self->behind)
    funcs->ended (data);
  g_free (self);
  funcs->released (data);
}

/* What the elements said while they stopped is waiting still. */
static void
step_empty_mailbox (IsrRun *self)
{
  isr_mailbox_deliver ();
  g_clear_pointer (&self->mailbox, isr_mailbox_close);
  run_work (self, work_null, run_free);
}

static gboolean
on_close_limit (gpointer data)
{
  IsrRun *self = data;

  self->limit = 0;
  isr_log_error (self->config->name, "does not close within %d s, the driver hangs: left behind", CLOSE_LIMIT);
  self->behind = TRUE;
  self->funcs->ended (self->data);
  return G_SOURCE_REMOVE;
}

static void
run_close (IsrRun *self)
{
  if (self->phase == RUN_CLOSING)
    return;
  self->phase = RUN_CLOSING;
  g_clear_handle_id (&self->limit, g_source_remove);
  self->limit = g_timeout_add_seconds (CLOSE_LIMIT, on_close_limit, self);
  g_cancellable_cancel (self->cancellable);
  run_work (self, work_ready, step_empty_mailbox);
}

static gboolean
on_limit (gpointer data)
{
  IsrRun *self = data;

  self->limit = 0;
  isr_log_warning (self->config->name, "did not end within %d s of being stopped: closed as it is", DRAIN_LIMIT);
  run_close (self);
  return G_SOURCE_REMOVE;
}

void
isr_run_end (IsrRun *self, const char *gap)
{
  if (self->wants_end)
    return;
  self->wants_end = TRUE;
  self->gap = gap;
  if (self->phase == RUN_BUILDING)
    return; /* on_built goes on */
  if (!gap)
    isr_pipeline_expect_end (self->pipeline);
  if (gap || self->broken || isr_pipeline_get_bytes (self->pipeline) == 0) {
    run_close (self);
    return;
  }
  self->phase = RUN_DRAINING;
  self->limit = g_timeout_add_seconds (DRAIN_LIMIT, on_limit, self);
  run_work (self, work_eos, NULL);
}

/* --- what the pipeline says --- */

/* Takes @fault. */
static void
run_fault (IsrRun *self, IsrFault *fault)
{
  isr_words_advise (self->config, fault);
  if (!self->wants_end)
    self->funcs->fault (self->data, fault);
  isr_fault_free (fault);
}

/* The server can be connected to: then what broke is the stream itself. */
static void
on_probed (IsrFault *fault, gpointer data)
{
  IsrRun *run = data;
  g_autofree char *where = isr_words_where (run->config);

  if (!fault && isr_pipeline_get_bytes (run->pipeline) > 0)
    fault = isr_fault_new ("dropped", "%s: the connection broke", where);
  else if (!fault)
    fault = isr_fault_new ("timeout", "%s: connected, but no audio came within %.3g s", where, run->config->stall / 1e9);
  run_fault (run, fault);
}

/* The cause is not in the message: ask the address itself. */
static void
look_into (IsrRun *self)
{
  guint limit = CLAMP (self->config->stall / (gint64) GST_SECOND, 1, 10);

  isr_probe_url (self->config->url, limit, self->cancellable, on_probed, self);
}

static void
on_error (IsrRun *self, GstMessage *message)
{
  const char *heard = gst_mini_object_get_qdata (GST_MINI_OBJECT (message), isr_heard_quark ());
  g_autoptr (IsrFault) fault = isr_words_from_message (self->config, message, heard);

  isr_log_debug (self->config->name, "error of the pipeline: %s", fault->detail);
  if (self->phase == RUN_DRAINING)
    run_close (self);
  if (self->broken || self->wants_end)
    return;
  self->broken = TRUE;
  if (fault->reason)
    run_fault (self, g_steal_pointer (&fault));
  else
    look_into (self);
}

static void
on_eos (IsrRun *self)
{
  g_autofree char *where = isr_words_where (self->config);

  if (self->phase == RUN_DRAINING) {
    run_close (self);
  } else if (!self->broken && !self->wants_end) {
    self->broken = TRUE;
    run_fault (self, isr_fault_new (self->config->type == ISR_SOURCE_STREAM ? "dropped" : "disconnected", "%s: %s", where, self->config->type == ISR_SOURCE_STREAM ? "the server ended the stream" : "it ended by itself"));
  }
}

static void
on_warning (IsrRun *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;

  gst_message_parse_warning (message, &error, NULL);
  if (!g_error_matches (error, GST_CORE_ERROR, GST_CORE_ERROR_CLOCK)) /* an overrun: its source tells it */
    isr_log_warning (self->config->name, "%s", error->message);
}

static void
on_message (GstMessage *message, gpointer data)
{
  IsrRun *self = data;
  const GstStructure *structure = gst_message_get_structure (message);

  if (self->behind) {
    if (structure && gst_structure_has_name (structure, ISR_MESSAGE_FILE_CLOSED))
      self->funcs->late (self->data, structure);
    return;
  }
  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      on_error (self, message);
      break;
    case GST_MESSAGE_EOS:
      on_eos (self);
      break;
    case GST_MESSAGE_WARNING:
      on_warning (self, message);
      break;
    case GST_MESSAGE_ELEMENT:
      self->funcs->message (self->data, structure);
      break;
    default:
      break;
  }
}

/* In the thread that posts. What ALSA said in it belongs to the error. */
static gboolean
is_wanted (GstMessage *message)
{
  const GstStructure *structure = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_mini_object_set_qdata (GST_MINI_OBJECT (message), isr_heard_quark (), isr_alsalog_take (), g_free);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT)
    return structure && g_str_has_prefix (gst_structure_get_name (structure), "isr-");
  return GST_MESSAGE_TYPE (message) & (GST_MESSAGE_ERROR | GST_MESSAGE_EOS | GST_MESSAGE_WARNING);
}

/* --- the beginning --- */

static void
run_play (IsrRun *self)
{
  self->phase = RUN_RUNNING;
  self->mailbox = isr_mailbox_new (isr_pipeline_get_element (self->pipeline), is_wanted, on_message, self);
  self->funcs->started (self->data, isr_pipeline_get_what (self->pipeline));
  run_work (self, work_play, NULL);
}

static void
on_built (GObject *none, GAsyncResult *result, gpointer data)
{
  IsrRun *self = data;
  g_autoptr (GError) error = NULL;

  self->pipeline = g_task_propagate_pointer (G_TASK (result), &error);
  if (!self->pipeline) {
    self->broken = TRUE;
    run_fault (self, isr_words_from_build (self->config, error));
    self->wants_end = TRUE; /* nothing is left to be ended */
  }
  if (self->wants_end)
    run_free (self);
  else
    run_play (self);
}

static void
build (GTask *task, gpointer none, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  IsrPipeline *pipeline = isr_pipeline_new (data, &error);

  if (pipeline)
    g_task_return_pointer (task, pipeline, (GDestroyNotify) isr_pipeline_unref);
  else
    g_task_return_error (task, error);
}

IsrRun *
isr_run_new (const IsrSourceConfig *config, const IsrRunFuncs *funcs, gpointer data)
{
  IsrRun *self = g_new0 (IsrRun, 1);
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_built, self);

  self->config = config;
  self->funcs = funcs;
  self->data = data;
  self->cancellable = g_cancellable_new ();
  g_task_set_task_data (task, (gpointer) config, NULL);
  g_task_run_in_thread (task, build);
  return self;
}

struct _IsrPipeline *
isr_run_get_pipeline (IsrRun *self)
{
  return self->pipeline;
}
