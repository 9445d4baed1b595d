/* SPDX-License-Identifier: MIT */
/* announce.c - says that something is loud while it begins, and takes it back.
 *
 *   announced at window s        decided 15 s later
 *   ------|-----------------------------|-----------
 *         by the 20 s behind it         by what lies around it: a section is open
 *                                       between s and s + min-gap, or it is cancelled
 *
 * A section takes the id of the announcement that it confirms. One that is confirmed
 * by a section which has an id already belongs to it, and is cancelled as well. */
#include "plugins/loudness/detector-private.h"

#include <string.h>

void
isr_announce_init (IsrDetector *self)
{
  IsrAnnouncer *live = &self->live;

  isr_detector_init_spans (&self->params, &live->floor, &live->before);
  live->last_floor = live->ref = ISR_LEVEL_UNKNOWN;
  live->open = FALSE;
  live->n_announced = 0;
}

static guint64
not_before (const IsrHistory *history, guint64 end, guint n)
{
  return MAX (history->first, end > n ? end - n : 0);
}

static int
live_ref (IsrDetector *self)
{
  IsrAnnouncer *live = &self->live;
  const IsrHistory *history = &self->history;

  isr_span_move (&live->floor, history, not_before (history, history->end, self->params.floor_window), history->end);
  isr_span_move (&live->before, history, not_before (history, history->end, ISR_DETECTOR_BACK + 1), history->end);
  if (isr_span_valid (&live->floor) >= ISR_DETECTOR_MIN_VALID)
    live->last_floor = isr_span_percentile (&live->floor, 0);
  if (live->last_floor == ISR_LEVEL_UNKNOWN)
    return ISR_LEVEL_UNKNOWN;

  return live->last_floor + isr_detector_allowance (&self->params, isr_detector_spread (&live->before));
}

static void
announce (IsrDetector *self, guint64 window, int level, int ref)
{
  IsrAnnouncer *live = &self->live;
  IsrSection *section;

  live->open = TRUE;
  live->last = window;
  if (live->n_announced == ISR_DETECTOR_MAX_ANNOUNCED)
    return;
  section = &live->announced[live->n_announced++];
  *section = (IsrSection){ self->next_id++, window, window + 1, level - ref, level, ref, ISR_SECTION_LEVEL };
  self->hooks.started (section, self->data);
}

void
isr_announce_newest (IsrDetector *self)
{
  IsrAnnouncer *live = &self->live;
  guint64 window = self->history.end - 1;
  int level = isr_history_at (&self->history, window), above = self->params.margin;

  live->ref = live_ref (self);
  if (live->open)
    above -= self->params.leave;
  if (live->ref == ISR_LEVEL_UNKNOWN)
    return;
  if (isr_detector_is_sound (&self->params, level) && level >= live->ref + above) {
    if (!live->open)
      announce (self, window, level, live->ref);
    live->last = window;
  } else if (live->open && window - live->last >= self->params.min_gap)
    live->open = FALSE;
}

static void
drop_oldest (IsrAnnouncer *live)
{
  live->n_announced--;
  memmove (live->announced, live->announced + 1, live->n_announced * sizeof *live->announced);
}

static void
cancel_oldest (IsrDetector *self)
{
  IsrSection section = self->live.announced[0];

  drop_oldest (&self->live);
  if (self->hooks.cancelled)
    self->hooks.cancelled (&section, self->data);
}

void
isr_announce_settle (IsrDetector *self, guint64 window)
{
  IsrAnnouncer *live = &self->live;

  while (live->n_announced > 0 && live->announced[0].start <= window) {
    if (self->section.open && !self->section.id) {
      self->section.id = live->announced[0].id;
      drop_oldest (live);
    } else if (self->section.open || window >= live->announced[0].start + self->params.min_gap)
      cancel_oldest (self);
    else
      return;
  }
}

void
isr_announce_cancel_all (IsrDetector *self)
{
  while (self->live.n_announced > 0)
    cancel_oldest (self);
}
