/* SPDX-License-Identifier: MIT */
/* tail.c - one open file; at its end the catalog is asked for the next one. */
#include "daemon/media/tail.h"

#include <sys/stat.h>
#include <unistd.h>

#include "daemon/media/media-error.h"
#include "daemon/media/span.h"

IsrTail *
isr_tail_new (const IsrRecording *recording, const char *directory, double seconds)
{
  g_autoptr (IsrTail) self = g_new0 (IsrTail, 1);
  IsrSpanPart part = { (IsrRecording *) recording, (char *) directory };
  g_autoptr (IsrPcmReader) reader = NULL;

  self->source = g_strdup (recording->source);
  self->recording = isr_recording_copy (recording);
  self->fd = isr_span_part_open (&part, NULL);
  if (self->fd < 0 || !isr_file_init (&self->file, self->fd))
    return NULL;
  reader = isr_pcm_reader_new (&self->file.input, NULL);
  if (reader)
    self->pcm = *isr_pcm_reader_get_pcm (reader);
  if (reader && !isr_pcm_reader_is_flac (reader)) {
    guint64 samples = isr_pcm_reader_get_samples (reader);

    self->at = samples - MIN (samples, (guint64) (seconds * self->pcm.rate));
    return g_steal_pointer (&self);
  }
  self->unpacker = isr_unpacker_new (&self->file.input, NULL);
  if (!self->unpacker)
    return NULL;
  if (seconds > 0)
    isr_unpacker_seek (self->unpacker, (gint64) isr_unpacker_get_samples (self->unpacker) - (gint64) (seconds * isr_unpacker_get_rate (self->unpacker)));
  else
    isr_unpacker_seek_start (self->unpacker);
  return g_steal_pointer (&self);
}

void
isr_tail_free (IsrTail *self)
{
  g_clear_pointer (&self->unpacker, isr_unpacker_free);
  if (self->fd >= 0)
    close (self->fd);
  isr_recording_free (self->recording);
  g_free (self->source);
  g_free (self);
}

/* The reader counts anew what there is: the header is read again, that is all. */
static gboolean
next_samples (IsrTail *self, IsrUnpacked *packet)
{
  g_autoptr (IsrPcmReader) reader = isr_pcm_reader_new (&self->file.input, NULL);
  guint size = isr_pcm_get_frame_size (&self->pcm);
  guint64 samples = reader ? isr_pcm_reader_get_samples (reader) : 0;
  gsize n = (gsize) MIN (samples - MIN (samples, self->at), self->pcm.rate);
  guint8 *data;

  if (!n)
    return FALSE;
  data = g_malloc (n * size);
  isr_pcm_reader_seek (reader, self->at);
  n = isr_pcm_reader_read (reader, data, n);
  *packet = (IsrUnpacked){ g_bytes_new_take (data, n * size), (gint64) self->at, n, 0 };
  self->at += n;
  return n > 0;
}

gboolean
isr_tail_next (IsrTail *self, IsrUnpacked *packet)
{
  struct stat st;

  if (fstat (self->fd, &st) == 0)
    self->file.input.size = (guint64) st.st_size;
  return self->unpacker ? isr_unpacker_next (self->unpacker, packet) : next_samples (self, packet);
}

/* The oldest recording of the source that begins after this one. */
static IsrRecording *
find_next (IsrTail *self, IsrCatalog *catalog)
{
  IsrCatalogQuery query = { .source = self->source, .from_us = self->recording->start_us, .to_us = G_MAXINT64 / 4, .limit = 100 };
  g_autoptr (GPtrArray) newest_first = isr_catalog_list (catalog, &query, NULL, NULL);

  for (guint i = newest_first ? newest_first->len : 0; i > 0; i--) {
    const IsrRecording *recording = newest_first->pdata[i - 1];

    if (recording->start_us > self->recording->start_us && !recording->adopted)
      return isr_recording_copy (recording);
  }
  return NULL;
}

IsrTail *
isr_tail_turn (IsrTail *self, IsrCatalog *catalog)
{
  g_autoptr (IsrRecording) now = self->finished ? NULL : isr_catalog_lookup (catalog, self->recording->name);
  g_autoptr (IsrRecording) next = NULL;

  if (!self->finished) { /* once more to its end, and then on */
    self->finished = !now || !now->recording;
    return NULL;
  }
  next = find_next (self, catalog);
  if (!next)
    return NULL;
  return isr_tail_new (next, isr_catalog_get_output_directory (catalog), 0);
}
