/* SPDX-License-Identifier: MIT */
/* app.c - options, rooms, signals, main loop.
 *
 *   command line -> config -> catalog -> capture -> http -> loop -> the same backwards
 *
 * Whatever is wrong with what people wrote is told before anything is opened.
 * After the first SIGTERM or SIGINT every source finishes its files; the loop
 * ends when the last one has. */
#include "daemon/app.h"

#include <glib-unix.h>
#include <gst/gst.h>
#include <locale.h>

#include "daemon/analysis/analysis.h"
#include "daemon/analysis/child.h"
#include "daemon/app-config.h"
#include "daemon/archive/catalog.h"
#include "daemon/archive/retention.h"
#include "daemon/archive/status-file.h"
#include "daemon/archive/storage.h"
#include "daemon/capture/alsalog.h"
#include "daemon/capture/capture.h"
#include "daemon/cli/analyze.h"
#include "daemon/cli/backup.h"
#include "daemon/cli/check.h"
#include "daemon/cli/command-line.h"
#include "daemon/cli/coverage.h"
#include "daemon/cli/devices.h"
#include "daemon/cli/doctor.h"
#include "daemon/cli/health.h"
#include "daemon/cli/repair.h"
#include "daemon/cli/serve.h"
#include "daemon/core/control.h"
#include "daemon/core/error.h"
#include "daemon/core/log.h"
#include "daemon/http/server.h"
#include "daemon/media/foreign.h"
#include "daemon/ops/doctor/keeper.h"
#include "daemon/ops/hooks.h"
#include "daemon/ops/metrics.h"
#include "daemon/ops/notify.h"
#include "plugins/elements.h"

#define EXIT_FAILED 1
#define EXIT_USAGE 2

typedef struct {
  IsrConfig *config;
  IsrCatalog *catalog;
  IsrRetention *retention;
  IsrCapture *capture;
  IsrViewer *viewer; /* of `isr serve`, which has none of the others but http */
  IsrAnalysis *analysis;
  IsrHttp *http;
  IsrHooks *hooks;
  IsrMetrics *metrics;
  IsrNotify *notify;
  IsrDoctorKeeper *doctor;
  IsrStatusFile *status_file;
  GMainLoop *loop;
  gboolean stopping;
  int status;
} App;

