/* SPDX-License-Identifier: MIT */
/* db-salvage.h - what can still be read of a database that is damaged. */
#pragma once

#include "daemon/archive/db-mend.h"

G_BEGIN_DECLS

/* Copies what the files can not tell, rows of recordings, of the trash, holes, states, titles, loud
 * events, from @path, which is only read, into @db, which is new. That nothing can be read is no
 * error; that @db can not be written is. */
gboolean isr_db_salvage (sqlite3 *db, const char *path, IsrDbMended *mended, GError **error);

G_END_DECLS
