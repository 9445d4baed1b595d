/* SPDX-License-Identifier: MIT */
/* foreign-pipe.c - whole structs over a pipe. */
#include "daemon/media/foreign-private.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

gboolean
isr_foreign_write (int fd, const void *data, gsize size)
{
  for (gsize done = 0; done < size;) {
    gssize n = write (fd, (const char *) data + done, size - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    done += (gsize) n;
  }
  return TRUE;
}

gboolean
isr_foreign_read (int fd, void *data, gsize size, int timeout_ms, int stop)
{
  for (gsize done = 0; done < size;) {
    struct pollfd ready[] = { { fd, POLLIN, 0 }, { stop, POLLIN, 0 } };
    int found = poll (ready, G_N_ELEMENTS (ready), timeout_ms);
    gssize n = found > 0 && !ready[1].revents ? read (fd, (char *) data + done, size - done) : MIN (found, 0);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return FALSE;
    done += (gsize) n;
  }
  return TRUE;
}
