/* SPDX-License-Identifier: MIT */
/* test-block.c - blocks that are given out again, and copies that hold none. */
#include "plugins/format/block.h"

#include <string.h>

/* The one that came back last is the next one; none is there twice. */
static void
test_again (void)
{
  guint8 *one = isr_block_new (), *two = isr_block_new ();

  g_assert_true (one != two);
  isr_block_free (one);
  isr_block_free (two);
  g_assert_true (isr_block_new () == two);
  g_assert_true (isr_block_new () == one);
  isr_block_free (one);
  isr_block_free (two);
}

/* Many bytes lie in the block itself until nobody wants them; few are copied. */
static void
test_bytes (void)
{
  guint8 *block = isr_block_new ();
  g_autoptr (GBytes) few = NULL;
  GBytes *many;

  memset (block, 7, ISR_BLOCK_SIZE);
  many = isr_block_to_bytes (block, ISR_BLOCK_SIZE);
  g_assert_true (g_bytes_get_data (many, NULL) == block);
  g_bytes_unref (many);
  g_assert_true (isr_block_new () == block);
  memset (block, 8, 100);
  few = isr_block_to_bytes (block, 100);
  g_assert_true (isr_block_new () == block);
  memset (block, 9, 100);
  g_assert_cmpuint (g_bytes_get_size (few), ==, 100);
  g_assert_cmpuint (((const guint8 *) g_bytes_get_data (few, NULL))[99], ==, 8);
  isr_block_free (block);
}

/* A slice that is kept holds nothing larger. */
static void
test_settle (void)
{
  guint8 *block = isr_block_new ();
  GBytes *all = isr_block_to_bytes (memset (block, 5, ISR_BLOCK_SIZE), ISR_BLOCK_SIZE);
  GBytes *slice = g_bytes_new_from_bytes (all, 1000, 400);

  g_bytes_unref (all);
  isr_bytes_settle (&slice);
  g_assert_true (isr_block_new () == block);
  memset (block, 6, ISR_BLOCK_SIZE);
  g_assert_cmpuint (g_bytes_get_size (slice), ==, 400);
  g_assert_cmpuint (((const guint8 *) g_bytes_get_data (slice, NULL))[399], ==, 5);
  g_bytes_unref (slice);
  isr_block_free (block);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/block/again", test_again);
  g_test_add_func ("/format/block/bytes", test_bytes);
  g_test_add_func ("/format/block/settle", test_settle);
  return g_test_run ();
}
