/* SPDX-License-Identifier: MIT */
/* continuity.h - whether what comes next follows what came before.
 *
 * Only what is beyond 40 ms is a break: below it lie jitter and rounding. Small
 * gaps add up until they are one. Knows segments and timestamps, nothing else;
 * streaming thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_CONTINUITY_TOLERANCE (40 * GST_MSECOND)

typedef struct {
  GstSegment segment;
  gboolean started;      /* a segment and data were there */
  GstClockTime expected; /* PTS of the next buffer, or NONE */
  guint64 bytes;         /* since the segment began */
  guint64 small_gaps;    /* ns */
} IsrContinuity;

typedef struct {
  gboolean is_gap;
  guint64 hole_ns; /* 0: not known */
} IsrBreak;

void isr_continuity_init (IsrContinuity *self);

/* A break was dealt with: whatever comes next is right. */
void isr_continuity_reset (IsrContinuity *self);

IsrBreak isr_continuity_take_segment (IsrContinuity *self, const GstSegment *segment);
IsrBreak isr_continuity_take_gap (IsrContinuity *self, GstClockTime duration);

/* @raw: the timestamps are those of a clock that ran, and DISCONT means something. */
IsrBreak isr_continuity_take_buffer (IsrContinuity *self, const GstSegment *segment, GstBuffer *buffer, guint64 duration, gboolean raw);

G_END_DECLS
