/* SPDX-License-Identifier: MIT */
/* timeline.h - files put behind each other, to the sample. Pure.
 *
 *     | file 1      | file 2    |  hole  | file 3   ...
 *        ^ start                             ^ end
 *
 * Files of one unbroken run follow each other without a sample between them, whatever
 * their clocks say: the clock is only believed where it tells of a hole, or that a file begins
 * some seconds before the end of the one before: then the burst of a server stands in both, and
 * is played once. Farther back lies only what was recorded before a clock was set. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_TIMELINE_HOLE_US 40000 /* the recorder's own measure of a hole */

#define ISR_TIMELINE_BURST_US (30 * G_TIME_SPAN_SECOND)

typedef struct {
  gint64 start_us; /* UTC of the first sample */
  guint64 samples;
  gint64 offset; /* out: of its first sample from the anchor's */
} IsrTimelineFile;

/* A stretch of a file, or of a hole. */
typedef struct {
  int file; /* -1: a hole */
  guint64 start;
  guint64 samples;
} IsrTimelinePiece;

/* Sets offsets: the one of @anchor is 0. */
void isr_timeline_lay (IsrTimelineFile *files, guint n, guint anchor, guint rate);

/* The pieces (IsrTimelinePiece) that fill [start, end), up to the last sample there is. */
GArray *isr_timeline_cut (const IsrTimelineFile *files, guint n, gint64 start, gint64 end);

G_END_DECLS
