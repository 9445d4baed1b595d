/* SPDX-License-Identifier: MIT */
/* raw-stream.c - a queue of buffers; the bytes of half a sample frame at the
 * end of a buffer, which a caller should never push, are dropped. */
#include "plugins/format/raw-stream.h"

void
isr_raw_stream_init (IsrRawStream *self, const IsrStreamClass *klass, const IsrPcm *pcm)
{
  self->parent = (IsrStream){ klass, pcm->rate, isr_pcm_get_frame_size (pcm) };
  self->pcm = *pcm;
  g_queue_init (&self->pending);
}

void
isr_raw_stream_push (IsrStream *stream, GBytes *bytes)
{
  IsrRawStream *self = (IsrRawStream *) stream;

  g_queue_push_tail (&self->pending, g_bytes_ref (bytes));
}

gboolean
isr_raw_stream_next (IsrStream *stream, IsrPacket *packet, GError **error)
{
  IsrRawStream *self = (IsrRawStream *) stream;

  while (!g_queue_is_empty (&self->pending)) {
    g_autoptr (GBytes) bytes = g_queue_pop_head (&self->pending);
    guint64 samples = g_bytes_get_size (bytes) / stream->frame_size;

    if (!samples)
      continue;
    *packet = (IsrPacket){ g_bytes_new_from_bytes (bytes, 0, samples * stream->frame_size), samples, 0 };
    return TRUE;
  }
  return FALSE;
}

void
isr_raw_stream_free (IsrStream *stream)
{
  IsrRawStream *self = (IsrRawStream *) stream;

  g_queue_clear_full (&self->pending, (GDestroyNotify) g_bytes_unref);
  g_free (self);
}
