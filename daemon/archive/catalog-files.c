/* SPDX-License-Identifier: MIT */
/* catalog-files.c - the recording of a name, and its bytes.
 *
 * A player asks for one file in hundreds of ranges: its row and its descriptor are kept
 * until anything is given or committed, while the file is where it was, and never for
 * longer than a moment: what is deleted by hand gives its room back, what is unmounted is
 * not held. Where another process writes, changes are not told, and every question is one
 * for the database.
 *
 * A file is opened name by name from the output directory on: no link, wherever on the
 * way, leads out of it. */
#define G_LOG_DOMAIN "isr-catalog"

#include "daemon/archive/catalog-private.h"
#include "daemon/archive/listing.h"
#include "daemon/archive/place.h"
#include "daemon/archive/rows.h"
#include "daemon/core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define KEPT 64 /* rows */
#define KEPT_MS 200
#define PART ".part"
#define SLACK G_TIME_SPAN_MILLISECOND /* the time map moves a little between a file and what is told of it */

typedef struct {
  IsrRecording *recording;
  int root;       /* the output directory, */
  int fd;         /* and the file; -1: it can not be opened, */
  int error;      /* because */
  struct stat st; /* of the last look */
} Found;

IsrRecording *
isr_catalog_read_row (IsrCatalog *self, const char *name, GError **error)
{
  isr_catalog_settle (self);
  if (!self->find)
    self->find = isr_listing_prepare_lookup (self->db, error);
  return self->find ? isr_listing_lookup (self->find, name, error) : NULL;
}

gboolean
isr_catalog_has (IsrCatalog *self, const char *name)
{
  gboolean live = g_hash_table_contains (self->live, name);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrRecording) row = live ? NULL : isr_catalog_read_row (self, name, &error);

  if (error)
    isr_db_complain (error);
  return live || row || error;
}

IsrRecording *
isr_catalog_require (IsrCatalog *self, const char *name, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (IsrRecording) recording = NULL;
  IsrRecording *row;

  g_return_val_if_fail (self->db, NULL);
  recording = row = isr_catalog_read_row (self, name, &wrong);
  if (wrong)
    g_propagate_error (error, g_steal_pointer (&wrong));
  else if (!row)
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "there is no recording of that name");
  else if (isr_catalog_complete (self, &row, 1, error))
    return g_steal_pointer (&recording);
  return NULL;
}

IsrRecording *
isr_catalog_lookup (IsrCatalog *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  IsrRecording *recording = isr_catalog_require (self, name, &error);

  if (error && error->code != ISR_ERROR_NOT_FOUND)
    isr_db_complain (error);
  return recording;
}

char *
isr_catalog_get_path (IsrCatalog *self, const IsrRecording *recording)
{
  g_autofree char *path = g_build_filename (self->output_directory, recording->name, NULL);
  g_autofree char *part = g_strconcat (path, PART, NULL);

  if (access (part, F_OK) == 0 && (recording->recording || access (path, F_OK) < 0))
    return g_steal_pointer (&part);
  return g_steal_pointer (&path);
}

void
isr_catalog_measure (IsrCatalog *self, IsrRecording *recording)
{
  struct stat st;

  if (isr_place_stat (self->output_directory, recording->name, &st) && S_ISREG (st.st_mode))
    recording->mtime_us = st.st_mtim.tv_sec * G_TIME_SPAN_SECOND + st.st_mtim.tv_nsec / 1000;
}

static int
open_name (const char *output_directory, const char *name, gboolean unfinished)
{
  g_autofree char *part = unfinished ? g_strconcat (name, PART, NULL) : NULL;

  return isr_place_open (output_directory, part ? part : name, O_RDONLY | O_NONBLOCK);
}

/* Between two attempts the file may get its final name: once more. */
int
isr_recording_open (const char *output_directory, const IsrRecording *recording)
{
  int fd = -1;

  errno = ENOENT;
  for (int attempt = 0; fd < 0 && errno == ENOENT && attempt < 4; attempt++)
    fd = open_name (output_directory, recording->name, recording->recording != (attempt % 2));
  return fd;
}

