/* SPDX-License-Identifier: MIT */
/* timefilter.c - the arrivals of the last minute, one value a second.
 *
 * A plain minimum over everything would never rise again: it drifts 4.3 s a day
 * with a sender that is 50 ppm slow. A minute of per-second minima lags 3 ms. */
#include "plugins/split/timefilter.h"

#include <stdlib.h>
#include <string.h>

#define HOLE_SECONDS 15
#define HOLE_MIN (2 * G_GINT64_CONSTANT (1000000000))
#define SHRINK_SECONDS 5 /* the first and the last of these 15 are compared */
#define SHRINK_MIN G_GINT64_CONSTANT (250000000)

static gint64
lowest (const gint64 *values, guint n)
{
  gint64 min = G_MAXINT64;

  for (guint i = 0; i < n; i++)
    min = MIN (min, values[i]);
  return min;
}

static int
compare (const void *a, const void *b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

static gint64
median (const gint64 *values, guint n)
{
  gint64 sorted[ISR_TIME_FILTER_SAMPLES];

  memcpy (sorted, values, n * sizeof *values);
  qsort (sorted, n, sizeof *sorted, compare);
  return sorted[n / 2];
}

static gint64
open_value (const IsrTimeFilter *self)
{
  if (self->median)
    return median (self->samples, MIN (self->n_samples, ISR_TIME_FILTER_SAMPLES));
  return self->lowest;
}

static void
close_second (IsrTimeFilter *self)
{
  if (self->n_values == ISR_TIME_FILTER_SECONDS) {
    self->n_values--;
    memmove (self->values, self->values + 1, self->n_values * sizeof *self->values);
  }
  self->values[self->n_values++] = open_value (self);
  self->n_samples = 0;
  self->lowest = G_MAXINT64;
}

void
isr_time_filter_init (IsrTimeFilter *self, gboolean is_median)
{
  memset (self, 0, sizeof *self);
  self->median = is_median;
  self->lowest = G_MAXINT64;
}

gboolean
isr_time_filter_add (IsrTimeFilter *self, gint64 monotonic_us, gint64 sample)
{
  gint64 second = monotonic_us / G_TIME_SPAN_SECOND;
  gboolean completed = self->n_samples > 0 && second != self->second;

  if (completed)
    close_second (self);
  self->second = second;
  self->lowest = MIN (self->lowest, sample);
  self->samples[self->n_samples++ % ISR_TIME_FILTER_SAMPLES] = sample;
  return completed;
}

gint64
isr_time_filter_target (const IsrTimeFilter *self)
{
  gint64 min = lowest (self->values, self->n_values);

  /* a median is worth sorting for, and one outlier is none, when its second is full */
  if (self->n_samples == 0 || (self->median && self->n_values > 0))
    return min;
  return MIN (min, open_value (self));
}

gint64
isr_time_filter_hole (const IsrTimeFilter *self, gint64 base)
{
  const gint64 *first;
  gint64 hole, early, late;

  if (self->n_values < HOLE_SECONDS)
    return 0;

  first = self->values + self->n_values - HOLE_SECONDS;
  hole = lowest (first, HOLE_SECONDS) - base;
  early = lowest (first, SHRINK_SECONDS);
  late = lowest (first + HOLE_SECONDS - SHRINK_SECONDS, SHRINK_SECONDS);
  return hole > HOLE_MIN && early - late < SHRINK_MIN ? hole : 0;
}

void
isr_time_filter_forget (IsrTimeFilter *self)
{
  guint old = self->n_values - MIN (self->n_values, HOLE_SECONDS);

  self->n_values -= old;
  memmove (self->values, self->values + old, self->n_values * sizeof *self->values);
}

void
isr_time_filter_shift (IsrTimeFilter *self, gint64 ns)
{
  for (guint i = 0; i < self->n_values; i++)
    self->values[i] += ns;
  for (guint i = 0; i < MIN (self->n_samples, ISR_TIME_FILTER_SAMPLES); i++)
    self->samples[i] += ns;
  if (self->n_samples > 0)
    self->lowest += ns;
}
