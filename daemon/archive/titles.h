/* SPDX-License-Identifier: MIT */
/* titles.h - an IsrTitle as a row, for the writer and for those who prepare a reader. */
#pragma once

#include "daemon/archive/db.h"
#include "daemon/core/title.h"

G_BEGIN_DECLS

#define ISR_TITLE_COLUMNS "id, source, at_us, title, artist"

/* Parameters 1 to 5. */
void isr_titles_bind (sqlite3_stmt *statement, const IsrTitle *title);

/* Makes the temporary table of what was given and may not be committed yet. */
gboolean isr_titles_prepare (sqlite3 *db, GError **error);

G_END_DECLS
