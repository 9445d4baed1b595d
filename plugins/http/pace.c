/* SPDX-License-Identifier: MIT */
/* pace.c - the rate is measured over 5 s (the first time over 1 s), beginning when the
 * burst is over. */
#include "plugins/http/pace.h"

#define BURST (2 * G_USEC_PER_SEC)
#define FIRST G_USEC_PER_SEC
#define LATER (5 * G_USEC_PER_SEC)

void
isr_pace_begin (IsrPace *self, gint64 now)
{
  *self = (IsrPace){ .begun = now, .alive = now, .rate = self->rate };
}

static gboolean
measure (IsrPace *self, gsize bytes, gint64 now)
{
  gint64 span = now - self->mark;

  if (now - self->begun < BURST)
    return FALSE;
  if (self->mark == 0) {
    self->mark = now;
    return FALSE;
  }
  self->mark_bytes += bytes;
  if (span < (self->rate ? LATER : FIRST))
    return FALSE;
  self->rate = (guint) MIN (self->mark_bytes * G_USEC_PER_SEC / (guint64) span, G_MAXUINT);
  self->mark = now;
  self->mark_bytes = 0;
  return TRUE;
}

gboolean
isr_pace_take (IsrPace *self, gsize bytes, gint64 now, gint64 stall)
{
  if (now - self->begun <= G_USEC_PER_SEC)
    self->burst += bytes;
  self->alive_bytes += bytes;
  if (self->alive_bytes >= (gsize) MAX (1, stall * ISR_PACE_ALIVE / G_USEC_PER_SEC)) {
    self->alive = now;
    self->alive_bytes = 0;
  }
  return measure (self, bytes, now);
}

gint64
isr_pace_get_patience (const IsrPace *self, gint64 now, gint64 stall)
{
  return MAX (0, self->alive + stall - now);
}

gsize
isr_pace_get_mark (const IsrPace *self, gint64 span)
{
  gint64 whole = (gint64) self->rate * span / G_USEC_PER_SEC;
  gint64 held = ((gint64) self->burst - self->rate) / 2;

  return (gsize) CLAMP (MIN (whole, MAX (whole / 2, held)), 1, ISR_PACE_MARK_MAX);
}
