/* SPDX-License-Identifier: MIT */
/* mp3-repair.c - cuts the torn frame at the end and fills the Info frame.
 *
 * The Info frame of our own writer is brought up to date whenever it is not; that of
 * another program only if it was never filled or the file was torn, for they
 * do not all count alike. */
#include "plugins/format/mp3-info.h"
#include "plugins/format/scan.h"

#include <string.h>

typedef struct {
  IsrMp3Frame frame; /* the first one */
  IsrMp3Index index;
  GByteArray *info_bytes; /* the Info frame, or NULL */
  guint64 info_offset;
  IsrMp3Info info;
} Mp3File;

gboolean
isr_mp3_probe (const guint8 *head, gsize size)
{
  return isr_scan_probe (head, size, isr_mp3_frame_measure, ISR_MP3_HEADER_SIZE);
}

static void
mp3_file_add (Mp3File *self, GBytes *bytes, guint64 offset)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gboolean first = self->frame.size == 0;
  gboolean primer;
  IsrMp3Frame frame;

  isr_mp3_frame_parse (&frame, data, size);
  if (first)
    self->frame = frame;
  if (first && isr_mp3_info_parse (&self->info, &frame, data)) {
    self->info_offset = offset;
    self->info_bytes = g_byte_array_append (g_byte_array_new (), data, size);
    return;
  }
  primer = self->info.ours && (self->index.frames + 1) * frame.samples <= self->info.skip;
  isr_mp3_index_add (&self->index, &frame, data, primer);
}

static guint64
mp3_file_get_samples (const Mp3File *self, guint drop)
{
  guint64 all = self->index.frames * self->frame.samples;

  return all - MIN (all, (guint64) self->info.skip + drop);
}

/* TRUE: it was not true and is now. */
static gboolean
mp3_file_fill_info (Mp3File *self, guint drop, gboolean torn, IsrOutput *output)
{
  gboolean ours = self->info.ours || self->info.frames == 0 || torn;
  g_autoptr (GBytes) before = NULL;

  if (!self->info_bytes || self->info.vbri || !ours)
    return FALSE;
  before = g_bytes_new (self->info_bytes->data, self->info_bytes->len);
  isr_mp3_info_fill (self->info_bytes->data, self->info_bytes->len, &self->index, self->info.skip, drop);
  if (memcmp (g_bytes_get_data (before, NULL), self->info_bytes->data, self->info_bytes->len) == 0)
    return FALSE;
  isr_output_patch_data (output, self->info_offset, self->info_bytes->data, self->info_bytes->len);
  return TRUE;
}

static gboolean
mp3_file_repair (Mp3File *self, IsrScan *scan, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  gboolean whole = self->info.frames == self->index.frames;
  guint drop = whole ? self->info.drop : 0;
  guint64 samples = mp3_file_get_samples (self, drop);
  guint64 end = isr_scan_get_end (scan);
  gboolean torn = end < scan->input->size;

  if (!isr_scan_check (scan, samples, error))
    return FALSE;
  if (torn)
    isr_output_truncate (output, end);
  *result = (IsrRepairResult){ samples, self->frame.rate, end, torn };
  if (mp3_file_fill_info (self, drop, torn, output))
    result->changed = TRUE;
  return TRUE;
}

gboolean
isr_mp3_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error)
{
  Mp3File file = { 0 };
  IsrScan scan;
  GBytes *bytes;
  guint64 offset = 0;
  gboolean done;

  isr_mp3_index_init (&file.index);
  isr_scan_init (&scan, input, isr_mp3_frame_measure, ISR_MP3_HEADER_SIZE);
  while ((bytes = isr_scan_next (&scan, &offset))) {
    mp3_file_add (&file, bytes, offset);
    g_bytes_unref (bytes);
  }
  done = mp3_file_repair (&file, &scan, output, result, error);
  isr_scan_clear (&scan);
  g_clear_pointer (&file.info_bytes, g_byte_array_unref);
  return done;
}
