/* SPDX-License-Identifier: MIT */
/* levels-file.c - pwrite, pread, rename.
 *
 * A file is opened for each append, which is one a second and source: no descriptor is
 * held for the day, and a file that somebody removed does not come back. */
#include "daemon/analysis/levels-file.h"

#include "daemon/core/error.h"
#include "daemon/core/levels.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROW sizeof (IsrLevelsRow)

static gboolean
fail (const char *path, const char *doing, GError **error)
{
  g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "levels %s: can not be %s: %s; check the space and the owner of its directory", path, doing, g_strerror (errno));
  return FALSE;
}

static gboolean
write_all (int fd, const void *data, gsize size, guint64 at)
{
  const guint8 *bytes = data;

  while (size > 0) {
    gssize n = pwrite (fd, bytes, size, (off_t) at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    bytes += n;
    at += (guint64) n;
    size -= (gsize) n;
  }
  return TRUE;
}

static gboolean
read_all (int fd, void *data, gsize size, guint64 at)
{
  guint8 *bytes = data;

  while (size > 0) {
    gssize n = pread (fd, bytes, size, (off_t) at);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    bytes += n;
    at += (guint64) n;
    size -= (gsize) n;
  }
  return TRUE;
}

static gboolean
make_parent (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);

  return g_mkdir_with_parents (parent, 0755) == 0;
}

/* --- writing --- */

gboolean
isr_levels_file_create (const char *path, const IsrLevelsHeader *header, GError **error)
{
  guint8 bytes[ISR_LEVELS_HEADER_SIZE];
  IsrLevelsHeader grows = *header;
  gboolean ok;
  int fd;

  grows.state = ISR_LEVELS_GROWS;
  isr_levels_header_write (&grows, bytes);
  fd = make_parent (path) ? open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
  ok = fd >= 0 && write_all (fd, bytes, sizeof bytes, 0);
  if (!ok)
    fail (path, "made", error);
  if (fd >= 0)
    close (fd);
  return ok;
}

/* Windows that a growing file of @size bytes has. */
static guint64
count_rows (gint64 size)
{
  return size > ISR_LEVELS_HEADER_SIZE ? (guint64) (size - ISR_LEVELS_HEADER_SIZE) / ROW : 0;
}

gboolean
isr_levels_file_append (const char *path, const IsrLevelsRow *rows, gsize n, GError **error)
{
  g_autofree IsrLevelsRow *copy = g_memdup2 (rows, n * ROW);
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  struct stat st;
  gboolean ok;

  isr_levels_swap ((gint16 *) copy, n * ISR_LEVELS_COLUMNS);
  ok = fd >= 0 && fstat (fd, &st) == 0 && write_all (fd, copy, n * ROW, ISR_LEVELS_HEADER_SIZE + count_rows (st.st_size) * ROW);
  if (!ok)
    fail (path, "written", error);
  if (fd >= 0)
    close (fd);
  return ok;
}

gboolean
isr_levels_file_truncate (const char *path, guint64 n, GError **error)
{
  if (truncate (path, (off_t) (ISR_LEVELS_HEADER_SIZE + n * ROW)) == 0)
    return TRUE;
  return fail (path, "cut", error);
}

static gboolean
write_summary (int fd, const IsrLevelsHeader *header, gint16 *const columns[])
{
  gsize n = (header->n + header->summary_windows - 1) / header->summary_windows;
  g_autofree IsrLevelsSummary *entries = g_new (IsrLevelsSummary, n);

  for (gsize i = 0; i < n; i++) {
    gsize first = i * header->summary_windows;

    isr_levels_summarise (&entries[i], columns[ISR_COLUMN_LEVEL] + first, columns[ISR_COLUMN_PEAK] + first,
        columns[ISR_COLUMN_FLOOR] + first, MIN (header->summary_windows, header->n - first));
  }
  isr_levels_swap ((gint16 *) entries, n * sizeof *entries / sizeof (gint16));
  return write_all (fd, entries, n * sizeof *entries, header->summary_at);
}

static gboolean
write_finished (int fd, const IsrLevelsHeader *header, gint16 *const columns[])
{
  guint8 bytes[ISR_LEVELS_HEADER_SIZE];
  gsize size = header->n * sizeof (gint16);

  isr_levels_header_write (header, bytes);
  if (!write_all (fd, bytes, sizeof bytes, 0) || !write_summary (fd, header, columns))
    return FALSE;
  for (guint i = 0; i < ISR_LEVELS_COLUMNS; i++) {
    g_autofree gint16 *copy = g_memdup2 (columns[i], size);

    isr_levels_swap (copy, header->n);
    if (!write_all (fd, copy, size, isr_levels_column_at (header, (IsrLevelsColumn) i)))
      return FALSE;
  }
  return TRUE;
}

