/* SPDX-License-Identifier: MIT */
/* keep.c - what the sources leave, from one process to the next: a file each, which is taken away
 * when it is read. Worth nothing a minute later, so nothing waits for the disk. */
#include "daemon/capture/capture-private.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "daemon/core/log.h"

#define PREFIX "isr.rejoin-"
#define SIZE_MAX_KEPT (16 * 1024 * 1024)

static void
keep (IsrCapture *self, const IsrHandover *handover)
{
  g_autofree char *escaped = g_uri_escape_string (handover->source, NULL, FALSE);
  g_autofree char *name = g_strconcat (PREFIX, escaped, NULL);
  g_autofree char *path = g_build_filename (self->config->state_directory, name, NULL);
  g_autoptr (GBytes) bytes = isr_handover_serialize (handover);
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (!g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    isr_log_warning (handover->source, "what was recorded last can not be kept for the next start, which may record some seconds again: %s", error->message);
}

static void
keep_all (IsrCapture *self, GPtrArray *sources)
{
  for (guint i = 0; i < sources->len; i++) {
    const IsrHandover *handover = isr_source_get_handover (sources->pdata[i]);

    if (handover)
      keep (self, handover);
  }
}

void
isr_capture_keep (IsrCapture *self)
{
  keep_all (self, self->leaving);
  keep_all (self, self->sources);
}

/* Takes @handover. */
static void
hand_out (IsrCapture *self, IsrHandover *taken)
{
  g_autoptr (IsrHandover) handover = taken;

  for (guint i = 0; i < self->sources->len; i++)
    if (isr_handover_is_for (handover, isr_source_get_config (self->sources->pdata[i]))) {
      isr_source_set_handover (self->sources->pdata[i], g_steal_pointer (&handover));
      return;
    }
}

static IsrHandover *
take (const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GStatBuf st;
  gsize size;
  gboolean there = g_lstat (path, &st) == 0 && S_ISREG (st.st_mode) && st.st_size <= SIZE_MAX_KEPT && g_file_get_contents (path, &data, &size, NULL);

  g_unlink (path);
  if (!there)
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&data), size);
  return isr_handover_deserialize (bytes);
}

void
isr_capture_recall (IsrCapture *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->config->state_directory, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (self->config->state_directory, name, NULL);
    IsrHandover *handover = g_str_has_prefix (name, PREFIX) ? take (path) : NULL;

    if (handover)
      hand_out (self, handover);
  }
}
