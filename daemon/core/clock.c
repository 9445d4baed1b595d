/* SPDX-License-Identifier: MIT */
/* clock.c - the system's clock unless another is given. */
#include "daemon/core/clock.h"

gint64
isr_clock_now (const IsrClock *self)
{
  return self ? self->now (self->data) : g_get_real_time ();
}
