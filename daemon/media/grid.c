/* SPDX-License-Identifier: MIT */
/* grid.c - the nearest place at which a packet can begin. */
#include "daemon/media/grid.h"

#define COARSE_PER_SECOND 500 /* two milliseconds: each of two moments is rounded to one */

void
isr_grid_learn (IsrGrid *self, const guint64 *frames, const gint64 *says, guint n, gboolean coarse)
{
  *self = (IsrGrid){ 0 };
  if (n > 0)
    self->bias = says[0];
  if (n < 2)
    return;
  self->extra = !coarse && (gint64) frames[0] - (says[1] - says[0]) == 1;
  self->first = (gint64) frames[0] - self->extra; /* it may have begun with what is not to be heard */
  if (coarse)                                     /* what is not to be heard is clipped to a moment of its own */
    self->bias = says[1] - self->first;
  self->frames = n > 2 ? (guint) frames[1] : 0;
  for (guint i = 2; i + 1 < n; i++) /* the last one may be the file's */
    if (frames[i] != self->frames)
      self->frames = 0;
}

gboolean
isr_grid_find (const IsrGrid *self, gint64 says, gboolean coarse, guint rate, gint64 *sample)
{
  gint64 size = self->frames, off;

  *sample = says - self->bias;
  if (!coarse)
    return TRUE;
  if (size <= 2 * (gint64) rate / COARSE_PER_SECOND)
    return FALSE;
  off = (*sample - self->first) % size;
  if (ABS (off) > size / 2)
    off -= off > 0 ? size : -size;
  if (ABS (off) > (gint64) rate / COARSE_PER_SECOND)
    return FALSE;
  *sample -= off;
  return TRUE;
}
