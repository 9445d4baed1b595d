/* SPDX-License-Identifier: MIT */
/* cut.c - the door, what all share, and WAV. */
#include "plugins/format/cut-private.h"

#include <string.h>

#include "plugins/format/pcm-reader.h"

#define CHUNK (256 * 1024)

gboolean
isr_cut_go_on (IsrCut *self, GError **error)
{
  if (!self->go_on || self->go_on (self->data))
    return TRUE;
  g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "the cut was given up");
  return FALSE;
}

gboolean
isr_cut_fail_change (IsrCut *self, guint part, GError **error)
{
  self->changed = part;
  g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED, "the files differ in codec, rate, channels or set-up");
  return FALSE;
}

gboolean
isr_cut_fail_damaged (guint part, GError **error)
{
  g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID, "file %u of the span is damaged where it should be cut", part + 1);
  return FALSE;
}

void
isr_cut_begin_early (IsrCut *self, guint64 early, guint rate)
{
  self->early = early;
  self->rate = rate;
  self->info.start_us -= (gint64) (early * 1000000 / rate);
}

/* --- WAV ------------------------------------------------------------------------ */

static gboolean
copy_part (IsrCut *self, guint index, IsrPcmReader *reader, IsrWriter *writer, GError **error)
{
  const IsrCutPart *part = &self->parts[index];
  guint size = isr_pcm_get_frame_size (isr_pcm_reader_get_pcm (reader));
  guint64 left = part->samples;

  isr_pcm_reader_seek (reader, part->start);
  while (left) {
    gsize frames = (gsize) MIN (left, CHUNK / size);
    guint8 *data = g_malloc (frames * size);
    gsize got = isr_pcm_reader_read (reader, data, frames);
    IsrPacket packet = { g_bytes_new_take (data, got * size), got, 0 };

    if (got)
      isr_writer_write (writer, &packet);
    isr_packet_clear (&packet);
    if (got < frames)
      return isr_cut_fail_damaged (index, error);
    if (!isr_cut_go_on (self, error))
      return FALSE;
    left -= got;
  }
  return TRUE;
}

static gboolean
same_pcm (const IsrPcm *a, const IsrPcm *b)
{
  return a->format == b->format && a->rate == b->rate && a->channels == b->channels;
}

static gboolean
write_wav (IsrCut *self, const IsrPcm *pcm, IsrWriter *writer, GError **error)
{
  for (guint i = 0; i < self->n; i++) {
    g_autoptr (IsrPcmReader) reader = isr_pcm_reader_new (self->parts[i].input, NULL);

    if (!reader || isr_pcm_reader_is_flac (reader) || !same_pcm (pcm, isr_pcm_reader_get_pcm (reader)))
      return isr_cut_fail_change (self, i, error);
    if (!copy_part (self, i, reader, writer, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
cut_wav (IsrCut *self, GError **error)
{
  g_autoptr (IsrPcmReader) first = isr_pcm_reader_new (self->parts[0].input, error);
  g_autoptr (IsrStream) stream = NULL;
  const IsrPcm *pcm;
  IsrWriter *writer;
  gboolean ok;

  if (!first)
    return FALSE;
  pcm = isr_pcm_reader_get_pcm (first);
  stream = isr_stream_new_wav (pcm);
  writer = isr_stream_open (stream, self->output, &self->info);
  ok = write_wav (self, pcm, writer, error);
  isr_writer_close (writer, &self->totals);
  self->extension = "wav";
  self->rate = pcm->rate;
  return ok;
}

/* --- the door ---------------------------------------------------------------------- */

gboolean
isr_cut (IsrCut *self, GError **error)
{
  char magic[4] = "";
  IsrInput *first = self->parts[0].input;

  if (first->read (first, 0, magic, 4) != 4)
    return isr_cut_fail_damaged (0, error);
  if (memcmp (magic, "fLaC", 4) == 0)
    return isr_cut_flac (self, error);
  if (memcmp (magic, "RIFF", 4) == 0 || memcmp (magic, "RF64", 4) == 0)
    return cut_wav (self, error);
  return isr_cut_packets (self, error);
}
