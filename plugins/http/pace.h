/* SPDX-License-Identifier: MIT */
/* pace.h - how fast a connection sends: is it still alive, and how many bytes may wait
 * in the kernel? Pure: times are µs of one monotonic clock.
 *
 * Alive is what brings at least 16 bytes a second over the whole stall timeout. No
 * share of the usual rate could be asked for: FLAC and Opus shrink to next to nothing
 * in silence. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_PACE_ALIVE 16             /* bytes per second */
#define ISR_PACE_MARK_MAX (64 * 1024) /* bytes: the most that is left with the kernel */

typedef struct {
  gint64 begun;      /* of the connection */
  gsize burst;       /* bytes of its first second */
  gint64 alive;      /* since when too little came */
  gsize alive_bytes; /* how much that is */
  gint64 mark;       /* since when the rate is measured */
  guint64 mark_bytes;
  guint rate; /* bytes per second; 0: not known. Outlives the connection */
} IsrPace;

/* A new connection. */
void isr_pace_begin (IsrPace *self, gint64 now);

/* TRUE: the rate was measured anew. */
gboolean isr_pace_take (IsrPace *self, gsize bytes, gint64 now, gint64 stall);

/* µs until the connection counts as stalled; 0: it does. */
gint64 isr_pace_get_patience (const IsrPace *self, gint64 now, gint64 stall);

/* For SO_RCVLOWAT: bytes that come in @span µs, as far as half of the server's burst holds
 * them. What lies in the kernel dies with the process, and comes again at the next start only
 * if the burst is longer than that and the time in between. At least those of half a @span. */
gsize isr_pace_get_mark (const IsrPace *self, gint64 span);

G_END_DECLS
