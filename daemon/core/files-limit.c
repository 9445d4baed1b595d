/* SPDX-License-Identifier: MIT */
/* files-limit.c - enough for 500 streams and a thousand pages, several times. */
#include "daemon/core/files-limit.h"

#include <glib.h>
#include <sys/resource.h>

#define FILES 16384

void
isr_files_limit_raise (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= FILES)
    return;
  limit.rlim_cur = MIN (limit.rlim_max, FILES);
  setrlimit (RLIMIT_NOFILE, &limit);
}

unsigned
isr_files_limit_get_share (void)
{
  struct rlimit limit;

  return getrlimit (RLIMIT_NOFILE, &limit) < 0 ? FILES / 2 : (unsigned) MIN (limit.rlim_cur, FILES) / 2;
}
