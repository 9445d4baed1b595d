/* SPDX-License-Identifier: MIT */
/* capture.c - the sources as a whole. Each looks after itself; here they are only
 * found by name, started and stopped together, and their signals handed on. */
#include "daemon/capture/capture-private.h"

#include "daemon/core/error.h"

#define STOP_LIMIT 20 /* s: the 10 s of a source, and time to write */

G_DEFINE_FINAL_TYPE (IsrCapture, isr_capture, G_TYPE_OBJECT)

enum {
  STATE_CHANGED,
  FILE_OPENED,
  FILE_CLOSED,
  FILE_LOST,
  TITLE,
  FILE_RENAMED,
  LEVELS,
  EVENT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/* --- IsrControl --- */

static IsrSource *
find_source (IsrCapture *self, const char *name, GError **error)
{
  for (guint i = 0; i < self->sources->len; i++)
    if (g_str_equal (isr_source_get_config (self->sources->pdata[i])->name, name))
      return self->sources->pdata[i];
  g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "there is no source “%s”", name);
  return NULL;
}

static gboolean
control_start (gpointer self, const char *name, GError **error)
{
  IsrSource *source = find_source (self, name, error);

  if (source && ISR_CAPTURE (self)->stop) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_BUSY, "[%s] can not be started: all recording is being stopped", name);
    return FALSE;
  }
  if (source && !isr_capture_is_leaving (ISR_CAPTURE (self), name)) /* else it is started when that is gone */
    isr_source_start (source);
  return source != NULL;
}

static gboolean
control_stop (gpointer self, const char *name, GError **error)
{
  IsrSource *source = find_source (self, name, error);

  if (source)
    isr_source_stop (source);
  return source != NULL;
}

static gboolean
control_split (gpointer self, const char *name, GError **error)
{
  IsrSource *source = find_source (self, name, error);

  return source && isr_source_split (source, error);
}

static GPtrArray *
control_states (gpointer data)
{
  IsrCapture *self = data;
  GPtrArray *states = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_state_free);

  for (guint i = 0; i < self->sources->len; i++)
    g_ptr_array_add (states, isr_source_state_copy (isr_source_get_state (self->sources->pdata[i])));
  return states;
}

const IsrControl *
isr_capture_get_control (IsrCapture *self)
{
  return &self->control;
}

/* --- stopping --- */

static void
add_unquiet (GPtrArray *names, GPtrArray *sources)
{
  for (guint i = 0; i < sources->len; i++)
    if (!isr_source_is_quiet (sources->pdata[i]))
      g_ptr_array_add (names, isr_source_get_config (sources->pdata[i])->name);
}

static char *
list_unquiet (IsrCapture *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  add_unquiet (names, self->sources);
  add_unquiet (names, self->leaving);
  g_ptr_array_add (names, NULL);
  return names->len > 1 ? g_strjoinv (", ", (char **) names->pdata) : NULL;
}

static void
capture_check_stopped (IsrCapture *self)
{
  g_autofree char *unquiet = self->stop ? list_unquiet (self) : NULL;
  g_autoptr (GTask) task = NULL;

  if (!self->stop || unquiet)
    return;
  task = g_steal_pointer (&self->stop);
  g_clear_handle_id (&self->stop_limit, g_source_remove);
  g_task_return_boolean (task, TRUE);
}

static gboolean
on_stop_limit (gpointer data)
{
  IsrCapture *self = data;
  g_autoptr (GTask) task = g_steal_pointer (&self->stop);
  g_autofree char *unquiet = list_unquiet (self);

  self->stop_limit = 0;
  g_task_return_new_error (task, ISR_ERROR, ISR_ERROR_FAILED, "not stopped within %d s: %s; what they wrote is kept as .part and repaired at the next start", STOP_LIMIT, unquiet);
  return G_SOURCE_REMOVE;
}

void
isr_capture_stop_async (IsrCapture *self, GAsyncReadyCallback callback, gpointer data)
{
  g_return_if_fail (!self->stop);

  g_clear_pointer (&self->watch, isr_watch_free);
  self->stop = g_task_new (self, NULL, callback, data);
  self->stop_limit = g_timeout_add_seconds (STOP_LIMIT, on_stop_limit, self);
  for (guint i = 0; i < self->sources->len; i++)
    isr_source_leave (self->sources->pdata[i]);
  capture_check_stopped (self);
}

