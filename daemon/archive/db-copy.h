/* SPDX-License-Identifier: MIT */
/* db-copy.h - rows of one database into another one, or all that it has. */
#pragma once

#include "daemon/archive/db.h"

G_BEGIN_DECLS

/* @into ("INSERT INTO temp.titles") as many values as @rows has columns. */
sqlite3_stmt *isr_db_prepare_copy (sqlite3 *db, const char *into, sqlite3_stmt *rows, GError **error);
/* The row at which @rows stands. */
gboolean isr_db_copy_row (sqlite3_stmt *rows, sqlite3_stmt *copy, GError **error);

/* Everything into a new file, instead of what has its name, which is one file by itself: no WAL beside it.
 * @pages at a time, between which who shares @db with us has his turn, and which nobody writes
 * then; -1: all in one moment. ISR_ERROR_NO_SPACE, _STORAGE. */
sqlite3 *isr_db_make_copy (sqlite3 *db, const char *path, int pages, GError **error);

G_END_DECLS
