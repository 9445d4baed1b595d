/* SPDX-License-Identifier: MIT */
/* app-reload.c - SIGHUP: the configuration is read again, from where it came.
 *
 * Every room takes what it can while it runs; sources that are recorded as before
 * notice nothing. What only a start can change is said in the log, as is whatever is
 * wrong: then all stays as it was. */
#include "daemon/app-rooms.h"
#include "daemon/archive/storage.h"
#include "daemon/core/log.h"

static void
tell_problems (GPtrArray *problems)
{
  for (guint i = 0; i < problems->len; i++) {
    const IsrConfigProblem *problem = g_ptr_array_index (problems, i);

    isr_log (problem->fatal ? ISR_LOG_ERROR : ISR_LOG_WARNING, NULL, "%s", problem->text);
  }
}

static gboolean
is_same_door (const IsrConfig *a, const IsrConfig *b)
{
  return g_strcmp0 (a->listen_host, b->listen_host) == 0 && a->listen_port == b->listen_port
         && g_strcmp0 (a->web_password_file, b->web_password_file) == 0 && g_strcmp0 (a->tls_certificate, b->tls_certificate) == 0
         && g_strcmp0 (a->tls_key, b->tls_key) == 0 && g_strv_equal ((const char *const *) a->allow_origins, (const char *const *) b->allow_origins);
}

static void
tell_what_waits (const IsrConfig *before, const IsrConfig *config, gboolean pinned)
{
  if (pinned)
    isr_log_warning (NULL, "output_directory and state_directory stay %s and %s until isr is started again", before->output_directory, before->state_directory);
  if (!is_same_door (before, config))
    isr_log_warning (NULL, "what has changed in [web] takes effect when isr is started again");
}

static void
tell_rooms (IsrApp *self, IsrConfig *config)
{
  g_autoptr (GTimeZone) zone = config->timezone ? g_time_zone_new_identifier (config->timezone) : g_time_zone_new_local ();

  isr_catalog_configure (self->catalog, config);
  isr_analysis_configure (self->analysis, config);
  isr_hooks_configure (self->hooks, config);
  isr_metrics_set_zone (self->metrics, zone);
  isr_notify_configure (self->notify, config);
  if (self->http)
    isr_http_configure (self->http, config);
  if (self->doctor)
    isr_doctor_keeper_configure (self->doctor, config);
  isr_capture_configure (self->capture, config);
}

#ifdef ISR_WITH_MQTT
static void
tell_broker (IsrApp *self, const IsrConfig *before)
{
  if (self->mqtt && isr_mqtt_config_equal (before, self->config)) {
    isr_mqtt_refresh (self->mqtt);
    return;
  }
  g_clear_pointer (&self->mqtt, isr_mqtt_free);
  if (self->config->mqtt_host)
    self->mqtt = isr_mqtt_new (self->config, self->capture, self->catalog);
}
#endif

static gboolean
take_over (IsrApp *self, IsrConfig *config, gboolean pinned, GError **error)
{
  g_autoptr (IsrConfig) before = NULL;

  if (!isr_log_setup (isr_log_level_from_flags (config->log_level), config->log_file, error))
    return FALSE;
  tell_what_waits (self->config, config, pinned);
  before = g_steal_pointer (&self->config);
  self->config = isr_config_ref (config);
  tell_rooms (self, config);
#ifdef ISR_WITH_MQTT
  tell_broker (self, before);
#endif
  return TRUE;
}

void
isr_app_reload (IsrApp *self)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrConfig) config = NULL;
  gboolean pinned;

  isr_log_info (NULL, "reading the configuration again");
  isr_notify_reloading (self->notify);
  config = isr_app_config_load_again (self->line, self->config, problems, &pinned);
  tell_problems (problems);
  if (config && take_over (self, config, pinned, &error))
    isr_log_info (NULL, "the configuration is in force");
  else
    isr_log_error (NULL, "%s%sthe configuration of before stays in force", error ? error->message : "", error ? "; " : "");
  isr_notify_ready (self->notify);
}
