/* SPDX-License-Identifier: MIT */
/* position.c - samples to nanoseconds and back, without rounding twice. */
#include "plugins/split/position.h"

#define NS G_GUINT64_CONSTANT (1000000000)

/* samples * 10^9 / rate: a day at 768 kHz has too many for 64 bits in one go. */
static guint64
to_ns (guint64 samples, guint rate)
{
  return rate ? samples / rate * NS + samples % rate * NS / rate : 0;
}

/* The first sample at or after @ns. */
static guint64
to_samples (guint64 ns, guint rate)
{
  return ns / NS * rate + (ns % NS * rate + NS - 1) / NS;
}

gint64
isr_position_get (const IsrPosition *self, guint64 ahead)
{
  return (gint64) (self->base_ns + to_ns (self->samples + ahead, self->rate));
}

void
isr_position_set_rate (IsrPosition *self, guint rate)
{
  if (rate == self->rate)
    return;
  self->base_ns = (guint64) isr_position_get (self, 0);
  self->samples = 0;
  self->rate = rate;
}

guint64
isr_position_count_until (const IsrPosition *self, gint64 at_ns)
{
  gint64 since = at_ns - (gint64) self->base_ns;
  guint64 n = since <= 0 ? 0 : to_samples ((guint64) since, self->rate);

  return n <= self->samples ? 0 : n - self->samples;
}
