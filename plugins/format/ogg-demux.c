/* SPDX-License-Identifier: MIT */
/* ogg-demux.c - bytes to pages to links to packets (RFC 3533).
 *
 * libogg finds pages (their CRC tells true from chance) and puts packets
 * together; what it drops, a hole in the page numbers shows. A group of pages
 * with the BOS flag begins a link; its first audio stream is ours, the others'
 * pages are passed over. A page is settled as a whole, because its granule
 * position, the sample count at its end, tells what single packets do not:
 *
 *  - on a link's first page: more than the packets hold: we joined later;
 *    less: the difference is taken off the beginning (Opus says it in its header);
 *  - on the last page (EOS): less than counted: the difference is cut off the end.
 *
 * Seams. A link that can be decoded with the set-up of the one before it goes on
 * in the same file: stations send a link a song, and files are cut on the clock,
 * not by songs. Its first packet says so (ISR_PACKET_SEAM). Packets' samples are
 * what the links themselves play, wherever files are cut; samples can be taken off
 * a file's beginning and its end, but never in between, so what a joint plays in
 * addition is counted by the writer that makes it (ogg-writer.c). That way no
 * packet has to wait for the headers of the next link.
 *
 * Behind a hole, and behind a trimmed end after which the same link goes on, a
 * new file begins: granules within a file are continuous, only another file can
 * say that time is missing. */
#include "plugins/format/ogg-demux.h"

#include <string.h>

#define MAX_GARBAGE (1024 * 1024) /* bytes without a link before we give up */
#define MAX_GRANULE (G_GINT64_CONSTANT (1) << 60)

struct _IsrOggDemux {
  ogg_sync_state sync;
  gboolean drained;  /* no more bytes will come */
  gboolean seen;     /* a page was found */
  gboolean in_group; /* the last page began a stream: more may follow */
  guint64 unused;    /* bytes since a link was there */
  GString *refused;  /* streams of this group that we do not record */
  GQueue items;      /* IsrOggItem, settled */
  GBytes *before;    /* the packet before, for durations; NULL behind a hole */
  IsrOggLink *link;  /* being read, or NULL */
  IsrOggLink *last;  /* of the last settled packet, or NULL */
  ogg_stream_state stream;
  gint64 position;      /* granule at the end of the last page */
  gboolean positioned;  /* position is known */
  gboolean started;     /* the link gave packets */
  gboolean ended;       /* the link's end was trimmed */
  guint64 skip;         /* samples still to be taken off the link's beginning */
  guint64 excess;       /* samples of the last page beyond its granule */
  IsrPacketFlags flags; /* for the next packet */
};

void
isr_ogg_item_free (IsrOggItem *self)
{
  isr_packet_clear (&self->packet);
  isr_ogg_link_unref (self->link);
  g_free (self);
}

IsrOggDemux *
isr_ogg_demux_new (void)
{
  IsrOggDemux *self = g_new0 (IsrOggDemux, 1);

  ogg_sync_init (&self->sync);
  ogg_stream_init (&self->stream, 0);
  self->refused = g_string_new (NULL);
  return self;
}

IsrOggDemux *
isr_ogg_demux_new_alike (IsrOggDemux *other)
{
  IsrOggDemux *self = isr_ogg_demux_new ();

  if (!other->link || !other->link->ready)
    return self;
  self->link = isr_ogg_link_ref (other->link);
  ogg_stream_reset_serialno (&self->stream, (int) other->stream.serialno);
  return self;
}

void
isr_ogg_demux_free (IsrOggDemux *self)
{
  ogg_sync_clear (&self->sync);
  ogg_stream_clear (&self->stream);
  g_string_free (self->refused, TRUE);
  g_queue_clear_full (&self->items, (GDestroyNotify) isr_ogg_item_free);
  g_clear_pointer (&self->before, g_bytes_unref);
  g_clear_pointer (&self->link, isr_ogg_link_unref);
  g_clear_pointer (&self->last, isr_ogg_link_unref);
  g_free (self);
}

void
isr_ogg_demux_push (IsrOggDemux *self, GBytes *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (size == 0)
    return;
  memcpy (ogg_sync_buffer (&self->sync, size), data, size);
  ogg_sync_wrote (&self->sync, size);
}

long
isr_ogg_seek_page (ogg_sync_state *sync, gboolean last, ogg_page *page)
{
  long found = ogg_sync_pageseek (sync, page);

  if (found != 0 || !last || sync->returned >= sync->fill)
    return found;
  sync->returned++;
  sync->headerbytes = sync->bodybytes = 0;
  return -1;
}

void
isr_ogg_demux_drain (IsrOggDemux *self)
{
  self->drained = TRUE;
}

/* Forgets what lies before the next packet. */
static void
interrupt (IsrOggDemux *self, IsrPacketFlags flags)
{
  g_clear_pointer (&self->before, g_bytes_unref);
  self->positioned = FALSE;
  self->flags |= flags;
}

