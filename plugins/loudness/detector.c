/* SPDX-License-Identifier: MIT */
/* detector.c - decides one window after the other, and looks at few of them.
 *
 *   decided      next              newest
 *   ------------|--- lookahead ---|
 *
 * A window needs the floor around it, and its two spreads only when it is loud enough
 * for the bare floor. Most windows need not even that. As long as nothing is open,
 * 32 at a time are looked at together. No floor of theirs lies below the level at
 * `place` of all their spans taken as one, since a part of a set has fewer small
 * members than the set. So none of them can begin a section if at most `place` of
 * these levels are a margin or more below the loudest window, which is one count; else
 * that level is found, and only windows a margin above it are decided. That is no
 * guess: what is passed over would have been decided the same way. */
#include "plugins/loudness/detector-private.h"

#define STRIDE 32

#define SPREAD_FACTOR 2
#define SPREAD_FREE 100 /* centi-dB of spread that a steady ambience has */

const char *
isr_section_reason_to_string (IsrSectionReason reason)
{
  static const char *const names[] = { "level", "floor", "long", "eos" };

  return names[reason];
}

/* --- parameters --- */

void
isr_detector_params_init (IsrDetectorParams *self)
{
  *self = (IsrDetectorParams){
    .mode = ISR_DETECTOR_DEFAULT_MODE,
    .margin = ISR_DETECTOR_DEFAULT_MARGIN,
    .leave = ISR_DETECTOR_DEFAULT_LEAVE,
    .min_gap = ISR_DETECTOR_DEFAULT_MIN_GAP,
    .floor_window = ISR_DETECTOR_DEFAULT_FLOOR_WINDOW,
    .floor_percentile = ISR_DETECTOR_DEFAULT_FLOOR_PERCENTILE,
    .allowance_max = ISR_DETECTOR_DEFAULT_ALLOWANCE_MAX,
    .extend = ISR_DETECTOR_DEFAULT_EXTEND,
    .silence = ISR_DETECTOR_DEFAULT_SILENCE,
  };
}

void
isr_detector_params_clamp (IsrDetectorParams *self)
{
  self->mode = self->mode == ISR_DETECTOR_BLOCKS ? ISR_DETECTOR_BLOCKS : ISR_DETECTOR_ADAPTIVE;
  self->margin = CLAMP (self->margin, ISR_DETECTOR_MARGIN_MIN, ISR_DETECTOR_MARGIN_MAX);
  self->leave = CLAMP (self->leave, ISR_DETECTOR_LEAVE_MIN, ISR_DETECTOR_LEAVE_MAX);
  self->min_gap = CLAMP (self->min_gap, ISR_DETECTOR_MIN_GAP_MIN, ISR_DETECTOR_MIN_GAP_MAX);
  self->floor_window = CLAMP (self->floor_window, ISR_DETECTOR_FLOOR_WINDOW_MIN, ISR_DETECTOR_FLOOR_WINDOW_MAX);
  self->floor_percentile = MIN (self->floor_percentile, ISR_DETECTOR_FLOOR_PERCENTILE_MAX);
  self->allowance_max = CLAMP (self->allowance_max, ISR_DETECTOR_ALLOWANCE_MAX_MIN, ISR_DETECTOR_ALLOWANCE_MAX_MAX);
  self->extend = MIN (self->extend, ISR_DETECTOR_EXTEND_MAX);
  self->silence = CLAMP (self->silence, ISR_DETECTOR_SILENCE_MIN, ISR_DETECTOR_SILENCE_MAX);
}

/* --- floor and reference --- */

void
isr_detector_init_spans (const IsrDetectorParams *params, IsrLevelSpan *floor, IsrLevelSpan *spread)
{
  static const guint of_spread[] = { 50, 20 };

  if (floor)
    isr_span_init (floor, (gint16) params->silence, &params->floor_percentile, 1);
  if (spread)
    isr_span_init (spread, (gint16) params->silence, of_spread, G_N_ELEMENTS (of_spread));
}

int
isr_detector_spread (const IsrLevelSpan *span)
{
  if (isr_span_valid (span) < ISR_DETECTOR_MIN_VALID)
    return 0;
  return isr_span_percentile (span, 0) - isr_span_percentile (span, 1);
}

int
isr_detector_allowance (const IsrDetectorParams *params, int spread)
{
  return CLAMP (SPREAD_FACTOR * (spread - SPREAD_FREE), 0, params->allowance_max);
}

