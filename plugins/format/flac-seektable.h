/* SPDX-License-Identifier: MIT */
/* flac-seektable.h - the seek points of a FLAC file that is still growing.
 *
 * Room is reserved when the file is opened and can not grow. One point every
 * @spacing samples is kept; when the room is full every second point is dropped
 * and the spacing doubled, so that the points cover a file of any length
 * evenly. For plugins/format only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 sample; /* first sample of the frame */
  guint64 offset; /* from the first frame's first byte */
  guint samples;  /* of the frame */
} IsrFlacSeekPoint;

typedef struct {
  GArray *points;  /* IsrFlacSeekPoint */
  guint capacity;  /* points that there is room for */
  guint64 spacing; /* samples */
  guint64 next;    /* the frame that holds this sample becomes a point */
} IsrFlacSeekTable;

/* Room for a point every 10 s of @expected samples (0 = unknown: one hour), of
 * 24 h and 64 KiB at most. */
void isr_flac_seek_table_init (IsrFlacSeekTable *self, guint64 expected, guint rate);

/* The same over the room that a file has. */
void isr_flac_seek_table_init_capacity (IsrFlacSeekTable *self, guint capacity, guint rate);
void isr_flac_seek_table_clear (IsrFlacSeekTable *self);

/* A frame of @samples begins at @sample, @offset bytes behind the first frame's first byte. */
void isr_flac_seek_table_add (IsrFlacSeekTable *self, guint64 sample, guint64 offset, guint samples);

/* The payload of the SEEKTABLE block: points, then placeholders. */
GBytes *isr_flac_seek_table_build (const IsrFlacSeekTable *self);

G_END_DECLS
