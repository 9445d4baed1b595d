/* SPDX-License-Identifier: MIT */
/* ogg-repair.c - ends an Ogg file that was never ended.
 *
 *     page page page page | torn or unfinished
 *                  ^ EOS  ^ cut here
 *
 * Pages carry their own CRC and sample count, so everything before the tear is
 * good as it is. The file is cut behind the last page on which a packet ends; a
 * packet that only begins there is cut off that page; the page gets the EOS
 * flag, if that takes no samples off it. FLAC's header gets the total, and loses an MD5 that was the whole's.
 * How many samples play is counted by what reads streams for recording, too. */
#include "plugins/format/ogg-demux.h"
#include "plugins/format/repair-private.h"

#include <errno.h>
#include <string.h>

#define CHUNK 65536
#define EOS 0x04
#define FLAGS 5 /* offsets in a page */
#define SEGMENTS 26

typedef struct {
  IsrInput *input;
  IsrOggDemux *demux;
  ogg_sync_state sync;
  guint64 offset;   /* of the next page */
  GByteArray *head; /* the first page */
  GByteArray *tail; /* the last page on which a packet ends */
  guint64 tail_offset;
  guint links; /* streams that begin in the file */
  guint64 samples;
  guint rate;
  gboolean stuck; /* the demuxer reads no further */
} Scan;

static void
scan_init (Scan *self, IsrInput *input)
{
  *self = (Scan){ .input = input };
  self->demux = isr_ogg_demux_new ();
  self->head = g_byte_array_new ();
  self->tail = g_byte_array_new ();
  ogg_sync_init (&self->sync);
}

static void
scan_clear (Scan *self)
{
  isr_ogg_demux_free (self->demux);
  g_byte_array_unref (self->head);
  g_byte_array_unref (self->tail);
  ogg_sync_clear (&self->sync);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scan, scan_clear)

static void
keep_page (GByteArray *array, const ogg_page *page)
{
  g_byte_array_set_size (array, 0);
  g_byte_array_append (array, page->header, page->header_len);
  g_byte_array_append (array, page->body, page->body_len);
}

/* Segments of the page up to the end of the last packet that ends on it. */
static guint
count_finished (const guint8 *page)
{
  guint count = page[SEGMENTS];

  while (count > 0 && page[SEGMENTS + count] == 255)
    count--;
  return count;
}

static void
scan_page (Scan *self, ogg_page *page)
{
  gboolean empty_end = ogg_page_eos (page) && page->body_len == 0;

  if (self->offset == 0)
    keep_page (self->head, page);
  if (ogg_page_bos (page))
    self->links++;
  if (ogg_page_granulepos (page) < 0 && !empty_end && count_finished (page->header) == 0)
    return;
  keep_page (self->tail, page);
  self->tail_offset = self->offset;
}

static void
scan_pages (Scan *self, gboolean last)
{
  ogg_page page;
  long found;

  while ((found = isr_ogg_seek_page (&self->sync, last, &page)) != 0) {
    if (found > 0)
      scan_page (self, &page);
    self->offset += found > 0 ? found : -found;
  }
}

/* FALSE: the stream can not be read, and nothing before could. */
static gboolean
scan_samples (Scan *self, GError **error)
{
  g_autoptr (GError) problem = NULL;
  IsrOggItem *item;

  if (self->stuck)
    return TRUE;
  while ((item = isr_ogg_demux_next (self->demux, &problem))) {
    self->samples += item->packet.samples;
    self->rate = item->link->rate;
    isr_ogg_item_free (item);
  }
  self->stuck = problem != NULL;
  if (!problem || self->samples > 0)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
scan_end (Scan *self, GError **error)
{
  scan_pages (self, TRUE);
  isr_ogg_demux_drain (self->demux);
  return scan_samples (self, error);
}

static gboolean
scan_file (Scan *self, GError **error)
{
  guint64 at = 0;
  gssize size;

  do {
    char *buffer = ogg_sync_buffer (&self->sync, CHUNK);
    g_autoptr (GBytes) bytes = NULL;

    size = self->input->read (self->input, at, buffer, CHUNK);
    if (size < 0) {
      g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "reading at byte %" G_GUINT64_FORMAT ": %s", at, g_strerror (errno));
      return FALSE;
    }
    bytes = g_bytes_new (buffer, size);
    ogg_sync_wrote (&self->sync, size);
    scan_pages (self, FALSE);
    isr_ogg_demux_push (self->demux, bytes);
    if (!scan_samples (self, error))
      return FALSE;
    at += size;
  } while (size == CHUNK);
  return scan_end (self, error);
}

