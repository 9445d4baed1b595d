/* SPDX-License-Identifier: MIT */
/* flac-writer.c - one file of a native FLAC stream.
 *
 * Frames are numbered from 0, for players seek by these numbers. A MD5 would
 * need decoding: it is left zero, "unknown". */
#include "plugins/format/flac.h"

#define ANY_BLOCK 16 /* the least that STREAMINFO may declare */

typedef struct {
  IsrWriter parent;
  const IsrFlacStream *stream;
  const IsrFileInfo *about;
  IsrFlacInfo info;
  IsrFlacSeekTable table;
  gboolean variable;
  guint64 frames;
  guint64 header_size; /* 0: nothing is written yet */
  guint64 frames_size;
} FlacWriter;

static IsrFlacInfo
file_info (const IsrFlacStream *stream)
{
  IsrFlacInfo info = { .rate = stream->info.rate, .channels = stream->info.channels, .bits = stream->info.bits };

  if (stream->variable) { /* equal sizes would declare a fixed block size */
    info.min_block = ANY_BLOCK;
    info.max_block = MAX (stream->last.block, ANY_BLOCK + 1);
  } else {
    info.min_block = info.max_block = MAX (stream->block, ANY_BLOCK);
  }
  return info;
}

/* Once the stream knows what it is: at open, or with the first packet. */
static void
begin (FlacWriter *self)
{
  g_auto (GStrv) own = isr_flac_comments (self->about);
  g_autoptr (GBytes) header = NULL;

  if (self->header_size || !self->stream->info.rate)
    return;
  self->info = file_info (self->stream);
  self->variable = self->stream->variable;
  isr_flac_seek_table_init (&self->table, self->about->expected_samples, self->info.rate);
  header = isr_flac_header_build (&self->info, &self->table, self->stream->vendor ? self->stream->vendor : "ISR",
      (const char *const *) self->stream->tags, (const char *const *) own);
  self->header_size = g_bytes_get_size (header);
  isr_output_append (self->parent.output, header);
}

static void
flac_write (IsrWriter *writer, const IsrPacket *packet)
{
  FlacWriter *self = (FlacWriter *) writer;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (packet->bytes, &size);
  g_autoptr (GBytes) bytes = NULL;
  IsrFlacFrame frame;

  if (!isr_flac_frame_parse (&frame, data, size))
    g_return_if_reached ();
  begin (self);
  bytes = isr_flac_frame_renumber (&frame, data, size, self->variable, self->variable ? self->info.samples : self->frames);
  isr_flac_seek_table_add (&self->table, self->info.samples, self->frames_size, frame.block);
  isr_flac_info_count_frame (&self->info, g_bytes_get_size (bytes));
  if (self->variable)
    self->info.max_block = MAX (self->info.max_block, frame.block);
  self->info.samples += frame.block;
  self->frames++;
  self->frames_size += g_bytes_get_size (bytes);
  isr_output_append (writer->output, bytes);
}

static void
flac_refresh (IsrWriter *writer)
{
  FlacWriter *self = (FlacWriter *) writer;

  if (self->header_size)
    isr_flac_info_patch (&self->info, writer->output);
}

static void
flac_close (IsrWriter *writer, IsrFileTotals *totals)
{
  FlacWriter *self = (FlacWriter *) writer;

  if (self->header_size) {
    g_autoptr (GBytes) points = isr_flac_seek_table_build (&self->table);

    isr_output_patch (writer->output, ISR_FLAC_SEEKTABLE_OFFSET, points);
    isr_flac_info_patch (&self->info, writer->output);
  }
  *totals = (IsrFileTotals){ self->info.samples, self->header_size + self->frames_size };
  isr_flac_seek_table_clear (&self->table);
  g_free (self);
}

IsrWriter *
isr_flac_writer_open (IsrStream *stream, IsrOutput *output, const IsrFileInfo *info)
{
  static const IsrWriterClass klass = { flac_write, flac_refresh, flac_close };
  FlacWriter *self = g_new0 (FlacWriter, 1);

  self->parent = (IsrWriter){ &klass, output };
  self->stream = (IsrFlacStream *) stream;
  self->about = info;
  begin (self);
  return &self->parent;
}
