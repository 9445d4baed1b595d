/* SPDX-License-Identifier: MIT */
/* finder.h - which recording holds a moment, asked for one moment after the other. */
#pragma once

#include "daemon/archive/catalog.h"

G_BEGIN_DECLS

typedef struct _IsrFinder IsrFinder;

IsrFinder *isr_finder_new (IsrCatalog *catalog);
void isr_finder_free (IsrFinder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrFinder, isr_finder_free)

/* Of @source, at @at_us; NULL without an error: none. Valid until the next call. */
const IsrRecording *isr_finder_at (IsrFinder *self, const char *source, gint64 at_us, GError **error);

G_END_DECLS
