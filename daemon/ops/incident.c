/* SPDX-License-Identifier: MIT */
/* incident.c - a small machine for each source. */
#include "daemon/ops/incident.h"

static void
begin (IsrIncident *self)
{
  self->active = TRUE;
  self->state_told = self->gap_told = self->by_state = FALSE;
}

static gboolean
drop (IsrIncident *self)
{
  if (!self->active)
    begin (self);
  self->by_state = TRUE;
  if (self->state_told) {
    self->suppressed++;
    return FALSE;
  }
  self->state_told = TRUE;
  self->told = ISR_STATE_WAITING_TO_RETRY;
  return TRUE;
}

static gboolean
settle (IsrIncident *self, IsrState state)
{
  if (self->by_state || state != ISR_STATE_RECORDING)
    self->active = FALSE;
  if (self->told == state)
    return FALSE;
  self->told = state;
  return TRUE;
}

gboolean
isr_incident_state (IsrIncident *self, const IsrSourceState *state)
{
  switch (state->state) {
    case ISR_STATE_WAITING_TO_RETRY:
      return drop (self);
    case ISR_STATE_RECORDING:
      /* with retries, not yet for ten seconds */
      return state->retries && self->active ? FALSE : settle (self, ISR_STATE_RECORDING);
    case ISR_STATE_STOPPED:
    case ISR_STATE_FAILED:
      return settle (self, state->state);
    default:
      return FALSE;
  }
}

gboolean
isr_incident_gap (IsrIncident *self, gboolean wanted, gint64 now_us)
{
  if (wanted)
    return TRUE;
  if (self->active && !self->by_state && now_us - self->last_us >= ISR_INCIDENT_CALM)
    self->active = FALSE;
  if (!self->active)
    begin (self);
  self->last_us = now_us;
  if (self->gap_told) {
    self->suppressed++;
    return FALSE;
  }
  self->gap_told = TRUE;
  return TRUE;
}

guint
isr_incident_take_suppressed (IsrIncident *self)
{
  guint n = self->suppressed;

  self->suppressed = 0;
  return n;
}
