/* SPDX-License-Identifier: MIT */
/* serve.h - `isr serve [DIR]`: the page over an archive that another process records
 * into, or nobody does. Nothing is changed in it: what would, is refused. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/config/config.h"
#include "daemon/core/control.h"

G_BEGIN_DECLS

typedef struct _IsrViewer IsrViewer;

/* Shows what the recorder of the archive says of itself, while it is fresh, and tells
 * @catalog's listeners when it has written something. Both outlive it. */
IsrViewer *isr_viewer_new (IsrCatalog *catalog, const IsrConfig *config);
void isr_viewer_free (IsrViewer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrViewer, isr_viewer_free)

/* States of the recorder, and nothing that could be changed. */
const IsrControl *isr_viewer_get_control (IsrViewer *self);

/* The states that are in a status.json (element-type IsrSourceState); NULL: it is none. */
GPtrArray *isr_viewer_read_status (const char *text);

G_END_DECLS
