/* SPDX-License-Identifier: MIT */
/* grid.h - which sample a buffer begins with that a decoder gave behind a jump.
 *
 * Buffers say when they are played. In most containers that is exact; what Matroska, ASF and FLV
 * know of time are milliseconds, and theirs may begin later than the first sample. But a
 * codec's packets mostly are of one length: the first ones tell it, and where the later ones
 * can begin at all. Knows no GStreamer. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_GRID_BUFFERS 8 /* that are learned from; of a shorter file there may be less */

typedef struct {
  gint64 extra; /* samples too many in the first buffer: 1, where rounding cut off too little */
  gint64 first; /* sample that the second buffer begins with */
  gint64 bias;  /* how much later buffers say that they are played */
  guint frames; /* of each packet; 0: they differ */
} IsrGrid;

/* The buffers from the beginning on: their sample frames, and the samples at which they say that
 * they are played; @coarse: that is known to the millisecond. */
void isr_grid_learn (IsrGrid *self, const guint64 *frames, const gint64 *says, guint n, gboolean coarse);

/* The sample that a buffer begins with which says that it is @says, at @rate. FALSE: then it is only about *sample. */
gboolean isr_grid_find (const IsrGrid *self, gint64 says, gboolean coarse, guint rate, gint64 *sample);

G_END_DECLS
