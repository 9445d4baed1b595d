/* SPDX-License-Identifier: MIT */
/* advice.c - a row an errno. */
#include "daemon/core/advice.h"

#include <errno.h>
#include <unistd.h>

char *
isr_advise_writing (int code, const char *directory)
{
  g_autofree char *quoted = g_shell_quote (directory);

  switch (code) {
    case EACCES:
    case EPERM:
      return g_strdup_printf ("; ISR runs as user %u, who may not write there: sudo chown -R %u:%u %s", (guint) geteuid (), (guint) geteuid (), (guint) getegid (), quoted);
    case EROFS:
      return g_strdup ("; the file system is mounted read-only: mount it for writing, or choose another directory");
    case ENOSPC:
    case EDQUOT:
      return g_strdup ("; make room on that disk");
    default:
      return g_strdup ("; check that its parent exists and who owns it");
  }
}
