/* SPDX-License-Identifier: MIT */
/* detector-private.h - what the detector's parts share.
 *
 *   detector.c   decides one window after the other, 15 s behind the newest
 *   waiting.c    sections whose end is not known yet
 *   announce.c   what is said of the newest window, and taken back if need be
 *   blocks.c     the other mode */
#pragma once

#include "plugins/loudness/detector.h"

G_BEGIN_DECLS

#define ISR_DETECTOR_MIN_VALID 10 /* levels that a percentile wants */
#define ISR_DETECTOR_BACK 300     /* windows of the past spread, this one apart */
#define ISR_DETECTOR_AHEAD 150    /* of the spread to come, this one apart */

/* Its floor's percentile and the two of a spread. */
void isr_detector_init_spans (const IsrDetectorParams *params, IsrLevelSpan *floor, IsrLevelSpan *spread);

/* 0 where too few levels are not silent. */
int isr_detector_spread (const IsrLevelSpan *span);

/* What spread adds to the floor. */
int isr_detector_allowance (const IsrDetectorParams *params, int spread);

/* A level that is a sound at all. */
static inline gboolean
isr_detector_is_sound (const IsrDetectorParams *params, int level)
{
  return level > params->silence;
}

/* Gives an id to what has none. */
void isr_detector_end_section (IsrDetector *self, IsrSection section);

/* waiting.c. All take the window that is being decided. */
void isr_waiting_follow (IsrDetector *self, guint64 window, int level);
void isr_waiting_settle (IsrDetector *self, guint64 window);
void isr_waiting_expire (IsrDetector *self);
/* The open section has ended: it waits, is a piece of what waits, or is final. */
void isr_waiting_take (IsrDetector *self, guint64 window, const IsrSection *section, int threshold);

/* announce.c */
void isr_announce_init (IsrDetector *self);
void isr_announce_newest (IsrDetector *self);
void isr_announce_settle (IsrDetector *self, guint64 window);
void isr_announce_cancel_all (IsrDetector *self);

/* blocks.c */
void isr_blocks_run (IsrDetector *self, gboolean final);

G_END_DECLS
