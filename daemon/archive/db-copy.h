/* SPDX-License-Identifier: MIT */
/* db-copy.h - rows of one database into another one. */
#pragma once

#include "daemon/archive/db.h"

G_BEGIN_DECLS

/* @into ("INSERT INTO temp.titles") as many values as @rows has columns. */
sqlite3_stmt *isr_db_prepare_copy (sqlite3 *db, const char *into, sqlite3_stmt *rows, GError **error);
/* The row at which @rows stands. */
gboolean isr_db_copy_row (sqlite3_stmt *rows, sqlite3_stmt *copy, GError **error);

G_END_DECLS
