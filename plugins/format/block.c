/* SPDX-License-Identifier: MIT */
/* block.c - the free blocks in a queue, the last one first; more than a few are not kept. */
#include "plugins/format/block.h"

#define KEPT 16        /* free blocks at most: as many are on their way at one moment */
#define FEW (7 * 1024) /* bytes that do not deserve a block */

static GAsyncQueue *
get_free_blocks (void)
{
  static gsize queue = 0;

  if (g_once_init_enter (&queue))
    g_once_init_leave (&queue, GPOINTER_TO_SIZE (g_async_queue_new_full (g_free)));
  return GSIZE_TO_POINTER (queue);
}

guint8 *
isr_block_new (void)
{
  guint8 *block = g_async_queue_try_pop (get_free_blocks ());

  return block ? block : g_malloc (ISR_BLOCK_SIZE);
}

void
isr_block_free (gpointer block)
{
  GAsyncQueue *blocks = get_free_blocks ();

  if (g_async_queue_length (blocks) < KEPT)
    g_async_queue_push_front (blocks, block);
  else
    g_free (block);
}

GBytes *
isr_block_to_bytes (guint8 *block, gsize size)
{
  GBytes *bytes;

  g_return_val_if_fail (size <= ISR_BLOCK_SIZE, NULL);

  if (size > FEW)
    return g_bytes_new_with_free_func (block, size, isr_block_free, block);
  bytes = g_bytes_new (block, size);
  isr_block_free (block);
  return bytes;
}

void
isr_bytes_settle (GBytes **bytes)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (*bytes, &size);
  GBytes *copy = g_bytes_new (data, size);

  g_bytes_unref (*bytes);
  *bytes = copy;
}
