/* SPDX-License-Identifier: MIT */
/* app-serve.c - `isr serve`: the page over an archive that another process records, or
 * nobody does. */
#include <glib-unix.h>

#include "daemon/app-rooms.h"
#include "daemon/core/error.h"
#include "daemon/core/log.h"

static gboolean
on_leave (gpointer data)
{
  g_main_loop_quit (((IsrApp *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
open_view (IsrApp *self, GError **error)
{
  if (!self->config->listen_host) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "[web] listen = none: then “isr serve” has nothing to do; give an address, such as -o web.listen=127.0.0.1:8080");
    return FALSE;
  }
  if (!isr_app_open_archive (self, FALSE, error))
    return FALSE;
  self->viewer = isr_viewer_new (self->catalog, self->config);
  if (!isr_app_open_http (self, isr_viewer_get_control (self->viewer), error))
    return FALSE;
  isr_app_open_metrics (self);
  return TRUE;
}

int
isr_app_serve (const IsrCommandLine *line)
{
  g_auto (IsrApp) self = { .line = line };
  g_autoptr (GError) error = NULL;

  self.config = isr_app_config_load_serve (line, &error);
  if (!self.config || !isr_log_setup (isr_log_level_from_flags (self.config->log_level), NULL, &error))
    return isr_app_fail (error);
  isr_app_init_gst ();
  self.loop = g_main_loop_new (NULL, FALSE);
  if (!open_view (&self, &error))
    return isr_app_fail (error);
  g_unix_signal_add (SIGTERM, on_leave, &self);
  g_unix_signal_add (SIGINT, on_leave, &self);
  g_main_loop_run (self.loop);
  return 0;
}
