/* SPDX-License-Identifier: MIT */
/* ioerror.c - two lists. */
#include "plugins/split/ioerror.h"

#include <errno.h>

static gboolean
is_one_of (int code, const int *codes, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    if (codes[i] == code)
      return TRUE;
  }

  return FALSE;
}

gboolean
isr_io_error_may_pass (int code)
{
  static const int codes[] = { ENOSPC, EDQUOT, ENOMEM, EAGAIN, EMFILE, ENFILE, EBUSY, ETIMEDOUT };

  return is_one_of (code, codes, G_N_ELEMENTS (codes));
}

gboolean
isr_io_error_is_final (int code)
{
  static const int codes[] = { EACCES, EPERM, EROFS, ENOTDIR, ENAMETOOLONG, ELOOP, EINVAL, EILSEQ };

  return is_one_of (code, codes, G_N_ELEMENTS (codes));
}
