/* SPDX-License-Identifier: MIT */
/* boundary.h - the instants at which one file ends and the next begins.
 *
 * Every instant t of UTC has a key in the recording's zone:
 *
 *     (local date, floor ((local time of day - offset) / interval), UTC offset)
 *
 * and a boundary is each instant at which the key changes. So midnight is one by
 * itself, and every change of the UTC offset is one: the hour that comes twice
 * is two files, and a day without a midnight needs no rule of its own. With an
 * interval of 24 h the day itself begins at the offset, and midnight is none.
 *
 * Pure: no clock, no state; cheap enough for every buffer. Any thread may call. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_BOUNDARY_INTERVAL_MIN (100 * G_TIME_SPAN_MILLISECOND)
#define ISR_BOUNDARY_INTERVAL_MAX G_TIME_SPAN_DAY

/* The zone of @name: an identifier of the system's zone database
 * ("Europe/Berlin"), a POSIX rule ("CET-1CEST,M3.5.0,M10.5.0/3"), an offset
 * ("+05:30") or "UTC"; NULL or "" is the zone of the process (TZ, then the
 * system's). NULL when there is no such zone: GLib alone would take UTC for it
 * and say nothing. Free with g_time_zone_unref(). */
GTimeZone *isr_boundary_zone (const char *name);

/* The first boundary strictly after @after_us, and the last one at or before
 * @at_us. All in microseconds; instants in UTC since 1970. @interval_us: 0, or
 * ISR_BOUNDARY_INTERVAL_MIN to _MAX; with 0 there is no boundary: G_MAXINT64,
 * G_MININT64. @offset_us: any value, usually 0 <= offset < interval. Instants
 * must lie in the years 1 to 9999, which is also what names can say.
 *
 * How a recorder uses them: the first file takes next (UTC of its first sample).
 * When a packet starts at or after that boundary, it begins the file of
 * boundary = last (UTC of the packet), which is at least the awaited one, and
 * waits for next (boundary). A mapping that goes back a little then can not
 * produce a boundary twice, one that leaps makes no empty files. */
gint64 isr_boundary_next (GTimeZone *zone, gint64 after_us, gint64 interval_us, gint64 offset_us);
gint64 isr_boundary_last (GTimeZone *zone, gint64 at_us, gint64 interval_us, gint64 offset_us);

/* Seconds east of UTC in @zone at @at_us. */
int isr_boundary_utc_offset (GTimeZone *zone, gint64 at_us);

G_END_DECLS