gboolean
isr_ogg_demux_may_end (IsrOggDemux *self)
{
  return self->excess == 0;
}

void
isr_ogg_demux_discont (IsrOggDemux *self)
{
  ogg_sync_reset (&self->sync);
  self->drained = FALSE;
  ogg_stream_reset (&self->stream);
  if (self->link && !self->link->ready)
    g_clear_pointer (&self->link, isr_ogg_link_unref);
  self->in_group = FALSE;
  self->unused = 0;
  if (self->last)
    interrupt (self, ISR_PACKET_NEW_FILE);
}

/* --- settling a page ---------------------------------------------------- */

static guint64
sum_durations (GPtrArray *page)
{
  guint64 sum = 0;

  for (guint i = 0; i < page->len; i++)
    sum += ((IsrOggItem *) page->pdata[i])->duration;
  return sum;
}

static gboolean
can_go_on (IsrOggDemux *self)
{
  return !(self->flags & ISR_PACKET_NEW_FILE) && self->last->codec == self->link->codec && self->link->codec->same_setup (self->last, self->link);
}

/* The link's first page: where its time begins. Returns what is skipped there. No
 * primer reaches across: a file cut here begins as the link itself does. */
static guint64
begin_link (IsrOggDemux *self, IsrOggItem *first, guint64 sum, gint64 granule, gboolean eos)
{
  const IsrOggCodec *codec = self->link->codec;
  gint64 offset = granule < 0 ? 0 : granule - (gint64) sum;
  guint64 skip = offset > 0 ? 0 : self->link->pre_skip;

  if (offset < 0 && !eos && !codec->skip_in_header && !codec->untrimmed)
    skip = -offset;
  else
    offset = MAX (offset, 0);
  self->position = offset;
  first->fresh = TRUE;
  first->whole = offset <= 0;
  if (self->last)
    self->flags |= can_go_on (self) ? ISR_PACKET_SEAM : ISR_PACKET_NEW_FILE;
  if (!self->last ? self->link->tags != NULL : !isr_ogg_link_same_tags (self->last, self->link))
    self->flags |= ISR_PACKET_TAGS;
  return skip;
}

/* The first page behind a hole, or behind an end that was none. */
static void
begin_run (IsrOggDemux *self, IsrOggItem *first, guint64 sum, gint64 granule)
{
  if (self->ended)
    self->flags |= ISR_PACKET_NEW_FILE;
  self->ended = FALSE;
  self->position = MAX (granule - (gint64) sum, 0);
  first->fresh = TRUE;
}

static void
skip_head (GPtrArray *page, guint64 *skip)
{
  for (guint i = 0; i < page->len; i++) {
    IsrOggItem *item = page->pdata[i];
    guint64 taken = MIN (*skip, item->duration);

    item->skip = *skip;
    item->packet.samples = item->duration - taken;
    *skip -= taken;
  }
}

static void
trim_tail (GPtrArray *page, guint64 trim)
{
  for (guint i = page->len; i > 0 && trim > 0; i--) {
    IsrOggItem *item = page->pdata[i - 1];
    guint64 taken = MIN (trim, item->packet.samples);

    item->packet.samples -= taken;
    item->packet.trim = taken;
    trim -= taken;
  }
}

static void
settle (IsrOggDemux *self, GPtrArray *page, gint64 granule, gboolean eos)
{
  guint64 sum = sum_durations (page);
  guint64 trim;
  IsrOggItem *first;
  gint64 end;

  self->excess = 0;
  if (page->len == 0)
    return;
  first = page->pdata[0];
  if (!self->started)
    self->skip = begin_link (self, first, sum, granule, eos);
  else if (!self->positioned)
    begin_run (self, first, sum, granule);
  self->started = self->positioned = TRUE;
  skip_head (page, &self->skip);
  end = self->position + (gint64) sum;
  if (!self->link->codec->untrimmed && granule >= 0 && granule < end)
    self->excess = end - granule;
  trim = eos ? self->excess : 0;
  trim_tail (page, trim);
  self->position = granule >= 0 ? granule : end;
  first->packet.flags = self->flags;
  self->flags = 0;
  g_clear_pointer (&self->last, isr_ogg_link_unref);
  self->last = isr_ogg_link_ref (self->link);
  for (guint i = 0; i < page->len; i++)
    g_queue_push_tail (&self->items, page->pdata[i]);
  if (trim == 0)
    return;
  interrupt (self, 0);
  self->ended = TRUE;
}

/* --- packets ------------------------------------------------------------ */

static void
add_packet (IsrOggDemux *self, GPtrArray *page, GBytes *bytes)
{
  IsrOggItem *item = g_new0 (IsrOggItem, 1);

  item->packet.bytes = g_bytes_ref (bytes);
  item->link = isr_ogg_link_ref (self->link);
  item->duration = self->link->codec->get_duration (self->link, self->before, bytes);
  g_ptr_array_add (page, item);
  isr_ogg_link_set_before (self->link, &self->before, bytes);
}

