/* SPDX-License-Identifier: MIT */
/* catalog-private.h - the catalog's inside, for its siblings in daemon/archive. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/archive/writer.h"

G_BEGIN_DECLS

sqlite3 *isr_catalog_get_reader (IsrCatalog *self);   /* never NULL before it is closed */
IsrWriter *isr_catalog_get_writer (IsrCatalog *self); /* NULL: another process writes */

G_END_DECLS
