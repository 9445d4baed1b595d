/* SPDX-License-Identifier: MIT */
/* snapshot.h - the catalog as it is at one moment, for questions that take long.
 *
 * The main loop is everybody's: what takes more than some milliseconds is asked in a
 * worker. There is no second way to ask for that: a worker gets a catalog that looks like
 * ours did when it was asked, what was not committed yet included, and asks that. */
#pragma once

#include "daemon/archive/catalog.h"

G_BEGIN_DECLS

/* In a worker. @snapshot may be asked whatever blocks for an answer (lists, days, events,
 * labels, coverage, sources); it is not to be written, nor kept. Returns what the question
 * is answered with, or NULL and @error. */
typedef gpointer (*IsrSnapshotFunc) (IsrCatalog *snapshot, gpointer data, GError **error);

/* Runs @func (later, if many are running) and calls @callback on the main loop. @data belongs to
 * the work, and is freed with it, on the main loop. Whoever cancels ends what SQLite does at the moment. Where the
 * catalog is in memory only, @func is run at once, on the catalog itself. */
void isr_catalog_work_async (IsrCatalog *self, IsrSnapshotFunc func, gpointer data, GDestroyNotify free_data, GDestroyNotify free_result, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* (transfer full); NULL and @error when @func gave that, or it was cancelled. */
gpointer isr_catalog_work_finish (IsrCatalog *self, GAsyncResult *result, GError **error);

G_END_DECLS
