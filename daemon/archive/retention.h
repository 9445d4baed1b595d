/* SPDX-License-Identifier: MIT */
/* retention.h - deletes what the rules say, and nothing else.
 *
 * Off unless keep_days or min_free is set. By age; and by free space: what is in the
 * trash first, then the oldest recordings. Stays: what ISR did not record itself, what is
 * protected, what holds a section that somebody kept or gave a name. The trash is emptied
 * by its age in any case. Every deletion is a line in the log. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/core/clock.h"

G_BEGIN_DECLS

#define ISR_RETENTION_INTERVAL 5 /* seconds between two looks at the free space */

typedef struct _IsrRetention IsrRetention;

/* Looks every few seconds, by the rules that the catalog has (storage.h); @catalog is
 * one that may be written and outlives it. @clock NULL: the system's. */
IsrRetention *isr_retention_new (IsrCatalog *catalog, const IsrClock *clock);
void isr_retention_free (IsrRetention *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrRetention, isr_retention_free)

/* One look: deletes the one thing that is most due. FALSE: nothing is. */
gboolean isr_retention_step (IsrRetention *self);

G_END_DECLS
