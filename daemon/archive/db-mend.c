/* SPDX-License-Identifier: MIT */
/* db-mend.c - the new one is made beside the damaged one, and takes its place when it is whole.
 *
 *   isr.db (damaged) --what can be read--> isr.db.new
 *   isr.db, -wal, -shm --> isr.db.broken-<when>, ...; isr.db.new --> isr.db
 *
 * Whenever the process dies in between, the next start has either the damaged one, of which it
 * saves the same, or the new one: what was half made is begun anew. */
#define G_LOG_DOMAIN "isr-db"

#include "daemon/archive/db-mend.h"

#include "daemon/archive/db-copy.h"
#include "daemon/archive/db-salvage.h"
#include "daemon/core/error.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define COPY_PAGES 64 /* of a database in memory that others wait for meanwhile */

static const char *const companions[] = { "", "-wal", "-shm", "-journal" };

void
isr_db_mended_clear (IsrDbMended *self)
{
  g_clear_pointer (&self->aside, g_free);
}

gboolean
isr_db_check_sound (sqlite3 *db, gboolean *sound, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, "PRAGMA quick_check(1)", &wrong);
  int code = sqlite3_errcode (db) & 0xff;
  gboolean row = FALSE;

  if (statement && !isr_db_step (statement, &row, &wrong))
    code = sqlite3_errcode (db) & 0xff;
  *sound = row && g_strcmp0 ((const char *) sqlite3_column_text (statement, 0), "ok") == 0;
  if (!wrong || code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

static char *
name_new (const char *path)
{
  return g_strconcat (path, ".new", NULL);
}

static gboolean
move (const char *from, const char *to, GError **error)
{
  if (g_rename (from, to) == 0)
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "catalog %s: it can not be moved to %s: %s; check who owns the directory", from, to, g_strerror (errno));
  return FALSE;
}

static gboolean
set_aside (const char *path, char **broken, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%dT%H%M%SZ");

  for (guint i = 0; i < G_N_ELEMENTS (companions); i++) {
    g_autofree char *from = g_strconcat (path, companions[i], NULL);
    g_autofree char *to = g_strdup_printf ("%s.broken-%s%s", path, stamp, companions[i]);

    if (g_access (from, F_OK) == 0 && !move (from, to, error))
      return FALSE;
  }
  *broken = g_strdup_printf ("%s.broken-%s", path, stamp);
  return TRUE;
}

static void
remove_all (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (companions); i++) {
    g_autofree char *name = g_strconcat (path, companions[i], NULL);

    g_unlink (name);
  }
}

/* One file by itself when it is closed: all of it is on the medium. */
static gboolean
make (const char *new, const char *path, IsrDbMended *mended, GError **error)
{
  g_autoptr (sqlite3) db = isr_db_open (new, ISR_DB_WRITE, error);

  return db && isr_db_salvage (db, path, mended, error) && isr_db_exec (db, "PRAGMA journal_mode = DELETE", error);
}

gboolean
isr_db_make_again (const char *path, IsrDbMended *mended, GError **error)
{
  g_autofree char *new = name_new (path);

  remove_all (new);
  if (make (new, path, mended, error) && set_aside (path, &mended->aside, error) && move (new, path, error)) {
    g_warning ("catalog %s: it was damaged and is kept as %s; it is made again from the recordings, what people said, and %u rows that could still be read", path, mended->aside, mended->rows);
    return TRUE;
  }
  if (!mended->aside)
    remove_all (new);
  return FALSE;
}

/* --- what was in memory ------------------------------------------------------- */

/* A sound one that could not be read is worth more than what came since. */
static gboolean
check_not_sound (const char *path, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  gboolean sound = FALSE;

  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK || !isr_db_check_sound (db, &sound, NULL) || !sound)
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_FAILED, "catalog %s: it could not be read when it was to be, and can be now; it is used when isr is started again", path);
  return FALSE;
}

static gboolean
write_new (sqlite3 *memory, const char *new, GError **error)
{
  g_autoptr (sqlite3) db = isr_db_make_copy (memory, new, COPY_PAGES, error);

  return db != NULL;
}

static gboolean
take_place (const char *new, const char *path, IsrDbMended *left, GError **error)
{
  g_autofree char *aside = NULL;

  if (!set_aside (path, &aside, error) || !move (new, path, error))
    return FALSE;
  if (left->whole)
    remove_all (aside);
  else if (g_access (aside, F_OK) == 0)
    left->aside = g_steal_pointer (&aside);
  left->read = left->whole = TRUE;
  return TRUE;
}

gboolean
isr_db_write_out (sqlite3 *memory, const char *path, IsrDbMended *left, GError **error)
{
  g_autofree char *new = name_new (path);

  if (!left->read && !check_not_sound (path, error))
    return FALSE;
  remove_all (new);
  if (write_new (memory, new, error) && take_place (new, path, left, error))
    return TRUE;
  if (g_access (path, F_OK) == 0)
    remove_all (new);
  return FALSE;
}

/* --- a process died ------------------------------------------------------------- */

static gboolean
is_whole (const char *new)
{
  g_autofree char *wal = g_strconcat (new, "-wal", NULL), *journal = g_strconcat (new, "-journal", NULL);

  return g_access (new, F_OK) == 0 && g_access (wal, F_OK) < 0 && g_access (journal, F_OK) < 0;
}

void
isr_db_take_made (const char *path)
{
  g_autofree char *new = name_new (path);

  if (g_access (path, F_OK) < 0 && is_whole (new))
    move (new, path, NULL);
}
