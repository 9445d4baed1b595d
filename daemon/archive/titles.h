/* SPDX-License-Identifier: MIT */
/* titles.h - titles, for those who prepare a reader. */
#pragma once

#include "daemon/archive/db.h"

G_BEGIN_DECLS

/* Makes the temporary table of what was given and may not be committed yet. */
gboolean isr_titles_prepare (sqlite3 *db, GError **error);

G_END_DECLS
