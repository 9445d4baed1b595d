/* SPDX-License-Identifier: MIT */
/* app-rooms.c - opened from the archive outwards, closed the other way. */
#include "daemon/app-rooms.h"

#include <gst/gst.h>

#include "daemon/archive/storage.h"
#include "daemon/capture/alsalog.h"
#include "daemon/core/error.h"
#include "daemon/core/files-limit.h"
#include "daemon/core/log.h"
#include "plugins/elements.h"

void
isr_app_clear (IsrApp *self)
{
  g_clear_pointer (&self->status_file, isr_status_file_free);
  g_clear_pointer (&self->told, g_ptr_array_unref);
  g_clear_pointer (&self->doctor, isr_doctor_keeper_free);
  g_clear_pointer (&self->http, isr_http_free);
  g_clear_pointer (&self->viewer, isr_viewer_free);
  g_clear_pointer (&self->hooks, isr_hooks_free);
#ifdef ISR_WITH_MQTT
  g_clear_pointer (&self->mqtt, isr_mqtt_free);
#endif
  g_clear_pointer (&self->metrics, isr_metrics_free);
  g_clear_pointer (&self->notify, isr_notify_free);
  g_clear_object (&self->capture);
  g_clear_pointer (&self->unfinished, g_ptr_array_unref);
  if (self->analysis)
    isr_analysis_close (self->analysis);
  g_clear_object (&self->analysis);
  g_clear_pointer (&self->retention, isr_retention_free);
  if (self->catalog)
    isr_catalog_close (self->catalog);
  g_clear_object (&self->catalog);
  g_clear_pointer (&self->config, isr_config_unref);
  g_clear_pointer (&self->loop, g_main_loop_unref);
}

void
isr_app_init_gst (void)
{
  gst_init (NULL, NULL);
  isr_alsalog_install ();
  isr_elements_register (NULL);
#ifdef ISR_WITH_HTTP
  isr_http_elements_register (NULL);
#endif
}

static int
exit_status (const GError *error)
{
  gboolean usage = g_error_matches (error, ISR_ERROR, ISR_ERROR_USAGE) || g_error_matches (error, ISR_ERROR, ISR_ERROR_CONFIG)
                   || g_error_matches (error, ISR_ERROR, ISR_ERROR_LOCKED);

  return usage ? ISR_EXIT_USAGE : ISR_EXIT_FAILED;
}

int
isr_app_fail (const GError *error)
{
  g_printerr ("isr: %s\n", error->message);
  return exit_status (error);
}

static void
on_reconciled (GObject *object, GAsyncResult *result, gpointer data)
{
  IsrApp *self = data;
  g_autoptr (GError) error = NULL;

  if (!isr_catalog_reconcile_finish (ISR_CATALOG (object), result, &error)) {
    isr_log_error (NULL, "the archive could not be looked through: %s", error->message);
    return;
  }
  isr_analysis_tidy (self->analysis);
  if (self->http)
    isr_http_set_ready (self->http, TRUE);
}

gboolean
isr_app_open_archive (IsrApp *self, gboolean writable, GError **error)
{
  isr_files_limit_raise ();
  self->catalog = isr_catalog_open (self->config->output_directory, self->config->state_directory, writable, error);
  if (!self->catalog)
    return FALSE;
  isr_catalog_configure (self->catalog, self->config);
  if (writable)
    self->retention = isr_retention_new (self->catalog, NULL);
  self->analysis = isr_analysis_new (self->config, self->catalog, writable);
  if (writable)
    self->unfinished = isr_unfinished_find (self->catalog, self->config);
  isr_catalog_reconcile_async (self->catalog, on_reconciled, self);
  return TRUE;
}

gboolean
isr_app_open_http (IsrApp *self, const IsrControl *control, GError **error)
{
  if (!self->config->listen_host)
    return TRUE;
  self->http = isr_http_new (self->config, self->catalog, control, error);
  if (!self->http)
    return FALSE;
  self->doctor = isr_doctor_keeper_new (self->config);
  isr_http_serve_later (self->http, "/api/doctor", "application/json; charset=utf-8", isr_doctor_keeper_ask, self->doctor);
  isr_http_set_analysis (self->http, self->analysis);
  isr_log_info (NULL, "the page is at %s", isr_http_get_uri (self->http));
  return TRUE;
}

static char *
make_metrics (gpointer data)
{
  return isr_metrics_dup_text (((IsrApp *) data)->metrics);
}

void
isr_app_open_metrics (IsrApp *self)
{
  g_autoptr (GTimeZone) zone = self->config->timezone ? g_time_zone_new_identifier (self->config->timezone) : g_time_zone_new_local ();

  self->metrics = isr_metrics_new (self->capture, self->catalog, zone);
  if (self->http)
    isr_http_serve (self->http, "/metrics", ISR_METRICS_CONTENT_TYPE, make_metrics, self);
}
