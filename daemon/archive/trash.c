/* SPDX-License-Identifier: MIT */
/* trash.c - renames, and a small table of what was renamed.
 *
 * The file goes first and the tables after it: a crash in between leaves a file in the
 * trash that the catalog knows no more, and the next start finds it there. Files are
 * moved and removed on the main loop: both are matters of a directory. */
#define G_LOG_DOMAIN "isr-trash"

#include "daemon/archive/trash.h"

#include "daemon/archive/adopt.h"
#include "daemon/archive/catalog-private.h"
#include "daemon/archive/events.h"
#include "daemon/archive/overlay.h"
#include "daemon/archive/place.h"
#include "daemon/archive/rows.h"
#include "daemon/core/error.h"
#include "daemon/core/log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define COLUMNS ISR_ROW_COLUMNS ", path, deleted_us"
#define STAMP "%Y%m%dT%H%M%S"

void
isr_trashed_free (IsrTrashed *self)
{
  g_clear_pointer (&self->recording, isr_recording_free);
  g_free (self->path);
  g_free (self);
}

static void
bind (sqlite3_stmt *statement, gconstpointer value)
{
  const IsrTrashed *entry = value;

  isr_row_bind (statement, entry->recording);
  sqlite3_bind_int64 (statement, 1, entry->id);
  isr_db_bind_text (statement, ISR_ROW_N_COLUMNS + 1, entry->path);
  sqlite3_bind_int64 (statement, ISR_ROW_N_COLUMNS + 2, entry->deleted_us);
}

static gpointer
copy (gconstpointer value)
{
  IsrTrashed *entry = g_memdup2 (value, sizeof *entry);

  entry->recording = isr_recording_copy (entry->recording);
  entry->path = g_strdup (entry->path);
  return entry;
}

static const IsrOverlay trash = { 2, "trash", COLUMNS, ISR_ROW_N_COLUMNS + 2, bind, copy, (GDestroyNotify) isr_trashed_free };

gboolean
isr_trash_prepare (sqlite3 *db, GError **error)
{
  return isr_overlay_prepare (&trash, db, error);
}

void
isr_catalog_set_trash_days (IsrCatalog *self, guint days)
{
  self->trash_days = days;
}

guint
isr_catalog_get_trash_days (IsrCatalog *self)
{
  return self->trash_days;
}

/* --- asking -------------------------------------------------------------- */

static IsrTrashed *
read_entry (IsrCatalog *self, sqlite3_stmt *statement)
{
  IsrTrashed *entry = g_new0 (IsrTrashed, 1);

  entry->recording = isr_row_read (statement);
  entry->id = entry->recording->id;
  entry->path = isr_db_dup_text (statement, ISR_ROW_N_COLUMNS);
  entry->deleted_us = sqlite3_column_int64 (statement, ISR_ROW_N_COLUMNS + 1);
  entry->expires_us = entry->deleted_us + self->trash_days * G_TIME_SPAN_DAY;
  return entry;
}

GPtrArray *
isr_catalog_list_trash (IsrCatalog *self, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_trashed_free);
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row;

  isr_overlay_settle (&trash, self);
  statement = isr_db_prepare (self->db, "SELECT " COLUMNS " FROM trash_now ORDER BY deleted_us DESC, id DESC", error);
  while (statement && isr_db_step (statement, &row, error)) {
    if (!row)
      return g_steal_pointer (&list);
    g_ptr_array_add (list, read_entry (self, statement));
  }
  return NULL;
}

gboolean
isr_catalog_is_in_trash (IsrCatalog *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row = TRUE; /* it may be */

  isr_overlay_settle (&trash, self);
  statement = isr_db_prepare (self->db, "SELECT 1 FROM trash_now WHERE name = ?1", &error);
  if (statement) {
    isr_db_bind_text (statement, 1, name);
    isr_db_step (statement, &row, &error);
  }
  if (error)
    isr_db_complain (error);
  return row || error;
}

