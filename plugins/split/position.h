/* SPDX-License-Identifier: MIT */
/* position.h - stream time: how much audio has gone by, counted in samples.
 *
 * Exact over changes of the rate: what was counted at the old one is kept in
 * nanoseconds, the rest in samples. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  guint64 base_ns; /* before the rate became what it is */
  guint64 samples; /* since then */
  guint rate;      /* Hz; 0: nothing was counted yet */
} IsrPosition;

/* ns of the sample that is @ahead samples from here. */
gint64 isr_position_get (const IsrPosition *self, guint64 ahead);

/* From here on samples last 1/@rate. */
void isr_position_set_rate (IsrPosition *self, guint rate);

/* How many samples lie between here and the first one at or after @at_ns; 0 when
 * that is behind. */
guint64 isr_position_count_until (const IsrPosition *self, gint64 at_ns);

G_END_DECLS