static guint
half_of (const IsrDetector *self)
{
  return self->params.floor_window / 2;
}

static guint
lookahead_of (const IsrDetector *self)
{
  return MAX (half_of (self) - 1, ISR_DETECTOR_AHEAD);
}

static guint64
back_from (guint64 window, guint n)
{
  return window > n ? window - n : 0;
}

/* ISR_LEVEL_UNKNOWN before the first. */
static int
floor_at (IsrDetector *self, guint64 window)
{
  guint half = half_of (self);

  isr_span_move (&self->floor, &self->history, back_from (window, half), MIN (window + half, self->history.end));
  if (isr_span_valid (&self->floor) >= ISR_DETECTOR_MIN_VALID)
    self->last_floor = isr_span_percentile (&self->floor, 0);

  return self->last_floor;
}

static int
ref_at (IsrDetector *self, guint64 window, int floor)
{
  int spread;

  isr_span_move (&self->before, &self->history, back_from (window, ISR_DETECTOR_BACK), window + 1);
  spread = isr_detector_spread (&self->before);
  if (SPREAD_FACTOR * (spread - SPREAD_FREE) <= 0)
    return floor;
  isr_span_move (&self->after, &self->history, window, MIN (window + ISR_DETECTOR_AHEAD + 1, self->history.end));

  return floor + isr_detector_allowance (&self->params, MIN (spread, isr_detector_spread (&self->after)));
}

/* Whether @window is @above (centi-dB) over its reference, which is then in @ref. */
static gboolean
exceeds (IsrDetector *self, guint64 window, int level, int floor, int above, int *ref)
{
  if (!isr_detector_is_sound (&self->params, level) || level < floor + above)
    return FALSE;
  *ref = ref_at (self, window, floor);
  return level >= *ref + above;
}

/* --- sections --- */

void
isr_detector_end_section (IsrDetector *self, IsrSection section)
{
  if (!section.id)
    section.id = self->next_id++;
  if (self->hooks.ended)
    self->hooks.ended (&section, self->data);
}

static void
open_section (IsrDetector *self, guint64 window, int level, int ref)
{
  self->section = (IsrOpenSection){
    .open = TRUE,
    .start = window,
    .last = window,
    .score = level - ref,
    .peak = level,
    .floor = ref,
    .threshold = ref + self->params.margin - self->params.leave,
  };
}

static void
close_section (IsrDetector *self, guint64 window, IsrSectionReason reason)
{
  const IsrOpenSection *open = &self->section;
  IsrSection section = { open->id, open->start, open->last + 1, open->score, open->peak, open->floor, reason };

  self->section.open = FALSE;
  isr_waiting_take (self, window, &section, open->threshold);
}

static void
follow_section (IsrDetector *self, guint64 window, int level, int floor)
{
  IsrOpenSection *section = &self->section;
  int ref;

  if (isr_detector_is_sound (&self->params, level))
    section->peak = MAX (section->peak, level);
  if (exceeds (self, window, level, floor, self->params.margin - self->params.leave, &ref)) {
    if (level - ref > section->score) {
      section->score = level - ref;
      section->floor = ref;
    }
    section->last = window;
    section->still = 0;
    return;
  }
  section->still += level >= section->threshold;
  if (window - section->last >= self->params.min_gap)
    close_section (self, window, 2 * section->still > self->params.min_gap ? ISR_SECTION_FLOOR : ISR_SECTION_LEVEL);
}

/* --- the way along --- */

static void
decide (IsrDetector *self, guint64 window)
{
  int level = isr_history_at (&self->history, window);
  int floor = floor_at (self, window), ref;

  if (floor == ISR_LEVEL_UNKNOWN)
    return;
  isr_waiting_follow (self, window, level);
  if (self->section.open)
    follow_section (self, window, level, floor);
  else if (exceeds (self, window, level, floor, self->params.margin, &ref))
    open_section (self, window, level, ref);
  isr_waiting_settle (self, window);
  isr_announce_settle (self, window);
}

static gboolean
is_idle (const IsrDetector *self)
{
  return !self->section.open && !self->waiting.waiting && self->live.n_announced == 0 && self->last_floor != ISR_LEVEL_UNKNOWN;
}

