/* SPDX-License-Identifier: MIT */
/* sequel.h - a connection that goes on where a recording ended of which only the files are left.
 *
 * In the files of an Ogg stream are its packets, but pages of our own: bytes do not fit,
 * packets do (ogg-trace.h, overlap.h).
 *
 *     recorded          ...c d e|
 *     burst   head [page c d | page e f g | page ...
 *     lead    head [page c d |
 *     rest                    [page e f g | page ...     known: 1
 *
 * The lead is for whoever takes the stream up: it begins with the head that is in force there.
 * What follows begins at a page, too; so many of its first packets are known. Pure. */
#pragma once

#include "plugins/http/rejoin.h"

G_BEGIN_DECLS

typedef struct _IsrSequel IsrSequel;

/* NULL: @past says nothing of packets. */
IsrSequel *isr_sequel_new (const IsrPast *past);
void isr_sequel_free (IsrSequel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrSequel, isr_sequel_free)

/* A new connection, and what it brings. */
void isr_sequel_begin (IsrSequel *self);
void isr_sequel_push (IsrSequel *self, const guint8 *data, gsize size);

/* Where does it go on? ISR_JOIN_UNDECIDED: more has to come. @elapsed, @late: as of rejoin.h.
 * @final: nothing more is waited for, but the rest of what was recorded. */
IsrJoin isr_sequel_look (IsrSequel *self, gint64 elapsed, gint64 late, gboolean final);

/* When it is joined. */
GBytes *isr_sequel_dup_lead (IsrSequel *self);
GBytes *isr_sequel_dup_rest (IsrSequel *self);
guint isr_sequel_count_known (IsrSequel *self);

/* All that the connection brought. Borrowed. */
const GByteArray *isr_sequel_get_burst (IsrSequel *self);

G_END_DECLS
