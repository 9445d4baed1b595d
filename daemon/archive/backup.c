/* SPDX-License-Identifier: MIT */
/* backup.c - sqlite3_backup into a file beside, then a rename.
 *
 * All pages are copied in one step, under one read transaction: a writer in WAL mode goes
 * on meanwhile, and what it commits is not in the copy. The journal is copied after it: it
 * may know more than the copy, which then reads the rest when it is used. */
#define G_LOG_DOMAIN "isr-backup"

#include "daemon/archive/backup.h"

#include "daemon/archive/db-copy.h"
#include "daemon/archive/journal.h"
#include "daemon/core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean
fail (GError **error, const char *path, int code, const char *doing)
{
  g_set_error (error, ISR_ERROR, code == ENOSPC || code == EDQUOT ? ISR_ERROR_NO_SPACE : ISR_ERROR_STORAGE, "%s: can not be %s: %s", path, doing, g_strerror (code));
  return FALSE;
}

static gboolean
copy_database (const char *database, const char *path, guint64 *recordings, GError **error)
{
  g_autoptr (sqlite3) from = isr_db_open (database, ISR_DB_READ, error);
  g_autoptr (sqlite3) to = from ? isr_db_make_copy (from, path, -1, error) : NULL;
  gint64 count;

  if (!to || !isr_db_get_int64 (to, "SELECT count (*) FROM recordings", 0, &count, error))
    return FALSE;
  *recordings = (guint64) count;
  return TRUE;
}

static gboolean
sync_and_rename (const char *from, const char *to, GError **error)
{
  int fd = open (from, O_RDONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0 && g_rename (from, to) == 0;
  int code = errno;

  if (fd >= 0)
    close (fd);
  return ok || fail (error, to, code, "written");
}

static gboolean
copy_journal (const char *state_directory, const char *path, char **journal, GError **error)
{
  g_autofree char *from = g_build_filename (state_directory, ISR_JOURNAL_NAME, NULL);
  g_autofree char *to = g_strconcat (path, "." ISR_JOURNAL_NAME, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) wrong = NULL;
  gsize size;

  if (!g_file_get_contents (from, &text, &size, &wrong)) {
    if (g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_NOENT))
      return TRUE;
  } else if (g_file_set_contents_full (to, text, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, &wrong)) {
    *journal = g_steal_pointer (&to);
    return TRUE;
  }
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_STORAGE, wrong->message);
  return FALSE;
}

/* Onto itself is no copy. */
static gboolean
check_place (const char *state_directory, const char *path, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  struct stat here, there;

  if (stat (state_directory, &here) < 0 || stat (directory, &there) < 0 || here.st_dev != there.st_dev || here.st_ino != there.st_ino)
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "%s: that is the directory of the catalog itself: name a file somewhere else, best on another disk", path);
  return FALSE;
}

gboolean
isr_backup (const char *state_directory, const char *path, guint64 *recordings, char **journal, GError **error)
{
  g_autofree char *database = g_build_filename (state_directory, "isr.db", NULL);
  g_autofree char *beside = g_strconcat (path, ".new", NULL);

  *journal = NULL;
  if (!check_place (state_directory, path, error))
    return FALSE;
  if (copy_database (database, beside, recordings, error) && sync_and_rename (beside, path, error))
    return copy_journal (state_directory, path, journal, error);
  g_unlink (beside);
  return FALSE;
}
