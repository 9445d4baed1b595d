/* SPDX-License-Identifier: MIT */
/* unpack-ogg.c - one link of Ogg, page after page.
 *
 * A page says at which sample it ends: its packets' places are counted back from
 * there, so that reading can begin at any page, which bisection finds; and the last one
 * says how long the file is. Pages are found by their headers alone; what is in them the
 * demuxer reads, which is given the headers of the link again wherever reading begins. */
#include "plugins/format/bytes.h"
#include "plugins/format/ogg-demux.h"
#include "plugins/format/unpack-private.h"

#include <string.h>

#define PAGE_HEADER 27
#define MAX_SEARCH (256 * 1024)
#define TAIL (256 * 1024) /* some pages, however large they are */
#define STRIDE 4096
#define NEAR (128 * 1024) /* from here on it is read from page to page */
#define FLAG_CONTINUED 1

typedef struct {
  guint64 offset;
  gsize size;
  gint64 granule;
  guint32 serial;
  gboolean continued;
} Page;

typedef struct {
  IsrUnpacker parent;
  IsrOggDemux *demux;
  GQueue items; /* IsrUnpacked, of the pages read */
  guint32 serial;
  guint64 audio; /* offset of the first page behind the headers */
  gint64 base;   /* granule of the first sample that is played */
  guint64 at;    /* of the next page */
  gint64 last;   /* granule at the end of what was measured */
} Ogg;

static gboolean
page_at (Ogg *self, guint64 at, Page *page)
{
  gsize got;
  const guint8 *data = isr_window_look (&self->parent.window, at, PAGE_HEADER + 255, &got);

  if (got < PAGE_HEADER || memcmp (data, "OggS", 4) != 0 || got < (gsize) PAGE_HEADER + data[26])
    return FALSE;
  *page = (Page){ at, PAGE_HEADER + data[26], (gint64) isr_get_le (data + 6, 8), (guint32) isr_get_le (data + 14, 4), data[5] & FLAG_CONTINUED };
  for (guint i = 0; i < data[26]; i++)
    page->size += data[PAGE_HEADER + i];
  return at + page->size <= self->parent.window.input->size;
}

/* Behind a page another one begins, or nothing. */
static gboolean
is_followed (Ogg *self, const Page *page)
{
  gsize got;
  const guint8 *data = isr_window_look (&self->parent.window, page->offset + page->size, 4, &got);

  return memcmp (data, "OggS", got) == 0;
}

/* The page at @at, or behind what is torn there. */
static gboolean
find (Ogg *self, guint64 at, Page *page)
{
  if (page_at (self, at, page))
    return TRUE;
  for (guint64 end = at + MAX_SEARCH; ++at < end && at + PAGE_HEADER <= self->parent.window.input->size;)
    if (page_at (self, at, page) && is_followed (self, page))
      return TRUE;
  return FALSE;
}

/* The next place from @at on that begins like a page; @end: there is none. */
static guint64
find_magic (Ogg *self, guint64 at, guint64 end)
{
  while (at + PAGE_HEADER <= end) {
    gsize got;
    const guint8 *data = isr_window_look (&self->parent.window, at, MIN (end - at, STRIDE), &got);
    const guint8 *found = memmem (data, got, "OggS", 4);

    if (found)
      return at + (guint64) (found - data);
    if (got < STRIDE)
      break;
    at += got - 3;
  }
  return end;
}

/* The first page of ours in [@at, @end), wherever @at is: what looks like one within a packet
 * is none. */
static gboolean
land (Ogg *self, guint64 at, guint64 end, Page *page)
{
  for (at = find_magic (self, at, end); at < end; at = find_magic (self, at + 1, end))
    if (page_at (self, at, page) && page->serial == self->serial && is_followed (self, page))
      return TRUE;
  return FALSE;
}

static void
unpacked_free (gpointer data)
{
  isr_unpacked_clear (data);
  g_free (data);
}

static void
clear_items (Ogg *self)
{
  g_queue_clear_full (&self->items, unpacked_free);
  g_queue_init (&self->items);
}

/* Hands @page to the demuxer. The items that it completes. */
static GPtrArray *
demux_page (Ogg *self, const Page *page, GError **error)
{
  GPtrArray *items = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_ogg_item_free);
  gsize got;
  const guint8 *data = isr_window_look (&self->parent.window, page->offset, page->size, &got);
  g_autoptr (GBytes) bytes = g_bytes_new (data, got);
  IsrOggItem *item;

  isr_ogg_demux_push (self->demux, bytes);
  while ((item = isr_ogg_demux_next (self->demux, error)))
    g_ptr_array_add (items, item);
  return items;
}

