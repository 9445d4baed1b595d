/* SPDX-License-Identifier: MIT */
/* events.h - loud events, as the files of the catalog share them: rows (events.c), what is
 * not to be seen (event-trash.c), numbers and ranks (event-counts.c). */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/db.h"
#include "daemon/core/event.h"

G_BEGIN_DECLS

#define ISR_EVENT_COLUMNS "id, source, run_us, key, start_us, end_us, score, peak, floor, reason"

/* Makes the temporary table of what was given and may not be committed yet. */
gboolean isr_events_prepare (sqlite3 *db, GError **error);
/* Drops from it what is committed: before every question. */
void isr_events_settle (IsrCatalog *self);
/* (element-type IsrEvent): rows of ISR_EVENT_COLUMNS. */
GPtrArray *isr_events_read (sqlite3_stmt *statement, GError **error);
void isr_events_remove (IsrCatalog *self, const IsrEvent *event);
/* A span that is far away is still one that can be added to. */
gint64 isr_events_near (gint64 at_us);

/* Those that begin in @recording, which is in the trash now, are not seen, */
void isr_events_hide (IsrCatalog *self, const IsrRecording *recording);
/* or are, as it is back, */
void isr_events_show (IsrCatalog *self, const IsrRecording *recording);
/* or are no more, as its file is gone for good. What another recording holds stays. */
void isr_events_drop (IsrCatalog *self, const IsrRecording *recording);
/* Those of all that is in the trash. */
void isr_events_hide_all (IsrCatalog *self);
/* Which ones these are; and, in its worker, a snapshot hides them, too. */
void isr_events_tell_hidden (IsrCatalog *self, IsrCatalog *snapshot);
void isr_events_hide_told (IsrCatalog *self);
/* The same where another process writes, when it has committed something. */
void isr_events_hide_again (IsrCatalog *self);

/* Gives each day of @days whose events are not counted their number. */
gboolean isr_catalog_count_days (IsrCatalog *self, GPtrArray *days, const char *source, GTimeZone *zone, GError **error);

G_END_DECLS
