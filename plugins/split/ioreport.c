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

void
isr_io_report_begin_file (IsrIoReport *self, const char *path)
{
  GST_OBJECT_LOCK (self->owner);
  self->start_us = 0;
  self->written_ns = 0;
  GST_OBJECT_UNLOCK (self->owner);
  isr_io_report_set_path (self, path);
}

void
isr_io_report_announce (IsrIoReport *self, const GstStructure *opened)
{
  gint64 start_us = 0;

  gst_structure_get_int64 (opened, "start-utc-us", &start_us);
  GST_OBJECT_LOCK (self->owner);
  self->start_us = start_us;
  GST_OBJECT_UNLOCK (self->owner);
}

/* What was read under the lock. */
typedef struct {
  gboolean tell; /* it is a change */
  char *path;
  guint64 lost;
  gint64 written_us; /* 0: nothing to tell of it */
} Reading;

/* With the lock held. */
static Reading
read_report (IsrIoReport *self)
{
  return (Reading){ TRUE, g_strdup (self->path ? self->path : ""), self->stats->lost_ns, self->start_us ? self->start_us + (gint64) (self->written_ns / GST_USECOND) : 0 };
}

/* Takes what @reading holds. */
static void
post_disk (IsrIoReport *self, const char *state, const Reading *reading, int code, const char *detail)
{
  g_autofree char *path = reading->path;
  GstStructure *message = gst_structure_new (ISR_MESSAGE_DISK, "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
      "state", G_TYPE_STRING, state, "location", G_TYPE_STRING, path,
      "errno", G_TYPE_INT, code, "detail", G_TYPE_STRING, detail,
      "lost", G_TYPE_UINT64, reading->lost, NULL);

  if (reading->written_us)
    gst_structure_set (message, "written-utc-us", G_TYPE_INT64, reading->written_us, NULL);
  self->post (self->owner, message);
}

void
isr_io_report_failed (IsrIoReport *self, int code, const char *what)
{
  g_autofree char *detail = NULL;
  Reading reading = { 0 };

  GST_OBJECT_LOCK (self->owner);
  if (!self->stats->failed)
    reading = read_report (self);
  self->stats->failed = TRUE;
  GST_OBJECT_UNLOCK (self->owner);
  if (!reading.tell)
    return;
  detail = g_strdup_printf ("could not %s %s: %s", what, reading.path, g_strerror (code));
  post_disk (self, "failed", &reading, code, detail);
}

void
isr_io_report_recovered (IsrIoReport *self)
{
  Reading reading = { 0 };

  GST_OBJECT_LOCK (self->owner);
  if (self->stats->failed && !self->full) {
    self->stats->failed = FALSE;
    reading = read_report (self);
    reading.written_us = 0;
  }
  GST_OBJECT_UNLOCK (self->owner);
  if (reading.tell)
    post_disk (self, "recovered", &reading, 0, "writing works again");
}
