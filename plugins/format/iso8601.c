/* SPDX-License-Identifier: MIT */
/* iso8601.c - written with GLib's calendar, but with offsets of our own: a
 * GTimeZone made from "+05:45" would do, and cost a cache entry per offset. */
#include "plugins/format/iso8601.h"

#include <stdio.h>
#include <stdlib.h>

#define SECOND G_GINT64_CONSTANT (1000000)

char *
isr_iso8601 (gint64 us, int utc_offset)
{
  gint64 local = us + utc_offset * SECOND;
  gint64 micros = (local % SECOND + SECOND) % SECOND;
  g_autoptr (GDateTime) t = g_date_time_new_from_unix_utc ((local - micros) / SECOND);
  g_autofree char *text = t ? g_date_time_format (t, "%Y-%m-%dT%H:%M:%S") : g_strdup ("1970-01-01T00:00:00");
  int off = abs (utc_offset);
  g_autofree char *seconds = off % 60 ? g_strdup_printf (":%02d", off % 60) : g_strdup ("");

  return g_strdup_printf ("%s.%06d%c%02d:%02d%s", text, (int) micros, utc_offset < 0 ? '-' : '+', off / 3600, off / 60 % 60, seconds);
}

gboolean
isr_iso8601_parse (const char *text, gint64 *us, int *utc_offset)
{
  int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, micros = 0, oh = 0, om = 0, os = 0;
  char sign = 0;
  int n = sscanf (text, "%4d-%2d-%2dT%2d:%2d:%2d.%6d%c%2d:%2d:%2d", &y, &mo, &d, &h, &mi, &s, &micros, &sign, &oh, &om, &os);
  g_autoptr (GDateTime) t = n >= 10 ? g_date_time_new_utc (y, mo, d, h, mi, s) : NULL;

  if (!t || (sign != '+' && sign != '-') || micros < 0)
    return FALSE;
  *utc_offset = (sign == '-' ? -1 : 1) * (oh * 3600 + om * 60 + (n == 11 ? os : 0));
  *us = (g_date_time_to_unix (t) - *utc_offset) * SECOND + micros;
  return TRUE;
}