/* Places are counted back from the page's end. */
static void
place_items (Ogg *self, GPtrArray *items, gint64 granule)
{
  gint64 end = granule - self->base;

  for (guint i = 0; i < items->len; i++)
    end += (gint64) ((IsrOggItem *) items->pdata[i])->packet.trim;
  for (guint i = items->len; i > 0; i--) {
    const IsrOggItem *item = items->pdata[i - 1];
    IsrUnpacked *unpacked = g_new (IsrUnpacked, 1);

    end -= (gint64) item->duration;
    *unpacked = (IsrUnpacked){ g_bytes_ref (item->packet.bytes), end, item->duration, item->packet.trim };
    g_queue_push_head (&self->items, unpacked);
  }
}

static gboolean
read_page (Ogg *self)
{
  g_autoptr (GPtrArray) items = NULL;
  Page page;

  if (!find (self, self->at, &page))
    return FALSE;
  self->at = page.offset + page.size;
  if (page.serial != self->serial)
    return TRUE;
  items = demux_page (self, &page, NULL);
  place_items (self, items, page.granule);
  return TRUE;
}

/* --- verbs ------------------------------------------------------------------- */

/* From page to page to the end of what is there. */
static void
walk (Ogg *self)
{
  IsrUnpacker *unpacker = &self->parent;
  Page page;

  while (find (self, unpacker->walked, &page)) {
    if (page.serial == self->serial && page.granule >= 0)
      self->last = page.granule;
    unpacker->walked = page.offset + page.size;
  }
}

static void
ogg_measure (IsrUnpacker *unpacker)
{
  Ogg *self = (Ogg *) unpacker;
  guint64 size = unpacker->window.input->size;
  gint64 start = self->last;
  Page page;

  if (unpacker->walked == self->audio && size > self->audio + 2 * TAIL && land (self, size - TAIL, size, &page))
    unpacker->walked = page.offset;
  walk (self);
  if (self->last == start && unpacker->samples == 0) { /* its end says nothing */
    unpacker->walked = self->audio;
    walk (self);
  }
  unpacker->samples = (guint64) MAX (self->last - self->base, 0);
}

/* --- where to begin ----------------------------------------------------------- */

/* Moves @page on to one that says where it ends. */
static gboolean
find_end (Ogg *self, guint64 end, Page *page)
{
  while (page->granule < 0)
    if (!land (self, page->offset + page->size, end, page))
      return FALSE;
  return TRUE;
}

/* A page not further than NEAR before the one that @granule lies in. */
static guint64
bisect (Ogg *self, gint64 granule)
{
  guint64 low = self->audio, high = self->parent.walked;

  while (high - low > NEAR) {
    guint64 middle = low + (high - low) / 2;
    Page page;

    if (land (self, middle, high, &page) && find_end (self, high, &page) && page.granule <= granule)
      low = page.offset + page.size;
    else
      high = middle;
  }
  return low;
}

/* The last page from @from on whose first whole packet begins at @granule at the latest; FALSE:
 * there is none. That packet is the first one; or the one behind the rest of another, which
 * begins somewhere before the page's end. */
static gboolean
walk_to (Ogg *self, guint64 from, gint64 granule, guint64 *found)
{
  gboolean any = FALSE;
  Page page;

  for (guint64 at = from; at < self->parent.walked && find (self, at, &page); at = page.offset + page.size) {
    if (page.serial != self->serial)
      continue;
    if (!page.continued || (page.granule >= 0 && page.granule <= granule)) {
      *found = page.offset;
      any = TRUE;
    }
    if (page.granule > granule)
      break;
  }
  return any;
}

static guint64
find_begin (Ogg *self, gint64 position)
{
  gint64 granule = position > G_MININT64 / 2 ? position + self->base : G_MININT64;
  guint64 from = granule > 0 ? bisect (self, granule) : self->audio, found = self->audio;

  while (from > self->audio && !walk_to (self, from, granule, &found)) { /* one packet is as long as that */
    Page page;

    from = from > self->audio + NEAR && land (self, from - NEAR, from, &page) ? page.offset : self->audio;
  }
  if (from == self->audio && !walk_to (self, from, granule, &found))
    return self->audio;
  return found;
}

