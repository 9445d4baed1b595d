/* SPDX-License-Identifier: MIT */
/* name-time.c - one regular expression and the calendar. */
#include "daemon/archive/name-time.h"

#include <stdlib.h>
#include <string.h>

#define PATTERN "(?<![0-9])([0-9]{4})[-_.]?([0-9]{2})[-_.]?([0-9]{2})[Tt_ -]{0,2}([0-9]{2})[-_.:h]?([0-9]{2})(?:[-_.:m]?([0-9]{2}))?s?(Z|[+-][0-9]{2}:?[0-9]{2})?(?![0-9])"

static int
fetch_number (GMatchInfo *match, int group)
{
  g_autofree char *text = g_match_info_fetch (match, group);

  return text ? atoi (text) : 0;
}

static GDateTime *
make_time (GMatchInfo *match, GTimeZone *local)
{
  g_autofree char *offset = g_match_info_fetch (match, 7);
  g_autoptr (GTimeZone) own = offset && *offset ? g_time_zone_new_identifier (offset) : NULL;

  return g_date_time_new (own ? own : local, fetch_number (match, 1), fetch_number (match, 2), fetch_number (match, 3), fetch_number (match, 4), fetch_number (match, 5), fetch_number (match, 6));
}

/* Made once: it costs more than all the rest. */
static GRegex *
get_regex (void)
{
  static gsize regex = 0;

  if (g_once_init_enter (&regex))
    g_once_init_leave (&regex, (gsize) g_regex_new (PATTERN, G_REGEX_OPTIMIZE, 0, NULL));
  return (GRegex *) regex;
}

gboolean
isr_name_time (const char *name, GTimeZone *zone, gint64 *utc_us, int *utc_offset)
{
  const char *slash = strrchr (name, '/');
  g_autoptr (GMatchInfo) match = NULL;

  g_regex_match (get_regex (), slash ? slash + 1 : name, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL)) {
    g_autoptr (GDateTime) time = make_time (match, zone);

    if (!time)
      continue;
    *utc_us = g_date_time_to_unix (time) * G_TIME_SPAN_SECOND;
    *utc_offset = (int) (g_date_time_get_utc_offset (time) / G_TIME_SPAN_SECOND);
    return TRUE;
  }
  return FALSE;
}
