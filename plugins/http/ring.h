/* SPDX-License-Identifier: MIT */
/* ring.h - the last bytes of a stream, in no more memory than they take: there is one for
 * each stream, and it is the largest part of it. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint8 *data;
  gsize size;  /* bytes in it */
  gsize keep;  /* bytes at most; may be raised at any time */
  gsize room;  /* bytes allocated */
  gsize begin; /* where the oldest one is */
} IsrRing;

void isr_ring_init (IsrRing *self, gsize keep);
void isr_ring_clear (IsrRing *self);

void isr_ring_append (IsrRing *self, const guint8 *data, gsize size);

/* Nothing is in it. */
void isr_ring_forget (IsrRing *self);

/* data[0] is the oldest byte until something is appended. */
void isr_ring_straighten (IsrRing *self);

G_END_DECLS
