/* SPDX-License-Identifier: MIT */
/* events.h - an IsrEvent as a row, for the writer and for those who prepare a reader. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/db.h"
#include "daemon/core/event.h"

G_BEGIN_DECLS

#define ISR_EVENT_COLUMNS "id, source, run_us, key, start_us, end_us, score, peak, floor, reason"
#define ISR_EVENT_PLACES "?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10"
#define ISR_EVENT_N_COLUMNS 10

/* Parameters 1 to ISR_EVENT_N_COLUMNS. */
void isr_events_bind (sqlite3_stmt *statement, const IsrEvent *event);

/* Makes the temporary table of what was given and may not be committed yet. */
gboolean isr_events_prepare (sqlite3 *db, GError **error);

/* Drops from it what is committed: before every question. */
void isr_events_settle (IsrCatalog *self);

/* Gives each day of @days whose events are not counted their number. */
gboolean isr_catalog_count_days (IsrCatalog *self, GPtrArray *days, const char *source, GTimeZone *zone, GError **error);

G_END_DECLS
