/* SPDX-License-Identifier: MIT */
/* match.h - where in the bytes that were passed on before does a new connection's
 * burst begin?
 *
 *     history     |---------------------|
 *     burst               |---------------------|       offset > 0, reaches the end
 *     burst   |---------------------------------|       offset < 0, reaches the end
 *     burst          |-------|                          inside: open, more has to come
 *
 * An offset is a candidate when the whole overlap is equal, byte for byte, and long
 * enough. What repeats itself (digital silence: one packet again and again) fits at
 * many offsets; those of an overlap that does not repeat count first, the one nearest
 * to what the clock expects is taken. Pure; linear in time and memory. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint candidates; /* of the best kind: without repetition if there are any, else all */
  gboolean repeats; /* the overlap of the best one is a repetition */
  guint open;       /* offsets, of any kind, whose overlap may still grow */
  gint64 offset;    /* best one: of the burst's first byte in the history */
} IsrMatch;

/* @minimum: bytes of overlap, at least 1. @expected: the offset that the clock tells. */
void isr_match_find (IsrMatch *self, const guint8 *history, gsize n, const guint8 *burst, gsize m, gsize minimum, gint64 expected);

G_END_DECLS
