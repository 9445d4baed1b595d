/* SPDX-License-Identifier: MIT */
/* blocks.c - the mode blocks: one floor for 30 s, at once for all of them.
 *
 * The percentile lies between two levels; in hundredths of a centi-dB it is an
 * integer, and so is all that follows from it. The place is a multiple of 1/5, so that
 * a score is never half way between two centi-dB. */
#include "plugins/loudness/detector-private.h"

#define BLOCK 300
#define PERCENT 20
#define SCALE 100

/* In 1/100 centi-dB. */
static int
floor_of (const gint16 *levels, guint n)
{
  guint place = PERCENT * (n - 1);
  int low = isr_levels_nth (levels, n, place / 100);
  int high = isr_levels_nth (levels, n, MIN (place / 100 + 1, n - 1));

  return low * SCALE + (high - low) * (int) (place % 100);
}

static int
to_centi (int value)
{
  return value >= 0 ? (value + SCALE / 2) / SCALE : -((SCALE / 2 - value) / SCALE);
}

static void
end_open (IsrDetector *self)
{
  const IsrBlockSection *block = &self->block;

  self->block.open = FALSE;
  isr_detector_end_section (self, (IsrSection){ 0, block->start, block->end, to_centi (block->score), block->peak, to_centi (block->floor), ISR_SECTION_LEVEL });
}

static void
take_loud (IsrDetector *self, guint64 window, int level, int floor)
{
  IsrBlockSection *block = &self->block;
  int score = level * SCALE - floor;

  if (block->open && window - block->end >= self->params.min_gap)
    end_open (self);
  if (!block->open)
    *block = (IsrBlockSection){ TRUE, window, window + 1, score, level, floor };
  block->end = window + 1;
  block->peak = MAX (block->peak, level);
  if (score > block->score) {
    block->score = score;
    block->floor = floor;
  }
}

static void
take_block (IsrDetector *self, guint n)
{
  const gint16 *levels = self->history.levels + (self->next - self->history.first);
  int floor = floor_of (levels, n);

  for (guint i = 0; i < n; i++) {
    if (levels[i] * SCALE >= floor + self->params.margin * SCALE)
      take_loud (self, self->next + i, levels[i], floor);
  }
  self->next += n;
}

void
isr_blocks_run (IsrDetector *self, gboolean final)
{
  while (self->history.end - self->next >= BLOCK)
    take_block (self, BLOCK);
  if (!final)
    return;
  if (self->history.end > self->next)
    take_block (self, (guint) (self->history.end - self->next));
  if (self->block.open)
    end_open (self);
}