static void
app_clear (App *self)
{
  g_clear_pointer (&self->status_file, isr_status_file_free);
  g_clear_pointer (&self->doctor, isr_doctor_keeper_free);
  g_clear_pointer (&self->http, isr_http_free);
  g_clear_pointer (&self->viewer, isr_viewer_free);
  g_clear_pointer (&self->hooks, isr_hooks_free);
  g_clear_pointer (&self->metrics, isr_metrics_free);
  g_clear_pointer (&self->notify, isr_notify_free);
  g_clear_object (&self->capture);
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

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (App, app_clear)

static int
exit_status (const GError *error)
{
  gboolean usage = g_error_matches (error, ISR_ERROR, ISR_ERROR_USAGE) || g_error_matches (error, ISR_ERROR, ISR_ERROR_CONFIG)
                   || g_error_matches (error, ISR_ERROR, ISR_ERROR_LOCKED);

  return usage ? EXIT_USAGE : EXIT_FAILED;
}

static int
fail (const GError *error)
{
  g_printerr ("isr: %s\n", error->message);
  return exit_status (error);
}

/* --- rooms --------------------------------------------------------------- */

static void
on_reconciled (GObject *object, GAsyncResult *result, gpointer data)
{
  App *self = data;
  g_autoptr (GError) error = NULL;

  if (!isr_catalog_reconcile_finish (ISR_CATALOG (object), result, &error)) {
    isr_log_error (NULL, "the archive could not be looked through: %s", error->message);
    return;
  }
  isr_analysis_tidy (self->analysis);
  if (self->http)
    isr_http_set_ready (self->http, TRUE);
}

static gboolean
open_archive (App *self, gboolean writable, GError **error)
{
  self->catalog = isr_catalog_open (self->config->output_directory, self->config->state_directory, writable, error);
  if (!self->catalog)
    return FALSE;
  isr_catalog_configure (self->catalog, self->config);
  if (writable)
    self->retention = isr_retention_new (self->catalog, NULL);
  self->analysis = isr_analysis_new (self->config, self->catalog, writable);
  isr_catalog_reconcile_async (self->catalog, on_reconciled, self);
  return TRUE;
}

static char *
make_status (gpointer data)
{
  App *self = data;

  return isr_http_dup_status (isr_capture_get_control (self->capture), self->catalog, self->config->timezone);
}

static char *
make_metrics (gpointer data)
{
  return isr_metrics_dup_text (((App *) data)->metrics);
}

/* What machines look at. */
static void
open_windows (App *self)
{
  g_autoptr (GTimeZone) zone = self->config->timezone ? g_time_zone_new_identifier (self->config->timezone) : g_time_zone_new_local ();

  self->metrics = isr_metrics_new (self->capture, self->catalog, zone);
  if (self->http)
    isr_http_serve (self->http, "/metrics", ISR_METRICS_CONTENT_TYPE, make_metrics, self);
  self->notify = isr_notify_new (self->config, isr_capture_get_control (self->capture));
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
feed_analysis (App *self)
{
  g_signal_connect_object (self->capture, "levels", G_CALLBACK (isr_analysis_take_levels), self->analysis, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->capture, "event", G_CALLBACK (on_event), self->catalog, 0);
  g_signal_connect_object (self->capture, "file-opened", G_CALLBACK (isr_analysis_file_opened), self->analysis, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->capture, "file-closed", G_CALLBACK (isr_analysis_file_closed), self->analysis, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->capture, "file-renamed", G_CALLBACK (on_file_renamed), self->analysis, 0);
}

static gboolean
open_http (App *self, const IsrControl *control, GError **error)
{
  if (!self->config->listen_host)
    return TRUE;
  self->http = isr_http_new (self->config, self->catalog, control, error);
  if (!self->http)
    return FALSE;
  self->doctor = isr_doctor_keeper_new (self->config);
  isr_http_serve_later (self->http, "/api/doctor", "application/json", isr_doctor_keeper_ask, self->doctor);
  isr_http_set_analysis (self->http, self->analysis);
  isr_log_info (NULL, "the page is at %s", isr_http_get_uri (self->http));
  return TRUE;
}

static gboolean
open_rooms (App *self, GError **error)
{
  if (!open_archive (self, TRUE, error))
    return FALSE;
  self->capture = isr_capture_new (self->config, NULL);
  isr_capture_feed (self->capture, self->catalog);
  feed_analysis (self);
  self->hooks = isr_hooks_new (self->config);
  isr_hooks_watch (self->hooks, self->capture, self->catalog);
  if (!open_http (self, isr_capture_get_control (self->capture), error))
    return FALSE;
  open_windows (self);
  self->status_file = isr_status_file_new (self->config->state_directory, make_status, self);
  return TRUE;
}

/* --- running ------------------------------------------------------------- */

static void
on_hooks_done (gpointer data)
{
  g_main_loop_quit (((App *) data)->loop);
}

static void
on_stopped (GObject *object, GAsyncResult *result, gpointer data)
{
  App *self = data;

  g_autoptr (GError) error = NULL;

  if (!isr_capture_stop_finish (ISR_CAPTURE (object), result, &error)) {
    isr_log_error (NULL, "%s", error->message);
    self->status = EXIT_FAILED;
  }
  isr_hooks_finish (self->hooks, on_hooks_done, self);
}

static gboolean
on_signal (gpointer data)
{
  App *self = data;

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

static int
run (App *self)
{
  guint term = g_unix_signal_add (SIGTERM, on_signal, self);
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, self);

  isr_capture_start (self->capture);
  isr_notify_ready (self->notify);
  g_main_loop_run (self->loop);
  g_source_remove (term);
  g_source_remove (interrupt);
  return self->status;
}

static void
init_gst (void)
{
  gst_init (NULL, NULL);
  isr_alsalog_install ();
  isr_elements_register (NULL);
#ifdef ISR_WITH_HTTP
  isr_http_elements_register (NULL);
#endif
}

static int
record (const IsrCommandLine *line)
{
  g_auto (App) self = { 0 };
  g_autoptr (GError) error = NULL;

  self.config = isr_app_config_load (line, &error);
  if (!self.config)
    return fail (error);
  if (!isr_log_setup (isr_log_level_from_flags (self.config->log_level), self.config->log_file, &error))
    return fail (error);
  init_gst ();
  if (!isr_app_config_check_devices (self.config, &error))
    return fail (error);
  self.loop = g_main_loop_new (NULL, FALSE);
  if (!open_rooms (&self, &error))
    return fail (error);
  return run (&self);
}

/* --- the other commands ---------------------------------------------------- */

static gboolean
on_leave (gpointer data)
{
  g_main_loop_quit (((App *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
open_view (App *self, GError **error)
{
  if (!self->config->listen_host) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "[web] listen = none: then “isr serve” has nothing to do; give an address, such as -o web.listen=127.0.0.1:8080");
    return FALSE;
  }
  if (!open_archive (self, FALSE, error))
    return FALSE;
  self->viewer = isr_viewer_new (self->catalog, self->config);
  return open_http (self, isr_viewer_get_control (self->viewer), error);
}

static int
serve (const IsrCommandLine *line)
{
  g_auto (App) self = { 0 };
  g_autoptr (GError) error = NULL;

  self.config = isr_app_config_load_serve (line, &error);
  if (!self.config || !isr_log_setup (isr_log_level_from_flags (self.config->log_level), NULL, &error))
    return fail (error);
  init_gst ();
  self.loop = g_main_loop_new (NULL, FALSE);
  if (!open_view (&self, &error))
    return fail (error);
  g_unix_signal_add (SIGTERM, on_leave, &self);
  g_unix_signal_add (SIGINT, on_leave, &self);
  g_main_loop_run (self.loop);
  return 0;
}

static int
backup (const IsrCommandLine *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrConfig) config = isr_app_config_load_archive (line, &error);

  return config ? isr_cli_backup (config, line->paths[0]) : fail (error);
}

static int
check (const IsrCommandLine *line)
{
  g_auto (GStrv) environ_ = g_get_environ ();
  g_autofree char *found = line->config ? g_strdup (line->config) : isr_config_find ();

  return isr_cli_check (found, (const char *const *) environ_, (const char *const *) line->overrides);
}

static int
doctor (const IsrCommandLine *line)
{
  g_autoptr (GPtrArray) problems = isr_config_problems_new ();
  g_autoptr (IsrConfig) config = isr_app_config_load_doubtful (line, problems);
  g_autofree char *name = line->config ? g_strdup (line->config) : isr_config_find ();

  init_gst ();
  return isr_cli_doctor (config, problems, &(IsrDoctorQuestion){ name, line->bundle, line->json });
}

static int
health (const IsrCommandLine *line)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrConfig) config = isr_app_config_load_archive (line, &error);

  if (config)
    return isr_cli_health (config);
  fail (error);
  return EXIT_FAILED; /* HEALTHCHECK knows 0 and 1 only */
}

static int
coverage (const IsrCommandLine *line)
{
  const IsrCoverageQuestion question = { line->day, line->source, line->json };
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrConfig) config = isr_app_config_load_archive (line, &error);

  return config ? isr_cli_coverage (config, &question) : fail (error);
}

