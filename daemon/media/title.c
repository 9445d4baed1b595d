/* SPDX-License-Identifier: MIT */
/* title.c - a name without anything that a file system minds. */
#include "daemon/media/title.h"

#include <string.h>

static char *
make_stem (const IsrRecording *anchor)
{
  const char *slash = strrchr (anchor->name, '/');
  char *stem = g_strdup (*anchor->source ? anchor->source : slash ? slash + 1
                                                                  : anchor->name);
  char *dot = *anchor->source ? NULL : strrchr (stem, '.');

  if (dot)
    *dot = '\0';
  return g_strdelimit (stem, "/\\:*?\"<>|", '_');
}

char *
isr_media_title (const IsrSpan *span, double seconds, const char *extension)
{
  const IsrRecording *anchor = isr_span_get_anchor (span);
  g_autofree char *stem = make_stem (anchor);
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (anchor->utc_offset);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (span->start_us / G_TIME_SPAN_SECOND);
  g_autoptr (GDateTime) local = utc ? g_date_time_to_timezone (utc, zone) : NULL;
  g_autofree char *when = local ? g_date_time_format (local, "%Y%m%dT%H%M%S%z") : g_strdup ("");
  char length[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (length, sizeof length, "%.3f", seconds);
  while (g_str_has_suffix (length, "0") || g_str_has_suffix (length, ".")) {
    gboolean point = g_str_has_suffix (length, ".");

    length[strlen (length) - 1] = '\0';
    if (point)
      break;
  }
  return g_strdup_printf ("%s_%s_%ss.%s", stem, when, *length ? length : "0", extension);
}
