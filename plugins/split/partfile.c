/* SPDX-License-Identifier: MIT */
/* partfile.c - names that are reserved, bytes that are counted, a rename at the end.
 *
 * The position of every append is our own count of the bytes that were written
 * whole: after a failure the same call writes the same bytes to the same place,
 * whatever the failed attempt had left there. */
#include "plugins/split/partfile.h"

#include "plugins/format/naming.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SUFFIX 1000000

struct _IsrPartFile {
  const IsrFileVerbs *verbs;
  char *stem, *extension;
  char *part, *final;
  guint suffix; /* 1: none */
  int fd;
  guint64 size;
  struct timespec written; /* when the last append succeeded */
  gboolean renamed;
};

static gboolean
exists (const char *path)
{
  struct stat st;

  return lstat (path, &st) == 0;
}

static void
use_candidate (IsrPartFile *self)
{
  g_free (self->final);
  g_free (self->part);
  self->final = isr_naming_candidate (self->stem, self->extension, self->suffix);
  self->part = g_strconcat (self->final, ISR_PART_SUFFIX, NULL);
}

static int
sync_directory_of (const IsrFileVerbs *verbs, const char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd = verbs->open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  int code = 0;

  if (fd < 0)
    return errno;
  if (verbs->fsync (fd) < 0 && errno != EINVAL && errno != EBADF) /* some network file systems can not */
    code = errno;
  close (fd);
  return code;
}

/* A new directory is an entry in the one above it, which must last as well. */
static int
make_directories (const IsrFileVerbs *verbs, const char *directory)
{
  g_autofree char *above = NULL;
  int code;

  if (g_file_test (directory, G_FILE_TEST_IS_DIR))
    return 0;
  above = g_path_get_dirname (directory);
  if (!g_str_equal (above, directory) && (code = make_directories (verbs, above)) != 0)
    return code;
  if (mkdir (directory, 0777) < 0) {
    code = errno;
    if (code != EEXIST)
      return code;
    return g_file_test (directory, G_FILE_TEST_IS_DIR) ? 0 : ENOTDIR; /* somebody was quicker, or it is a file */
  }
  return sync_directory_of (verbs, directory);
}