gboolean
isr_levels_file_write (const char *path, const IsrLevelsHeader *header, gint16 *const columns[ISR_LEVELS_COLUMNS], GError **error)
{
  g_autofree char *hidden = g_strconcat (path, ".tmp", NULL);
  IsrLevelsHeader finished = *header;
  gboolean ok;
  int fd;

  finished.state = ISR_LEVELS_FINISHED;
  finished.summary_windows = ISR_LEVELS_SUMMARY_WINDOWS;
  finished.summary_at = isr_levels_column_at (header, ISR_LEVELS_COLUMNS);
  fd = make_parent (path) ? open (hidden, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644) : -1;
  ok = fd >= 0 && write_finished (fd, &finished, columns);
  if (fd >= 0)
    ok = close (fd) == 0 && ok;
  if (ok && g_rename (hidden, path) == 0)
    return TRUE;
  fail (path, "written", error);
  g_unlink (hidden);
  return FALSE;
}

gboolean
isr_levels_file_finish (const char *path, guint flags, guint64 recording_bytes, GError **error)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };
  g_autofree gint16 *values = NULL;
  gint16 *columns[ISR_LEVELS_COLUMNS];
  IsrLevelsHeader header;

  if (!isr_levels_reader_open (&reader, path, error))
    return FALSE;
  header = reader.header;
  header.flags = flags;
  header.recording_bytes = recording_bytes;
  values = g_new (gint16, ISR_LEVELS_COLUMNS * header.n);
  for (guint i = 0; i < ISR_LEVELS_COLUMNS; i++) {
    columns[i] = values + i * header.n;
    if (!isr_levels_reader_read (&reader, (IsrLevelsColumn) i, 0, header.n, columns[i]))
      return fail (path, "read", error);
  }
  return isr_levels_file_write (path, &header, columns, error);
}

/* --- reading --- */

static gboolean
read_header (IsrLevelsReader *self)
{
  guint8 bytes[ISR_LEVELS_HEADER_SIZE];
  struct stat st;

  if (self->fd < 0 || fstat (self->fd, &st) < 0 || !read_all (self->fd, bytes, sizeof bytes, 0) || !isr_levels_header_read (&self->header, bytes, sizeof bytes))
    return FALSE;
  if (self->header.state == ISR_LEVELS_GROWS)
    self->header.n = count_rows (st.st_size);
  return self->header.state == ISR_LEVELS_GROWS || self->header.n <= (guint64) st.st_size / ROW;
}

gboolean
isr_levels_reader_open (IsrLevelsReader *self, const char *path, GError **error)
{
  self->fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (read_header (self))
    return TRUE;
  isr_levels_reader_close (self);
  g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "levels %s: there are none that can be read", path);
  return FALSE;
}

void
isr_levels_reader_close (IsrLevelsReader *self)
{
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static gboolean
read_rows (IsrLevelsReader *self, IsrLevelsColumn column, guint64 first, gsize n, gint16 *values)
{
  IsrLevelsRow rows[512];

  for (gsize done = 0; done < n;) {
    gsize some = MIN (n - done, G_N_ELEMENTS (rows));

    if (!read_all (self->fd, rows, some * ROW, ISR_LEVELS_HEADER_SIZE + (first + done) * ROW))
      return FALSE;
    for (gsize i = 0; i < some; i++)
      values[done + i] = rows[i].value[column];
    done += some;
  }
  return TRUE;
}

gboolean
isr_levels_reader_read (IsrLevelsReader *self, IsrLevelsColumn column, guint64 first, gsize n, gint16 *values)
{
  gboolean ok;

  g_return_val_if_fail (first + n <= self->header.n, FALSE);
  if (self->header.state == ISR_LEVELS_GROWS)
    ok = read_rows (self, column, first, n, values);
  else
    ok = read_all (self->fd, values, n * sizeof *values, isr_levels_column_at (&self->header, column) + first * sizeof *values);
  isr_levels_swap (values, n);
  return ok;
}

IsrLevelsSummary *
isr_levels_reader_read_summary (IsrLevelsReader *self, gsize *n)
{
  const IsrLevelsHeader *header = &self->header;
  g_autofree IsrLevelsSummary *entries = NULL;

  if (header->state != ISR_LEVELS_FINISHED || !header->summary_at || header->summary_windows != ISR_LEVELS_SUMMARY_WINDOWS)
    return NULL;
  *n = (header->n + ISR_LEVELS_SUMMARY_WINDOWS - 1) / ISR_LEVELS_SUMMARY_WINDOWS;
  entries = g_new (IsrLevelsSummary, *n);
  if (!read_all (self->fd, entries, *n * sizeof *entries, header->summary_at))
    return NULL;
  isr_levels_swap ((gint16 *) entries, *n * sizeof *entries / sizeof (gint16));
  return g_steal_pointer (&entries);
}
