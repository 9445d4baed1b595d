/* SPDX-License-Identifier: MIT */
/* db-salvage.h - what can still be read of a database that is damaged. */
#pragma once

#include "daemon/archive/db.h"

G_BEGIN_DECLS

/* Copies what the files can not tell, rows of recordings, holes, states, titles, loud events,
 * from @path, which is only read, into @db, which is new. Returns how many rows. */
guint isr_db_salvage (sqlite3 *db, const char *path);

G_END_DECLS
