/* SPDX-License-Identifier: MIT */
/* catalog-journal.h - the journal of the catalog: written before the tables are, read
 * when they know less. For daemon/archive only. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/db.h"
#include "daemon/core/label.h"

G_BEGIN_DECLS

/* Brings the tables up to the journal; where the journal is gone, makes it again out of
 * them. Without @writable only the first, for a catalog in memory. */
gboolean isr_catalog_catch_up (IsrCatalog *self, GError **error);

/* What was said, on its way to the medium. ISR_ERROR_READ_ONLY, _NO_SPACE, _STORAGE. */
gboolean isr_catalog_journal_label (IsrCatalog *self, const IsrLabel *label, GError **error);
gboolean isr_catalog_journal_protection (IsrCatalog *self, const char *name, gboolean protect, GError **error);

/* The tables know as much of the journal, as soon as this is committed: to be called when what
 * was said is on its way to the tables, not before; a crash in between would leave it out. */
void isr_catalog_journal_note (IsrCatalog *self);

/* In a worker: a database that knows nothing of the journal @path learns what is in it. */
gboolean isr_catalog_journal_take (sqlite3 *db, const char *path, GError **error);

G_END_DECLS
