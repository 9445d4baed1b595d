/* SPDX-License-Identifier: MIT */
/* readings.c - a short queue and when it was last asked with success. */
#include "daemon/capture/readings.h"

#include <string.h>

#define SECOND (9 * G_USEC_PER_SEC / 10) /* as a timer and a sound card count it */

static IsrReading
pop (IsrReadings *self)
{
  IsrReading first = self->waiting[0];

  self->n--;
  memmove (self->waiting, self->waiting + 1, self->n * sizeof first);
  return first;
}

void
isr_readings_put (IsrReadings *self, IsrReading reading)
{
  if (self->n == ISR_READINGS_MAX) {
    IsrReading oldest = pop (self);

    self->waiting[0].level = MAX (self->waiting[0].level, oldest.level);
    self->waiting[0].peak = MAX (self->waiting[0].peak, oldest.peak);
  }
  self->waiting[self->n++] = reading;
}

gboolean
isr_readings_take (IsrReadings *self, gint64 now_us, IsrReading *next)
{
  if (self->n == 0 || (self->shown_us && now_us - self->shown_us < SECOND))
    return FALSE;
  *next = pop (self);
  self->shown_us = now_us;
  return TRUE;
}
