/* SPDX-License-Identifier: MIT */
/* file.c - pread, pwrite, ftruncate, until all of it is done. */
#include "plugins/format/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "plugins/format/iso8601.h"

#define SPAN "user.isr.span"
#define OF_OUTPUT(output) ((IsrFile *) ((char *) (output) -G_STRUCT_OFFSET (IsrFile, output)))

static gssize
file_read (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  IsrFile *self = (IsrFile *) input;
  gsize done = 0;

  while (done < size) {
    gssize n = pread (self->fd, (char *) buffer + done, size - done, offset + done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return -1;
    if (n == 0)
      break;
    done += n;
  }
  return done;
}

static gboolean
write_all (IsrFile *self, guint64 offset, GBytes *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  gsize done = 0;

  while (done < size && !self->error) {
    gssize n = pwrite (self->fd, data + done, size - done, offset + done);

    if (n < 0 && errno != EINTR)
      self->error = errno;
    done += MAX (n, 0);
  }
  return !self->error;
}

static void
file_append (IsrOutput *output, GBytes *bytes)
{
  IsrFile *self = OF_OUTPUT (output);

  if (write_all (self, self->size, bytes))
    self->size += g_bytes_get_size (bytes);
}

static void
file_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
  write_all (OF_OUTPUT (output), offset, bytes);
}

static void
file_truncate (IsrOutput *output, guint64 size)
{
  IsrFile *self = OF_OUTPUT (output);

  if (!self->error && ftruncate (self->fd, size) < 0)
    self->error = errno;
  if (!self->error)
    self->size = size;
}

gboolean
isr_file_init (IsrFile *self, int fd)
{
  struct stat st;

  if (fstat (fd, &st) < 0)
    return FALSE;
  *self = (IsrFile){ { file_read, st.st_size }, { file_append, file_patch, file_truncate }, fd, st.st_size };
  return TRUE;
}

static gboolean
fail (GError **error, const char *path, int code, const char *doing)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code), "%s: %s: %s", path, doing, g_strerror (code));
  return FALSE;
}

static gboolean
repair_fd (int fd, const char *path, IsrRepairResult *result, GError **error)
{
  IsrFile file;

  if (flock (fd, LOCK_EX | LOCK_NB) < 0)
    return fail (error, path, errno, "it is being written by another process");
  if (!isr_file_init (&file, fd))
    return fail (error, path, errno, "its size can not be found");
  if (!isr_repair (&file.input, &file.output, result, error)) {
    g_prefix_error (error, "%s: ", path);
    return FALSE;
  }
  if (result->changed && !file.error && fdatasync (fd) < 0)
    file.error = errno;
  return file.error ? fail (error, path, file.error, "mending it failed") : TRUE;
}

gboolean
isr_repair_path (const char *path, IsrRepairResult *result, GError **error)
{
  int fd = g_open (path, O_RDWR | O_CLOEXEC, 0);
  gboolean ok = FALSE;

  if (fd < 0)
    return fail (error, path, errno, "it can not be opened for mending");
  ok = repair_fd (fd, path, result, error);
  close (fd);
  return ok;
}

static gboolean
note_span (int fd, const char *text)
{
  return fsetxattr (fd, SPAN, text, strlen (text), 0) == 0;
}

gboolean
isr_file_note_start (int fd, gint64 start_us, int utc_offset)
{
  g_autofree char *text = isr_iso8601 (start_us, utc_offset);

  return note_span (fd, text);
}

gboolean
isr_file_note_end (int fd, gint64 end_us)
{
  gint64 start_us, noted_us, length_us;
  int utc_offset;
  g_autofree char *start = NULL, *text = NULL;

  if (!isr_file_read_span (fd, &start_us, &noted_us, &utc_offset) || end_us < start_us)
    return FALSE;
  length_us = end_us - start_us;
  start = isr_iso8601 (start_us, utc_offset);
  text = g_strdup_printf ("%s/PT%" G_GINT64_FORMAT ".%06dS", start, length_us / G_USEC_PER_SEC, (int) (length_us % G_USEC_PER_SEC));
  return note_span (fd, text);
}

/* "PT12.000123S", as we write it. */
static gboolean
parse_length (const char *text, gint64 *length_us)
{
  gint64 seconds;
  int us, end = 0;

  if (sscanf (text, "PT%" G_GINT64_FORMAT ".%6dS%n", &seconds, &us, &end) != 2 || end == 0 || text[end])
    return FALSE;
  if (seconds < 0 || seconds > G_MAXINT64 / G_USEC_PER_SEC / 2 || us < 0)
    return FALSE;
  *length_us = seconds * G_USEC_PER_SEC + us;
  return TRUE;
}

gboolean
isr_file_read_span (int fd, gint64 *start_us, gint64 *end_us, int *utc_offset)
{
  char text[128];
  gssize size = fgetxattr (fd, SPAN, text, sizeof text - 1);
  gint64 length_us = 0;
  char *slash;

  text[MAX (size, 0)] = '\0';
  slash = strchr (text, '/');
  if (slash)
    *slash++ = '\0';
  if (size <= 0 || !isr_iso8601_parse (text, start_us, utc_offset))
    return FALSE;
  *end_us = slash && parse_length (slash, &length_us) ? *start_us + length_us : 0;
  return TRUE;
}
