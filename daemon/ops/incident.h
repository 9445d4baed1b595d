/* SPDX-License-Identifier: MIT */
/* incident.h - what of a flapping source people are told. Pure: time comes in.
 *
 * An incident of a source begins with its first drop and ends when ten seconds
 * were recorded again, when it is given up or when it is stopped. However often
 * the source drops in between, people are told at most three things:
 *
 *     the source dropped out     (state)
 *     audio came back for the first time; the hole was so long   (gap)
 *     it records again, is given up, is stopped                  (state)
 *
 * Holes without a change of the state (overruns, a source that says itself that
 * audio is missing) are told once as long as less than ten seconds lie between
 * them. What is not told is counted. */
#pragma once

#include "daemon/core/source-state.h"

G_BEGIN_DECLS

#define ISR_INCIDENT_CALM (10 * G_TIME_SPAN_SECOND)

/* All zero: nothing has happened yet. */
typedef struct {
  gboolean active;
  gboolean state_told, gap_told; /* in this incident */
  gboolean by_state;             /* its end is told by the state, else by time */
  gint64 last_us;                /* of the last hole */
  IsrState told;                 /* the last state that was told; IDLE: none */
  guint suppressed;              /* since something was told */
} IsrIncident;

/* TRUE: tell it. Called at every news of the source; the same state again is none.
 * Connecting is never told. */
gboolean isr_incident_state (IsrIncident *self, const IsrSourceState *state);
/* A hole is over. @wanted: it was meant (stopped, not running) and is no incident. */
gboolean isr_incident_gap (IsrIncident *self, gboolean wanted, gint64 now_us);
/* How many were not told since; begins again at 0. */
guint isr_incident_take_suppressed (IsrIncident *self);

G_END_DECLS
