/* SPDX-License-Identifier: MIT */
/* db.h - the door to SQLite: nobody but daemon/archive comes in here. */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/* With the statements that were borrowed; others must be finalized before. */
void isr_db_close (sqlite3 *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, isr_db_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

#define ISR_DB_VERSION 7

/* µs: recordings that are longer are in an index of their own. */
#define ISR_DB_USUAL_LENGTH "3900000000"

#define ISR_DB_PATIENCE 100 /* ms that a question waits for a database that is locked: the main loop waits, too */

typedef enum {
  ISR_DB_READ,       /* never creates, changes or migrates the database */
  ISR_DB_READ_AGAIN, /* the same for one that is read already: waits no longer than a question does */
  ISR_DB_WRITE,      /* creates, migrates; a broken one is set aside and begun anew */
  ISR_DB_MEMORY,     /* a database of this process only; may be used by two threads */
} IsrDbMode;

/* @path is ignored for ISR_DB_MEMORY. ISR_ERROR_STORAGE; ISR_ERROR_NOT_FOUND for
 * ISR_DB_READ when there is no database of our version;
 * ISR_ERROR_UNAVAILABLE when another program holds it. */
sqlite3 *isr_db_open (const char *path, IsrDbMode mode, GError **error);

/* From the version that @db has to @to; each step is a transaction. isr_db_open() does it. */
gboolean isr_db_migrate (sqlite3 *db, int to, GError **error);

/* How often this process was told so far that a database is damaged; any thread. */
guint isr_db_count_damages (void);

gboolean isr_db_exec (sqlite3 *db, const char *sql, GError **error);
sqlite3_stmt *isr_db_prepare (sqlite3 *db, const char *sql, GError **error);

/* What is asked again and again: parsed once for a database and kept until it is closed. To
 * be given back before the same @sql, which must be of nobody who prepares it, is borrowed again. */
typedef sqlite3_stmt IsrDbLoan;
IsrDbLoan *isr_db_borrow (sqlite3 *db, const char *sql, GError **error);
void isr_db_give_back (IsrDbLoan *loan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDbLoan, isr_db_give_back)

/* For those who answer all the same. That a question was given up is no reason to complain. */
#define isr_db_complain(error)                                      \
  G_STMT_START                                                      \
  {                                                                 \
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) \
      g_critical ("%s", (error)->message);                          \
  }                                                                 \
  G_STMT_END

/* One step: TRUE and @row set, or FALSE with an error. */
gboolean isr_db_step (sqlite3_stmt *statement, gboolean *row, GError **error);
/* Steps through a statement that gives no rows, and resets it. */
gboolean isr_db_run (sqlite3_stmt *statement, GError **error);
/* The first column of the first row; @fallback when there is no row or NULL. */
gboolean isr_db_get_int64 (sqlite3 *db, const char *sql, gint64 fallback, gint64 *value, GError **error);

/* µs that no recording lasts longer: where to begin to look for those that reach into a span. */
gboolean isr_db_get_longest (sqlite3 *db, gint64 *longest, GError **error);

/* NULL is bound as NULL. */
/* @text stays until the statement was run. */
void isr_db_bind_static (sqlite3_stmt *statement, int index, const char *text);
void isr_db_bind_text (sqlite3_stmt *statement, int index, const char *text);
char *isr_db_dup_text (sqlite3_stmt *statement, int column);

G_END_DECLS
