/* SPDX-License-Identifier: MIT */
/* app-record.c - the recorder: rooms, signals, main loop.
 *
 *   config -> catalog -> capture -> http -> loop -> the same backwards
 *
 * Whatever is wrong with what people wrote is told before anything is opened.
 * SIGHUP reads the configuration again (app-reload.c). After the first SIGTERM or SIGINT every source finishes its files; the loop
 * ends when the last one has. */
#include <glib-unix.h>

#include "daemon/app-rooms.h"
#include "daemon/core/log.h"
#include "daemon/core/memory.h"

/* --- rooms --------------------------------------------------------------- */

/* What status.json says is still so, but for the time and the shares of today. */
static gboolean
is_told (IsrApp *self, GPtrArray *states)
{
  guint done, total;

  return self->told && isr_control_says_same (states, self->told) && self->told_us == isr_catalog_get_condition (self->catalog)->since_us && !isr_catalog_is_looking (self->catalog, &done, &total);
}

static char *
make_status (gpointer data, gboolean needed)
{
  IsrApp *self = data;
  g_autoptr (GPtrArray) states = isr_control_states (isr_capture_get_control (self->capture));

  if (!needed && is_told (self, states))
    return NULL;
  g_clear_pointer (&self->told, g_ptr_array_unref);
  self->told = g_steal_pointer (&states);
  self->told_us = isr_catalog_get_condition (self->catalog)->since_us;
  return isr_http_dup_status (isr_capture_get_control (self->capture), self->catalog, self->config->timezone);
}

/* What machines look at. */
static void
open_windows (IsrApp *self)
{
  isr_app_open_metrics (self);
  self->notify = isr_notify_new (self->config, isr_capture_get_control (self->capture));
#ifdef ISR_WITH_MQTT
  if (self->config->mqtt_host)
    self->mqtt = isr_mqtt_new (self->config, self->capture, self->catalog);
#endif
}

static void
on_file_renamed (IsrCapture *capture, const char *old, IsrRecording *recording, IsrAnalysis *analysis)
{
  isr_analysis_file_renamed (analysis, old, recording);
}

static void
on_event (IsrCapture *capture, IsrEvent *event, IsrCatalog *catalog)
{
  if (event->state == ISR_EVENT_ENDED)
    isr_catalog_note_event (catalog, event);
}

static void
feed_analysis (IsrApp *self)
{
  g_signal_connect_object (self->capture, "levels", G_CALLBACK (isr_analysis_take_levels), self->analysis, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->capture, "event", G_CALLBACK (on_event), self->catalog, 0);
  g_signal_connect_object (self->capture, "file-opened", G_CALLBACK (isr_analysis_file_opened), self->analysis, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->capture, "file-closed", G_CALLBACK (isr_analysis_file_closed), self->analysis, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->capture, "file-renamed", G_CALLBACK (on_file_renamed), self->analysis, 0);
  g_signal_connect_object (self->capture, "file-lost", G_CALLBACK (isr_analysis_file_lost), self->analysis, G_CONNECT_SWAPPED);
}

static gboolean
open_rooms (IsrApp *self, GError **error)
{
  if (!isr_app_open_archive (self, TRUE, error))
    return FALSE;
  self->capture = isr_capture_new (self->config, NULL);
  isr_capture_feed (self->capture, self->catalog);
  feed_analysis (self);
  self->hooks = isr_hooks_new (self->config);
  isr_hooks_watch (self->hooks, self->capture, self->catalog);
  if (!isr_app_open_http (self, isr_capture_get_control (self->capture), error))
    return FALSE;
  open_windows (self);
  self->status_file = isr_status_file_new (self->config->state_directory, make_status, self);
  return TRUE;
}

/* --- running ------------------------------------------------------------- */

static void
on_hooks_done (gpointer data)
{
  g_main_loop_quit (((IsrApp *) data)->loop);
}

static void
on_stopped (GObject *object, GAsyncResult *result, gpointer data)
{
  IsrApp *self = data;

  g_autoptr (GError) error = NULL;

  if (!isr_capture_stop_finish (ISR_CAPTURE (object), result, &error)) {
    isr_log_error (NULL, "%s", error->message);
    self->status = ISR_EXIT_FAILED;
  }
  isr_capture_keep (self->capture);
  isr_hooks_finish (self->hooks, on_hooks_done, self);
}

static gboolean
on_signal (gpointer data)
{
  IsrApp *self = data;

  if (self->stopping) {
    isr_log_info (NULL, "still finishing the open files");
    return G_SOURCE_CONTINUE;
  }
  self->stopping = TRUE;
  isr_notify_stopping (self->notify);
  isr_log_info (NULL, "stopping: finishing the open files");
  isr_catalog_note_end (self->catalog, g_get_real_time ());
  isr_capture_stop_async (self->capture, on_stopped, self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_hangup (gpointer data)
{
  IsrApp *self = data;

  if (!self->stopping)
    isr_app_reload (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_tidy (gpointer none)
{
  isr_memory_tidy ();
  return G_SOURCE_CONTINUE;
}

static int
run (IsrApp *self)
{
  guint tidy = g_timeout_add_seconds (ISR_MEMORY_TIDY, on_tidy, NULL);
  guint hangup = g_unix_signal_add (SIGHUP, on_hangup, self);
  guint term = g_unix_signal_add (SIGTERM, on_signal, self);
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, self);

  isr_capture_recall (self->capture);
  isr_capture_take_unfinished (self->capture, g_steal_pointer (&self->unfinished));
  isr_capture_start (self->capture);
  isr_notify_ready (self->notify);
  g_main_loop_run (self->loop);
  g_source_remove (tidy);
  g_source_remove (hangup);
  g_source_remove (term);
  g_source_remove (interrupt);
  return self->status;
}

int
isr_app_record (const IsrCommandLine *line)
{
  g_auto (IsrApp) self = { .line = line };
  g_autoptr (GError) error = NULL;

  self.config = isr_app_config_load (line, &error);
  if (!self.config)
    return isr_app_fail (error);
  if (!isr_log_setup (isr_log_level_from_flags (self.config->log_level), self.config->log_file, &error))
    return isr_app_fail (error);
  isr_app_init_gst ();
  if (!isr_app_config_check_devices (self.config, &error))
    return isr_app_fail (error);
  self.loop = g_main_loop_new (NULL, FALSE);
  if (!open_rooms (&self, &error))
    return isr_app_fail (error);
  return run (&self);
}
