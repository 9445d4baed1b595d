/* SPDX-License-Identifier: MIT */
/* relay.c - a stream and its writer for frames, a writer alone for Ogg. MPEG audio and
 * ADTS need neither where nobody wants a table: their frames are the stream. */
#include "plugins/format/relay.h"

#include "plugins/format/ogg-writer.h"
#include "plugins/format/unpack-private.h"

struct _IsrRelay {
  IsrOutput *output;
  const IsrFileInfo *info;
  IsrCodec codec;
  guint layer, rate, channels;
  IsrOggLink *link;  /* Ogg */
  IsrStream *stream; /* frames; NULL also where they go out as they are */
  GPtrArray *primer; /* Ogg: GBytes, packets before the first */
  GArray *durations; /* guint64, of these */
  guint64 primer_length;
  IsrWriter *writer; /* NULL: not begun, or none */
  gboolean begun;
};

IsrRelay *
isr_relay_new (IsrUnpacker *like, gboolean endless, IsrOutput *output, const IsrFileInfo *info)
{
  IsrRelay *self = g_new0 (IsrRelay, 1);

  self->output = output;
  self->info = info;
  self->codec = like->codec;
  self->layer = like->layer;
  self->rate = like->rate;
  self->channels = like->channels;
  self->link = like->link ? isr_ogg_link_ref (like->link) : NULL;
  if (like->codec == ISR_CODEC_FLAC) {
    self->stream = isr_stream_new_flac ();
    isr_stream_push (self->stream, like->header);
  } else if (!like->link && !endless) {
    self->stream = like->codec == ISR_CODEC_AAC ? isr_stream_new_adts () : isr_stream_new_mp3 ();
  }
  self->primer = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->durations = g_array_new (FALSE, FALSE, sizeof (guint64));
  return self;
}

void
isr_relay_free (IsrRelay *self)
{
  IsrFileTotals totals;

  isr_relay_close (self, &totals);
  g_clear_pointer (&self->stream, isr_stream_free);
  g_clear_pointer (&self->link, isr_ogg_link_unref);
  g_ptr_array_unref (self->primer);
  g_array_unref (self->durations);
  g_free (self);
}

gboolean
isr_relay_accepts (IsrRelay *self, IsrUnpacker *other)
{
  if (other->codec != self->codec || other->rate != self->rate || other->channels != self->channels || other->layer != self->layer)
    return FALSE;
  return !self->link || self->link->codec->same_setup (self->link, other->link);
}

/* As much as the codec's primer takes, and no more. */
static void
remember_ogg (IsrRelay *self, const IsrUnpacked *packet)
{
  guint64 needed = self->link->codec->primer;

  if (!needed)
    return;
  g_ptr_array_add (self->primer, g_bytes_ref (packet->bytes));
  g_array_append_val (self->durations, packet->samples);
  self->primer_length += packet->samples;
  while (self->primer->len > 1 && self->primer_length - g_array_index (self->durations, guint64, 0) >= needed) {
    self->primer_length -= g_array_index (self->durations, guint64, 0);
    g_ptr_array_remove_index (self->primer, 0);
    g_array_remove_index (self->durations, 0);
  }
}

void
isr_relay_remember (IsrRelay *self, const IsrUnpacked *packet)
{
  IsrPacket taken;

  if (self->link)
    remember_ogg (self, packet);
  if (!self->stream)
    return;
  isr_stream_push (self->stream, packet->bytes);
  while (isr_stream_next (self->stream, &taken, NULL))
    isr_packet_clear (&taken);
}

static void
begin_ogg (IsrRelay *self, const IsrUnpacked *first)
{
  const IsrOggCodec *codec = self->link->codec;
  guint64 start = (guint64) self->info->start_us;
  IsrOggStart what = { .link = self->link, .primer = self->primer, .serial = (guint32) (start ^ start >> 32) * 2654435761u };

  what.primer_length = codec->overlaps ? 0 : self->primer_length;
  what.skip = first->position < 0 ? (guint64) MIN (-first->position, (gint64) first->samples) : 0;
  if (codec->skip_in_header && what.primer_length + what.skip > G_MAXUINT16) {
    g_ptr_array_set_size (self->primer, 0);
    what.primer_length = 0;
  }
  self->writer = isr_ogg_writer_new (&what, self->output, self->info);
}

static void
begin (IsrRelay *self, const IsrUnpacked *first)
{
  self->begun = TRUE;
  if (self->link)
    begin_ogg (self, first);
  else if (self->stream)
    self->writer = isr_stream_open (self->stream, self->output, self->info);
}

void
isr_relay_write (IsrRelay *self, const IsrUnpacked *unpacked)
{
  IsrPacket packet = { g_bytes_ref (unpacked->bytes), unpacked->samples, 0, unpacked->trim };

  if (self->stream) {
    isr_packet_clear (&packet);
    isr_stream_push (self->stream, unpacked->bytes);
    if (!isr_stream_next (self->stream, &packet, NULL))
      return;
  }
  if (!self->begun)
    begin (self, unpacked);
  if (self->writer)
    isr_writer_write (self->writer, &packet);
  else
    isr_output_append (self->output, packet.bytes);
  isr_packet_clear (&packet);
}

gboolean
isr_relay_has_begun (IsrRelay *self)
{
  return self->begun;
}

void
isr_relay_discont (IsrRelay *self)
{
  if (self->stream)
    isr_stream_discont (self->stream);
}

void
isr_relay_flush (IsrRelay *self)
{
  if (self->writer)
    isr_writer_refresh (self->writer);
}

void
isr_relay_close (IsrRelay *self, IsrFileTotals *totals)
{
  if (self->writer)
    isr_writer_close (self->writer, totals);
  self->writer = NULL;
}
