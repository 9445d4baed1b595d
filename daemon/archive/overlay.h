/* SPDX-License-Identifier: MIT */
/* overlay.h - what was given and is not committed yet, for tables of values:
 * labels, protection, trash, events, titles.
 *
 *   put, remove --+--> temp.pending_T, under the number of the job
 *                 +--> writer --> main.T
 *   questions  -------> temp.T_now = main.T with pending_T laid over it
 *
 * As the listing of recordings does it; every table has an id as its first column. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/writer.h"

G_BEGIN_DECLS

#define ISR_OVERLAYS 5

typedef struct {
  guint index; /* each has its own, below ISR_OVERLAYS */
  const char *table;
  const char *columns; /* in the order of bind, "id" first */
  guint n_columns;
  void (*bind) (sqlite3_stmt *statement, gconstpointer value); /* parameters 1 to n_columns */
  gpointer (*copy) (gconstpointer value);
  GDestroyNotify free;
  const char *same; /* "source = ?2 AND ...": what else is the same thing, and goes with it; NULL: nothing */
} IsrOverlay;

/* Makes the tables of the reader's connection. */
gboolean isr_overlay_prepare (const IsrOverlay *self, sqlite3 *db, GError **error);
/* Inserts, or replaces what has its id. The catalog has a writer. */
void isr_overlay_put (const IsrOverlay *self, IsrCatalog *catalog, gconstpointer value);
/* @value: the entry that goes, whole. */
void isr_overlay_remove (const IsrOverlay *self, IsrCatalog *catalog, gconstpointer value, gint64 id);
/* What job @number of the writer does anyway, shown before it is done. */
void isr_overlay_show (const IsrOverlay *self, IsrCatalog *catalog, gconstpointer value, gboolean gone, gsize number);
/* Drops what is committed: before every question. */
void isr_overlay_settle (const IsrOverlay *self, IsrCatalog *catalog);
/* What is laid over @from is laid over @to instead of what is there: both are prepared. With @hidden
 * also what is only to be hidden, which is never written. */
gboolean isr_overlays_copy (sqlite3 *from, sqlite3 *to, gboolean hidden, GError **error);
/* An id that no entry has; 0 with an error. */
gint64 isr_overlay_next_id (const IsrOverlay *self, IsrCatalog *catalog, GError **error);

G_END_DECLS
