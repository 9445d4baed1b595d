/* SPDX-License-Identifier: MIT */
/* coverage.h - which part of a span is recorded, and why the rest is not. Pure.
 *
 * Holes are never stored: they are what the recordings leave. Stored is only what
 * can not be seen afterwards, the causes. So a ledger can be wrong about why, and
 * never about what is there. */
#pragma once

#include "daemon/archive/gap.h"

G_BEGIN_DECLS

#define ISR_HOLE_MIN G_TIME_SPAN_MILLISECOND /* shorter ones are rounding between files */

/* Time that is recorded. */
typedef struct {
  gint64 start_us, end_us;
  gint64 uncertainty_us; /* of both ends */
  const char *after;     /* ISR_CAUSE_*, static: of a hole behind it of which no note is; NULL: "damaged" */
} IsrStretch;

typedef struct {
  char *source;
  gint64 from_us, to_us; /* the span that counts; from_us == to_us: none of it does */
  gint64 recorded_us;
  GArray *recorded; /* IsrStretch, merged, in order */
  GArray *holes;    /* IsrGap without source, in order; with recorded they add up to the span */
} IsrCoverage;

/* @stretches (IsrStretch): what is recorded, in any order, overlapping or not,
 * also from outside of the span. @notes (IsrGap): causes, in any order; each holds
 * from its start until the next one begins. A hole is divided where the cause
 * changes; the first cause in a hole holds from the begin of the hole, for it is
 * noted only when it is noticed. "deleted" holds exactly where it is noted. @source is copied. */
IsrCoverage *isr_coverage_new (const char *source, const GArray *stretches, const GArray *notes, gint64 from_us, gint64 to_us);
void isr_coverage_free (IsrCoverage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrCoverage, isr_coverage_free)

/* 0-1; negative: nothing of the span counts. */
double isr_coverage_get_share (const IsrCoverage *self);

G_END_DECLS
