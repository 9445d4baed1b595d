/* SPDX-License-Identifier: MIT */
/* ogg-trace.c - libogg finds the pages, so that a place is known for each; the demuxer that the
 * recording itself goes through makes packets of them, one page at a time. */
#include "plugins/format/ogg-trace.h"

#include "plugins/format/ogg-demux.h"

#include <string.h>

struct _IsrOggTrace {
  IsrOggLink *recorded;
  GByteArray *bytes; /* all that came */
  GArray *packets;   /* IsrOggTraced */
  ogg_sync_state sync;
  IsrOggDemux *demux;
  gsize at;          /* offset of the next page */
  gsize head;        /* ... of the last one that began a link */
  gboolean in_group; /* the page before began a stream */
  gboolean stuck;    /* what comes can not be read */
};

static void
traced_clear (gpointer data)
{
  g_bytes_unref (((IsrOggTraced *) data)->bytes);
}

/* NULL: they are no headers. */
static IsrOggLink *
read_headers (GPtrArray *headers)
{
  GBytes *first = headers->len ? headers->pdata[0] : NULL;
  const IsrOggCodec *codec = first ? isr_ogg_codec_find (g_bytes_get_data (first, NULL), g_bytes_get_size (first)) : NULL;
  g_autoptr (IsrOggLink) link = codec ? isr_ogg_link_new (codec) : NULL;

  for (guint i = 0; link && i < headers->len; i++)
    if (!isr_ogg_link_read_header (link, headers->pdata[i], NULL))
      return NULL;
  return link && link->ready ? g_steal_pointer (&link) : NULL;
}

IsrOggTrace *
isr_ogg_trace_new (GPtrArray *headers)
{
  IsrOggLink *link = read_headers (headers);
  IsrOggTrace *self;

  if (!link)
    return NULL;
  self = g_new0 (IsrOggTrace, 1);
  self->recorded = link;
  self->bytes = g_byte_array_new ();
  self->packets = g_array_new (FALSE, FALSE, sizeof (IsrOggTraced));
  g_array_set_clear_func (self->packets, traced_clear);
  ogg_sync_init (&self->sync);
  self->demux = isr_ogg_demux_new ();
  return self;
}

void
isr_ogg_trace_free (IsrOggTrace *self)
{
  isr_ogg_link_unref (self->recorded);
  g_byte_array_unref (self->bytes);
  g_array_unref (self->packets);
  ogg_sync_clear (&self->sync);
  isr_ogg_demux_free (self->demux);
  g_free (self);
}

void
isr_ogg_trace_restart (IsrOggTrace *self)
{
  g_byte_array_set_size (self->bytes, 0);
  g_array_set_size (self->packets, 0);
  ogg_sync_reset (&self->sync);
  isr_ogg_demux_free (self->demux);
  self->demux = isr_ogg_demux_new ();
  self->at = self->head = 0;
  self->in_group = self->stuck = FALSE;
}

/* Each file counts its samples from 0 on. */
static GBytes *
shape (const IsrOggCodec *codec, GBytes *packet)
{
  return codec->renumber ? codec->renumber (packet, 0) : g_bytes_ref (packet);
}

GBytes *
isr_ogg_trace_shape (IsrOggTrace *self, GBytes *packet)
{
  return shape (self->recorded->codec, packet);
}

static void
add_item (IsrOggTrace *self, const IsrOggItem *item, gsize behind, guint before)
{
  IsrOggLink *link = item->link;
  IsrOggTraced traced = {
    .bytes = shape (link->codec, item->packet.bytes),
    .length_us = link->rate ? (gint64) (item->duration * G_USEC_PER_SEC / link->rate) : 0,
    .head = self->head,
    .page = self->at,
    .behind = behind,
    .before = before,
    .alike = link->codec == self->recorded->codec && link->codec->same_setup (self->recorded, link),
  };

  g_array_append_val (self->packets, traced);
}

static void
take_page (IsrOggTrace *self, const ogg_page *page, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (self->bytes->data + self->at, size);
  g_autoptr (GError) error = NULL;
  gboolean begins = ogg_page_bos (page);
  IsrOggItem *item;

  if (begins && !self->in_group)
    self->head = self->at;
  self->in_group = begins;
  isr_ogg_demux_push (self->demux, bytes);
  for (guint n = 0; (item = isr_ogg_demux_next (self->demux, &error)); n++) {
    add_item (self, item, self->at + size, n);
    isr_ogg_item_free (item);
  }
  self->stuck = error != NULL;
}

void
isr_ogg_trace_push (IsrOggTrace *self, const guint8 *data, gsize size)
{
  ogg_page page;
  long found;

  g_byte_array_append (self->bytes, data, (guint) size);
  memcpy (ogg_sync_buffer (&self->sync, (long) size), data, size);
  ogg_sync_wrote (&self->sync, (long) size);
  while (!self->stuck && (found = isr_ogg_seek_page (&self->sync, FALSE, &page)) != 0) {
    if (found > 0)
      take_page (self, &page, (gsize) found);
    self->at += (gsize) ABS (found);
  }
}

const GArray *
isr_ogg_trace_get_packets (IsrOggTrace *self)
{
  return self->packets;
}

const GByteArray *
isr_ogg_trace_get_bytes (IsrOggTrace *self)
{
  return self->bytes;
}