static int
analyze (const IsrCommandLine *line)
{
  const IsrAnalyzeQuestion question = { line->mode, line->margin, line->min_gap, line->labels, line->plot, line->json, (const char *const *) line->paths };

  gst_init (NULL, NULL);
  isr_elements_register (NULL);
  return isr_cli_analyze (&question);
}

int
isr_app_main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrCommandLine) line = NULL;

  if (argc == 2 && g_str_equal (argv[1], ISR_FOREIGN_ARGUMENT))
    return isr_foreign_main ();
  setlocale (LC_ALL, ""); /* the quotes of our sentences come out as they are */
  line = isr_command_line_parse (argc, argv, &error);
  if (!line)
    return fail (error);
  switch (line->command) {
    case ISR_COMMAND_HELP:
      g_print ("%s", line->help);
      return 0;
    case ISR_COMMAND_VERSION:
      g_print ("isr %s\n", ISR_VERSION);
      return 0;
    case ISR_COMMAND_CHECK:
      return check (line);
    case ISR_COMMAND_COVERAGE:
      return coverage (line);
    case ISR_COMMAND_DOCTOR:
      return doctor (line);
    case ISR_COMMAND_HEALTH:
      return health (line);
    case ISR_COMMAND_LIST_DEVICES:
      return isr_cli_devices (line->json);
    case ISR_COMMAND_SERVE:
      return serve (line);
    case ISR_COMMAND_BACKUP:
      return backup (line);
    case ISR_COMMAND_ANALYZE:
      return analyze (line);
    case ISR_COMMAND_DECODE:
      gst_init (NULL, NULL);
      isr_elements_register (NULL);
      return isr_child_main ((const char *const *) line->paths);
    case ISR_COMMAND_REPAIR:
      return isr_cli_repair ((const char *const *) line->paths);
    case ISR_COMMAND_RECORD:
    default:
      return record (line);
  }
}
