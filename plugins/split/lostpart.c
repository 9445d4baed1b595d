/* SPDX-License-Identifier: MIT */
/* lostpart.c - repair in place, over the file that is still open. */
#include "plugins/split/lostpart.h"

#include <unistd.h>

#include "plugins/format/repair.h"
#include "plugins/messages.h"

typedef struct {
  IsrInput parent;
  int fd;
} FdInput;

typedef struct {
  IsrOutput parent;
  IsrPartFile *part;
  int code; /* first failure */
} PartOutput;

static gssize
fd_read (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  return pread (((FdInput *) input)->fd, buffer, size, (off_t) offset);
}

static void
note (PartOutput *self, int code)
{
  if (!self->code)
    self->code = code;
}

static void
part_append (IsrOutput *output, GBytes *bytes)
{
  PartOutput *self = (PartOutput *) output;
  gsize size = 0;
  const void *data = g_bytes_get_data (bytes, &size);

  if (!self->code)
    note (self, isr_part_file_append (self->part, data, size));
}

static void
part_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
  PartOutput *self = (PartOutput *) output;
  gsize size = 0;
  const void *data = g_bytes_get_data (bytes, &size);

  if (!self->code)
    note (self, isr_part_file_patch (self->part, offset, data, size));
}

static void
part_truncate (IsrOutput *output, guint64 size)
{
  PartOutput *self = (PartOutput *) output;

  if (!self->code)
    note (self, isr_part_file_truncate (self->part, size));
}

static guint64
mend (IsrPartFile *part)
{
  FdInput input = { { fd_read, isr_part_file_get_size (part) }, isr_part_file_get_fd (part) };
  PartOutput output = { { part_append, part_patch, part_truncate }, part, 0 };
  g_autoptr (GError) error = NULL;
  IsrRepairResult result = { 0 };

  if (isr_repair (&input.parent, &output.parent, &result, &error))
    return result.samples;
  g_debug ("%s: not mended: %s", isr_part_file_get_path (part), error->message);
  return 0;
}

void
isr_lost_part_take (IsrLostPart *self, IsrPartFile *part, guint64 header_size)
{
  isr_lost_part_clear (self);
  self->path = g_strdup (isr_part_file_get_path (part));
  if (isr_part_file_get_size (part) <= header_size) {
    isr_part_file_discard (part);
    return;
  }
  self->samples = mend (part);
  self->bytes = isr_part_file_get_size (part);
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
