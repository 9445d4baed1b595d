/* SPDX-License-Identifier: MIT */
/* tap-kind.c - a row a kind of stream; and the arithmetic of positions. */
#include "daemon/capture/tap-private.h"

static const struct {
  IsrTapKind kind;
  const char *name;
  int version; /* of MPEG; 0: no matter */
  IsrStream *(*make) (void);
} kinds[] = {
  { ISR_TAP_MP3, "audio/mpeg", 1, isr_stream_new_mp3 },
  { ISR_TAP_AAC, "audio/mpeg", 2, isr_stream_new_adts },
  { ISR_TAP_AAC, "audio/mpeg", 4, isr_stream_new_adts },
  { ISR_TAP_FLAC, "audio/x-flac", 0, isr_stream_new_flac },
  { ISR_TAP_OGG, "application/ogg", 0, isr_stream_new_ogg },
  { ISR_TAP_OGG, "audio/ogg", 0, isr_stream_new_ogg },
};

IsrTapKind
isr_tap_kind_from_caps (const GstCaps *caps)
{
  const GstStructure *s = gst_caps_get_structure (caps, 0);
  int version = 0;

  gst_structure_get_int (s, "mpegversion", &version);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (gst_structure_has_name (s, kinds[i].name) && (!kinds[i].version || kinds[i].version == version))
      return kinds[i].kind;
  return ISR_TAP_NONE;
}

IsrStream *
isr_tap_kind_make_stream (IsrTapKind kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].kind == kind)
      return kinds[i].make ();
  return NULL;
}

static GstCaps *
make_mp3_caps (GBytes *packet, guint rate, guint channels)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (packet, &size);
  int layer = size > 1 ? 4 - (data[1] >> 1 & 3) : 3;

  return gst_caps_new_simple ("audio/mpeg", "mpegversion", G_TYPE_INT, 1, "layer", G_TYPE_INT, layer,
      "rate", G_TYPE_INT, (int) rate, "channels", G_TYPE_INT, (int) channels, "parsed", G_TYPE_BOOLEAN, TRUE, NULL);
}

GstCaps *
isr_tap_kind_make_caps (IsrTapKind kind, GstCaps *caps, GBytes *packet, guint rate, guint channels)
{
  if (kind == ISR_TAP_MP3)
    return make_mp3_caps (packet, rate, channels);
  return kind == ISR_TAP_OGG ? gst_caps_new_empty_simple ("application/ogg") : gst_caps_ref (caps);
}

static void
unmap (gpointer data)
{
  GstMapInfo *map = data;
  GstMemory *memory = map->memory;

  gst_memory_unmap (memory, map);
  gst_memory_unref (memory);
  g_free (map);
}

GBytes *
isr_tap_get_bytes (GstBuffer *buffer)
{
  GstMapInfo *map = g_new0 (GstMapInfo, 1);
  GstMemory *memory = gst_buffer_get_all_memory (buffer);

  if (memory && gst_memory_map (memory, map, GST_MAP_READ))
    return g_bytes_new_with_free_func (map->data, map->size, unmap, map);
  g_clear_pointer (&memory, gst_memory_unref);
  g_free (map);
  return g_bytes_new (NULL, 0);
}

guint64
isr_tap_position_get (const IsrTapPosition *self, guint64 ahead)
{
  return self->base_ns + (self->rate ? gst_util_uint64_scale (self->samples + ahead, GST_SECOND, self->rate) : 0);
}

void
isr_tap_position_set_rate (IsrTapPosition *self, guint rate)
{
  if (rate == self->rate)
    return;
  self->base_ns = isr_tap_position_get (self, 0);
  self->samples = 0;
  self->rate = rate;
}