/* --- mending ------------------------------------------------------------ */

static void
set_checksum (GByteArray *page)
{
  gsize header = SEGMENTS + 1 + page->data[SEGMENTS];
  ogg_page view = { page->data, header, page->data + header, page->len - header };

  ogg_page_checksum_set (&view);
}

/* The page as the last one of the file. */
static GByteArray *
make_last (const GByteArray *page, gboolean end)
{
  GByteArray *last = g_byte_array_new ();
  guint finished = count_finished (page->data);
  gsize body = 0;

  for (guint i = 1; i <= finished; i++)
    body += page->data[SEGMENTS + i];
  g_byte_array_append (last, page->data, SEGMENTS + 1 + finished);
  g_byte_array_append (last, page->data + SEGMENTS + 1 + page->data[SEGMENTS], body);
  if (end)
    last->data[FLAGS] |= EOS;
  last->data[SEGMENTS] = finished;
  set_checksum (last);
  return last;
}

static gboolean
same_bytes (const GByteArray *a, const GByteArray *b)
{
  return a->len == b->len && memcmp (a->data, b->data, a->len) == 0;
}

/* FLAC's first page says how long the file is. */
static void
mend_head (Scan *self, IsrOutput *output)
{
  gsize header = self->head->len ? SEGMENTS + 1 + self->head->data[SEGMENTS] : 0;
  g_autoptr (GByteArray) mended = NULL;

  if (self->links != 1 || self->head->len == 0 || isr_ogg_codec_find (self->head->data + header, self->head->len - header) != &isr_ogg_flac)
    return;
  mended = g_byte_array_new ();
  g_byte_array_append (mended, self->head->data, self->head->len);
  isr_ogg_flac_set_total (mended->data + header, self->samples);
  set_checksum (mended);
  if (!same_bytes (mended, self->head))
    isr_output_patch_data (output, 0, mended->data, mended->len);
}

static void
mend (Scan *self, const GByteArray *last, IsrOutput *output)
{
  mend_head (self, output);
  if (last->len == self->tail->len)
    isr_output_patch_data (output, self->tail_offset, last->data, last->len);
  isr_output_truncate (output, self->tail_offset + (last->len == self->tail->len ? last->len : 0));
  if (last->len != self->tail->len)
    isr_output_append_data (output, last->data, last->len);
}

gboolean
isr_ogg_probe (const guint8 *head, gsize size)
{
  return size >= 4 && memcmp (head, "OggS", 4) == 0;
}

gboolean
isr_ogg_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  g_auto (Scan) scan = { 0 };
  g_autoptr (GByteArray) last = NULL;

  scan_init (&scan, input);
  if (!scan_file (&scan, error))
    return FALSE;
  if (scan.samples == 0) {
    g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_EMPTY,
        "no whole audio page in %" G_GUINT64_FORMAT " bytes of Ogg: nothing in this file can be played", input->size);
    return FALSE;
  }
  last = make_last (scan.tail, isr_ogg_demux_may_end (scan.demux));
  *result = (IsrRepairResult){ scan.samples, scan.rate, scan.tail_offset + last->len, FALSE };
  result->changed = result->bytes != input->size || !same_bytes (last, scan.tail);
  if (result->changed)
    mend (&scan, last, output);
  return TRUE;
}