gboolean
isr_catalog_get_trash_size (IsrCatalog *self, guint64 *size, GError **error)
{
  isr_overlay_settle (&trash, self);
  return isr_db_get_int64 (self->db, "SELECT sum (bytes) FROM trash_now", 0, (gint64 *) size, error);
}

/* One entry of @sql; NULL: none. */
static IsrTrashed *
find (IsrCatalog *self, const char *sql, gint64 value, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean row;

  isr_overlay_settle (&trash, self);
  statement = isr_db_prepare (self->db, sql, error);
  if (!statement)
    return NULL;
  sqlite3_bind_int64 (statement, 1, value);
  return isr_db_step (statement, &row, error) && row ? read_entry (self, statement) : NULL;
}

static IsrTrashed *
find_id (IsrCatalog *self, gint64 id, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  IsrTrashed *entry = find (self, "SELECT " COLUMNS " FROM trash_now WHERE id = ?1", id, &wrong);

  if (wrong)
    g_propagate_error (error, g_steal_pointer (&wrong));
  else if (!entry)
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "that is not in the trash (any more)");
  return entry;
}

/* --- moving -------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *name, const char *doing)
{
  int code = errno;
  gboolean full = code == ENOSPC || code == EDQUOT;

  g_set_error (error, ISR_ERROR, full ? ISR_ERROR_NO_SPACE : code == ENOENT ? ISR_ERROR_NOT_FOUND
                                                                            : ISR_ERROR_STORAGE,
      "%s: it can not be %s: %s%s", name, doing, g_strerror (code), full ? "; make room on that disk and try again" : code == EACCES || code == EPERM || code == EROFS ? "; check who owns the directory"
                                                                                                                                                                       : "");
  return FALSE;
}

/* The topmost directory on the way to @name, "" or with a slash at its end, that lies on
 * the file system of the file. */
static char *
find_root (IsrCatalog *self, const char *name)
{
  struct stat file, place;

  if (!isr_place_stat (self->output_directory, name, &file) || stat (self->output_directory, &place) < 0 || place.st_dev == file.st_dev)
    return g_strdup ("");
  for (const char *slash = strchr (name, '/'); slash; slash = strchr (slash + 1, '/')) {
    g_autofree char *directory = g_strndup (name, (gsize) (slash - name));

    if (isr_place_stat (self->output_directory, directory, &place) && place.st_dev == file.st_dev)
      return g_strconcat (directory, "/", NULL);
  }
  return g_strdup ("");
}

static char *
make_path (IsrCatalog *self, const char *name, gint64 now_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (now_us / G_TIME_SPAN_SECOND);
  g_autofree char *stamp = g_date_time_format (time, STAMP);
  g_autofree char *root = find_root (self, name);

  return g_strdup_printf ("%s.trash/%s.%06dZ/%s", root, stamp, (int) (now_us % G_TIME_SPAN_SECOND), name);
}

/* Where it is now; another file of that name may have been deleted at that very moment. */
static char *
move_away (IsrCatalog *self, const char *name, gint64 now_us, GError **error)
{
  for (gint64 at_us = now_us;; at_us++) {
    g_autofree char *path = make_path (self, name, at_us);

    if (isr_place_move (self->output_directory, name, path))
      return g_steal_pointer (&path);
    if (errno != EEXIST) {
      fail (error, name, "moved into the trash");
      return NULL;
    }
  }
}

static gboolean
check (const IsrRecording *recording, GError **error)
{
  if (recording->recording)
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_BUSY, "it is being recorded: it can be deleted when it is finished");
  else if (recording->protected_)
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_PROTECTED, "it is protected: take the protection back first");
  else
    return TRUE;
  return FALSE;
}

