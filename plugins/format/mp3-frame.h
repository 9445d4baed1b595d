/* SPDX-License-Identifier: MIT */
/* mp3-frame.h - the header of an MPEG audio frame (ISO 11172-3, 13818-3 and the
 * "2.5" extension to low rates), all three layers.
 *
 * A Layer III frame is header, CRC (optional), side information, main data area:
 *
 *     | 4 | 0/2 |  9-32 | area: the main data of this frame ends somewhere in
 *                         here and began main_data_begin bytes before it |
 *
 * The bytes that an earlier frame did not need are the bit reservoir. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_MP3_HEADER_SIZE 4
#define ISR_MP3_MAX_RESERVOIR 511 /* what main_data_begin can say in MPEG-1; 255 in MPEG-2 */

typedef struct {
  guint32 header; /* its 4 bytes */
  guint version;  /* 10 (MPEG-1), 20 (MPEG-2), 25 (MPEG-2.5) */
  guint layer;    /* 1-3 */
  guint rate;     /* Hz */
  guint channels; /* 1-2 */
  guint bitrate;  /* b/s */
  gboolean crc;
  gsize size;      /* of the whole frame */
  guint samples;   /* 384, 576, 1152 */
  guint side_size; /* of the side information; 0 in Layers I and II */
} IsrMp3Frame;

/* FALSE when no frame begins at @data, or one of free format, whose length can not be known. */
gboolean isr_mp3_frame_parse (IsrMp3Frame *self, const guint8 *data, gsize size);

/* A well-formed header that leaves the bitrate open ("free format"). */
gboolean isr_mp3_frame_is_free_format (const guint8 *data, gsize size);

/* As IsrFrameMeasure: frames of one key can stand in one file. */
gsize isr_mp3_frame_measure (const guint8 *data, gsize size, guint32 *key);
guint32 isr_mp3_frame_get_key (const IsrMp3Frame *self);

/* Layer III: where the main data area begins, and how many bytes before it its
 * main data do. @data is the whole frame. */
gsize isr_mp3_frame_get_area (const IsrMp3Frame *self);
guint isr_mp3_frame_get_main_data_begin (const IsrMp3Frame *self, const guint8 *data);

/* A frame without CRC, alike but for its bitrate: the lowest that makes it at
 * least @size bytes long. FALSE if there is none. */
gboolean isr_mp3_frame_with_size (const IsrMp3Frame *self, gsize size, IsrMp3Frame *result);

/* The 4 bytes of a header. */
void isr_mp3_frame_put (const IsrMp3Frame *self, guint8 *data);

G_END_DECLS
