/* SPDX-License-Identifier: MIT */
/* unpack-flac.c - native FLAC, frame by frame, not decoded: for those who follow a
 * file that is being written. Found by checksums; reading begins at the first frame, or near
 * the end. */
#include "plugins/format/bytes.h"
#include "plugins/format/flac-scan.h"
#include "plugins/format/unpack-private.h"

#include <string.h>

#define TAIL (512 * 1024)

typedef struct {
  IsrUnpacker parent;
  IsrInput *input;
  IsrFlacInfo info;
  guint64 first; /* offset of the first frame */
  guint64 at;
} Flac;

static gint64
place_of (Flac *self, const IsrFlacFrame *frame)
{
  return (gint64) (frame->variable ? frame->number : frame->number * self->info.min_block);
}

static gboolean
scan (Flac *self, guint64 from, IsrFlacFrame *frame, guint64 *start, guint64 *end)
{
  IsrFlacScan scan;
  gboolean found;

  isr_flac_scan_init (&scan, self->input, &self->info, from);
  found = isr_flac_scan_next (&scan, frame, start, end);
  isr_flac_scan_clear (&scan);
  return found;
}

static void
flac_measure (IsrUnpacker *unpacker)
{
  Flac *self = (Flac *) unpacker;
  guint64 tail = self->input->size > self->first + TAIL ? self->input->size - TAIL : self->first;
  IsrFlacFrame frame;
  guint64 start, end;

  g_array_set_size (unpacker->marks, 0);
  isr_unpacker_mark (unpacker, G_MININT64, self->first);
  for (guint64 at = tail; scan (self, at, &frame, &start, &end); at = end) {
    isr_unpacker_mark (unpacker, place_of (self, &frame), start);
    unpacker->samples = (guint64) place_of (self, &frame) + frame.block;
  }
}

static void
flac_go (IsrUnpacker *unpacker, gint64 position, guint64 offset)
{
  ((Flac *) unpacker)->at = offset;
}

static gboolean
flac_next (IsrUnpacker *unpacker, IsrUnpacked *packet)
{
  Flac *self = (Flac *) unpacker;
  IsrFlacFrame frame;
  guint64 start, end;
  guint8 *data;

  if (!scan (self, self->at, &frame, &start, &end))
    return FALSE;
  data = g_malloc (end - start);
  if (self->input->read (self->input, start, data, end - start) != (gssize) (end - start)) {
    g_free (data);
    return FALSE;
  }
  *packet = (IsrUnpacked){ g_bytes_new_take (data, end - start), place_of (self, &frame), frame.block, 0 };
  self->at = end;
  return TRUE;
}

static void
flac_free (IsrUnpacker *unpacker)
{
  g_free (unpacker);
}

/* "fLaC" and STREAMINFO, as a stream that begins has them. */
static GBytes *
make_header (const guint8 *head)
{
  guint8 *copy = g_memdup2 (head, ISR_FLAC_STREAMINFO_OFFSET + ISR_FLAC_STREAMINFO_SIZE);

  copy[4] = 0x80; /* the last block */
  return g_bytes_new_take (copy, ISR_FLAC_STREAMINFO_OFFSET + ISR_FLAC_STREAMINFO_SIZE);
}

static gboolean
read_header (Flac *self)
{
  guint8 head[ISR_FLAC_STREAMINFO_OFFSET + ISR_FLAC_STREAMINFO_SIZE];

  if (self->input->read (self->input, 0, head, sizeof head) != sizeof head)
    return FALSE;
  isr_flac_info_read (&self->info, head + ISR_FLAC_STREAMINFO_OFFSET);
  self->parent.header = make_header (head);
  for (self->first = 4; self->input->read (self->input, self->first, head, 4) == 4;) {
    self->first += 4 + isr_get_be (head + 1, 3);
    if (head[0] & 0x80)
      return self->info.rate > 0;
  }
  return FALSE;
}

IsrUnpacker *
isr_unpacker_new_flac (IsrInput *input)
{
  static const IsrUnpackerClass klass = { flac_free, flac_measure, isr_unpacker_seek_mark, flac_go, flac_next };
  Flac *self = g_new0 (Flac, 1);

  isr_unpacker_init (&self->parent, &klass, input);
  self->input = input;
  if (!read_header (self)) {
    isr_unpacker_free (&self->parent);
    return NULL;
  }
  self->at = self->first;
  self->parent.codec = ISR_CODEC_FLAC;
  self->parent.rate = self->info.rate;
  self->parent.channels = self->info.channels;
  self->parent.extension = "flac";
  return &self->parent;
}
