/* SPDX-License-Identifier: MIT */
/* name-time.h - the time that a file's name tells. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Finds a date and a time of day among the digits of the last part of @name:
 * 20240131T235959+0100, 2024-01-31_23-59-59, 20240131_235959, 2024-01-31T23:59Z.
 * Without an offset of its own it is local time in @zone. FALSE when there is
 * none that exists. @utc_offset: seconds east of UTC. */
gboolean isr_name_time (const char *name, GTimeZone *zone, gint64 *utc_us, int *utc_offset);

G_END_DECLS
