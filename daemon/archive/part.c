/* SPDX-License-Identifier: MIT */
/* part.c - repair, then a name that nobody has. */
#include "daemon/archive/part.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/archive/place.h"
#include "daemon/core/error.h"

#define LITTLE 65536 /* bytes; a header with its seek table is larger than nothing, and no frame is */

/* renameat2() where the file system knows it, else a link that fails if the name is taken. */
static gboolean
take_name (const char *from, const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  return link (from, to) == 0 && unlink (from) == 0;
}

static char *
take_free_name (const char *path, const char *final, GError **error)
{
  for (guint n = 1;; n++) {
    g_autofree char *to = isr_place_name (final, n);

    if (take_name (path, to))
      return g_steal_pointer (&to);
    if (errno != EEXIST) {
      g_set_error (error, ISR_ERROR, ISR_ERROR_STORAGE, "%s could not be renamed to %s: %s", path, to, g_strerror (errno));
      return NULL;
    }
  }
}

/* Nothing of it can be heard, and nothing of it can be what somebody may want to save. */
static gboolean
holds_nothing (const char *path, const GError *wrong)
{
  gsize enough = g_error_matches (wrong, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_EMPTY) ? LITTLE : 0;
  GStatBuf info;

  return g_stat (path, &info) == 0 && (gsize) info.st_size <= enough;
}

/* @nothing: there is nothing to repair. */
static gboolean
repair (const char *path, IsrRepairResult *result, gboolean *nothing, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  gboolean busy;

  if (isr_repair_path (path, result, &wrong))
    return TRUE;
  busy = g_error_matches (wrong, G_FILE_ERROR, G_FILE_ERROR_AGAIN);
  *nothing = !busy && holds_nothing (path, wrong);
  g_set_error_literal (error, ISR_ERROR, busy ? ISR_ERROR_BUSY : ISR_ERROR_STORAGE, wrong->message);
  return FALSE;
}

char *
isr_part_finish (const char *path, IsrRepairResult *result, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autofree char *final = NULL;
  gboolean nothing = FALSE;

  g_return_val_if_fail (g_str_has_suffix (path, ISR_PART_SUFFIX), NULL);

  *result = (IsrRepairResult){ 0 };
  if (repair (path, result, &nothing, &wrong)) {
    final = g_strndup (path, strlen (path) - strlen (ISR_PART_SUFFIX));
    return take_free_name (path, final, error);
  }
  /* parts are created exclusively: one that nobody holds is not taken up again */
  if (nothing && g_unlink (path) == 0)
    return NULL;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return NULL;
}