/* Looks at the next STRIDE windows together; TRUE when none of them can begin a section. */
static gboolean
look_ahead (IsrDetector *self)
{
  guint half = half_of (self), place = self->params.floor_percentile * (2 * half - 1) / 100;
  const gint16 *levels = self->history.levels + (self->next - self->history.first);
  gsize n = 2 * half + STRIDE - 1; /* of all their spans together */
  int limit;

  self->seen = self->next + STRIDE;
  self->bound = ISR_LEVEL_UNKNOWN;
  if (self->next < half || self->next + STRIDE - 1 + half > self->history.end)
    return FALSE;
  if (2 * half - place <= ISR_DETECTOR_MIN_VALID) /* there might be too few for a floor */
    return FALSE;
  limit = MAX (isr_levels_highest (levels, STRIDE) - self->params.margin, self->params.silence);
  if (isr_levels_count (levels - half, n, (gint16) CLAMP (limit, G_MININT16, G_MAXINT16)) <= place)
    return TRUE;
  self->bound = isr_levels_nth (levels - half, n, place);
  if (self->bound <= self->params.silence)
    self->bound = ISR_LEVEL_UNKNOWN;
  return FALSE;
}

/* Whether the next window can not begin a section, by what look_ahead() has seen. */
static gboolean
is_quiet (const IsrDetector *self)
{
  return self->next < self->seen && self->bound != ISR_LEVEL_UNKNOWN && isr_history_at (&self->history, self->next) < self->bound + self->params.margin;
}

/* Decides all windows before @end. */
static void
run (IsrDetector *self, guint64 end)
{
  while (self->next < end) {
    gboolean idle = is_idle (self);

    if (idle && self->next >= self->seen && self->next + STRIDE <= end && look_ahead (self)) {
      self->next += STRIDE;
      continue;
    }
    if (!idle || !is_quiet (self))
      decide (self, self->next);
    self->next++;
  }
}

static void
begin_run (IsrDetector *self)
{
  self->history.first = self->history.end = 0;
  self->next = self->seen = 0;
  self->bound = ISR_LEVEL_UNKNOWN;
  self->last_floor = ISR_LEVEL_UNKNOWN;
  self->section.open = self->waiting.waiting = self->block.open = FALSE;
  isr_detector_init_spans (&self->params, &self->floor, &self->before);
  isr_detector_init_spans (&self->params, NULL, &self->after);
  isr_announce_init (self);
}

void
isr_detector_init (IsrDetector *self, const IsrDetectorParams *params, const IsrDetectorHooks *hooks, gpointer data)
{
  self->params = *params;
  isr_detector_params_clamp (&self->params);
  self->hooks = *hooks;
  self->data = data;
  self->next_id = 1;
  begin_run (self);
}

void
isr_detector_set_params (IsrDetector *self, const IsrDetectorParams *params)
{
  IsrDetectorParams next = *params;

  isr_detector_params_clamp (&next);
  if (next.mode != self->params.mode)
    isr_detector_finish (self);
  self->params = next;
  self->bound = ISR_LEVEL_UNKNOWN;
  isr_detector_init_spans (&next, &self->floor, &self->before);
  isr_detector_init_spans (&next, &self->live.floor, &self->live.before);
  isr_detector_init_spans (&next, NULL, &self->after);
}

/* Window 0 was the first, so there are as many decided as there are behind. */
static guint64
oldest_needed (const IsrDetector *self)
{
  return back_from (self->next, ISR_DETECTOR_BACK);
}

static void
advance (IsrDetector *self)
{
  guint look = lookahead_of (self);

  if (self->params.mode == ISR_DETECTOR_BLOCKS)
    isr_blocks_run (self, FALSE);
  else
    run (self, back_from (self->history.end, look));
}

void
isr_detector_push (IsrDetector *self, const gint16 *levels, gsize n)
{
  gboolean announce = self->hooks.started && self->params.mode == ISR_DETECTOR_ADAPTIVE;

  while (n > 0) {
    gsize taken = isr_history_append (&self->history, levels, announce ? 1 : n, oldest_needed (self));

    if (announce)
      isr_announce_newest (self);
    advance (self);
    levels += taken;
    n -= taken;
  }
}

void
isr_detector_finish (IsrDetector *self)
{
  if (self->params.mode == ISR_DETECTOR_BLOCKS)
    isr_blocks_run (self, TRUE);
  else
    run (self, self->history.end);
  if (self->section.open)
    close_section (self, self->history.end - 1, ISR_SECTION_EOS);
  if (self->waiting.waiting)
    isr_waiting_expire (self);
  isr_announce_cancel_all (self);
  begin_run (self);
}

int
isr_detector_live_floor (const IsrDetector *self)
{
  return self->live.ref;
}
