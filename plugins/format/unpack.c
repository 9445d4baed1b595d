/* SPDX-License-Identifier: MIT */
/* unpack.c - the doors, and marks: places found by walking, for seeking later. */
#include "plugins/format/unpack-private.h"

#include <string.h>

void
isr_unpacked_clear (IsrUnpacked *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

void
isr_unpacker_init (IsrUnpacker *self, const IsrUnpackerClass *klass, IsrInput *input)
{
  self->klass = klass;
  self->marks = g_array_new (FALSE, FALSE, sizeof (IsrMark));
  isr_window_init (&self->window, input);
}

void
isr_unpacker_mark (IsrUnpacker *self, gint64 position, guint64 offset)
{
  IsrMark mark = { position, offset };

  g_array_append_val (self->marks, mark);
}

IsrUnpacker *
isr_unpacker_new (IsrInput *input, GError **error)
{
  char magic[4] = "";
  IsrUnpacker *self = NULL;

  if (input->read (input, 0, magic, 4) == 4 && memcmp (magic, "OggS", 4) == 0)
    return isr_unpacker_new_ogg (input, error);
  self = memcmp (magic, "fLaC", 4) == 0 ? isr_unpacker_new_flac (input) : isr_unpacker_new_frames (input);
  if (!self)
    g_set_error_literal (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED, "no Ogg page, MPEG audio frame or ADTS frame stands at its beginning");
  return self;
}

void
isr_unpacker_free (IsrUnpacker *self)
{
  g_array_unref (self->marks);
  isr_window_clear (&self->window);
  g_clear_pointer (&self->link, isr_ogg_link_unref);
  g_clear_pointer (&self->header, g_bytes_unref);
  self->klass->free (self);
}

IsrCodec
isr_unpacker_get_codec (IsrUnpacker *self)
{
  return self->codec;
}

guint
isr_unpacker_get_layer (IsrUnpacker *self)
{
  return self->layer;
}

guint
isr_unpacker_get_rate (IsrUnpacker *self)
{
  return self->rate;
}

guint
isr_unpacker_get_channels (IsrUnpacker *self)
{
  return self->channels;
}

GPtrArray *
isr_unpacker_get_headers (IsrUnpacker *self)
{
  return self->link ? self->link->headers : NULL;
}

GBytes *
isr_unpacker_get_header (IsrUnpacker *self)
{
  return self->header;
}

const char *
isr_unpacker_get_extension (IsrUnpacker *self)
{
  return self->extension;
}

guint
isr_unpacker_get_warm_up (IsrUnpacker *self)
{
  return self->warm_up;
}

guint64
isr_unpacker_get_samples (IsrUnpacker *self)
{
  self->klass->measure (self);
  return self->samples;
}

void
isr_unpacker_seek_mark (IsrUnpacker *self, gint64 position)
{
  const IsrMark *marks = (const IsrMark *) self->marks->data;
  guint low = 0, high;

  for (high = self->marks->len; high - low > 1;) {
    guint middle = (low + high) / 2;

    if (marks[middle].position <= position)
      low = middle;
    else
      high = middle;
  }
  if (self->marks->len)
    self->klass->go (self, marks[low].position, marks[low].offset);
}

void
isr_unpacker_seek (IsrUnpacker *self, gint64 position)
{
  self->klass->measure (self);
  self->klass->seek (self, position);
}

void
isr_unpacker_seek_start (IsrUnpacker *self)
{
  isr_unpacker_seek (self, G_MININT64);
}

gboolean
isr_unpacker_next (IsrUnpacker *self, IsrUnpacked *packet)
{
  *packet = (IsrUnpacked){ 0 };
  return self->klass->next (self, packet);
}
