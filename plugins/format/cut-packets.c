/* SPDX-License-Identifier: MIT */
/* cut-packets.c - MPEG audio, ADTS and Ogg: packets from file to file.
 *
 * The packets before the cut are handed to the writer's memory, so that it can make
 * a primer of them. Packets that lie before 0 in a later file stood in the file
 * before it, too: they are passed over. */
#include "plugins/format/cut-private.h"
#include "plugins/format/ogg-writer.h"
#include "plugins/format/unpack-private.h"

#define PACKETS_A_LOOK 1024

typedef struct {
  IsrCut *cut;
  IsrUnpacker *like; /* of the first part */
  IsrStream *stream; /* frames */
  GPtrArray *primer; /* Ogg: GBytes, packets before the cut */
  guint64 primer_length;
  GArray *durations; /* guint64, of these */
  IsrWriter *writer; /* NULL: not begun */
  guint seen;
} Cutter;

/* --- what came before ------------------------------------------------------------------ */

/* As much as the codec's primer takes, and no more. */
static void
remember_ogg (Cutter *self, const IsrUnpacked *packet)
{
  guint64 needed = self->like->link->codec->primer;

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

static void
remember (Cutter *self, const IsrUnpacked *packet)
{
  IsrPacket taken;

  if (!self->stream) {
    remember_ogg (self, packet);
    return;
  }
  isr_stream_push (self->stream, packet->bytes);
  while (isr_stream_next (self->stream, &taken, NULL))
    isr_packet_clear (&taken);
}

/* --- writing --------------------------------------------------------------------------- */

static void
begin_ogg (Cutter *self, const IsrUnpacked *first)
{
  const IsrOggCodec *codec = self->like->link->codec;
  guint64 start = (guint64) self->cut->info.start_us;
  IsrOggStart what = { .link = self->like->link, .primer = self->primer, .serial = (guint32) (start ^ start >> 32) * 2654435761u };

  what.primer_length = codec->overlaps ? 0 : self->primer_length;
  what.skip = first->position < 0 ? (guint64) MIN (-first->position, (gint64) first->samples) : 0;
  if (codec->skip_in_header && what.primer_length + what.skip > G_MAXUINT16) {
    g_ptr_array_set_size (self->primer, 0);
    what.primer_length = 0;
  }
  self->writer = isr_ogg_writer_new (&what, self->cut->output, &self->cut->info);
}

static void
begin (Cutter *self, const IsrUnpacked *first)
{
  gint64 early = (gint64) self->cut->parts[0].start - MAX (first->position, self->stream ? first->position : 0);

  isr_cut_begin_early (self->cut, (guint64) MAX (early, 0), self->like->rate);
  if (self->stream)
    self->writer = isr_stream_open (self->stream, self->cut->output, &self->cut->info);
  else
    begin_ogg (self, first);
}

static void
write_packet (Cutter *self, const IsrUnpacked *unpacked, gboolean last_part)
{
  IsrPacket packet = { g_bytes_ref (unpacked->bytes), unpacked->samples, 0, last_part ? unpacked->trim : 0 };

  if (self->stream) {
    isr_packet_clear (&packet);
    isr_stream_push (self->stream, unpacked->bytes);
    if (!isr_stream_next (self->stream, &packet, NULL))
      return;
  }
  if (!self->writer)
    begin (self, unpacked);
  isr_writer_write (self->writer, &packet);
  isr_packet_clear (&packet);
}

/* --- parts ------------------------------------------------------------------------------- */

static gboolean
is_like (Cutter *self, IsrUnpacker *unpacker)
{
  IsrUnpacker *like = self->like;

  if (unpacker->codec != like->codec || unpacker->rate != like->rate || unpacker->channels != like->channels || unpacker->layer != like->layer)
    return FALSE;
  return !like->link || like->link->codec->same_setup (like->link, unpacker->link);
}

static gboolean
take_part (Cutter *self, guint index, IsrUnpacker *unpacker, GError **error)
{
  const IsrCutPart *part = &self->cut->parts[index];
  gint64 start = (gint64) part->start;
  gint64 end = start + (gint64) part->samples;
  IsrUnpacked packet = { 0 };

  if (index > 0 && !part->joined && self->stream)
    isr_stream_discont (self->stream);
  isr_unpacker_seek (unpacker, index ? start : start - (gint64) isr_unpacker_get_warm_up (unpacker));
  for (; isr_unpacker_next (unpacker, &packet) && packet.position < end; isr_unpacked_clear (&packet)) {
    if (packet.position + (gint64) packet.samples > start)
      write_packet (self, &packet, index + 1 == self->cut->n);
    else if (index == 0)
      remember (self, &packet);
    if (++self->seen % PACKETS_A_LOOK == 0 && !isr_cut_go_on (self->cut, error)) {
      isr_unpacked_clear (&packet);
      return FALSE;
    }
  }
  isr_unpacked_clear (&packet);
  return self->writer || isr_cut_fail_damaged (index, error);
}

static gboolean
take_parts (Cutter *self, GError **error)
{
  for (guint i = 0; i < self->cut->n; i++) {
    g_autoptr (IsrUnpacker) unpacker = isr_unpacker_new (self->cut->parts[i].input, NULL);

    if (!unpacker || !is_like (self, unpacker))
      return isr_cut_fail_change (self->cut, i, error);
    if (!take_part (self, i, unpacker, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
isr_cut_packets (IsrCut *cut, GError **error)
{
  g_autoptr (IsrUnpacker) like = isr_unpacker_new (cut->parts[0].input, error);
  Cutter self = { .cut = cut, .like = like };
  gboolean ok;

  if (!like)
    return FALSE;
  if (!like->link)
    self.stream = like->codec == ISR_CODEC_AAC ? isr_stream_new_adts () : isr_stream_new_mp3 ();
  self.primer = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self.durations = g_array_new (FALSE, FALSE, sizeof (guint64));
  ok = take_parts (&self, error);
  if (self.writer)
    isr_writer_close (self.writer, &cut->totals);
  cut->extension = like->extension;
  g_clear_pointer (&self.stream, isr_stream_free);
  g_ptr_array_unref (self.primer);
  g_array_unref (self.durations);
  return ok;
}
