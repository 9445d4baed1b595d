/* SPDX-License-Identifier: MIT */
/* lostpart.c - repair in place, over the file that is still open. */
#include "plugins/split/lostpart.h"

#include <errno.h>

#include "plugins/format/file.h"
#include "plugins/messages.h"

void
isr_lost_part_take (IsrLostPart *self, IsrPartFile *part, guint64 header_size)
{
  g_autoptr (GError) error = NULL;
  IsrRepairResult result = { 0 };
  IsrFile file;

  isr_lost_part_clear (self);
  self->path = g_strdup (isr_part_file_get_path (part));
  if (isr_part_file_get_size (part) <= header_size) {
    isr_part_file_discard (part);
    return;
  }
  self->bytes = isr_part_file_get_size (part);
  if (isr_file_init (&file, isr_part_file_get_fd (part)) && isr_repair (&file.input, &file.output, &result, &error)) {
    self->bytes = result.bytes;
    self->samples = result.samples;
  } else {
    g_debug ("%s: not mended: %s", self->path, error ? error->message : g_strerror (errno));
  }
  isr_part_file_close (part);
}

void
isr_lost_part_amend (const IsrLostPart *self, GstStructure *closed)
{
  gint64 start_us = 0;
  guint rate = 0;

  gst_structure_get_int64 (closed, "start-utc-us", &start_us);
  gst_structure_get_uint (closed, "rate", &rate);
  gst_structure_remove_field (closed, "cause");
  gst_structure_set (closed, "samples", G_TYPE_UINT64, self->samples, "reason", G_TYPE_STRING, ISR_CLOSE_DISK,
      "end-utc-us", G_TYPE_INT64, start_us + (gint64) gst_util_uint64_scale (self->samples, G_USEC_PER_SEC, MAX (rate, 1)), NULL);
}

void
isr_lost_part_clear (IsrLostPart *self)
{
  g_free (self->path);
  *self = (IsrLostPart){ 0 };
}
