/* SPDX-License-Identifier: MIT */
/* bext.h - the Broadcast Wave extension chunk, EBU Tech 3285 version 1.
 *
 * It says when the first sample was recorded:
 *
 *   OriginationDate, -Time   local date and time, cut to the second
 *   TimeReference            samples since local midnight, rounded to the nearest
 *   CodingHistory            ...T=ISR start=<ISO 8601, UTC> offset=<seconds>
 *
 *   midnight (OriginationDate) + TimeReference / rate - offset = start in UTC
 *
 * "Local midnight" is 00:00 on the wall clock: on a day with a change of summer
 * time the reference still is the time of day. The standard has no field for
 * the UTC offset, hence the coding history. */
#pragma once

#include "plugins/format/stream.h"

G_BEGIN_DECLS

/* Appends the payload of the chunk (without "bext" and size): 602 bytes and the
 * coding history, an even number. @bits: valid bits of a sample in the file. */
void isr_bext_put (GByteArray *out, const IsrPcm *pcm, guint bits, const IsrFileInfo *info);

/* Reads the first sample's instant out of the payload of a bext chunk. Without
 * our coding history @utc_offset is taken as it comes in (the caller's guess of
 * the zone) and left alone. FALSE when the chunk holds no date. */
gboolean isr_bext_get_start (const guint8 *data, gsize size, guint rate, gint64 *start_us, int *utc_offset);

/* What Description says, where we write the source; NULL: nothing, or it is no UTF-8. */
char *isr_bext_get_source (const guint8 *data, gsize size);

/* TRUE when Originator says that ISR wrote the file. */
gboolean isr_bext_is_ours (const guint8 *data, gsize size);

G_END_DECLS
