/* SPDX-License-Identifier: MIT */
/* zone.c - a zone from its name, without the traps of GLib.
 *
 * GTimeZone reads the zone database right. POSIX rules (GLib 2.74) it reads right
 * when they are of the form M3.5.0/2; around that lie four errors, found by
 * comparing with the C library, and each of them is written around here:
 *
 *     Jn        a day late from J59 on. Its own count from zero, "n", is always
 *               taken for a year without leap day, which is what Jn means
 *     n         thus wrong from day 59 on in leap years: refused
 *     IST-1GMT0 an explicit 0 as summer offset counts as absent. The two halves
 *               are exchanged: the same zone, seen from its winter
 *     AAA5BBB   without rule is no zone to it: the usual rule, of the USA, is added
 *
 * And what is no zone at all becomes UTC only where POSIX says so: in TZ. */
#include "plugins/split/boundary.h"

#include <string.h>

/* The halves of NAME OFFSET NAME [OFFSET] , RULE , RULE */
#define NAME "(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
#define OFFSET "[+-]?\\d{1,2}(?::\\d{2}){0,2}"
#define RULE "[JM]?[0-9.]+(?:/[+-]?\\d{1,3}(?::\\d{2}){0,2})?"
#define POSIX "^(" NAME ")(" OFFSET ")(" NAME ")(" OFFSET ")?(?:,(" RULE "),(" RULE "))?$"

/* The rule as GLib has to be told it; NULL where it can not be told. */
static char *
rule_for_glib (const char *rule)
{
  char *rest;
  guint64 day;

  if (*rule == 'M')
    return g_strdup (rule);

  day = g_ascii_strtoull (rule + (*rule == 'J'), &rest, 10);
  if (*rest != '\0' && *rest != '/')
    return NULL;
  if (*rule == 'J')
    return day >= 1 && day <= 365 ? g_strdup_printf ("%u%s", (guint) day - 1, rest) : NULL;
  return day < 59 ? g_strdup (rule) : NULL;
}

static gboolean
is_zero (const char *offset)
{
  return *offset != '\0' && strpbrk (offset, "123456789") == NULL;
}

static char *
posix_for_glib (GMatchInfo *match)
{
  g_autofree char *winter = g_match_info_fetch (match, 1);
  g_autofree char *winter_offset = g_match_info_fetch (match, 2);
  g_autofree char *summer = g_match_info_fetch (match, 3);
  g_autofree char *summer_offset = g_match_info_fetch (match, 4);
  g_autofree char *start = g_match_info_fetch (match, 5);
  g_autofree char *end = g_match_info_fetch (match, 6);
  g_autofree char *from = rule_for_glib (start && *start ? start : "M3.2.0");
  g_autofree char *to = rule_for_glib (end && *end ? end : "M11.1.0");

  if (!from || !to)
    return NULL;
  if (is_zero (summer_offset))
    return g_strconcat (summer, "0", winter, winter_offset, ",", to, ",", from, NULL);
  return g_strconcat (winter, winter_offset, summer, summer_offset, ",", from, ",", to, NULL);
}

static GTimeZone *
zone_named (const char *name)
{
  g_autoptr (GRegex) posix = g_regex_new (POSIX, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree char *rewritten = NULL;

  if (*name == ':')
    name++;
  if (!g_regex_match (posix, name, 0, &match))
    return g_time_zone_new_identifier (name);

  rewritten = posix_for_glib (match);
  return rewritten ? g_time_zone_new_identifier (rewritten) : NULL;
}

static GTimeZone *
zone_of_process (void)
{
  const char *name = g_getenv ("TZ");
  GTimeZone *zone;

  if (!name)
    return g_time_zone_new_local ();

  zone = *name ? zone_named (name) : NULL;
  return zone ? zone : g_time_zone_new_utc ();
}

GTimeZone *
isr_boundary_zone (const char *name)
{
  return name && *name ? zone_named (name) : zone_of_process ();
}
