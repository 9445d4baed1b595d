/* SPDX-License-Identifier: MIT */
/* db.c - opens the database and keeps its shape.
 *
 * WAL, so that readers and the one writer never wait for each other, and
 * synchronous=NORMAL: a power cut may take the last commits, never the
 * consistency, and the files on disk bring back what it took. The schema is a
 * list of steps, each named by the version that it leads to; user_version tells how
 * far a database has come. A database
 * that does not pass quick_check is moved aside, with its companions, and the
 * index is made again from the files: losing an index is no reason not to
 * record. */
#define G_LOG_DOMAIN "isr-db"

#include "daemon/archive/db.h"

#include "daemon/archive/db-mend.h"
#include "daemon/core/error.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

/* In order; the last one leads to ISR_DB_VERSION. */
static const struct {
  int version;
  const char *sql;
} steps[] = {
  { 1,
      "CREATE TABLE recordings ("
      " id INTEGER PRIMARY KEY,"
      " source TEXT NOT NULL,"
      " name TEXT NOT NULL UNIQUE,"
      " recording INTEGER NOT NULL," /* 0 finished, 1 being written, 2 left behind by a dead process */
      " adopted INTEGER NOT NULL,"
      " start_us INTEGER NOT NULL,"
      " end_us INTEGER NOT NULL,"
      " utc_offset INTEGER NOT NULL,"
      " position INTEGER NOT NULL,"
      " samples INTEGER NOT NULL,"
      " rate INTEGER NOT NULL,"
      " channels INTEGER NOT NULL,"
      " bytes INTEGER NOT NULL,"
      " mtime_us INTEGER NOT NULL,"
      " reason TEXT,"
      " clock TEXT);"
      "CREATE INDEX recordings_by_start ON recordings (start_us);"
      "CREATE INDEX recordings_by_source ON recordings (source, start_us);"
      "CREATE INDEX recordings_by_length ON recordings (end_us - start_us);"
      "CREATE INDEX recordings_unfinished ON recordings (recording) WHERE recording = 1;"
      "CREATE INDEX recordings_for_days ON recordings (start_us, recording, source, bytes, end_us, samples, rate);"
      "CREATE TABLE states ("
      " id INTEGER PRIMARY KEY,"
      " source TEXT NOT NULL,"
      " at_us INTEGER NOT NULL,"
      " state TEXT NOT NULL,"
      " reason TEXT,"
      " detail TEXT);"
      "CREATE INDEX states_by_source ON states (source, at_us);" },
  { 2, /* the ledger */
      "CREATE TABLE gaps ("
      " id INTEGER PRIMARY KEY,"
      " source TEXT NOT NULL,"
      " start_us INTEGER NOT NULL,"
      " end_us INTEGER," /* NULL while it is open */
      " cause TEXT NOT NULL,"
      " uncertainty_us INTEGER NOT NULL);"
      "CREATE INDEX gaps_by_source ON gaps (source, start_us);"
      "CREATE INDEX gaps_open ON gaps (id) WHERE end_us IS NULL;"
      "CREATE INDEX recordings_for_coverage ON recordings (source, start_us, end_us, recording, reason, clock);" },
  { 3, /* titles */
      "CREATE TABLE titles ("
      " id INTEGER PRIMARY KEY," /* in the order of arrival */
      " source TEXT NOT NULL,"
      " at_us INTEGER NOT NULL,"
      " title TEXT NOT NULL,"
      " artist TEXT);"
      "CREATE INDEX titles_by_time ON titles (at_us);"
      "CREATE INDEX titles_by_source ON titles (source, at_us);" },
  { 4, /* loud events */
      "CREATE TABLE events ("
      " id INTEGER PRIMARY KEY,"
      " source TEXT NOT NULL,"
      " run_us INTEGER NOT NULL,"
      " key INTEGER NOT NULL,"
      " start_us INTEGER NOT NULL,"
      " end_us INTEGER NOT NULL,"
      " score INTEGER NOT NULL," /* this and the next two in centi-dB */
      " peak INTEGER NOT NULL,"
      " floor INTEGER NOT NULL,"
      " reason TEXT);"
      "CREATE INDEX events_by_start ON events (start_us, source);"
      "CREATE INDEX events_by_source ON events (source, start_us);"
      "CREATE INDEX events_by_length ON events (end_us - start_us);" },
  { 5, /* what people said, and what they threw away */
      "CREATE TABLE labels ("
      " id INTEGER PRIMARY KEY,"
      " source TEXT NOT NULL,"
      " start_us INTEGER NOT NULL,"
      " end_us INTEGER NOT NULL,"
      " verdict TEXT,"
      " label TEXT,"
      " note TEXT,"
      " changed_us INTEGER NOT NULL);"
      "CREATE INDEX labels_by_source ON labels (source, start_us, end_us);"
      "CREATE INDEX labels_by_start ON labels (start_us);"
      "CREATE TABLE protection (id INTEGER PRIMARY KEY, name TEXT NOT NULL);"
      "CREATE INDEX protection_by_name ON protection (name);"
      "CREATE TABLE trash ("
      " id INTEGER PRIMARY KEY," /* the columns of the recording that it was, then: */
      " source, name, recording, adopted, start_us, end_us, utc_offset, position,"
      " samples, rate, channels, bytes, mtime_us, reason, clock,"
      " path TEXT NOT NULL," /* where it lies, below the output directory */
      " deleted_us INTEGER NOT NULL);"
      "CREATE TABLE state (key TEXT PRIMARY KEY, value);" },
  { 6, /* indexes that are the begin of another one cost every new file and give nothing */
      "DROP INDEX recordings_by_start;"
      "DROP INDEX recordings_by_source;"
      "DROP INDEX recordings_by_length;"
      "CREATE INDEX recordings_by_length ON recordings (end_us - start_us) WHERE end_us - start_us > " ISR_DB_USUAL_LENGTH ";"
      "CREATE INDEX events_by_score ON events (score, start_us, source);" },
  { 7, /* where what was deleted on purpose begins and ends */
      "CREATE INDEX gaps_deleted ON gaps (source, start_us) WHERE cause = 'deleted';"
      "CREATE INDEX gaps_deleted_end ON gaps (source, end_us) WHERE cause = 'deleted';" },
};

