/* SPDX-License-Identifier: MIT */
/* sources.h - whose recordings there are. */
#pragma once

#include "daemon/archive/catalog.h"

G_BEGIN_DECLS

typedef struct {
  char *name;
  guint files;
  gint64 first_us, last_us; /* begin of the first, end of the last; 0: no file */
} IsrSourceFiles;

void isr_source_files_free (IsrSourceFiles *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrSourceFiles, isr_source_files_free)

/* (element-type IsrSourceFiles), by name: every source that has recordings. Files that are
 * nobody's are not among them. */
GPtrArray *isr_catalog_sources (IsrCatalog *self, GError **error);
/* The same on the main loop: what is not counted is counted in a worker. */
void isr_catalog_sources_async (IsrCatalog *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *isr_catalog_sources_finish (IsrCatalog *self, GAsyncResult *result, GError **error);
/* (element-type utf8): their names, and those of the configuration. */
GPtrArray *isr_catalog_source_names (IsrCatalog *self, GError **error);

/* Whether the archive knows anything of @source: it is configured, or has recordings (in
 * the trash, too), titles, events or labels. Cheap: a look into indices. One that can not
 * be read is said to know: what is asked next has the error. */
gboolean isr_catalog_knows_source (IsrCatalog *self, const char *source);

G_END_DECLS
