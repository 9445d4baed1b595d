/* SPDX-License-Identifier: MIT */
/* partspan.c - fields of a message into an attribute of the file. */
#include "plugins/split/partspan.h"

#include "plugins/format/file.h"

static gboolean
is_unsynced (const GstStructure *message)
{
  gboolean unsynced = FALSE;

  gst_structure_get_boolean (message, "unsynced", &unsynced);
  return unsynced;
}

void
isr_part_span_note_start (IsrPartFile *part, const GstStructure *opened)
{
  gint64 start_us;
  int utc_offset;

  if (!is_unsynced (opened) && gst_structure_get (opened, "start-utc-us", G_TYPE_INT64, &start_us, "utc-offset", G_TYPE_INT, &utc_offset, NULL))
    isr_file_note_start (isr_part_file_get_fd (part), start_us, utc_offset);
}

void
isr_part_span_note_end (IsrPartFile *part, const GstStructure *closed)
{
  gint64 end_us;

  if (!is_unsynced (closed) && gst_structure_get_int64 (closed, "end-utc-us", &end_us))
    isr_file_note_end (isr_part_file_get_fd (part), end_us);
}
