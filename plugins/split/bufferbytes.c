/* SPDX-License-Identifier: MIT */
/* bufferbytes.c - a mapping that lasts as long as the bytes. */
#include "plugins/split/bufferbytes.h"

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
isr_buffer_get_bytes (GstBuffer *buffer)
{
  GstMapInfo *map = g_new0 (GstMapInfo, 1);
  GstMemory *memory = gst_buffer_get_all_memory (buffer);

  if (memory && gst_memory_map (memory, map, GST_MAP_READ))
    return g_bytes_new_with_free_func (map->data, map->size, unmap, map);
  g_clear_pointer (&memory, gst_memory_unref);
  g_free (map);
  return g_bytes_new (NULL, 0);
}
