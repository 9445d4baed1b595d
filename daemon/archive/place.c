/* SPDX-License-Identifier: MIT */
/* place.c - openat(), one name after the other. */
#include "daemon/archive/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* Closes @fd and keeps errno. */
static void
drop (int fd)
{
  int code = errno;

  close (fd);
  errno = code;
}

static const char *
get_base (const char *name)
{
  const char *slash = strrchr (name, '/');

  return slash ? slash + 1 : name;
}

static gboolean
is_proper (const char *part)
{
  return *part && strcmp (part, ".") != 0 && strcmp (part, "..") != 0;
}

static int
step_into (int fd, const char *part, gboolean make)
{
  int next = -1;

  if (!is_proper (part))
    errno = ENOENT;
  else if (!make || mkdirat (fd, part, 0755) == 0 || errno == EEXIST)
    next = openat (fd, part, DIRECTORY | O_NOFOLLOW);
  drop (fd);
  return next;
}

/* Takes @fd, the root, which may be -1. */
static int
step_to_parent (int fd, const char *name, gboolean make)
{
  g_auto (GStrv) parts = g_strsplit (name, "/", -1);

  for (guint i = 0; fd >= 0 && parts[0] && parts[i + 1]; i++)
    fd = step_into (fd, parts[i], make);
  if (fd >= 0 && !is_proper (get_base (name))) {
    close (fd);
    errno = ENOENT;
    return -1;
  }
  return fd;
}

int
isr_place_open_parent (const char *root, const char *name, gboolean make)
{
  return step_to_parent (open (root, DIRECTORY), name, make);
}

/* All of it in one call, where the kernel can (5.6). */
static int
open_at_once (int root, const char *name, int flags)
{
  struct open_how how = { .flags = (guint64) flags, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS };

  return (int) syscall (SYS_openat2, root, name, &how, sizeof how);
}

static int
open_step_by_step (int root, const char *name, int flags)
{
  int parent = step_to_parent (openat (root, ".", DIRECTORY), name, FALSE);
  int fd = parent < 0 ? -1 : openat (parent, get_base (name), flags);

  if (parent >= 0)
    drop (parent);
  return fd;
}

int
isr_place_open_root (const char *root)
{
  return open (root, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int
isr_place_open_below (int root, const char *name, int flags)
{
  int fd = open_at_once (root, name, flags | O_NOFOLLOW | O_CLOEXEC);

  return fd < 0 && (errno == ENOSYS || errno == EPERM) ? open_step_by_step (root, name, flags | O_NOFOLLOW | O_CLOEXEC) : fd;
}

int
isr_place_open (const char *root, const char *name, int flags)
{
  int directory = isr_place_open_root (root);
  int fd = directory < 0 ? -1 : isr_place_open_below (directory, name, flags);

  if (directory >= 0)
    drop (directory);
  return fd;
}

gboolean
isr_place_stat (const char *root, const char *name, struct stat *st)
{
  int parent = isr_place_open_parent (root, name, FALSE);
  gboolean ok = parent >= 0 && fstatat (parent, get_base (name), st, AT_SYMLINK_NOFOLLOW) == 0;

  if (parent >= 0)
    drop (parent);
  return ok;
}

/* renameat2() where the file system knows it, else a link that fails if the name is taken. */
static gboolean
rename_between (int from, const char *from_base, int to, const char *to_base)
{
  if (renameat2 (from, from_base, to, to_base, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  return linkat (from, from_base, to, to_base, 0) == 0 && unlinkat (from, from_base, 0) == 0;
}

gboolean
isr_place_move (const char *root, const char *from, const char *to)
{
  int old = isr_place_open_parent (root, from, FALSE);
  int new = old < 0 ? -1 : isr_place_open_parent (root, to, TRUE);
  gboolean ok = new >= 0 && rename_between (old, get_base (from), new, get_base (to));

  if (new >= 0)
    drop (new);
  if (old >= 0)
    drop (old);
  return ok;
}

gboolean
isr_place_unlink (const char *root, const char *name)
{
  int parent = isr_place_open_parent (root, name, FALSE);
  gboolean ok = parent >= 0 && unlinkat (parent, get_base (name), 0) == 0;

  if (parent >= 0)
    drop (parent);
  return ok;
}

static guint
count_slashes (const char *name)
{
  guint n = 0;

  for (const char *p = name; *p; p++)
    n += *p == '/';
  return n;
}

void
isr_place_prune (const char *root, const char *name, guint depth)
{
  g_autofree char *directory = g_path_get_dirname (name);

  while (count_slashes (directory) >= depth && strcmp (directory, ".") != 0) {
    int parent = isr_place_open_parent (root, directory, FALSE);
    gboolean removed = parent >= 0 && unlinkat (parent, get_base (directory), AT_REMOVEDIR) == 0;
    char *above = g_path_get_dirname (directory);

    if (parent >= 0)
      close (parent);
    g_free (directory);
    directory = above;
    if (!removed)
      return;
  }
}

char *
isr_place_name (const char *name, guint n)
{
  const char *dot = strrchr (get_base (name), '.');
  int stem = dot ? (int) (dot - name) : (int) strlen (name);

  return n == 1 ? g_strdup (name) : g_strdup_printf ("%.*s_%u%s", stem, name, n, name + stem);
}
