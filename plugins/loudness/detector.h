/* SPDX-License-Identifier: MIT */
/* detector.h - loud sections against a rolling noise floor: levels in, sections out.
 *
 * A level is the power of one window of 100 ms in centi-dB re full scale (meter.h);
 * the first one pushed is window 0. Sections are spans of windows. The same detector
 * serves a live stream, ten levels a second, and re-scoring, a year at once: what
 * comes out depends on the levels alone, never on how many are pushed at a time.
 *
 * Mode adaptive. pct (S, q) is sorted (S)[q * (n - 1) / 100] of the levels of a span
 * that are not silent; spans end at the ends of the run.
 *
 *     floor   pct (20) of the 20 s around the window; the floor before it when fewer
 *             than 10 levels there are not silent; before the first floor nothing is
 *             detected
 *     spread  the lesser of pct (50) - pct (20) over the 30 s before and the 15 s after;
 *             0 for a side with fewer than 10 levels that are not silent
 *     ref     floor + clamp (2 * (spread - 1 dB), 0, 6 dB): restless ambience, as wind,
 *             must be exceeded by more
 *
 * A section begins at level >= ref + margin and lasts while level >= ref + margin -
 * leave; it is closed min-gap after the last such window, its end is that window + 1,
 * its score the largest level - ref. If in more than half of the closing windows the
 * level was still what had been enough to stay at the beginning, then the floor
 * came up and not the sound down: the section waits up to `extend`. Falls the level
 * below that for min-gap, it becomes one long section that takes in the pieces
 * since; else it is given out as it was, reason floor, and the pieces after it.
 *
 * A section is final 15 s (half the floor's window, if that is longer) and min-gap
 * after its end; with reason floor or long up to `extend` later.
 *
 * Mode blocks, for lists as they were made before: levels with DC, blocks of 30 s,
 * their 20th percentile (interpolated) + margin to enter and to leave, gaps below
 * min-gap merged. Silence counts; leave, floor-window, floor-percentile, allowance-max,
 * extend and silence have no meaning, nothing is announced.
 *
 * Pure: no allocation, no clock, about 10 kB. Any one thread. */
#pragma once

#include <glib.h>

#include "plugins/loudness/floor.h"

G_BEGIN_DECLS

/* Windows per second. */
#define ISR_WINDOWS_PER_SECOND 10

typedef enum {
  ISR_DETECTOR_ADAPTIVE,
  ISR_DETECTOR_BLOCKS,
} IsrDetectorMode;

/* All levels in centi-dB, all times in windows. Defaults and ranges stand here and
 * nowhere else. */
typedef struct {
  IsrDetectorMode mode;
  int margin;             /* above ref to begin */
  int leave;              /* so much less to stay */
  guint min_gap;          /* without "stay" to end */
  guint floor_window;     /* whose percentile is the floor */
  guint floor_percentile; /* of it */
  int allowance_max;      /* by which spread raises ref at most */
  guint extend;           /* a long sound is waited for; 0: not at all */
  int silence;            /* at or below: no sound, no ambience either */
} IsrDetectorParams;

#define ISR_DETECTOR_DEFAULT_MODE ISR_DETECTOR_ADAPTIVE

#define ISR_DETECTOR_DEFAULT_MARGIN 1200
#define ISR_DETECTOR_MARGIN_MIN 100
#define ISR_DETECTOR_MARGIN_MAX 6000

#define ISR_DETECTOR_DEFAULT_LEAVE 300
#define ISR_DETECTOR_LEAVE_MIN 0
#define ISR_DETECTOR_LEAVE_MAX 6000

#define ISR_DETECTOR_DEFAULT_MIN_GAP 20
#define ISR_DETECTOR_MIN_GAP_MIN 1
#define ISR_DETECTOR_MIN_GAP_MAX 6000

#define ISR_DETECTOR_DEFAULT_FLOOR_WINDOW 200
#define ISR_DETECTOR_FLOOR_WINDOW_MIN 20
#define ISR_DETECTOR_FLOOR_WINDOW_MAX 600

#define ISR_DETECTOR_DEFAULT_FLOOR_PERCENTILE 20
#define ISR_DETECTOR_FLOOR_PERCENTILE_MIN 0
#define ISR_DETECTOR_FLOOR_PERCENTILE_MAX 100

#define ISR_DETECTOR_DEFAULT_ALLOWANCE_MAX 600
#define ISR_DETECTOR_ALLOWANCE_MAX_MIN 0
#define ISR_DETECTOR_ALLOWANCE_MAX_MAX 6000

#define ISR_DETECTOR_DEFAULT_EXTEND 3000
#define ISR_DETECTOR_EXTEND_MIN 0
#define ISR_DETECTOR_EXTEND_MAX 36000

