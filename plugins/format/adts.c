/* SPDX-License-Identifier: MIT */
/* adts.c - AAC in ADTS: a file is its frames, byte for byte. There is no header
 * and no place for tables; a decoder is exact from the second frame on (the
 * first one overlaps with the frame before it), which is said as warm-up. */
#include "plugins/format/adts-frame.h"
#include "plugins/format/framer.h"
#include "plugins/format/stream-private.h"

#define MAX_GARBAGE (64 * 1024)

typedef struct {
  IsrStream parent;
  IsrFramer framer;
  IsrAdtsFrame frame; /* handed out last; size 0: none */
  gboolean continues; /* there is one before it */
  gboolean fresh;     /* nothing handed out since the start or an interruption */
} IsrAdtsStream;

typedef struct {
  IsrWriter parent;
  IsrFileTotals totals;
} IsrAdtsWriter;

/* --- writer ------------------------------------------------------------- */

static void
adts_writer_write (IsrWriter *writer, const IsrPacket *packet)
{
  IsrAdtsWriter *self = (IsrAdtsWriter *) writer;

  self->totals.samples += packet->samples;
  self->totals.bytes += g_bytes_get_size (packet->bytes);
  isr_output_append (self->parent.output, packet->bytes);
}

static void
adts_writer_close (IsrWriter *writer, IsrFileTotals *totals)
{
  *totals = ((IsrAdtsWriter *) writer)->totals;
  g_free (writer);
}

static const IsrWriterClass adts_writer_class = { adts_writer_write, NULL, adts_writer_close };

/* --- stream ------------------------------------------------------------- */

static void
adts_free (IsrStream *stream)
{
  isr_framer_clear (&((IsrAdtsStream *) stream)->framer);
  g_free (stream);
}

static void
adts_push (IsrStream *stream, GBytes *bytes)
{
  isr_framer_push (&((IsrAdtsStream *) stream)->framer, bytes);
}

static gboolean
adts_next (IsrStream *stream, IsrPacket *packet, GError **error)
{
  IsrAdtsStream *self = (IsrAdtsStream *) stream;
  GBytes *bytes = isr_framer_next (&self->framer, NULL);
  gsize size = 0;
  const guint8 *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;
  IsrAdtsFrame frame;
  gboolean changed;

  if (!bytes && self->framer.dropped > MAX_GARBAGE)
    g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID,
        "No ADTS frame in the last %" G_GUINT64_FORMAT " bytes: this is no AAC stream, or no longer one", self->framer.dropped);
  if (!bytes)
    return FALSE;

  isr_adts_frame_parse (&frame, data, size);
  changed = self->frame.size != 0 && frame.key != self->frame.key;
  self->continues = !self->fresh && !changed;
  self->fresh = FALSE;
  self->frame = frame;
  self->parent.rate = frame.rate;
  *packet = (IsrPacket){ bytes, frame.samples, changed ? ISR_PACKET_NEW_FILE : 0 };
  return TRUE;
}

static void
adts_discont (IsrStream *stream)
{
  IsrAdtsStream *self = (IsrAdtsStream *) stream;

  isr_framer_flush (&self->framer);
  self->fresh = TRUE;
}

static const char *
adts_get_extension (IsrStream *stream)
{
  return "aac";
}

static IsrWriter *
adts_open (IsrStream *stream, IsrOutput *output, const IsrFileInfo *info)
{
  IsrAdtsStream *self = (IsrAdtsStream *) stream;
  IsrAdtsWriter *writer = g_new0 (IsrAdtsWriter, 1);

  writer->parent.klass = &adts_writer_class;
  writer->parent.output = output;
  writer->parent.warm_up = self->continues ? 1024 : 0;
  return &writer->parent;
}

static const IsrStreamClass adts_class = {
  .free = adts_free,
  .push = adts_push,
  .next = adts_next,
  .discont = adts_discont,
  .get_extension = adts_get_extension,
  .open = adts_open,
};

IsrStream *
isr_stream_new_adts (void)
{
  IsrAdtsStream *self = g_new0 (IsrAdtsStream, 1);

  self->parent.klass = &adts_class;
  self->fresh = TRUE;
  isr_framer_init (&self->framer, isr_adts_frame_measure, ISR_ADTS_HEADER_SIZE);
  return &self->parent;
}
