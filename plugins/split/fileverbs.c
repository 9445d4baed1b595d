/* SPDX-License-Identifier: MIT */
/* fileverbs.c - the real system calls.
 *
 * The only one with a story is rename_new(): a file that is there must never be
 * replaced, and not every file system knows how to say so. Tried in turn:
 *
 *     renameat2(RENAME_NOREPLACE)   ext4, xfs, btrfs, vfat, CIFS, overlay
 *     link + unlink                 NFS and old kernels
 *     O_EXCL placeholder + rename   what has no hard links either (exFAT, FUSE):
 *                                   the rename replaces our own empty file */
#include "plugins/split/fileverbs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static int
verb_open (const char *path, int flags, mode_t mode)
{
  return open (path, flags, mode);
}

static gssize
verb_pwrite (int fd, const void *data, gsize size, off_t offset)
{
  return pwrite (fd, data, size, offset);
}

static int
rename_over_placeholder (const char *from, const char *to)
{
  int fd = open (to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

  if (fd < 0)
    return -1;
  close (fd);
  return rename (from, to);
}

static int
verb_rename_new (const char *from, const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return 0;
  if (errno != EINVAL && errno != ENOSYS && errno != ENOTSUP)
    return -1;
  if (link (from, to) == 0)
    return unlink (from);
  if (errno != EPERM && errno != ENOSYS && errno != ENOTSUP && errno != EMLINK)
    return -1;
  return rename_over_placeholder (from, to);
}

const IsrFileVerbs *
isr_file_verbs_get_default (void)
{
  static const IsrFileVerbs verbs = { verb_open, verb_pwrite, ftruncate, fsync, verb_rename_new };

  return &verbs;
}
