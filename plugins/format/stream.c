/* SPDX-License-Identifier: MIT */
/* stream.c - the doors to the formats: dispatch, and what all share. */
#include "plugins/format/stream-private.h"

G_DEFINE_QUARK (isr_format_error, isr_format_error)

void
isr_packet_clear (IsrPacket *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  *self = (IsrPacket){ 0 };
}

void
isr_packet_take (IsrPacket *packet, guint frame_size, guint64 samples, IsrPacket *head)
{
  gsize cut = samples * frame_size;
  gsize size = g_bytes_get_size (packet->bytes);
  GBytes *rest = NULL;

  g_return_if_fail (frame_size > 0 && samples <= packet->samples && cut <= size);

  *head = (IsrPacket){ g_bytes_new_from_bytes (packet->bytes, 0, cut), samples, packet->flags };
  rest = g_bytes_new_from_bytes (packet->bytes, cut, size - cut);
  g_bytes_unref (packet->bytes);
  *packet = (IsrPacket){ rest, packet->samples - samples, 0 };
}

guint
isr_pcm_get_frame_size (const IsrPcm *self)
{
  static const guint bytes[] = { [ISR_SAMPLE_S16] = 2, [ISR_SAMPLE_S24] = 3, [ISR_SAMPLE_S24_32] = 4, [ISR_SAMPLE_S32] = 4, [ISR_SAMPLE_F32] = 4 };

  return bytes[self->format] * self->channels;
}

void
isr_stream_free (IsrStream *self)
{
  self->klass->free (self);
}

IsrStream *
isr_stream_new_alike (IsrStream *self)
{
  return self->klass->new_alike ? self->klass->new_alike (self) : NULL;
}

void
isr_stream_push (IsrStream *self, GBytes *bytes)
{
  self->klass->push (self, bytes);
}

gboolean
isr_stream_next (IsrStream *self, IsrPacket *packet, GError **error)
{
  return self->klass->next (self, packet, error);
}

void
isr_stream_drain (IsrStream *self)
{
  if (self->klass->drain)
    self->klass->drain (self);
}

void
isr_stream_discont (IsrStream *self)
{
  if (self->klass->discont)
    self->klass->discont (self);
}

guint
isr_stream_get_rate (IsrStream *self)
{
  return self->rate;
}

guint
isr_stream_get_channels (IsrStream *self)
{
  return self->channels;
}

guint
isr_stream_get_unplayed (IsrStream *self)
{
  return self->unplayed;
}

guint
isr_stream_get_frame_size (IsrStream *self)
{
  return self->frame_size;
}

const char *
isr_stream_get_extension (IsrStream *self)
{
  return self->klass->get_extension (self);
}

const char *const *
isr_stream_get_tags (IsrStream *self)
{
  return self->klass->get_tags ? self->klass->get_tags (self) : NULL;
}

IsrWriter *
isr_stream_open (IsrStream *self, IsrOutput *output, const IsrFileInfo *info)
{
  return self->klass->open (self, output, info);
}

guint64
isr_writer_write (IsrWriter *self, const IsrPacket *packet)
{
  self->played = packet->samples;
  self->klass->write (self, packet);
  return self->played;
}

void
isr_writer_refresh (IsrWriter *self)
{
  if (self->klass->refresh)
    self->klass->refresh (self);
}

guint64
isr_writer_get_warm_up (IsrWriter *self)
{
  return self->warm_up;
}

void
isr_writer_close (IsrWriter *self, IsrFileTotals *totals)
{
  self->klass->close (self, totals);
}
