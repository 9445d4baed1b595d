/* SPDX-License-Identifier: MIT */
/* trash.h - recordings that were deleted and can still be had back.
 *
 * A file is moved, never copied, to <directory>/.trash/<when>/<its name>: when is the UTC
 * time of the deletion, the directory the topmost one of the archive on the same file
 * system. What lies there is told by its path alone, should the catalog be lost. Levels,
 * events and labels belong to source and time: they are there when the file comes back. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/db.h"

G_BEGIN_DECLS

typedef struct {
  gint64 id;
  IsrRecording *recording; /* as it was */
  char *path;              /* where it lies, below the output directory */
  gint64 deleted_us;
  gint64 expires_us;
} IsrTrashed;

void isr_trashed_free (IsrTrashed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrTrashed, isr_trashed_free)

/* How long things stay in it; until then 7 days. */
void isr_catalog_set_trash_days (IsrCatalog *self, guint days);
guint isr_catalog_get_trash_days (IsrCatalog *self);

/* The id in the trash, or 0 with ISR_ERROR_NOT_FOUND, _BUSY (it is being written),
 * _PROTECTED, _NO_SPACE, _READ_ONLY, _STORAGE. */
gint64 isr_catalog_trash (IsrCatalog *self, const char *name, gint64 now_us, GError **error);
/* (element-type IsrTrashed), what was deleted last first. */
GPtrArray *isr_catalog_list_trash (IsrCatalog *self, GError **error);
gboolean isr_catalog_is_in_trash (IsrCatalog *self, const char *name);
/* Bytes of all of it. */
gboolean isr_catalog_get_trash_size (IsrCatalog *self, guint64 *size, GError **error);
/* Under its name again, or, where that is taken, with _2, _3, ... Errors as above. */
IsrRecording *isr_catalog_restore (IsrCatalog *self, gint64 id, GError **error);
/* For good. Errors as above. */
gboolean isr_catalog_delete_trashed (IsrCatalog *self, gint64 id, GError **error);
/* The oldest one that is due, for good; FALSE: none is. @now_us G_MAXINT64: every one is. */
gboolean isr_catalog_expire_trash (IsrCatalog *self, gint64 now_us);

/* --- for the catalog itself ---------------------------------------------- */

gboolean isr_trash_prepare (sqlite3 *db, GError **error);
/* Finds again what lies in the trash and is not in the table, since the catalog was lost or
 * the process ended before it was written down. */
void isr_trash_find (IsrCatalog *self);

G_END_DECLS
