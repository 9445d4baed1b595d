/* SPDX-License-Identifier: MIT */
/* db-mend.h - a database that is damaged gets another one in its place, with what can still be
 * read of it. Takes a second or more: for workers, and for the start. */
#pragma once

#include "daemon/archive/db.h"

G_BEGIN_DECLS

typedef struct {
  char *aside;     /* where the damaged one is now; NULL: it was not damaged */
  guint rows;      /* of it that are in the new one */
  gboolean broken; /* the trash could not be read to its end */
  gboolean read;   /* anything could, */
  gboolean whole;  /* and everything */
} IsrDbMended;

void isr_db_mended_clear (IsrDbMended *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IsrDbMended, isr_db_mended_clear)

/* As isr_db_open() with ISR_DB_WRITE, and what was done. */
sqlite3 *isr_db_open_mended (const char *path, IsrDbMended *mended, GError **error);

/* --- for db.c --------------------------------------------------------------- */

/* @sound: SQLite itself finds nothing wrong. FALSE: it could not look. */
gboolean isr_db_check_sound (sqlite3 *db, gboolean *sound, GError **error);
/* ISR_ERROR_STORAGE, _NO_SPACE: it stays as it is. */
gboolean isr_db_make_again (const char *path, IsrDbMended *mended, GError **error);
/* What is in @memory takes the place @path. What lies there is set aside, or goes where @left says
 * that all of it is in @memory; a sound one of which nothing is stays, and that is an error. @left
 * says how it is then. A part at a time: nobody waits long for @memory. */
gboolean isr_db_write_out (sqlite3 *memory, const char *path, IsrDbMended *left, GError **error);
/* Where there is none, but a process died just before it put the one that it had made there. */
void isr_db_take_made (const char *path);

G_END_DECLS
