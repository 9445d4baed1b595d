/* SPDX-License-Identifier: MIT */
/* reduce.h - levels as so many points as a picture has. Blocks; any thread. */
#pragma once

#include <gio/gio.h>

#include "daemon/analysis/runs.h"

G_BEGIN_DECLS

/* Of each point; ISR_LEVELS_UNKNOWN where nothing is known. Mean is that of power. */
typedef struct {
  guint n;
  gint16 *min, *max, *mean, *peak, *floor;
} IsrCurve;

void isr_curve_free (IsrCurve *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrCurve, isr_curve_free)

/* @points equal parts of [from_us, to_us), out of @pieces in any order. A window
 * belongs to the part in which it begins, and to all that it lies over where parts are shorter
 * than it; parts that are long are made of summaries,
 * whose entries go to the part that their middle lies in. */
IsrCurve *isr_curve_new (GPtrArray *pieces, gint64 from_us, gint64 to_us, guint points, GCancellable *cancellable, GError **error);

G_END_DECLS
