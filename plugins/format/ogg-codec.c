/* SPDX-License-Identifier: MIT */
/* ogg-codec.c - the table of codecs, and links: what one set of headers said. */
#include "plugins/format/ogg-codec.h"
#include "plugins/format/ogg-comments.h"

#include <string.h>

static const IsrOggCodec *const codecs[] = {
  &isr_ogg_opus,
  &isr_ogg_vorbis,
  &isr_ogg_flac,
  &isr_ogg_speex,
};

const IsrOggCodec *
isr_ogg_codec_find (const guint8 *data, gsize size)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (size >= codecs[i]->magic_size && memcmp (data, codecs[i]->magic, codecs[i]->magic_size) == 0)
      return codecs[i];
  return NULL;
}

static void
link_clear (gpointer data)
{
  IsrOggLink *self = data;

  if (self->codec->free_setup)
    self->codec->free_setup (self);
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->comments, g_bytes_unref);
  g_strfreev (self->tags);
}

IsrOggLink *
isr_ogg_link_new (const IsrOggCodec *codec)
{
  IsrOggLink *self = g_rc_box_new0 (IsrOggLink);

  self->codec = codec;
  self->headers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  return self;
}

IsrOggLink *
isr_ogg_link_ref (IsrOggLink *self)
{
  return g_rc_box_acquire (self);
}

void
isr_ogg_link_unref (IsrOggLink *self)
{
  g_rc_box_release_full (self, link_clear);
}

gboolean
isr_ogg_link_read_header (IsrOggLink *self, GBytes *packet, GError **error)
{
  g_ptr_array_add (self->headers, g_bytes_ref (packet));
  return self->codec->read_header (self, packet, error);
}

void
isr_ogg_link_take_comments (IsrOggLink *self, GBytes *packet, gsize offset)
{
  gsize size = g_bytes_get_size (packet);

  g_clear_pointer (&self->comments, g_bytes_unref);
  g_clear_pointer (&self->tags, g_strfreev);
  self->comments = g_bytes_new_from_bytes (packet, MIN (offset, size), size - MIN (offset, size));
  self->tags = isr_ogg_comments_get_tags (self->comments);
}

gboolean
isr_ogg_link_bad_header (IsrOggLink *self, const char *why, GError **error)
{
  g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_INVALID,
      "Ogg %s: header packet %u is damaged (%s): this stream can not be decoded from here; connect again",
      self->codec->name, self->headers->len, why);
  return FALSE;
}

gboolean
isr_ogg_link_same_header (IsrOggLink *a, IsrOggLink *b, guint index)
{
  return index < a->headers->len && index < b->headers->len && g_bytes_equal (a->headers->pdata[index], b->headers->pdata[index]);
}

gboolean
isr_ogg_link_same_tags (IsrOggLink *a, IsrOggLink *b)
{
  if (!a->tags || !b->tags)
    return a->tags == b->tags;
  return g_strv_equal ((const char *const *) a->tags, (const char *const *) b->tags);
}

void
isr_ogg_link_set_before (IsrOggLink *self, GBytes **before, GBytes *packet)
{
  if (self->codec->is_audio && !self->codec->is_audio (packet))
    return;
  g_clear_pointer (before, g_bytes_unref);
  *before = g_bytes_ref (packet);
}
