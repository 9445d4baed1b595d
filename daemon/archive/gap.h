/* SPDX-License-Identifier: MIT */
/* gap.h - time that is missing, and why: the eleven causes. Pure.
 *
 *     disconnected  the connection, or the device, went away or could not be had
 *     stalled       connected, but nothing came
 *     source        the source itself says that audio is missing, or sent what can
 *                   not be recorded
 *     overrun       the sound card was not read in time
 *     disk          the disk was full or too slow
 *     stopped       a person stopped the source
 *     clock-step    the wall clock was set forward
 *     suspended     the machine slept
 *     not-running   ISR did not run
 *     deleted       it was recorded, and a person or the retention deleted it
 *     damaged       it was recorded, but the file is gone or does not play
 */
#pragma once

#include <glib.h>

#include "daemon/core/recording.h"
#include "daemon/core/source-state.h"

G_BEGIN_DECLS

#define ISR_CAUSE_DISCONNECTED "disconnected"
#define ISR_CAUSE_STALLED "stalled"
#define ISR_CAUSE_SOURCE "source"
#define ISR_CAUSE_OVERRUN "overrun"
#define ISR_CAUSE_DISK "disk"
#define ISR_CAUSE_STOPPED "stopped"
#define ISR_CAUSE_CLOCK_STEP "clock-step"
#define ISR_CAUSE_SUSPENDED "suspended"
#define ISR_CAUSE_NOT_RUNNING "not-running"
#define ISR_CAUSE_DELETED "deleted"
#define ISR_CAUSE_DAMAGED "damaged"

/* As a note of the ledger: from start_us on this is why nothing is recorded. As a
 * hole of a coverage: nothing is recorded from start_us to end_us. */
typedef struct {
  gint64 id;             /* of a note: its row; else 0 */
  char *source;          /* of a note; NULL in a coverage, which has it itself */
  gint64 start_us;       /* UTC */
  gint64 end_us;         /* UTC; G_MAXINT64 while it is open */
  const char *cause;     /* ISR_CAUSE_*, static */
  gint64 uncertainty_us; /* how far its ends may be off */
} IsrGap;

IsrGap *isr_gap_copy (const IsrGap *self);
void isr_gap_free (IsrGap *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrGap, isr_gap_free)

/* The static cause of that name; NULL: there is none. */
const char *isr_cause_find (const char *name);

/* Why audio is missing behind a file that ended so; NULL: none is missing. */
const char *isr_cause_of_file (const IsrRecording *recording);
/* Why a source in this state does not record; NULL: the state does not say it. */
const char *isr_cause_of_state (const IsrSourceState *state);
/* How far the times of a file may be off, by the way its clock was found, µs. */
gint64 isr_clock_get_uncertainty (const char *clock);

G_END_DECLS
