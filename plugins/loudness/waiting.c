/* SPDX-License-Identifier: MIT */
/* waiting.c - a section over which the floor has risen: a long sound, or a new ambience?
 *
 *   section | closed, reason floor | pieces on the raised floor | low for min-gap: one long section
 *                                                               | extend is over:  all as they were
 *
 * At most one waits. Sections that come and go by themselves on top of it are final
 * at once; those that the floor ends as well, or that end after the sound went below
 * the threshold, are its pieces. */
#include "plugins/loudness/detector-private.h"

void
isr_waiting_follow (IsrDetector *self, guint64 window, int level)
{
  IsrWaitingSection *waiting = &self->waiting;

  if (waiting->waiting && window > waiting->since)
    waiting->low = level < waiting->threshold ? waiting->low + 1 : 0;
}

static IsrSection
piece_at (const IsrWaitingSection *waiting, guint i)
{
  guint64 start = waiting->start + waiting->pieces[i].offset;

  return (IsrSection){
    .id = waiting->pieces[i].id,
    .start = start,
    .end = start + waiting->pieces[i].length,
    .score = waiting->pieces[i].score,
    .peak = waiting->pieces[i].peak,
    .floor = waiting->pieces[i].floor,
    .reason = waiting->pieces[i].reason,
  };
}

static IsrSection
itself (const IsrWaitingSection *waiting, IsrSectionReason reason)
{
  return (IsrSection){ waiting->id, waiting->start, waiting->end, waiting->score, waiting->peak, waiting->floor, reason };
}

void
isr_waiting_expire (IsrDetector *self)
{
  IsrWaitingSection *waiting = &self->waiting;

  waiting->waiting = FALSE;
  isr_detector_end_section (self, itself (waiting, ISR_SECTION_FLOOR));
  for (guint i = 0; i < waiting->n_pieces; i++)
    isr_detector_end_section (self, piece_at (waiting, i));
}

/* The sound has stopped at @end: all of it is one. */
static void
complete (IsrDetector *self, guint64 end)
{
  IsrWaitingSection *waiting = &self->waiting;
  IsrSection whole = itself (waiting, ISR_SECTION_LONG);

  waiting->waiting = FALSE;
  whole.end = MAX (whole.end, end);
  for (guint i = 0; i < waiting->n_pieces; i++) {
    IsrSection piece = piece_at (waiting, i);

    if (piece.id && self->hooks.cancelled)
      self->hooks.cancelled (&piece, self->data);
    whole.end = MAX (whole.end, piece.end);
    whole.peak = MAX (whole.peak, piece.peak);
    if (piece.score > whole.score) {
      whole.score = piece.score;
      whole.floor = piece.floor;
    }
  }
  isr_detector_end_section (self, whole);
}

void
isr_waiting_settle (IsrDetector *self, guint64 window)
{
  const IsrWaitingSection *waiting = &self->waiting;

  if (!waiting->waiting)
    return;
  if (waiting->low >= self->params.min_gap && !self->section.open)
    complete (self, window + 1 - waiting->low);
  else if ((window - waiting->since >= self->params.extend && waiting->low == 0) || waiting->n_pieces == ISR_DETECTOR_MAX_PIECES)
    isr_waiting_expire (self);
}

static void
begin (IsrWaitingSection *waiting, guint64 window, const IsrSection *section, int threshold)
{
  waiting->waiting = TRUE;
  waiting->id = section->id;
  waiting->start = section->start;
  waiting->end = section->end;
  waiting->since = window;
  waiting->score = section->score;
  waiting->peak = section->peak;
  waiting->floor = section->floor;
  waiting->threshold = threshold;
  waiting->low = 0;
  waiting->n_pieces = 0;
}

/* There is room: a full one has been settled with the piece that filled it. */
static void
add_piece (IsrWaitingSection *waiting, const IsrSection *section)
{
  guint i = waiting->n_pieces++;

  waiting->pieces[i].id = section->id;
  waiting->pieces[i].offset = (guint32) (section->start - waiting->start);
  waiting->pieces[i].length = (guint32) (section->end - section->start) & 0x3fffffff;
  waiting->pieces[i].reason = section->reason;
  waiting->pieces[i].score = section->score;
  waiting->pieces[i].peak = (gint16) section->peak;
  waiting->pieces[i].floor = (gint16) section->floor;
}

void
isr_waiting_take (IsrDetector *self, guint64 window, const IsrSection *section, int threshold)
{
  IsrWaitingSection *waiting = &self->waiting;

  if (waiting->waiting && (section->reason == ISR_SECTION_FLOOR || waiting->low > 0))
    add_piece (waiting, section);
  else if (!waiting->waiting && section->reason == ISR_SECTION_FLOOR && self->params.extend)
    begin (waiting, window, section, threshold);
  else
    isr_detector_end_section (self, *section);
}
