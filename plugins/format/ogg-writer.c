/* SPDX-License-Identifier: MIT */
/* ogg-writer.c - one Ogg file: headers, primer, packets, pages.
 *
 *     head | comments, set-up | primer, packets ... | ... last packet (EOS)
 *     page   page(s)            pages of about 4 KiB or 1 s
 *
 * Granules begin at 0, primer included; samples that are skipped are declared in
 * Opus' header, elsewhere granules begin below 0. One packet is always held
 * back, because the last one carries the EOS flag and nobody knows which it is.
 * A page is put out when it is full, when it is due, and at each refresh. Two
 * pages have to hold more: the first one must reach past 0 (a beginning that is
 * skipped, a packet that gives nothing yet), and packets with a trimmed end share
 * the last page: its granule alone may be smaller than its packets say.
 *
 * Seams. A trimmed end may be the end of the file or, when another link follows,
 * its middle, where nothing can be taken off. So granules count whole packets,
 * and what is trimmed stands aside: the file's end takes it off, a seam gives it
 * back. From a seam on the decoder also plays what the new link would skip, and
 * Vorbis the overlap of the packets that meet. All that is counted here, where
 * the packets are seen as the decoder of the file will see them, and returned by
 * isr_writer_write(). */
#include "plugins/format/ogg-writer.h"
#include "plugins/format/ogg-comments.h"

#include <ogg/ogg.h>

#define PAGE_BYTES 4096

typedef struct {
  IsrWriter parent;
  IsrOggLink *link;
  ogg_stream_state stream;
  gint64 number;     /* of the next packet in the stream */
  guint64 bytes;     /* size of the file */
  guint64 samples;   /* played so far */
  guint64 skip;      /* still to be skipped */
  guint64 head_size; /* of the first page */
  guint32 serial;
  GBytes *before;      /* the packet before, for durations */
  gint64 granule;      /* at the end of the held packet, untrimmed */
  GBytes *held;        /* not yet given to libogg, or NULL */
  guint64 trim;        /* samples to take off here, should the file end; until then no page */
  gint64 open_granule; /* at the end of what libogg was given */
  gint64 page_granule; /* at the end of the last page */
  gsize page_bytes;    /* in libogg */
} OggWriter;

static void
put_page (OggWriter *self, const ogg_page *page)
{
  isr_output_append_data (self->parent.output, page->header, page->header_len);
  isr_output_append_data (self->parent.output, page->body, page->body_len);
  self->bytes += page->header_len + page->body_len;
}

static void
flush (OggWriter *self)
{
  ogg_page page;

  while (ogg_stream_flush_fill (&self->stream, &page, 65025))
    put_page (self, &page);
  self->page_granule = self->open_granule;
  self->page_bytes = 0;
}

static void
put_packet (OggWriter *self, GBytes *bytes, gint64 granule, gboolean last)
{
  gsize size;
  ogg_packet packet = { .packet = (guint8 *) g_bytes_get_data (bytes, &size), .granulepos = granule };

  packet.bytes = size;
  packet.b_o_s = self->number == 0;
  packet.e_o_s = last;
  packet.packetno = self->number++;
  ogg_stream_packetin (&self->stream, &packet);
  self->open_granule = granule;
  self->page_bytes += size;
}

/* --- headers ------------------------------------------------------------ */

static void
write_headers (OggWriter *self, const IsrOggStart *start, const IsrFileInfo *info)
{
  const IsrOggCodec *codec = self->link->codec;
  g_autoptr (GBytes) head = codec->make_head (self->link, start->primer_length + start->skip, 0);
  g_autoptr (GBytes) comments = codec->wrap_comments (self->link, isr_ogg_comments_make (self->link->comments, info));

  put_packet (self, head, 0, FALSE);
  flush (self);
  self->head_size = self->bytes;
  put_packet (self, comments, 0, FALSE);
  for (guint i = 2; codec->keeps_headers && i < self->link->headers->len; i++)
    put_packet (self, self->link->headers->pdata[i], 0, FALSE);
  flush (self);
}

/* The first page again, with the total that is known now. */
static void
patch_head (OggWriter *self)
{
  g_autoptr (GBytes) head = NULL;
  ogg_stream_state stream;
  ogg_packet packet = { .b_o_s = 1 };
  ogg_page page;
  gsize size;

  if (!self->link->codec->total_in_header)
    return;
  head = self->link->codec->make_head (self->link, 0, self->samples);
  packet.packet = (guint8 *) g_bytes_get_data (head, &size);
  packet.bytes = size;
  ogg_stream_init (&stream, self->serial);
  ogg_stream_packetin (&stream, &packet);
  if (ogg_stream_flush (&stream, &page) && (guint64) (page.header_len + page.body_len) == self->head_size) {
    isr_output_patch_data (self->parent.output, 0, page.header, page.header_len);
    isr_output_patch_data (self->parent.output, page.header_len, page.body, page.body_len);
  }
  ogg_stream_clear (&stream);
}