/* A new demuxer, behind the headers. */
static gboolean
begin (Ogg *self, GError **error)
{
  Page page;
  g_autoptr (GPtrArray) none = NULL; /* what the pages bring is not wanted yet */
  guint64 at = 0;
  g_autoptr (GError) reason = NULL;

  g_clear_pointer (&self->demux, isr_ogg_demux_free);
  clear_items (self);
  self->demux = isr_ogg_demux_new ();
  while (at < self->audio && !reason && find (self, at, &page)) {
    g_clear_pointer (&none, g_ptr_array_unref);
    none = demux_page (self, &page, &reason);
    at = page.offset + page.size;
  }
  if (reason)
    g_propagate_error (error, g_steal_pointer (&reason));
  return !reason;
}

static void
ogg_seek (IsrUnpacker *unpacker, gint64 position)
{
  Ogg *self = (Ogg *) unpacker;

  begin (self, NULL);
  self->at = find_begin (self, position);
}

static gboolean
ogg_next (IsrUnpacker *unpacker, IsrUnpacked *packet)
{
  Ogg *self = (Ogg *) unpacker;
  IsrUnpacked *item;

  while (!(item = g_queue_pop_head (&self->items)))
    if (!read_page (self))
      return FALSE;
  *packet = *item;
  g_free (item);
  return TRUE;
}

static void
ogg_free (IsrUnpacker *unpacker)
{
  Ogg *self = (Ogg *) unpacker;

  clear_items (self);
  g_clear_pointer (&self->demux, isr_ogg_demux_free);
  g_free (self);
}

/* --- the beginning ------------------------------------------------------------- */

static guint
channels_of (const IsrOggLink *link)
{
  gsize size;
  const guint8 *head = g_bytes_get_data (link->headers->pdata[0], &size);

  if (link->codec == &isr_ogg_opus && size > 9)
    return head[9];
  if (link->codec == &isr_ogg_vorbis && size > 11)
    return head[11];
  if (link->codec == &isr_ogg_speex && size >= 52)
    return (guint) isr_get_le (head + 48, 4);
  if (link->codec == &isr_ogg_flac && size >= 30)
    return (head[29] >> 1 & 7) + 1;
  return 0;
}

static void
describe (Ogg *self, IsrOggLink *link)
{
  IsrUnpacker *unpacker = &self->parent;

  unpacker->link = isr_ogg_link_ref (link);
  unpacker->codec = link->codec == &isr_ogg_opus ? ISR_CODEC_OPUS : link->codec == &isr_ogg_vorbis ? ISR_CODEC_VORBIS
                                                                : link->codec == &isr_ogg_flac     ? ISR_CODEC_OGG_FLAC
                                                                                                   : ISR_CODEC_SPEEX;
  unpacker->rate = link->rate;
  unpacker->channels = channels_of (link);
  unpacker->extension = link->codec->extension;
  unpacker->warm_up = unpacker->codec == ISR_CODEC_OGG_FLAC ? 0 : unpacker->codec == ISR_CODEC_VORBIS ? 2 * 8192
                                                                                                      : link->rate;
}

/* The first page with packets says where 0 is. */
static void
take_base (Ogg *self, GPtrArray *items, gint64 granule)
{
  gint64 start = granule;

  for (guint i = 0; i < items->len; i++) {
    const IsrOggItem *item = items->pdata[i];

    start -= (gint64) item->duration - (gint64) item->packet.trim;
  }
  self->base = start + (gint64) ((IsrOggItem *) items->pdata[0])->skip;
  self->last = start;
}

static gboolean
find_audio (Ogg *self, GError **error)
{
  g_autoptr (GError) reason = NULL;
  Page page;

  for (guint64 at = 0; !reason && find (self, at, &page); at = page.offset + page.size) {
    g_autoptr (GPtrArray) items = demux_page (self, &page, &reason);

    if (items->len == 0) {
      self->audio = page.offset + page.size;
      continue;
    }
    self->serial = page.serial;
    describe (self, ((IsrOggItem *) items->pdata[0])->link);
    take_base (self, items, page.granule);
    return TRUE;
  }
  if (reason)
    g_propagate_error (error, g_steal_pointer (&reason));
  else
    g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "the Ogg file holds no audio yet");
  return FALSE;
}

IsrUnpacker *
isr_unpacker_new_ogg (IsrInput *input, GError **error)
{
  static const IsrUnpackerClass klass = { ogg_free, ogg_measure, ogg_seek, NULL, ogg_next };
  Ogg *self = g_new0 (Ogg, 1);

  isr_unpacker_init (&self->parent, &klass, input);
  g_queue_init (&self->items);
  self->demux = isr_ogg_demux_new ();
  if (!find_audio (self, error) || !begin (self, error)) {
    isr_unpacker_free (&self->parent);
    return NULL;
  }
  self->at = self->parent.walked = self->audio;
  return &self->parent;
}
