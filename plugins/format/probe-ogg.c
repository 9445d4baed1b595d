/* SPDX-License-Identifier: MIT */
/* probe-ogg.c - how long an Ogg file plays: what the granule of its last page says.
 *
 * That counts from the beginning of the stream, which is the beginning of the file unless
 * somebody joined a broadcast: then the first page with audio says a lot already, and all
 * pages are counted. So it is when the last page is of another stream than the first. */
#include "plugins/format/probe-private.h"

#include <string.h>

#include "plugins/format/bytes.h"
#include "plugins/format/ogg-demux.h"

#define WINDOW 65536
#define LATE 30 /* seconds: a first page says no more than this */

typedef struct {
  IsrInput *input;
  int serial;
  gint64 first; /* granule of the first page with audio; -1: none yet */
  gint64 last;  /* of the last page of the stream; -1: none */
} Ends;

/* A small file needs no large room. */
static gsize
get_window (IsrInput *input)
{
  return (gsize) CLAMP (input->size, 1, WINDOW);
}

static void
read_pages (Ends *self, guint64 from, gboolean at_begin)
{
  const gsize window = get_window (self->input);
  ogg_sync_state sync;
  ogg_page page;
  char *buffer;
  gsize n;
  long found;

  ogg_sync_init (&sync);
  buffer = ogg_sync_buffer (&sync, (long) window);
  n = isr_probe_read (self->input, from, buffer, window);
  ogg_sync_wrote (&sync, (long) n);
  while ((found = isr_ogg_seek_page (&sync, TRUE, &page)) != 0) {
    if (found < 0)
      continue;
    if (at_begin && self->first == -1 && self->last == -1)
      self->serial = ogg_page_serialno (&page);
    if (ogg_page_serialno (&page) != self->serial || ogg_page_granulepos (&page) < 0)
      continue;
    self->last = ogg_page_granulepos (&page);
    if (at_begin && self->first == -1 && self->last > 0)
      self->first = self->last;
  }
  ogg_sync_clear (&sync);
}

static guint
get_channels (const IsrOggLink *link)
{
  gsize size;
  const guint8 *head = link->headers->len ? g_bytes_get_data (link->headers->pdata[0], &size) : NULL;

  if (!head)
    return 0;
  if (link->codec == &isr_ogg_opus && size > 9)
    return head[9];
  if (link->codec == &isr_ogg_vorbis && size > 11)
    return head[11];
  if (link->codec == &isr_ogg_speex && size >= 52)
    return (guint) isr_get_le (head + 48, 4);
  if (link->codec == &isr_ogg_flac && size >= 51)
    return (head[17 + 12] >> 1 & 7) + 1;
  return 0;
}

/* FALSE: the headers do not lie in the first bytes, or can not be read. */
static gboolean
read_head (IsrInput *input, IsrProbe *probe, guint64 *pre_skip)
{
  guint8 *data = g_malloc (get_window (input));
  gsize n = isr_probe_read (input, 0, data, get_window (input));
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, n);
  IsrOggDemux *demux = isr_ogg_demux_new ();
  g_autoptr (IsrOggItem) item = NULL;

  isr_ogg_demux_push (demux, bytes);
  item = isr_ogg_demux_next (demux, NULL);
  if (item) {
    probe->rate = item->link->rate;
    probe->channels = get_channels (item->link);
    *pre_skip = item->link->pre_skip;
    isr_probe_take_tags (probe, item->link->tags);
  }
  isr_ogg_demux_free (demux);
  return item != NULL;
}

gboolean
isr_probe_ogg (IsrInput *input, IsrProbe *probe, GError **error)
{
  Ends ends = { .input = input, .first = -1, .last = -1 };
  guint64 pre_skip = 0;

  if (!read_head (input, probe, &pre_skip))
    return isr_probe_walk (input, isr_ogg_repair, probe, error);
  read_pages (&ends, 0, TRUE);
  if (input->size > WINDOW) {
    ends.last = -1;
    read_pages (&ends, input->size - WINDOW, FALSE);
  }
  if (ends.last < 0 || ends.first < 0 || ends.first > (gint64) LATE * probe->rate || ends.last < (gint64) pre_skip)
    return isr_probe_walk (input, isr_ogg_repair, probe, error);
  probe->samples = (guint64) ends.last - pre_skip;
  return TRUE;
}
