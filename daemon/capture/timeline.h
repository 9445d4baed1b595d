/* SPDX-License-Identifier: MIT */
/* timeline.h - where stream time lies on another time line, in pieces.
 *
 *     position  0 ........ 3600 s ........ 7200 s ....   ns of audio
 *     other     |--- piece ---|--- piece ---|---- ...    UTC, or stream time of somebody else
 *
 * Within a piece both run alike; where one begins the other may leap (a gap, the
 * drift of an hour). A piece is kept for as long as anybody asks for what lies in
 * it: ten minutes, for a section of sound is final at most 317 s after its end.
 *
 * Pure; not thread-safe. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_TIMELINE_KEPT (600 * G_GUINT64_CONSTANT (1000000000)) /* ns */

typedef struct {
  guint64 position; /* of its first sample, ns */
  gint64 at;        /* of the same on the other line, ns */
} IsrTimelinePiece;

typedef struct {
  GArray *pieces; /* IsrTimelinePiece, by position */
} IsrTimeline;

void isr_timeline_init (IsrTimeline *self);
void isr_timeline_clear (IsrTimeline *self);

/* From @position on it is @at; positions come in rising order. The same one again
 * replaces the piece. */
void isr_timeline_add (IsrTimeline *self, guint64 position, gint64 at);

/* The piece that @position lies in; before the first one: the first one. NULL: there is none. */
const IsrTimelinePiece *isr_timeline_find (const IsrTimeline *self, guint64 position);
/* The last one. */
const IsrTimelinePiece *isr_timeline_newest (const IsrTimeline *self);

/* Where the other line first leaps behind @from, by more than drift makes in a piece; @to
 * where it does not before. */
guint64 isr_timeline_find_leap (const IsrTimeline *self, guint64 from, guint64 to);

/* Where @position is, ns. FALSE: there is no piece. */
gboolean isr_timeline_locate (const IsrTimeline *self, guint64 position, gint64 *at);

G_END_DECLS
