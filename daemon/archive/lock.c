/* SPDX-License-Identifier: MIT */
/* lock.c - flock on a file that is never deleted: were it removed at the end,
 * two processes could hold locks on two files of one name. */
#include "daemon/archive/lock.h"

#include "daemon/core/advice.h"
#include "daemon/core/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

struct _IsrLock {
  int fd;
};

static void
set_locked_error (GError **error, const char *state_directory, int fd)
{
  char pid[24] = "";
  ssize_t n = pread (fd, pid, sizeof pid - 1, 0);

  pid[MAX (n, 0)] = '\0';
  g_strstrip (pid);
  g_set_error (error, ISR_ERROR, ISR_ERROR_LOCKED, "%s: process %s records into this archive already; stop it first, or give this one its own output_directory and state_directory", state_directory, *pid ? pid : "(unknown)");
}

IsrLock *
isr_lock_take (const char *state_directory, GError **error)
{
  g_autofree char *path = g_build_filename (state_directory, "isr.lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  IsrLock *self;

  if (fd < 0) {
    int code = errno;
    g_autofree char *advice = isr_advise_writing (code, state_directory);

    g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "%s: can not be opened: %s%s", path, g_strerror (code), advice);
    return NULL;
  }
  if (flock (fd, LOCK_EX | LOCK_NB) < 0) {
    set_locked_error (error, state_directory, fd);
    close (fd);
    return NULL;
  }
  if (ftruncate (fd, 0) < 0 || dprintf (fd, "%d\n", (int) getpid ()) < 0) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "%s: can not be written: %s", path, g_strerror (errno));
    close (fd);
    return NULL;
  }
  self = g_new (IsrLock, 1);
  self->fd = fd;
  return self;
}

void
isr_lock_free (IsrLock *self)
{
  close (self->fd);
  g_free (self);
}