gint64
isr_catalog_trash (IsrCatalog *self, const char *name, gint64 now_us, GError **error)
{
  g_autoptr (IsrRecording) recording = isr_catalog_check_writable (self, error) ? isr_catalog_require (self, name, error) : NULL;
  IsrTrashed entry = { .deleted_us = now_us };
  g_autofree char *path = NULL;

  if (!recording || !check (recording, error))
    return 0;
  entry.id = isr_overlay_next_id (&trash, self, error);
  path = entry.id ? move_away (self, name, now_us, error) : NULL;
  if (!path)
    return 0;
  isr_place_prune (self->output_directory, name, 1);
  entry.recording = recording;
  entry.path = path;
  isr_catalog_renamed (self, name, path);
  isr_catalog_drop_row (self, recording);
  isr_ledger_note_deletion (self->ledger, recording);
  isr_overlay_put (&trash, self, &entry);
  isr_events_hide (self, recording);
  isr_catalog_changed (self, "section", recording->source);
  isr_catalog_changed (self, "trash", "");
  return entry.id;
}

static void
remove_entry (IsrCatalog *self, const IsrTrashed *entry)
{
  isr_overlay_remove (&trash, self, entry, entry->id);
  isr_place_prune (self->output_directory, entry->path, 1);
  isr_catalog_changed (self, "trash", "");
}

/* Its own name, or the first one with a number that nobody has. */
static char *
move_back (IsrCatalog *self, const IsrTrashed *entry, GError **error)
{
  for (guint n = 1;; n++) {
    g_autofree char *name = isr_place_name (entry->recording->name, n);
    g_autoptr (GError) wrong = NULL;
    g_autoptr (IsrRecording) taken = isr_catalog_require (self, name, &wrong);

    if (taken)
      continue;
    if (wrong->code != ISR_ERROR_NOT_FOUND) {
      g_propagate_error (error, g_steal_pointer (&wrong));
      return NULL;
    }
    if (isr_place_move (self->output_directory, entry->path, name))
      return g_steal_pointer (&name);
    if (errno != EEXIST) {
      fail (error, entry->recording->name, "moved back");
      return NULL;
    }
  }
}

IsrRecording *
isr_catalog_restore (IsrCatalog *self, gint64 id, GError **error)
{
  g_autoptr (IsrTrashed) entry = isr_catalog_check_writable (self, error) ? find_id (self, id, error) : NULL;
  g_autofree char *name = entry ? move_back (self, entry, error) : NULL;
  IsrRecording *recording;

  if (!name)
    return NULL;
  recording = entry->recording;
  g_free (recording->name);
  recording->name = g_strdup (name);
  isr_catalog_renamed (self, entry->path, name);
  isr_catalog_bring_back (self, recording);
  isr_events_show (self, recording);
  isr_catalog_changed (self, "section", recording->source);
  remove_entry (self, entry);
  return isr_catalog_lookup (self, name);
}

gboolean
isr_catalog_delete_trashed (IsrCatalog *self, gint64 id, GError **error)
{
  g_autoptr (IsrTrashed) entry = isr_catalog_check_writable (self, error) ? find_id (self, id, error) : NULL;

  if (!entry)
    return FALSE;
  if (!isr_place_unlink (self->output_directory, entry->path) && errno != ENOENT)
    return fail (error, entry->path, "deleted");
  remove_entry (self, entry);
  isr_catalog_renamed (self, entry->path, NULL);
  isr_catalog_deleted (self, entry->recording);
  return TRUE;
}

gboolean
isr_catalog_expire_trash (IsrCatalog *self, gint64 now_us)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrTrashed) oldest = find (self, "SELECT " COLUMNS " FROM trash_now WHERE ?1 ORDER BY deleted_us, id LIMIT 1", 1, &error);

  if (!oldest || oldest->expires_us > now_us)
    return FALSE;
  if (isr_catalog_delete_trashed (self, oldest->id, &error)) {
    isr_log_info (NULL, "deleted %s out of the trash, %.1f MB", oldest->recording->name, (double) oldest->recording->bytes / 1e6);
    self->trash_stuck = FALSE;
    return TRUE;
  }
  if (!self->trash_stuck)
    isr_log_warning (NULL, "the trash can not be emptied: %s", error->message);
  self->trash_stuck = TRUE;
  return FALSE;
}

/* --- what was not written down any more ------------------------------------------------ */

