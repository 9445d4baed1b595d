/* SPDX-License-Identifier: MIT */
/* scan.c - feeds a framer from an input, block by block. */
#include "plugins/format/scan.h"

#include <errno.h>
#include <string.h>

#define BLOCK (64 * 1024)

void
isr_scan_init (IsrScan *self, IsrInput *input, IsrFrameMeasure measure, gsize header_size)
{
  *self = (IsrScan){ .input = input };
  isr_framer_init (&self->framer, measure, header_size);
  isr_framer_begin_file (&self->framer);
}

void
isr_scan_clear (IsrScan *self)
{
  isr_framer_clear (&self->framer);
}

static gboolean
scan_read (IsrScan *self)
{
  g_autofree guint8 *block = g_malloc (BLOCK);
  gssize n = self->input->read (self->input, self->at, block, BLOCK);
  g_autoptr (GBytes) bytes = NULL;

  if (n < 0)
    self->error = errno ? errno : EIO;
  if (n <= 0)
    return FALSE;
  bytes = g_bytes_new_take (g_steal_pointer (&block), n);
  self->at += n;
  isr_framer_push (&self->framer, bytes);
  return TRUE;
}

GBytes *
isr_scan_next (IsrScan *self, guint64 *offset)
{
  GBytes *frame;
  guint64 begin = 0;

  while (!(frame = isr_framer_next (&self->framer, &begin))) {
    if (self->framer.ended)
      return NULL;
    if (!scan_read (self))
      isr_framer_end_file (&self->framer);
  }
  self->end = begin + g_bytes_get_size (frame);
  if (offset)
    *offset = begin;
  return frame;
}

guint64
isr_scan_get_end (IsrScan *self)
{
  static const char *tags[] = { "TAG", "APETAGEX", "LYRICSBEGIN", "ID3" };
  char rest[16] = { 0 };

  if (self->input->read (self->input, self->end, rest, sizeof (rest) - 1) > 0)
    for (guint i = 0; i < G_N_ELEMENTS (tags); i++)
      if (g_str_has_prefix (rest, tags[i]))
        return self->input->size;
  return self->end;
}

gboolean
isr_scan_check (const IsrScan *self, guint64 samples, GError **error)
{
  if (self->error)
    g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID,
        "Reading failed at byte %" G_GUINT64_FORMAT ": %s; nothing was changed", self->at, g_strerror (self->error));
  else if (samples == 0)
    g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_EMPTY,
        "There is not one whole audio frame in it that could be played");
  return !self->error && samples > 0;
}

gboolean
isr_scan_probe (const guint8 *head, gsize size, IsrFrameMeasure measure, gsize header_size)
{
  IsrFramer framer;
  g_autoptr (GBytes) bytes = g_bytes_new (head, size);
  g_autoptr (GBytes) frame = NULL;
  gboolean found;

  isr_framer_init (&framer, measure, header_size);
  isr_framer_push (&framer, bytes);
  frame = isr_framer_next (&framer, NULL);
  found = framer.garbage == 0 && (frame || (size > 3 && memcmp (head, "ID3", 3) == 0));
  isr_framer_clear (&framer);
  return found;
}
