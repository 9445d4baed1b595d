/* SPDX-License-Identifier: MIT */
/* check-time.c - the zone that names and boundaries go by, and whether the clock is
 * right. */
#include "daemon/ops/doctor/exam.h"

#include <string.h>
#include <sys/timex.h>

/* The zone that the system goes by: TZ, else what /etc/localtime leads to. */
static char *
find_zone (void)
{
  const char *tz = g_getenv ("TZ");
  g_autofree char *link = NULL;
  const char *name;

  if (tz && *tz)
    return g_strdup (*tz == ':' ? tz + 1 : tz);
  link = isr_system_read_link ("/etc/localtime");
  name = link ? strstr (link, "zoneinfo/") : NULL;
  if (name)
    return g_strdup (name + strlen ("zoneinfo/"));
  return isr_system_read ("/etc/timezone");
}

static gboolean
is_known (const char *name)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_identifier (name);

  return zone != NULL;
}

/* Images come with UTC, whatever the people's clock says. */
static gboolean
is_unset (const char *zone)
{
  const char *tz = g_getenv ("TZ");

  return !(tz && *tz) && (!zone || g_str_equal (zone, "Etc/UTC") || g_str_equal (zone, "UTC"));
}

static void
check_zone (const IsrExam *self, IsrReport *report)
{
  g_autofree char *system = find_zone ();
  const char *own = self->config ? self->config->timezone : NULL, *name = own ? own : system;
  const char *fix = self->container ? "in compose.yml environment: TZ: Europe/Berlin, or timezone = Europe/Berlin in [general]" : "timezone = Europe/Berlin in [general], or sudo timedatectl set-timezone Europe/Berlin";

  if (name && !is_known (name))
    isr_report_add (report, ISR_CHECK_FAIL, "timezone-unknown", "time", "sudo apt install tzdata, or correct the name: timedatectl list-timezones", "the zone “%s” is not known here: files would be cut and named by UTC", name);
  else if (!own && self->container && is_unset (system))
    isr_report_add (report, ISR_CHECK_WARN, "timezone-unset", "time", fix, "no zone is set in this container: files are cut and named by UTC");
  else
    isr_report_add (report, ISR_CHECK_OK, "timezone", "time", NULL, "files are cut and named by the time of %s", name ? name : "UTC");
}

void
isr_check_time (const IsrExam *self, IsrReport *report)
{
  struct timex state = { 0 };
  gboolean synchronised = isr_system_exists ("/run/systemd/timesync/synchronized") || (adjtimex (&state) != TIME_ERROR && !(state.status & STA_UNSYNC));

  check_zone (self, report);
  isr_judge_sync (synchronised, g_get_real_time (), self->container != NULL, report);
}
