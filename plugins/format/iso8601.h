/* SPDX-License-Identifier: MIT */
/* iso8601.h - an instant as people and files write it. */
#pragma once

#include <glib.h>

/* "2026-03-29T02:00:00.250000+05:45": @us µs since the epoch, seen @utc_offset
 * seconds east of UTC. Always six decimals; "Z" is written "+00:00"; an offset
 * with seconds (zones of the 19th century) gets a third field. */
char *isr_iso8601 (gint64 us, int utc_offset);

/* The inverse. FALSE when @text is something else. */
gboolean isr_iso8601_parse (const char *text, gint64 *us, int *utc_offset);