static gint damages; /* atomic */

guint
isr_db_count_damages (void)
{
  return (guint) g_atomic_int_get (&damages);
}

/* What the caller can do, and people. */
static IsrError
explain (int code, const char **advice)
{
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      *advice = "; another program holds it: end that";
      return ISR_ERROR_UNAVAILABLE;
    case SQLITE_FULL:
      *advice = "; make room on that disk";
      return ISR_ERROR_NO_SPACE;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      g_atomic_int_inc (&damages);
      *advice = "; it is damaged, and is made again from the recordings in a moment; if it is not: start isr again";
      return ISR_ERROR_STORAGE;
    default:
      *advice = "";
      return ISR_ERROR_STORAGE;
  }
}

static gboolean
is_reading (const char *sql)
{
  return g_str_has_prefix (sql, "SELECT") || g_str_has_prefix (sql, "WITH") || g_str_has_prefix (sql, "PRAGMA");
}

static void
set_db_error (GError **error, sqlite3 *db, const char *sql)
{
  const char *path = db ? sqlite3_db_filename (db, "main") : NULL, *advice;
  IsrError code = explain (sqlite3_errcode (db), &advice);

  if ((sqlite3_errcode (db) & 0xff) == SQLITE_INTERRUPT) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "the question was given up");
    return;
  }

  g_set_error (error, ISR_ERROR, code, "catalog %s: it can not be %s: %s%s", path && *path ? path : "(memory)", is_reading (sql) ? "read" : "written", sqlite3_errmsg (db), advice);
  g_debug ("%s", sql);
}