int
isr_catalog_open_file (IsrCatalog *self, const IsrRecording *recording)
{
  return isr_recording_open (self->output_directory, recording);
}

GPtrArray *
isr_catalog_find_last (IsrCatalog *self, const char *source, guint n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrDbLoan) statement = isr_db_borrow (self->db, "SELECT " ISR_ROW_COLUMNS " FROM main.recordings INDEXED BY recordings_for_coverage WHERE source = ?1 ORDER BY start_us DESC LIMIT ?2", &error);
  GPtrArray *last = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_recording_free);
  gboolean row;

  if (statement) {
    isr_db_bind_text (statement, 1, source);
    sqlite3_bind_int (statement, 2, (int) n);
  }
  while (statement && isr_db_step (statement, &row, &error) && row)
    g_ptr_array_add (last, isr_row_read (statement));
  if (error)
    isr_db_complain (error);
  return last;
}

IsrRecording *
isr_catalog_search_at (IsrCatalog *self, const char *source, gint64 at_us, GError **error)
{
  IsrRecording *recording;

  g_return_val_if_fail (self->db, NULL);
  isr_catalog_settle (self);
  recording = isr_listing_find_at (self->db, source, at_us, SLACK, error);
  if (recording)
    isr_catalog_refresh (self, recording);
  return recording;
}

IsrRecording *
isr_catalog_find_at (IsrCatalog *self, const char *source, gint64 at_us)
{
  g_autoptr (GError) error = NULL;
  IsrRecording *recording = isr_catalog_search_at (self, source, at_us, &error);

  if (error)
    isr_db_complain (error);
  return recording;
}

/* --- those that are asked for again and again -------------------------------- */

void
isr_found_file_free (gpointer data)
{
  Found *self = data;

  if (self->fd >= 0)
    close (self->fd);
  if (self->root >= 0)
    close (self->root);
  isr_recording_free (self->recording);
  g_free (self);
}

static gboolean
on_old (gpointer data)
{
  IsrCatalog *self = data;

  self->forget = 0;
  g_hash_table_remove_all (self->found);
  return G_SOURCE_REMOVE;
}

/* Nothing else has its name by now; what is written is always looked for. */
static gboolean
is_still_there (Found *self)
{
  ino_t inode = self->st.st_ino;
  dev_t device = self->st.st_dev;

  return self->fd >= 0 && !self->recording->recording && fstatat (self->root, self->recording->name, &self->st, AT_SYMLINK_NOFOLLOW) == 0 && self->st.st_ino == inode && self->st.st_dev == device;
}

static Found *
find (IsrCatalog *self, const char *name, GError **error)
{
  IsrRecording *recording = isr_catalog_read_row (self, name, error);
  Found *found = recording ? g_new0 (Found, 1) : NULL;

  if (!found)
    return NULL;
  found->recording = recording;
  found->root = isr_place_open_root (self->output_directory);
  found->fd = isr_catalog_open_file (self, recording);
  found->error = errno;
  if (found->fd >= 0)
    fstat (found->fd, &found->st);
  if (g_hash_table_size (self->found) >= KEPT)
    g_hash_table_remove_all (self->found);
  g_hash_table_replace (self->found, recording->name, found);
  if (!self->forget)
    self->forget = g_timeout_add (KEPT_MS, on_old, self);
  return found;
}

const IsrRecording *
isr_catalog_find (IsrCatalog *self, const char *name, int *fd, struct stat *st, GError **error)
{
  Found *found;

  *fd = -1;
  g_return_val_if_fail (self->db, NULL);
  isr_catalog_settle (self);
  found = self->writer ? g_hash_table_lookup (self->found, name) : NULL;
  if (!found || !is_still_there (found))
    found = find (self, name, error);
  if (!found)
    return NULL;
  *fd = found->fd;
  *st = found->st;
  errno = found->error;
  return found->recording;
}