gboolean
isr_capture_stop_finish (IsrCapture *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
on_device (gpointer data)
{
  isr_capture_try_cards (data);
}

void
isr_capture_try_cards (IsrCapture *self)
{

  for (guint i = 0; i < self->sources->len; i++)
    if (isr_source_get_config (self->sources->pdata[i])->type == ISR_SOURCE_SOUNDCARD)
      isr_source_try_now (self->sources->pdata[i]);
}

void
isr_capture_watch (IsrCapture *self)
{
  g_clear_pointer (&self->watch, isr_watch_free);
  self->watch = isr_watch_new (self->config, on_device, self);
}

void
isr_capture_start (IsrCapture *self)
{
  if (!self->watch)
    isr_capture_watch (self);
  for (guint i = 0; i < self->sources->len; i++)
    isr_capture_begin (self, self->sources->pdata[i]);
  g_clear_pointer (&self->unfinished, g_ptr_array_unref);
}

/* --- the news --- */

static void
on_changed (IsrSource *source, gpointer data)
{
  IsrCapture *self = data;

  g_signal_emit (self, signals[STATE_CHANGED], 0, isr_source_get_state (source));
  isr_capture_tidy (self);
  capture_check_stopped (self);
}

static void
on_file_opened (IsrSource *source, IsrRecording *recording, gpointer data)
{
  g_signal_emit (data, signals[FILE_OPENED], 0, recording);
}

static void
on_file_closed (IsrSource *source, IsrRecording *recording, gpointer data)
{
  g_signal_emit (data, signals[FILE_CLOSED], 0, recording);
}

static void
on_file_lost (IsrSource *source, const char *name, gpointer data)
{
  g_signal_emit (data, signals[FILE_LOST], 0, name);
}

static void
on_title (IsrSource *source, IsrTitle *title, gpointer data)
{
  g_signal_emit (data, signals[TITLE], 0, title);
}

static void
on_file_renamed (IsrSource *source, const char *old, IsrRecording *recording, gpointer data)
{
  g_signal_emit (data, signals[FILE_RENAMED], 0, old, recording);
}

static void
on_levels (IsrSource *source, IsrLevels *levels, gpointer data)
{
  g_signal_emit (data, signals[LEVELS], 0, levels);
}

static void
on_event (IsrSource *source, IsrEvent *event, gpointer data)
{
  g_signal_emit (data, signals[EVENT], 0, event);
}

IsrSource *
isr_capture_make (IsrCapture *self, guint index)
{
  IsrSource *source = isr_source_new (self->config, index, self->clock);

  g_signal_connect_object (source, "changed", G_CALLBACK (on_changed), self, 0);
  g_signal_connect_object (source, "file-opened", G_CALLBACK (on_file_opened), self, 0);
  g_signal_connect_object (source, "file-closed", G_CALLBACK (on_file_closed), self, 0);
  g_signal_connect_object (source, "file-lost", G_CALLBACK (on_file_lost), self, 0);
  g_signal_connect_object (source, "title", G_CALLBACK (on_title), self, 0);
  g_signal_connect_object (source, "file-renamed", G_CALLBACK (on_file_renamed), self, 0);
  g_signal_connect_object (source, "levels", G_CALLBACK (on_levels), self, 0);
  g_signal_connect_object (source, "event", G_CALLBACK (on_event), self, 0);
  return source;
}

/* --- the object --- */

static void
isr_capture_finalize (GObject *object)
{
  IsrCapture *self = ISR_CAPTURE (object);

  g_clear_handle_id (&self->stop_limit, g_source_remove);
  g_clear_pointer (&self->watch, isr_watch_free);
  g_clear_handle_id (&self->tidying, g_source_remove);
  g_ptr_array_unref (self->sources);
  g_ptr_array_unref (self->leaving);
  g_clear_pointer (&self->unfinished, g_ptr_array_unref);
  g_clear_pointer (&self->config, isr_config_unref);
  G_OBJECT_CLASS (isr_capture_parent_class)->finalize (object);
}

static guint
add_signal (IsrCaptureClass *klass, const char *name, GType argument)
{
  return g_signal_new (name, G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, argument);
}

static void
isr_capture_class_init (IsrCaptureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = isr_capture_finalize;
  signals[STATE_CHANGED] = add_signal (klass, "state-changed", G_TYPE_POINTER);
  signals[FILE_OPENED] = add_signal (klass, "file-opened", G_TYPE_POINTER);
  signals[FILE_CLOSED] = add_signal (klass, "file-closed", G_TYPE_POINTER);
  signals[FILE_LOST] = add_signal (klass, "file-lost", G_TYPE_STRING);
  signals[TITLE] = add_signal (klass, "title", G_TYPE_POINTER);
  signals[LEVELS] = add_signal (klass, "levels", G_TYPE_POINTER);
  signals[EVENT] = add_signal (klass, "event", G_TYPE_POINTER);
  signals[FILE_RENAMED] = g_signal_new ("file-renamed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_POINTER);
}

static void
isr_capture_init (IsrCapture *self)
{
  self->sources = g_ptr_array_new_with_free_func (g_object_unref);
  self->leaving = g_ptr_array_new_with_free_func (g_object_unref);
  self->control = (IsrControl){ control_start, control_stop, control_split, control_states, self };
}

IsrCapture *
isr_capture_new (IsrConfig *config, const IsrClock *clock)
{
  IsrCapture *self = g_object_new (ISR_TYPE_CAPTURE, NULL);

  self->config = isr_config_ref (config);
  self->clock = clock;
  for (guint i = 0; i < config->sources->len; i++)
    g_ptr_array_add (self->sources, isr_capture_make (self, i));
  return self;
}