gboolean
isr_db_exec (sqlite3 *db, const char *sql, GError **error)
{
  if (sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  set_db_error (error, db, sql);
  return FALSE;
}

sqlite3_stmt *
isr_db_prepare (sqlite3 *db, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    set_db_error (error, db, sql);
  return statement;
}

/* SQLite keeps the list: there are a dozen of them. */
IsrDbLoan *
isr_db_borrow (sqlite3 *db, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  while ((statement = sqlite3_next_stmt (db, statement)))
    if (strcmp (sqlite3_sql (statement), sql) == 0)
      return statement;
  if (sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
    set_db_error (error, db, sql);
  return statement;
}

void
isr_db_give_back (IsrDbLoan *loan)
{
  sqlite3_reset (loan);
  sqlite3_clear_bindings (loan);
}

void
isr_db_close (sqlite3 *db)
{
  sqlite3_stmt *loan;

  while ((loan = sqlite3_next_stmt (db, NULL)))
    sqlite3_finalize (loan);
  sqlite3_close_v2 (db);
}

gboolean
isr_db_step (sqlite3_stmt *statement, gboolean *row, GError **error)
{
  int result = sqlite3_step (statement);

  *row = result == SQLITE_ROW;
  if (result == SQLITE_ROW || result == SQLITE_DONE)
    return TRUE;
  set_db_error (error, sqlite3_db_handle (statement), sqlite3_sql (statement));
  return FALSE;
}

gboolean
isr_db_run (sqlite3_stmt *statement, GError **error)
{
  gboolean row, ok = isr_db_step (statement, &row, error);

  sqlite3_reset (statement);
  return ok;
}

gboolean
isr_db_get_int64 (sqlite3 *db, const char *sql, gint64 fallback, gint64 *value, GError **error)
{
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (db, sql, error);
  gboolean row;

  *value = fallback;
  if (!statement || !isr_db_step (statement, &row, error))
    return FALSE;
  if (row && sqlite3_column_type (statement, 0) != SQLITE_NULL)
    *value = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

gboolean
isr_db_get_longest (sqlite3 *db, gint64 *longest, GError **error)
{
  const gint64 usual = g_ascii_strtoll (ISR_DB_USUAL_LENGTH, NULL, 10);

  return isr_db_get_int64 (db, "SELECT max (end_us - start_us) FROM main.recordings WHERE end_us - start_us > " ISR_DB_USUAL_LENGTH, usual, longest, error);
}

void
isr_db_bind_text (sqlite3_stmt *statement, int index, const char *text)
{
  if (text)
    sqlite3_bind_text (statement, index, text, -1, SQLITE_TRANSIENT);
  else
    sqlite3_bind_null (statement, index);
}

void
isr_db_bind_static (sqlite3_stmt *statement, int index, const char *text)
{
  if (text)
    sqlite3_bind_text (statement, index, text, -1, SQLITE_STATIC);
  else
    sqlite3_bind_null (statement, index);
}

char *
isr_db_dup_text (sqlite3_stmt *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

static sqlite3 *
open_file (const char *path, int flags, GError **error)
{
  g_autoptr (sqlite3) db = NULL;

  if (sqlite3_open_v2 (path, &db, flags | SQLITE_OPEN_EXRESCODE, NULL) != SQLITE_OK) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "catalog %s: can not be opened: %s; check that the directory exists and who owns it", path, sqlite3_errmsg (db));
    return NULL;
  }
  sqlite3_busy_timeout (db, 10000);
  return g_steal_pointer (&db);
}

gboolean
isr_db_migrate (sqlite3 *db, int to, GError **error)
{
  gint64 version;

  if (!isr_db_get_int64 (db, "PRAGMA user_version", 0, &version, error))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    g_autofree char *sql = g_strdup_printf ("BEGIN IMMEDIATE; %s PRAGMA user_version = %d; COMMIT;", steps[i].sql, steps[i].version);

    if (steps[i].version <= version || steps[i].version > to)
      continue;
    if (!isr_db_exec (db, sql, error)) {
      if (!sqlite3_get_autocommit (db))
        isr_db_exec (db, "ROLLBACK", NULL);
      return FALSE;
    }
  }
  return TRUE;
}

/* Before anything is written: a newer isr knows what it meant. */
static gboolean
check_version (sqlite3 *db, GError **error)
{
  gint64 version;

  if (!isr_db_get_int64 (db, "PRAGMA user_version", 0, &version, error))
    return FALSE;
  if (version <= ISR_DB_VERSION)
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_FAILED, "catalog %s: it is of version %d and this isr knows %d: use the newer isr, or move the file away and the catalog is made again from the recordings", sqlite3_db_filename (db, "main"), (int) version, ISR_DB_VERSION);
  return FALSE;
}

