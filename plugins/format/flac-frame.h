/* SPDX-License-Identifier: MIT */
/* flac-frame.h - the header of one FLAC frame, read and renumbered (RFC 9639,
 * section 9). Pure: native FLAC, Ogg FLAC and repair use it.
 *
 *   FF F8|v  bs|rate  ch|bits  number...  [bs] [rate]  CRC-8 | subframes | CRC-16
 *
 * number counts frames when the blocking strategy bit v is 0 (fixed block
 * size) and samples when it is 1; it is coded in 1 to 7 bytes as UTF-8 is. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_FLAC_FRAME_MAX_HEADER 16

typedef struct {
  gboolean variable; /* number counts samples */
  guint64 number;
  guint block; /* samples */
  guint rate;  /* Hz; 0 = as STREAMINFO says */
  guint channels;
  guint bits;        /* 0 = as STREAMINFO says */
  gsize number_size; /* bytes of the coded number, at offset 4 */
  gsize header_size; /* CRC-8 included */
} IsrFlacFrame;

/* TRUE when @data begins with a frame header: no reserved value, CRC-8 right. */
gboolean isr_flac_frame_parse (IsrFlacFrame *self, const guint8 *data, gsize size);

/* CRC-16 of @data continued from @crc; 0 at the end of a frame whose CRC is right. */
guint16 isr_flac_crc16 (guint16 crc, const guint8 *data, gsize size);

/* The frame of @size bytes with another number and blocking strategy, both CRCs
 * made right; subframes are copied as they are. */
GBytes *isr_flac_frame_renumber (const IsrFlacFrame *self, const guint8 *data, gsize size, gboolean variable, guint64 number);

G_END_DECLS
