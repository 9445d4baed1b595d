/* SPDX-License-Identifier: MIT */
/* scout.h - looks at the first second of an arrival source before it is recorded.
 *
 * While its time map settles, nobody knows yet when the first packet was. Packets
 * can not wait: a file begins with the packet that its stream handed out last. So
 * the bytes wait; a second stream (behind a gap it knows the headers that the first one
 * had) takes them apart meanwhile and feeds the map;
 * then it goes, and the first one gets them all. Streaming thread. */
#pragma once

#include "plugins/format/stream.h"
#include "plugins/split/timemap.h"

G_BEGIN_DECLS

typedef struct _IsrScout IsrScout;

/* Takes @stream, feeds @map from stream time @from_ns on. */
IsrScout *isr_scout_new (IsrStream *stream, IsrTimeMap *map, gint64 from_ns);
void isr_scout_free (IsrScout *self);

/* Keeps @bytes. FALSE: the map has settled, or enough was held. */
gboolean isr_scout_push (IsrScout *self, GBytes *bytes, const IsrTimeReading *now);

/* There is no more: what is left in the stream counts. */
void isr_scout_drain (IsrScout *self, const IsrTimeReading *now);

/* Stream time of the end of what it made out. */
gint64 isr_scout_get_end_ns (IsrScout *self);

/* It made packets out: the map knows them. Else it knows nothing yet. */
gboolean isr_scout_has_seen (IsrScout *self);

/* What happened to the wall clock while it looked: STEP and ARRIVED with step_us, or nothing.
 * The held packets have their UTC by it already; files of before do not. */
IsrTimeChange isr_scout_get_clock_change (IsrScout *self);

/* The bytes, in order, to be unref'd; NULL at the end. */
GBytes *isr_scout_pop (IsrScout *self);

G_END_DECLS
