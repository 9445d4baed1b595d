/* SPDX-License-Identifier: MIT */
/* overlap.h - where in a new connection's packets do those end that were recorded before?
 *
 *     recorded   |a b c d e f|
 *     burst          |c d e f g h|      known: 4
 *     burst        |b c d|              open: more has to come
 *
 * A place fits when the whole overlap is equal. Equal packets alone prove nothing: silence is
 * one packet again and again, and fits at many places. What proves is how much there is in the
 * overlap that is not the same again. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_OVERLAP_PROOF 4096 /* bytes of packets that differ */

typedef struct {
  guint32 id; /* the same for equal packets, and for no others; from 0 on, without holes */
  guint32 size;
  gint64 length_us;
} IsrOverlapPacket;

typedef enum {
  ISR_OVERLAP_NONE,
  ISR_OVERLAP_CLOCK,       /* it proves nothing, but the clock says the same */
  ISR_OVERLAP_ONE_OF_MANY, /* so much fits at several places: the one nearest to the clock */
  ISR_OVERLAP_SURE,
} IsrOverlapKind;

typedef struct {
  IsrOverlapKind kind;
  guint known;      /* packets of the burst, from its first one on; all, and the history goes on: more than there are */
  gint64 behind_us; /* so much less than the clock says is in what follows */
  guint open;       /* places, of any kind, that more of the burst may prove wrong */
} IsrOverlap;

/* @n_ids: all ids are less. @elapsed_us: since the last of @history came, by the clock. */
void isr_overlap_find (IsrOverlap *self, guint n_ids, const IsrOverlapPacket *history, guint n, const IsrOverlapPacket *burst, guint m, gint64 elapsed_us);

G_END_DECLS
