/* SPDX-License-Identifier: MIT */
/* snapshots.h - the workers of a catalog (snapshot.h), as the catalog itself sees them. */
#pragma once

#include "daemon/archive/snapshot.h"

G_BEGIN_DECLS

typedef struct _IsrSnapshots IsrSnapshots;

IsrSnapshots *isr_snapshots_new (void);
/* What runs is interrupted and waited for, what waits is cancelled: no connection is open
 * any more. */
void isr_snapshots_close (IsrSnapshots *self);
void isr_snapshots_free (IsrSnapshots *self);

/* As isr_catalog_work_async(). @begin is called on the main loop at the moment that the
 * snapshot shows, which may be later, and not at all. @data is the caller's. */
typedef void (*IsrSnapshotBegin) (IsrCatalog *self, gpointer data);
void isr_snapshots_work_async (IsrCatalog *self, IsrSnapshotBegin begin, IsrSnapshotFunc func, gpointer data, GDestroyNotify free_result, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Ends @task, whose answer is a list, with @list or, where that is NULL, with @error; both are taken. */
void isr_snapshots_return (GTask *task, GPtrArray *list, GError *error);

G_END_DECLS