static gboolean
take_hole (IsrOggDemux *self, GError **error)
{
  if (!self->link->ready)
    return isr_ogg_link_bad_header (self->link, "pages are missing", error);
  if (self->started)
    interrupt (self, ISR_PACKET_NEW_FILE | ISR_PACKET_GAP);
  return TRUE;
}

static gboolean
take_packet (IsrOggDemux *self, GPtrArray *page, const ogg_packet *raw, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (raw->packet, raw->bytes);

  if (self->link->headers->len && self->link->codec->starts_audio && self->link->codec->starts_audio (bytes))
    self->link->ready = TRUE;
  if (!self->link->ready)
    return isr_ogg_link_read_header (self->link, bytes, error);
  add_packet (self, page, bytes);
  return TRUE;
}

/* -1: no packet ends here, or a number that no recording reaches. */
static gint64
get_granule (const ogg_page *page)
{
  gint64 granule = ogg_page_granulepos (page);

  return granule >= 0 && granule < MAX_GRANULE ? granule : -1;
}

static gboolean
take_packets (IsrOggDemux *self, ogg_page *raw_page, GError **error)
{
  g_autoptr (GPtrArray) page = g_ptr_array_new ();
  gint64 granule = get_granule (raw_page);
  ogg_packet raw;
  gboolean ok = TRUE;
  int found;

  ogg_stream_pagein (&self->stream, raw_page);
  while (ok && (found = ogg_stream_packetout (&self->stream, &raw)) != 0)
    ok = found < 0 ? take_hole (self, error) : take_packet (self, page, &raw, error);
  settle (self, page, granule, ogg_page_eos (raw_page));
  return ok;
}

/* --- links -------------------------------------------------------------- */

static void
end_link (IsrOggDemux *self)
{
  g_clear_pointer (&self->link, isr_ogg_link_unref);
  g_string_truncate (self->refused, 0);
  g_clear_pointer (&self->before, g_bytes_unref);
  self->started = self->positioned = self->ended = FALSE;
}

static void
refuse_stream (IsrOggDemux *self, const ogg_page *page)
{
  g_autoptr (GString) magic = g_string_new (NULL);

  for (long i = 0; i < page->body_len && i < 8; i++)
    if (g_ascii_isgraph (page->body[i]))
      g_string_append_c (magic, page->body[i]);
  if (self->refused->len < 200)
    g_string_append_printf (self->refused, "%s“%s”", self->refused->len ? ", " : "", magic->str);
}

static gboolean
take_bos_page (IsrOggDemux *self, ogg_page *page, GError **error)
{
  const IsrOggCodec *codec = isr_ogg_codec_find (page->body, page->body_len);

  if (!self->in_group)
    end_link (self);
  self->in_group = TRUE;
  if (self->link)
    return TRUE;
  if (!codec) {
    refuse_stream (self, page);
    return TRUE;
  }
  self->link = isr_ogg_link_new (codec);
  self->unused = 0;
  ogg_stream_reset_serialno (&self->stream, ogg_page_serialno (page));
  return take_packets (self, page, error);
}

static gboolean
waste (IsrOggDemux *self, guint64 size, GError **error)
{
  self->unused += size;
  if (self->link || self->unused <= MAX_GARBAGE)
    return TRUE;
  g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID,
      self->seen ? "Ogg pages without a stream's beginning in %u KiB: the headers are missing; connect again"
                 : "no Ogg page in the first %u KiB: this is not an Ogg stream",
      MAX_GARBAGE / 1024);
  return FALSE;
}

static gboolean
take_page (IsrOggDemux *self, ogg_page *page, GError **error)
{
  self->seen = TRUE;
  if (ogg_page_bos (page))
    return take_bos_page (self, page, error);
  self->in_group = FALSE;
  if (!self->link && self->refused->len) {
    g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED,
        "the Ogg stream holds no audio that can be recorded: it begins with %s; known are Opus, Vorbis, FLAC and Speex",
        self->refused->str);
    return FALSE;
  }
  if (!self->link)
    return waste (self, page->header_len + page->body_len, error);
  if (ogg_page_serialno (page) != self->stream.serialno)
    return TRUE;
  return take_packets (self, page, error);
}

IsrOggItem *
isr_ogg_demux_next (IsrOggDemux *self, GError **error)
{
  ogg_page page;
  long found;
  gboolean ok = TRUE;

  while (ok && g_queue_is_empty (&self->items) && (found = isr_ogg_seek_page (&self->sync, self->drained, &page)) != 0)
    ok = found < 0 ? waste (self, -found, error) : take_page (self, &page, error);
  if (!ok)
    end_link (self);
  return ok ? g_queue_pop_head (&self->items) : NULL;
}
