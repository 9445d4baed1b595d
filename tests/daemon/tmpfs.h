/* SPDX-License-Identifier: MIT */
/* tmpfs.h - a small file system of the test's own, which nobody else sees. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include <glib.h>

static inline void
tmpfs_write (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY);

  g_assert_cmpint (write (fd, text, strlen (text)), >, 0);
  close (fd);
}

/* Who is not root becomes it, in a namespace where that means nothing outside. */
static inline void
tmpfs_become_root (void)
{
  g_autofree char *users = g_strdup_printf ("0 %d 1", (int) geteuid ());
  g_autofree char *groups = g_strdup_printf ("0 %d 1", (int) getegid ());

  g_assert_cmpint (unshare (CLONE_NEWUSER | CLONE_NEWNS), ==, 0);
  tmpfs_write ("/proc/self/setgroups", "deny");
  tmpfs_write ("/proc/self/uid_map", users);
  tmpfs_write ("/proc/self/gid_map", groups);
}

/* Before any thread is made. */
static inline void
tmpfs_enter (void)
{
  if (unshare (CLONE_NEWNS) < 0)
    tmpfs_become_root ();
  g_assert_cmpint (mount ("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
}

static inline void
tmpfs_mount (const char *directory, guint megabytes)
{
  g_autofree char *options = g_strdup_printf ("size=%um", megabytes);

  g_assert_cmpint (mount ("none", directory, "tmpfs", 0, options), ==, 0);
}

static inline void
tmpfs_unmount (const char *directory)
{
  g_assert_cmpint (umount2 (directory, MNT_DETACH), ==, 0);
}
