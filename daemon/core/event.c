/* SPDX-License-Identifier: MIT */
/* event.c - a value: made, copied, freed. */
#include "daemon/core/event.h"

IsrEvent *
isr_event_new (const char *source)
{
  IsrEvent *self = g_new0 (IsrEvent, 1);

  self->source = g_strdup (source);
  return self;
}

IsrEvent *
isr_event_copy (const IsrEvent *self)
{
  IsrEvent *copy = g_memdup2 (self, sizeof *self);

  copy->source = g_strdup (self->source);
  copy->reason = g_strdup (self->reason);
  return copy;
}

void
isr_event_free (IsrEvent *self)
{
  g_free (self->source);
  g_free (self->reason);
  g_free (self);
}
