/* SPDX-License-Identifier: MIT */
/* ioreport.c - isr-disk; posted after the lock is left. */
#include "plugins/split/ioreport.h"

#include "plugins/messages.h"

void
isr_io_report_set_path (IsrIoReport *self, const char *path)
{
  GST_OBJECT_LOCK (self->owner);
  g_free (self->path);
  self->path = g_strdup (path);
  GST_OBJECT_UNLOCK (self->owner);
}

static void
post_disk (IsrIoReport *self, const char *state, const char *path, int code, const char *detail, guint64 lost)
{
  self->post (self->owner,
      gst_structure_new (ISR_MESSAGE_DISK, "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
          "state", G_TYPE_STRING, state, "location", G_TYPE_STRING, path,
          "errno", G_TYPE_INT, code, "detail", G_TYPE_STRING, detail,
          "lost", G_TYPE_UINT64, lost, NULL));
}

void
isr_io_report_failed (IsrIoReport *self, int code, const char *what)
{
  g_autofree char *path = NULL;
  g_autofree char *detail = NULL;
  guint64 lost;
  gboolean known;

  GST_OBJECT_LOCK (self->owner);
  known = self->stats->failed;
  self->stats->failed = TRUE;
  lost = self->stats->lost_ns;
  path = g_strdup (self->path ? self->path : "");
  GST_OBJECT_UNLOCK (self->owner);
  if (known)
    return;
  detail = g_strdup_printf ("could not %s %s: %s", what, path, g_strerror (code));
  post_disk (self, "failed", path, code, detail, lost);
}

void
isr_io_report_recovered (IsrIoReport *self)
{
  g_autofree char *path = NULL;
  guint64 lost;
  gboolean changed;

  GST_OBJECT_LOCK (self->owner);
  changed = self->stats->failed && !self->full;
  if (changed)
    self->stats->failed = FALSE;
  lost = self->stats->lost_ns;
  path = g_strdup (self->path);
  GST_OBJECT_UNLOCK (self->owner);
  if (changed)
    post_disk (self, "recovered", path, 0, "writing works again", lost);
}