/* EEXIST: somebody has this name, or took it while we looked. */
static int
try_candidate (IsrPartFile *self)
{
  int code;

  use_candidate (self);
  if (exists (self->final))
    return EEXIST;
  self->fd = self->verbs->open (self->part, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0666);
  if (self->fd < 0)
    return errno;
  if (flock (self->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
    code = EEXIST; /* repair was quicker than we */
  else
    code = exists (self->final) ? EEXIST : 0;
  if (code == 0)
    return 0;
  unlink (self->part);
  close (self->fd);
  self->fd = -1;
  return code;
}

static int
reserve (IsrPartFile *self)
{
  g_autofree char *directory = g_path_get_dirname (self->stem);
  int code = make_directories (self->verbs, directory);

  while (code == 0 && (code = try_candidate (self)) == EEXIST && self->suffix < MAX_SUFFIX) {
    self->suffix++;
    code = 0;
  }

  return code;
}

IsrPartFile *
isr_part_file_open (const IsrFileVerbs *verbs, const char *stem, const char *extension, int *code)
{
  IsrPartFile *self = g_new0 (IsrPartFile, 1);

  self->verbs = verbs;
  self->stem = g_strdup (stem);
  self->extension = g_strdup (extension);
  self->suffix = 1;
  self->fd = -1;
  *code = reserve (self);
  if (*code == 0)
    return self;
  isr_part_file_close (self);
  return NULL;
}

static int
write_at (IsrPartFile *self, const guint8 *data, gsize size, guint64 offset)
{
  while (size > 0) {
    gssize n = self->verbs->pwrite (self->fd, data, size, (off_t) offset);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n < 0 ? errno : ENOSPC;
    data += n;
    size -= n;
    offset += n;
  }

  return 0;
}

/* What an attempt left behind the end is no audio: who takes the time of the file for the end
 * of its audio is not to be told of it. */
static void
restore_time (IsrPartFile *self)
{
  const struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, self->written };

  if (self->size && futimens (self->fd, times) < 0)
    g_debug ("%s: its time is that of a failed write: %s", self->part, g_strerror (errno));
}

int
isr_part_file_append (IsrPartFile *self, const void *data, gsize size)
{
  int code = write_at (self, data, size, self->size);

  if (code) {
    restore_time (self);
    return code;
  }
  self->size += size;
  clock_gettime (CLOCK_REALTIME, &self->written);
  return 0;
}

int
isr_part_file_patch (IsrPartFile *self, guint64 offset, const void *data, gsize size)
{
  g_return_val_if_fail (offset <= self->size && size <= self->size - offset, EINVAL);

  return write_at (self, data, size, offset);
}

int
isr_part_file_truncate (IsrPartFile *self, guint64 size)
{
  if (self->verbs->ftruncate (self->fd, (off_t) size) < 0)
    return errno;
  self->size = size;
  return 0;
}

int
isr_part_file_sync (IsrPartFile *self)
{
  return self->verbs->fsync (self->fd) < 0 ? errno : 0;
}

void
isr_part_file_trim (IsrPartFile *self)
{
  int code = isr_part_file_truncate (self, self->size);

  if (code)
    g_debug ("%s: not trimmed: %s", self->part, g_strerror (code));
}

/* The name was reserved, but a hand may have put a file there since. */
static int
take_final_name (IsrPartFile *self)
{
  int code;

  do {
    if (self->verbs->rename_new (self->part, self->final) == 0)
      return 0;
    code = errno;
    if (code == EEXIST) {
      self->suffix++;
      g_free (self->final);
      self->final = isr_naming_candidate (self->stem, self->extension, self->suffix);
    }
  } while (code == EEXIST && self->suffix < MAX_SUFFIX);

  return code;
}

int
isr_part_file_commit (IsrPartFile *self)
{
  int code = self->renamed ? 0 : isr_part_file_sync (self);

  if (code == 0 && !self->renamed)
    code = take_final_name (self);
  if (code == 0) {
    self->renamed = TRUE;
    code = sync_directory_of (self->verbs, self->final);
  }

  return code;
}

const char *
isr_part_file_get_path (IsrPartFile *self)
{
  return self->renamed ? self->final : self->part;
}

const char *
isr_part_file_get_final (IsrPartFile *self)
{
  return self->final;
}

guint64
isr_part_file_get_size (IsrPartFile *self)
{
  return self->size;
}

int
isr_part_file_get_fd (IsrPartFile *self)
{
  return self->fd;
}

void
isr_part_file_close (IsrPartFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->stem);
  g_free (self->extension);
  g_free (self->part);
  g_free (self->final);
  g_free (self);
}

void
isr_part_file_discard (IsrPartFile *self)
{
  unlink (isr_part_file_get_path (self));
  isr_part_file_close (self);
}

static int
move_to (const IsrFileVerbs *verbs, const char *from, const char *to)
{
  g_autofree char *part = g_strconcat (to, ISR_PART_SUFFIX, NULL);

  if (exists (part)) /* somebody is about to take this name */
    return EEXIST;
  if (verbs->rename_new (from, to) < 0)
    return errno;
  sync_directory_of (verbs, from);
  sync_directory_of (verbs, to);
  return 0;
}

int
isr_part_file_move (const IsrFileVerbs *verbs, const char *from, const char *stem, const char *extension, char **to)
{
  g_autofree char *directory = g_path_get_dirname (stem);
  int code = make_directories (verbs, directory);

  for (guint suffix = 1; code == 0 && suffix < MAX_SUFFIX; suffix++) {
    g_autofree char *name = isr_naming_candidate (stem, extension, suffix);

    code = g_str_equal (name, from) ? 0 : move_to (verbs, from, name);
    if (code == 0) {
      *to = g_steal_pointer (&name);
      return 0;
    }
    code = code == EEXIST ? 0 : code;
  }

  return code ? code : EEXIST;
}
