/* SPDX-License-Identifier: MIT */
/* patience.c - two clocks. */
#include "daemon/core/patience.h"

#include <time.h>

#define CPU (3 * G_TIME_SPAN_SECOND)
#define WALL (20 * G_TIME_SPAN_SECOND)

static gint64
get_cpu_us (void)
{
  struct timespec used;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &used);
  return used.tv_sec * G_TIME_SPAN_SECOND + used.tv_nsec / 1000;
}

void
isr_patience_renew (IsrPatience *self)
{
  self->wall_us = g_get_monotonic_time ();
  self->cpu_us = get_cpu_us ();
}

gboolean
isr_patience_is_lost (const IsrPatience *self)
{
  return get_cpu_us () - self->cpu_us > CPU || g_get_monotonic_time () - self->wall_us > WALL;
}
