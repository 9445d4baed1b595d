/* SPDX-License-Identifier: MIT */
/* rejoin.h - makes one stream of many connections.
 *
 * A server of live audio begins each connection with a burst of the last seconds. Of
 * that burst only what was not passed on before may go on:
 *
 *     passed on      ...|###########|
 *     next burst               |####|------- ...
 *                                   ^ joined here, at the exact byte
 *
 * The overlap has to be equal over its whole length, and 4 KiB of it at least (in Ogg a
 * page header, which holds serial, number and CRC). Less, from 256 bytes on, is taken where
 * nothing else fits and the clock says the same, as approximate. Heads that the server repeats are
 * taken off when they are known. Nothing that was not passed on is ever dropped: where
 * nothing fits, all of the burst goes on, behind a gap.
 *
 * What it can not tell apart: a relay that is behind, and an encoder that begins the very
 * same file again, with equal bytes, before anybody saw that it was gone. Both send what was
 * passed on before, and both are swallowed up to its end: of such a repetition as much is
 * missing as the history still holds of the file's begin (256 KiB: 16 s at 128 kb/s). A
 * server that said meanwhile that it has no such stream is doubted (below).
 *
 * Of Ogg that was recorded by a process that died only packets are left, no bytes of pages:
 * sequel.h finds where they end.
 *
 * Pure: time comes in as the number of bytes that should have passed. */
#pragma once

#include "plugins/http/past.h"

G_BEGIN_DECLS

typedef struct _IsrRejoin IsrRejoin;

typedef enum {
  ISR_JOIN_UNDECIDED,   /* nothing new: passed on, or gathering */
  ISR_JOIN_EXACT,       /* joined without a seam */
  ISR_JOIN_APPROXIMATE, /* the overlap fits at several places: joined where the clock says */
  ISR_JOIN_GAP,         /* nothing fits: audio is missing before what is returned */
} IsrJoin;

#define ISR_REJOIN_HISTORY (256 * 1024)    /* bytes, at least */
#define ISR_REJOIN_MAX (8 * 1024 * 1024)   /* bytes, at most */
#define ISR_REJOIN_OVERLAP 4096            /* bytes, at least */
#define ISR_REJOIN_PATIENCE G_USEC_PER_SEC /* µs that a burst is gathered at most: then call decide() */

IsrRejoin *isr_rejoin_new (void);
void isr_rejoin_free (IsrRejoin *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrRejoin, isr_rejoin_free)

/* Before the first connection: what another one passed on is taken up. Downstream has got none
 * of it. */
void isr_rejoin_resume (IsrRejoin *self, const IsrPast *past);
/* What was taken up is not joined yet. */
gboolean isr_rejoin_is_resuming (const IsrRejoin *self);
/* Once, when it is: what downstream has to be told before the next bytes (lead.h); else NULL.
 * *@known: packets that end behind it, and are not new either (sequel.h). */
GBytes *isr_rejoin_take_lead (IsrRejoin *self, guint *known);

/* What was passed on, without the last @without bytes of it; NULL: that is nothing. */
IsrPast *isr_rejoin_get_past (IsrRejoin *self, gsize without);

/* A server was seen to send so much at once. */
void isr_rejoin_note_burst (IsrRejoin *self, gsize bytes);

/* A new connection. What the last one left undecided must have been decided. */
void isr_rejoin_begin (IsrRejoin *self);

/* ... of a server that said meanwhile that it has no such stream. What it has now it got
 * since: a repeated beginning, a loop, or the broadcast that goes on. Only where the
 * overlap lies at most @late bytes behind the clock is it taken for the latter;
 * ISR_REJOIN_NEVER: nowhere. */
#define ISR_REJOIN_NEVER G_MININT64
void isr_rejoin_doubt (IsrRejoin *self, gint64 late);

/* Nothing of what was passed on continues: another format. */
void isr_rejoin_forget (IsrRejoin *self);

/* TRUE: bytes are held back, decide() is to be called when patience ends or the
 * connection does. */
gboolean isr_rejoin_is_gathering (IsrRejoin *self);

/* TRUE: what comes may be swallowed. */
gboolean isr_rejoin_is_holding (IsrRejoin *self);

/* Takes what came; returns what is to be passed on, or NULL. *@join tells when it is
 * decided how that goes on. @elapsed: bytes that the clock says were sent since the
 * last one that was passed on. */
GBytes *isr_rejoin_take (IsrRejoin *self, GBytes *bytes, gint64 elapsed, IsrJoin *join);
GBytes *isr_rejoin_decide (IsrRejoin *self, gint64 elapsed, IsrJoin *join);

typedef struct {
  guint64 passed;    /* bytes passed on */
  guint64 swallowed; /* bytes that came again and were not */
} IsrRejoinStats;

IsrRejoinStats isr_rejoin_get_stats (IsrRejoin *self);

G_END_DECLS
