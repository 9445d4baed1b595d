/* SPDX-License-Identifier: MIT */
/* pieces.h - recordings of the catalog, with the place of their levels. */
#pragma once

#include "daemon/analysis/runs.h"
#include "daemon/analysis/store.h"
#include "daemon/archive/catalog.h"

G_BEGIN_DECLS

/* All that reach into [from_us, to_us), sorted. @source NULL: all. */
GPtrArray *isr_pieces_collect (IsrCatalog *catalog, IsrStore *store, const char *source, gint64 from_us, gint64 to_us, GError **error);

G_END_DECLS