/* "20240131T112000.000000Z" */
static gboolean
read_stamp (const char *text, gint64 *us)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  int year, month, day, hour, minute, second, micros, end = 0;
  g_autoptr (GDateTime) time = NULL;

  if (sscanf (text, "%4d%2d%2dT%2d%2d%2d.%6dZ/%n", &year, &month, &day, &hour, &minute, &second, &micros, &end) != 7 || !end)
    return FALSE;
  time = g_date_time_new (utc, year, month, day, hour, minute, second);
  if (!time)
    return FALSE;
  *us = g_date_time_to_unix (time) * G_TIME_SPAN_SECOND + micros;
  return TRUE;
}

/* The row that it left, which may not be there any more; NULL: there is none, or of another file. */
static IsrRecording *
find_left (IsrCatalog *self, const char *name)
{
  g_autoptr (IsrRecording) row = isr_catalog_read_row (self, name, NULL);
  struct stat st;

  return row && !isr_place_stat (self->output_directory, name, &st) && errno == ENOENT ? g_steal_pointer (&row) : NULL;
}

static void
find_again (IsrCatalog *self, const char *root, const IsrFound *file, GHashTable *known)
{
  const char *slash = strchr (file->name, '/');
  g_autoptr (IsrRecording) recording = NULL;
  g_autofree char *path = g_strconcat (".trash/", file->name, NULL);
  g_autofree char *stamp = NULL, *directory = NULL;
  IsrTrashed entry = { .path = path };
  IsrFound inside = *file;

  if (file->part || !slash || !read_stamp (file->name, &entry.deleted_us) || g_hash_table_contains (known, path))
    return;
  stamp = g_strndup (file->name, (gsize) (slash - file->name));
  directory = g_build_filename (root, stamp, NULL);
  inside.name = (char *) slash + 1;
  recording = find_left (self, inside.name);
  if (recording)
    isr_catalog_drop_row (self, recording);
  else
    recording = isr_adopt (directory, &inside, self->zone, self->alive);
  entry.id = isr_overlay_next_id (&trash, self, NULL);
  entry.recording = recording;
  if (entry.id)
    isr_overlay_put (&trash, self, &entry);
}

/* It was taken back, and nobody wrote that down any more. */
static gboolean
is_back (IsrCatalog *self, const IsrTrashed *entry)
{
  struct stat st;

  return !isr_place_stat (self->output_directory, entry->path, &st) && errno == ENOENT
         && isr_place_stat (self->output_directory, entry->recording->name, &st);
}

/* It was deleted for good, and nobody wrote that down any more. On another file system, that may
 * not be mounted, nobody can tell. */
static gboolean
is_gone (IsrCatalog *self, const IsrTrashed *entry)
{
  struct stat st;

  return g_str_has_prefix (entry->path, ".trash/") && !isr_place_stat (self->output_directory, entry->path, &st) && errno == ENOENT;
}

/* FALSE: it lies there. */
static gboolean
settle_entry (IsrCatalog *self, const IsrTrashed *entry)
{
  gboolean back = is_back (self, entry), gone = !back && is_gone (self, entry);

  if (back || gone)
    isr_overlay_remove (&trash, self, entry, entry->id);
  if (gone)
    isr_events_drop (self, entry->recording);
  return back || gone;
}

void
isr_trash_find (IsrCatalog *self)
{
  g_autofree char *root = g_build_filename (self->output_directory, ".trash", NULL);
  g_autoptr (GPtrArray) list = isr_catalog_list_trash (self, NULL);
  g_autoptr (GPtrArray) found = list && g_file_test (root, G_FILE_TEST_IS_DIR) ? isr_scan (root, NULL) : NULL;
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; list && i < list->len; i++) {
    const IsrTrashed *entry = list->pdata[i];

    if (!settle_entry (self, entry))
      g_hash_table_add (known, entry->path);
  }
  for (guint i = 0; found && i < found->len; i++)
    find_again (self, root, found->pdata[i], known);
}