#define ISR_DETECTOR_DEFAULT_SILENCE -9000
#define ISR_DETECTOR_SILENCE_MIN ISR_LEVEL_LOWEST
#define ISR_DETECTOR_SILENCE_MAX 0

void isr_detector_params_init (IsrDetectorParams *self);

/* Every value into its range. */
void isr_detector_params_clamp (IsrDetectorParams *self);

typedef enum {
  ISR_SECTION_LEVEL, /* the level went down */
  ISR_SECTION_FLOOR, /* the floor came up: the sound stayed */
  ISR_SECTION_LONG,  /* the floor came up, later the level went down: one long sound */
  ISR_SECTION_EOS,   /* the run ended first */
} IsrSectionReason;

/* "level", "floor", "long", "eos". */
const char *isr_section_reason_to_string (IsrSectionReason reason);

typedef struct {
  guint64 id;         /* > 0; never twice from one detector */
  guint64 start, end; /* windows [start, end) */
  int score;          /* loudest window above ref, centi-dB */
  int peak;           /* loudest window, centi-dB */
  int floor;          /* ref at the window of the score */
  IsrSectionReason reason;
} IsrSection;

/* What is found. @started is announced with the window itself, by what has been heard
 * so far; each is followed by either @cancelled or @ended with the same id. A section
 * can end that was never announced. Sections end in the order in which they become
 * final, not that of their starts; they overlap only where a long or floor one
 * contains others. Without @started nothing is announced, which is a great deal
 * faster; any of the three may be NULL. */
typedef struct {
  void (*started) (const IsrSection *section, gpointer data);   /* end and score: so far */
  void (*cancelled) (const IsrSection *section, gpointer data); /* as it was announced */
  void (*ended) (const IsrSection *section, gpointer data);
} IsrDetectorHooks;

/* With the default min-gap and extend there can be 143. When there are more than
 * this, the section is given out as floor before extend has passed. */
#define ISR_DETECTOR_MAX_PIECES 160
/* Announced and not yet decided; beyond it nothing more is announced. */
#define ISR_DETECTOR_MAX_ANNOUNCED 16

/* --- private to detector.c, announce.c, waiting.c and blocks.c --- */

typedef struct {
  gboolean open;
  guint64 id; /* 0: not announced */
  guint64 start, last;
  int score, peak, floor;
  int threshold; /* to stay, when it began */
  guint still;   /* closing windows at or above threshold */
} IsrOpenSection;

/* A section whose end is not known: the floor came up. */
typedef struct {
  gboolean waiting;
  guint64 id, start, end, since;
  int score, peak, floor;
  int threshold;
  guint low; /* windows below threshold, in a row */
  guint n_pieces;
  struct {
    guint64 id;
    guint32 offset; /* from start, windows */
    guint32 length : 30, reason : 2;
    gint32 score;
    gint16 peak, floor;
  } pieces[ISR_DETECTOR_MAX_PIECES];
} IsrWaitingSection;

typedef struct {
  IsrLevelSpan floor, before; /* up to the newest window */
  int last_floor, ref;
  gboolean open;
  guint64 last;
  guint n_announced;
  IsrSection announced[ISR_DETECTOR_MAX_ANNOUNCED]; /* and not decided, oldest first */
} IsrAnnouncer;

typedef struct {
  gboolean open;
  guint64 start, end;
  int score, peak, floor; /* score and floor in 1/100 centi-dB */
} IsrBlockSection;

typedef struct {
  IsrDetectorParams params;
  IsrDetectorHooks hooks;
  gpointer data;
  guint64 next_id;
  guint64 next; /* window to decide next */
  guint64 seen; /* windows before it have been looked at together */
  int bound;    /* and have no floor below this; ISR_LEVEL_UNKNOWN: it is not known */
  int last_floor;
  IsrLevelSpan floor, before, after;
  IsrOpenSection section;
  IsrWaitingSection waiting;
  IsrAnnouncer live;
  IsrBlockSection block;
  IsrHistory history;
} IsrDetector;

/* --- public --- */

/* @params are clamped; @hooks are copied. */
void isr_detector_init (IsrDetector *self, const IsrDetectorParams *params, const IsrDetectorHooks *hooks, gpointer data);

/* From the next window that is decided on; an open section stays open. Another mode
 * ends the run first, as isr_detector_finish() does. */
void isr_detector_set_params (IsrDetector *self, const IsrDetectorParams *params);

/* The next @n levels of the run. */
void isr_detector_push (IsrDetector *self, const gint16 *levels, gsize n);

/* The run is over: all that is open ends. The next level is window 0 of another run;
 * ids go on. */
void isr_detector_finish (IsrDetector *self);

/* The reference of the newest window by what has been heard so far, which is what
 * announcements are made with; ISR_LEVEL_UNKNOWN before there is one, and where
 * nothing is announced. */
int isr_detector_live_floor (const IsrDetector *self);

G_END_DECLS