/* A directory that is not ours to write has no room for WAL's companions: then
 * the file is read as it lies there. */
static sqlite3 *
open_as_it_lies (const char *path)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", TRUE);
  g_autofree char *uri = g_strdup_printf ("file:%s?immutable=1", escaped);

  return open_file (uri, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
}

/* It is there, and held by somebody, or damaged: nothing to be read around that. */
static gboolean
is_out_of_reach (sqlite3 *db)
{
  int code = sqlite3_errcode (db) & 0xff;

  return code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

static sqlite3 *
open_for_reading (const char *path, int patience, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (GError) wrong = NULL;
  gint64 version;

  if (g_access (path, F_OK) == 0)
    db = open_file (path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
  if (db && patience)
    sqlite3_busy_timeout (db, patience);
  if (db && !isr_db_get_int64 (db, "PRAGMA user_version", 0, &version, &wrong)) {
    if (is_out_of_reach (db)) {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
    g_clear_pointer (&db, isr_db_close);
    db = open_as_it_lies (path);
  }
  if (db && isr_db_get_int64 (db, "PRAGMA user_version", 0, &version, NULL) && version == ISR_DB_VERSION)
    return g_steal_pointer (&db);
  g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "catalog %s: there is none that can be read", path);
  return NULL;
}

static gboolean
get_ready (sqlite3 *db, GError **error)
{
  return check_version (db, error) && isr_db_exec (db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL", error) && isr_db_migrate (db, ISR_DB_VERSION, error);
}

static sqlite3 *
open_for_writing (const char *path, IsrDbMended *mended, GError **error)
{
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  g_autoptr (sqlite3) db = NULL;
  gboolean sound;

  isr_db_take_made (path);
  db = open_file (path, flags, error);
  if (!db || !isr_db_check_sound (db, &sound, error))
    return NULL;
  if (!sound) {
    g_clear_pointer (&db, isr_db_close);
    db = isr_db_make_again (path, mended, error) ? open_file (path, flags, error) : NULL;
  }
  return db && get_ready (db, error) ? g_steal_pointer (&db) : NULL;
}

static sqlite3 *
open_in_memory (GError **error)
{
  g_autoptr (sqlite3) db = open_file (":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, error);

  if (!db || !isr_db_migrate (db, ISR_DB_VERSION, error))
    return NULL;
  return g_steal_pointer (&db);
}

sqlite3 *
isr_db_open_mended (const char *path, IsrDbMended *mended, GError **error)
{
  return open_for_writing (path, mended, error);
}

sqlite3 *
isr_db_open (const char *path, IsrDbMode mode, GError **error)
{
  g_auto (IsrDbMended) mended = { 0 };

  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0); /* nobody asks; refused, and no matter, from the second time on */
  switch (mode) {
    case ISR_DB_READ:
      return open_for_reading (path, 0, error);
    case ISR_DB_READ_AGAIN:
      return open_for_reading (path, ISR_DB_PATIENCE, error);
    case ISR_DB_WRITE:
      return open_for_writing (path, &mended, error);
    case ISR_DB_MEMORY:
      return open_in_memory (error);
    default:
      g_return_val_if_reached (NULL);
  }
}
