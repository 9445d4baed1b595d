/* SPDX-License-Identifier: MIT */
/* listing.h - the questions that the catalog answers, as SQL over a reader.
 *
 * The reader's connection carries a second, temporary table in memory, `pending`:
 * what was given to the writer and may not be committed yet. Every question is
 * asked of both, and an entry of `pending` stands in for the row of its id. So
 * the answer holds everything that was given, and nobody waits for a disk. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/db.h"

G_BEGIN_DECLS

/* Makes the table and the functions that the questions need. */
gboolean isr_listing_prepare (sqlite3 *db, GError **error);

/* @recording is what the writer was given as job @number; @gone: it was removed. */
gboolean isr_listing_put (sqlite3 *db, const IsrRecording *recording, gboolean gone, gsize number, GError **error);
/* Jobs up to @number are committed: their entries are no longer needed. */
gboolean isr_listing_settle (sqlite3 *db, gsize number, GError **error);

GPtrArray *isr_listing_page (sqlite3 *db, const IsrCatalogQuery *query, char **next, GError **error);
/* @statement: of the former. NULL without an error: there is none. */
sqlite3_stmt *isr_listing_prepare_lookup (sqlite3 *db, GError **error);
IsrRecording *isr_listing_lookup (sqlite3_stmt *statement, const char *name, GError **error);

GPtrArray *isr_listing_names (sqlite3 *db, const IsrCatalogQuery *query, GError **error);

/* The newest one that has begun @slack after @at_us at the latest and is not over then. NULL
 * without an error: there is none. */
IsrRecording *isr_listing_find_at (sqlite3 *db, const char *source, gint64 at_us, gint64 slack, GError **error);

/* Finished recordings per local day, newest first. */
GPtrArray *isr_listing_days (sqlite3 *db, const char *source, GTimeZone *zone, GError **error);
/* Those that are being written, any order. */
GPtrArray *isr_listing_live (sqlite3 *db, const char *source, GError **error);

G_END_DECLS
