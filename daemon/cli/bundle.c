/* SPDX-License-Identifier: MIT */
/* bundle.c - gathers texts, takes the secrets out of every one, packs them.
 *
 * What can not be had (no archive yet, no log) is left out: a bundle is made when
 * things are broken. */
#include "daemon/cli/bundle.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/utsname.h>

#include "daemon/archive/status-file.h"
#include "daemon/capture/devices.h"
#include "daemon/capture/versions.h"
#include "daemon/cli/coverage.h"
#include "daemon/cli/devices.h"
#include "daemon/ops/bundle/mask.h"
#include "daemon/ops/bundle/tar.h"
#include "daemon/ops/doctor/system.h"

#define DAYS 7
#define LOG_TAIL (256 * 1024)
#define FOLDER "isr-bundle/"

typedef struct {
  IsrTar *tar;
  IsrMask *mask;
  gint64 now; /* s */
} Bundle;

/* Takes @text; NULL: there is none. */
static void
add (Bundle *self, const char *name, char *text)
{
  g_autofree char *own = text, *path = g_strconcat (FOLDER, name, NULL);
  g_autofree char *valid = own ? g_utf8_make_valid (own, -1) : NULL;
  g_autofree char *clean = valid ? isr_mask_text (self->mask, valid) : NULL;

  if (clean)
    isr_tar_add (self->tar, path, clean, self->now);
}

static char *
describe_system (void)
{
  g_autofree char *release = isr_system_read ("/etc/os-release"), *container = isr_system_get_container ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format_iso8601 (now);
  struct utsname kernel;

  if (uname (&kernel) < 0)
    memset (&kernel, 0, sizeof kernel);
  return g_strdup_printf ("isr %s\nmade %s\nkernel %s %s %s\ncontainer %s\n\n%s\n", ISR_VERSION, time, kernel.sysname, kernel.release, kernel.machine,
      container ? container : "none", release ? release : "");
}

static char *
read_tail (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);
  g_autofree char *text = g_malloc (LOG_TAIL + 1);
  gsize n = 0;

  if (!stream)
    return NULL;
  if (!g_seekable_seek (G_SEEKABLE (stream), -LOG_TAIL, G_SEEK_END, NULL, NULL)) /* shorter than that */
    g_seekable_seek (G_SEEKABLE (stream), 0, G_SEEK_SET, NULL, NULL);
  g_input_stream_read_all (G_INPUT_STREAM (stream), text, LOG_TAIL, &n, NULL, NULL);
  text[n] = '\0';
  return g_steal_pointer (&text);
}

static void
add_coverage (Bundle *self, const IsrConfig *config)
{
  g_autoptr (GTimeZone) zone = config->timezone ? g_time_zone_new_identifier (config->timezone) : g_time_zone_new_local ();
  g_autoptr (IsrCatalog) catalog = isr_cli_coverage_open (config, zone, NULL);
  g_autoptr (GDateTime) now = g_date_time_new_now (zone);

  for (int i = 0; catalog && i < DAYS; i++) {
    g_autoptr (GDateTime) day = g_date_time_add_days (now, -i);
    g_autofree char *date = g_date_time_format (day, "%Y-%m-%d"), *name = g_strdup_printf ("coverage-%s.json", date);
    const IsrCoverageQuestion question = { date, NULL, TRUE };

    add (self, name, isr_cli_coverage_report (catalog, &question, zone, g_get_real_time (), NULL));
  }
}

static void
add_asound (Bundle *self)
{
  const char *home = g_getenv ("HOME");
  g_autofree char *rc = g_build_filename (home ? home : "/root", ".asoundrc", NULL);

  add (self, "asound.conf", isr_system_read ("/etc/asound.conf"));
  add (self, "asoundrc", isr_system_read (rc));
}

static void
add_all (Bundle *self, const IsrReport *report, const char *text, const IsrConfig *config)
{
  g_autoptr (GPtrArray) devices = isr_devices_list ();

  add (self, "doctor.txt", isr_report_to_text (report));
  add (self, "doctor.json", isr_report_to_json (report, TRUE));
  add (self, "config.ini", text ? isr_mask_config (self->mask, text) : NULL);
  add (self, "system.txt", describe_system ());
  add (self, "gstreamer.txt", isr_versions_describe ());
  add (self, "devices.json", isr_cli_devices_to_json (devices));
  add_asound (self);
  if (!config)
    return;
  add (self, "status.json", isr_status_file_read (config->state_directory, G_MAXINT));
  add (self, "log.txt", config->log_file ? read_tail (config->log_file) : NULL);
  add_coverage (self, config);
}

gboolean
isr_cli_bundle (const char *path, const IsrReport *report, const char *name, const IsrConfig *config, GError **error)
{
  g_autoptr (IsrTar) tar = isr_tar_new ();
  g_autoptr (IsrMask) mask = NULL;
  g_autofree char *text = NULL;

  if (name)
    g_file_get_contents (name, &text, NULL, NULL);
  mask = isr_mask_new (text, config);
  add_all (&(Bundle){ tar, mask, g_get_real_time () / G_USEC_PER_SEC }, report, text, config);
  return isr_tar_write (tar, path, error);
}
