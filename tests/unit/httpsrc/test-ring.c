/* SPDX-License-Identifier: MIT */
/* test-ring.c - whatever was appended in whatever portions: the last bytes are there, in order. */
#include "plugins/http/ring.h"

#include <string.h>

#define KEEP 4000

static void
append (IsrRing *ring, GByteArray *all, GRand *rand, gsize size)
{
  g_autofree guint8 *data = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) g_rand_int (rand);
  isr_ring_append (ring, data, size);
  g_byte_array_append (all, data, (guint) size);
}

static void
check (IsrRing *ring, const GByteArray *all)
{
  gsize size = MIN (all->len, ring->keep);

  g_assert_cmpuint (ring->size, ==, size);
  isr_ring_straighten (ring);
  g_assert_cmpmem (ring->data, ring->size, all->data + all->len - size, size);
}

static void
test_last_bytes (void)
{
  for (guint32 seed = 0; seed < 50; seed++) {
    g_autoptr (GByteArray) all = g_byte_array_new ();
    GRand *rand = g_rand_new_with_seed (seed);
    IsrRing ring;

    isr_ring_init (&ring, KEEP);
    for (guint i = 0; i < 60; i++) {
      append (&ring, all, rand, (gsize) g_rand_int_range (rand, 0, i % 20 ? KEEP / 3 : 3 * KEEP));
      if (g_rand_boolean (rand))
        check (&ring, all);
    }
    check (&ring, all);
    isr_ring_clear (&ring);
    g_rand_free (rand);
  }
}

/* What is in it stays when more is to be kept, and what comes then is added. */
static void
test_wider (void)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  GRand *rand = g_rand_new_with_seed (1);
  IsrRing ring;

  isr_ring_init (&ring, KEEP);
  append (&ring, all, rand, KEEP);
  append (&ring, all, rand, KEEP / 4);
  ring.keep = 2 * KEEP;
  append (&ring, all, rand, 1);
  g_assert_cmpuint (ring.size, ==, KEEP + 1);
  isr_ring_straighten (&ring);
  g_assert_cmpmem (ring.data, ring.size, all->data + all->len - KEEP - 1, KEEP + 1);
  append (&ring, all, rand, 2 * KEEP);
  check (&ring, all);
  isr_ring_clear (&ring);
  g_rand_free (rand);
}

static void
test_forget (void)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  GRand *rand = g_rand_new_with_seed (2);
  IsrRing ring;

  isr_ring_init (&ring, KEEP);
  append (&ring, all, rand, KEEP + 7);
  isr_ring_forget (&ring);
  g_assert_cmpuint (ring.size, ==, 0);
  g_byte_array_set_size (all, 0);
  append (&ring, all, rand, 5);
  check (&ring, all);
  isr_ring_clear (&ring);
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ring/last-bytes", test_last_bytes);
  g_test_add_func ("/ring/wider", test_wider);
  g_test_add_func ("/ring/forget", test_forget);
  return g_test_run ();
}
