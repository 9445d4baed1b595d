/* SPDX-License-Identifier: MIT */
/* backoff.c - the arithmetic of trying again. */
#include "daemon/capture/backoff.h"

/* Before retry number @n (from 1), without jitter. */
static gint64
nominal_wait (const IsrBackoff *self, guint n)
{
  gint64 ceiling = MAX (self->delay, ISR_BACKOFF_MAX);
  gint64 wait = self->delay;

  for (guint i = 2; i < n && wait < ceiling; i++)
    wait *= 2;
  return MIN (wait, ceiling);
}

gboolean
isr_backoff_fail (IsrBackoff *self, double random, gint64 *wait)
{
  self->failures += self->failures < G_MAXUINT;
  if (self->limit && self->failures > self->limit)
    return FALSE;
  if (self->failures == 1)
    *wait = (0.4 + 0.6 * random) * MIN (ISR_BACKOFF_FIRST, self->delay);
  else
    *wait = (0.8 + 0.2 * random) * nominal_wait (self, self->failures);
  return TRUE;
}

void
isr_backoff_reset (IsrBackoff *self)
{
  self->failures = 0;
}
