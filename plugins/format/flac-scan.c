/* SPDX-License-Identifier: MIT */
/* flac-scan.c - a window over the file, and checksums in it. */
#include "plugins/format/flac-scan.h"

#include <string.h>

#define WINDOW (1 << 20)

void
isr_flac_scan_init (IsrFlacScan *self, IsrInput *input, const IsrFlacInfo *info, guint64 from)
{
  *self = (IsrFlacScan){ input, info, from };
}

void
isr_flac_scan_clear (IsrFlacScan *self)
{
  g_clear_pointer (&self->window, g_free);
}

/* Bytes from @offset, @size of them if the file has them; @got says how many are there. */
static const guint8 *
look (IsrFlacScan *self, guint64 offset, gsize size, gsize *got)
{
  guint64 left = offset < self->input->size ? self->input->size - offset : 0;
  gsize want = MIN (size, left);

  if (!self->window || offset < self->base || offset + want > self->base + self->length) {
    gsize n = MIN (MAX (want, WINDOW), left);
    gssize read;

    g_free (self->window);
    self->window = g_malloc (n + 1);
    self->base = offset;
    read = self->input->read (self->input, offset, self->window, n);
    self->length = (gsize) MAX (read, 0);
    self->failed |= self->length < n;
  }
  *got = self->base + self->length - offset;
  return self->window + (offset - self->base);
}

/* No encoder makes a frame longer than twice its samples as they are. */
static gsize
longest (const IsrFlacScan *self, const IsrFlacFrame *frame)
{
  guint bits = frame->bits ? frame->bits : self->info->bits;

  return 2 * ((gsize) frame->block * frame->channels * (bits + 1) / 8) + 1024;
}

static gboolean
is_like (const IsrFlacScan *self, const IsrFlacFrame *frame)
{
  const IsrFlacInfo *info = self->info;

  return frame->channels == info->channels && (!frame->rate || frame->rate == info->rate) && (!frame->bits || frame->bits == info->bits)
         && (!self->started || frame->variable == self->like.variable);
}

static gboolean
header_at (IsrFlacScan *self, guint64 offset, IsrFlacFrame *frame)
{
  gsize got = 0;
  const guint8 *data = look (self, offset, ISR_FLAC_FRAME_MAX_HEADER, &got);

  return isr_flac_frame_parse (frame, data, got) && is_like (self, frame);
}

/* Where the frame at @start ends: 0 when it is torn or broken. Decoded is only
 * what no header follows: the last frame, or one before a broken header. A last
 * frame that libFLAC does not decode is whole by its checksum alone, as it is
 * where a header follows: a file cut between the two must not be cut again. */
static guint64
find_end (IsrFlacScan *self, const IsrFlacFrame *frame, guint64 start)
{
  gsize limit = longest (self, frame);
  gsize got = 0;
  const guint8 *data = look (self, start, limit + ISR_FLAC_FRAME_MAX_HEADER, &got);
  gsize end = MIN (got, limit);
  gsize length;
  gsize at = frame->header_size;
  guint16 crc = isr_flac_crc16 (0, data, at);

  while (at < end) {
    const guint8 *sync = memchr (data + at, 0xff, end - at);
    gsize next = sync ? (gsize) (sync - data) : end;
    IsrFlacFrame following;

    crc = isr_flac_crc16 (crc, data + at, next - at);
    at = next;
    if (at == end)
      break;
    if (crc == 0 && isr_flac_frame_parse (&following, data + at, got - at) && is_like (self, &following))
      return start + at;
    crc = isr_flac_crc16 (crc, data + at, 1);
    at++;
  }
  length = isr_flac_decode_length (self->info, data, end);
  if (length == 0 && crc == 0 && start + end == self->input->size)
    length = end;
  return length ? start + length : 0;
}

/* The next offset from @offset on where a header may stand. */
static guint64
next_sync (IsrFlacScan *self, guint64 offset)
{
  while (offset < self->input->size) {
    gsize got = 0;
    const guint8 *data = look (self, offset, WINDOW / 4, &got);
    const guint8 *sync = memchr (data, 0xff, got);

    if (sync)
      return offset + (sync - data);
    if (!got)
      break;
    offset += got;
  }
  return self->input->size;
}

gboolean
isr_flac_scan_next (IsrFlacScan *self, IsrFlacFrame *frame, guint64 *start, guint64 *end)
{
  for (guint64 at = self->at; at < self->input->size && !self->failed; at = next_sync (self, at + 1)) {
    if (!header_at (self, at, frame))
      continue;
    *end = find_end (self, frame, at);
    if (!*end)
      continue;
    *start = at;
    self->at = *end;
    self->started = TRUE;
    self->like = *frame;
    return TRUE;
  }
  return FALSE;
}