/* --- packets ------------------------------------------------------------ */

static gboolean
may_flush (OggWriter *self)
{
  return self->page_bytes > 0 && self->trim == 0 && self->open_granule > 0;
}

static void
release_held (OggWriter *self)
{
  if (!self->held)
    return;
  put_packet (self, self->held, self->granule, FALSE);
  g_clear_pointer (&self->held, g_bytes_unref);
  if (may_flush (self) && (self->page_bytes >= PAGE_BYTES || self->open_granule - self->page_granule >= self->link->rate))
    flush (self);
}

/* Holds @bytes, which ends @samples after what is held now; lets that go. */
static void
hold (OggWriter *self, GBytes *bytes, guint64 samples)
{
  release_held (self);
  self->held = g_bytes_ref (bytes);
  self->granule += samples;
  isr_ogg_link_set_before (self->link, &self->before, bytes);
}

static guint64
get_duration (OggWriter *self, GBytes *bytes)
{
  return self->link->codec->get_duration (self->link, self->before, bytes);
}

/* The file goes on: the end that was trimmed is played. Returns how much that is. */
static guint64
take_back_trim (OggWriter *self)
{
  guint64 trim = self->trim;

  self->trim = 0;
  return trim;
}

/* What comes before the first trimmed packet gets its page. */
static void
begin_trim (OggWriter *self)
{
  release_held (self);
  if (may_flush (self))
    flush (self);
}

static void
writer_write (IsrWriter *writer, const IsrPacket *packet)
{
  OggWriter *self = (OggWriter *) writer;
  const IsrOggCodec *codec = self->link->codec;
  g_autoptr (GBytes) bytes = codec->renumber ? codec->renumber (packet->bytes, self->samples) : g_bytes_ref (packet->bytes);
  guint64 duration = get_duration (self, bytes);
  guint64 skipped = MIN (self->skip, duration);
  guint64 trim = MIN (packet->trim, duration - skipped);

  writer->played = duration - skipped - trim;
  if (packet->flags & ISR_PACKET_SEAM)
    writer->played += take_back_trim (self);
  if (trim > 0 && self->trim == 0)
    begin_trim (self);
  hold (self, bytes, duration);
  self->skip -= skipped;
  self->trim += trim;
  self->samples += writer->played;
}

static void
writer_refresh (IsrWriter *writer)
{
  OggWriter *self = (OggWriter *) writer;

  if (may_flush (self))
    flush (self);
  patch_head (self);
}

/* A beginning that is skipped by its granule must not lie on the EOS page, where
 * the same number would mean a trimmed end. */
static void
finish (OggWriter *self)
{
  if (self->page_granule < 0 && may_flush (self))
    flush (self);
  patch_head (self);
  if (self->held)
    put_packet (self, self->held, MAX (self->granule - (gint64) self->trim, 0), TRUE);
  flush (self);
}

static void
writer_close (IsrWriter *writer, IsrFileTotals *totals)
{
  OggWriter *self = (OggWriter *) writer;

  finish (self);
  *totals = (IsrFileTotals){ self->samples, self->bytes };
  ogg_stream_clear (&self->stream);
  isr_ogg_link_unref (self->link);
  g_clear_pointer (&self->before, g_bytes_unref);
  g_clear_pointer (&self->held, g_bytes_unref);
  g_free (self);
}

static const IsrWriterClass writer_class = { writer_write, writer_refresh, writer_close };

IsrWriter *
isr_ogg_writer_new (const IsrOggStart *start, IsrOutput *output, const IsrFileInfo *info)
{
  OggWriter *self = g_new0 (OggWriter, 1);

  self->parent = (IsrWriter){ &writer_class, output, start->warm_up };
  self->link = isr_ogg_link_ref (start->link);
  self->serial = start->serial;
  ogg_stream_init (&self->stream, start->serial);
  write_headers (self, start, info);
  self->skip = start->skip;
  if (!self->link->codec->skip_in_header)
    self->granule = -(gint64) (start->skip + start->primer_length);
  self->open_granule = self->page_granule = self->granule;
  for (guint i = 0; i < start->primer->len; i++)
    hold (self, start->primer->pdata[i], get_duration (self, start->primer->pdata[i]));
  return &self->parent;
}
