/* SPDX-License-Identifier: MIT */
/* outfile.c - open, write, refresh, close; and the two messages. */
#include "plugins/split/outfile.h"

#include "plugins/messages.h"
#include "plugins/split/boundary.h"
#include "plugins/split/queueoutput.h"

struct _IsrOutFile {
  IsrQueueOutput output;
  IsrFileInfo info; /* the writer may look at it until it is closed */
  IsrWriter *writer;
  IsrIoThread *io;
  guint number;
  gint64 start_us;
  guint64 position;
  guint rate;
  gboolean unsynced;
  const char *extension;
};

static GstStructure *
opened_message (IsrOutFile *self, IsrStream *stream, const IsrOutFileStart *start)
{
  return gst_structure_new (ISR_MESSAGE_FILE_OPENED, "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
      "start-utc-us", G_TYPE_INT64, start->start_us,
      "utc-offset", G_TYPE_INT, start->utc_offset,
      "unsynced", G_TYPE_BOOLEAN, start->unsynced,
      "clock", G_TYPE_STRING, start->clock,
      "position", G_TYPE_UINT64, start->position,
      "warm-up", G_TYPE_UINT64, isr_writer_get_warm_up (self->writer),
      "rate", G_TYPE_UINT, self->rate,
      "channels", G_TYPE_UINT, isr_stream_get_channels (stream) ? isr_stream_get_channels (stream) : start->channels,
      "format", G_TYPE_STRING, isr_stream_get_extension (stream), NULL);
}

IsrOutFile *
isr_out_file_open (IsrStream *stream, IsrIoThread *io, const IsrOutFileStart *start)
{
  IsrOutFile *self = g_new0 (IsrOutFile, 1);

  self->info = (IsrFileInfo){ start->source, "isr " ISR_VERSION, start->start_us, start->utc_offset, start->expected_samples };
  self->io = io;
  self->start_us = start->start_us;
  self->position = start->position;
  self->rate = isr_stream_get_rate (stream);
  self->unsynced = start->unsynced;
  self->extension = g_intern_string (isr_stream_get_extension (stream));
  isr_io_thread_gather (io);
  self->number = isr_io_thread_open (io, start->stem, isr_stream_get_extension (stream));
  isr_queue_output_init (&self->output, io);
  self->writer = isr_stream_open (stream, &self->output.parent, &self->info);
  isr_queue_output_flush (&self->output);
  isr_io_thread_announce (io, opened_message (self, stream, start));
  isr_io_thread_give (io);
  return self;
}

guint64
isr_out_file_write (IsrOutFile *self, const IsrPacket *packet, guint64 duration_ns)
{
  isr_queue_output_advance (&self->output, duration_ns);
  return isr_writer_write (self->writer, packet);
}

void
isr_out_file_refresh (IsrOutFile *self)
{
  isr_io_thread_gather (self->io);
  isr_writer_refresh (self->writer);
  isr_queue_output_flush (&self->output);
  isr_io_thread_give (self->io);
}

gboolean
isr_out_file_is_lost (IsrOutFile *self)
{
  return isr_io_thread_has_lost (self->io, self->number);
}

gboolean
isr_out_file_is_provisional (IsrOutFile *self, gint64 end_us, IsrProvisionalFile *file)
{
  *file = (IsrProvisionalFile){ self->number, self->extension, self->start_us, end_us };
  return self->unsynced;
}

void
isr_out_file_close (IsrOutFile *self, gint64 end_us, const char *reason, const char *cause)
{
  IsrFileTotals totals = { 0 };
  GstStructure *closed;

  isr_io_thread_gather (self->io);
  isr_writer_close (self->writer, &totals);
  isr_queue_output_clear (&self->output);
  closed = gst_structure_new (ISR_MESSAGE_FILE_CLOSED, "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
      "start-utc-us", G_TYPE_INT64, self->start_us,
      "end-utc-us", G_TYPE_INT64, end_us,
      "position", G_TYPE_UINT64, self->position,
      "samples", G_TYPE_UINT64, totals.samples,
      "rate", G_TYPE_UINT, self->rate,
      "unsynced", G_TYPE_BOOLEAN, self->unsynced,
      "reason", G_TYPE_STRING, reason, NULL);
  if (cause)
    gst_structure_set (closed, "cause", G_TYPE_STRING, cause, NULL);
  isr_io_thread_close (self->io, closed);
  isr_io_thread_give (self->io);
  g_free (self);
}

void
isr_out_file_rename_all (IsrIoThread *io, IsrProvisional *provisional, GTimeZone *zone, char *(*make_stem) (gpointer data, gint64 utc_us), gpointer data)
{
  g_autoptr (GArray) files = isr_provisional_take (provisional);

  for (guint i = 0; i < files->len; i++) {
    const IsrProvisionalFile *file = &g_array_index (files, IsrProvisionalFile, i);
    g_autofree char *stem = make_stem (data, file->start_us);

    isr_io_thread_rename (io, file->number, stem, file->extension,
        gst_structure_new (ISR_MESSAGE_FILE_RENAMED, "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
            "start-utc-us", G_TYPE_INT64, file->start_us,
            "end-utc-us", G_TYPE_INT64, file->end_us,
            "utc-offset", G_TYPE_INT, isr_boundary_utc_offset (zone, file->start_us), NULL));
  }
}
