/* SPDX-License-Identifier: MIT */
/* test-rejoin-heads.c - stations with heads that the server repeats to each listener: links
 * of Ogg pages, and native FLAC. */
#include "tests/unit/httpsrc/pages-helper.h"

/* --- tests --- */

static void
test_joins_pages_and_swallows_repeated_heads (void)
{
  for (guint32 seed = 1; seed <= 12; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    g_autoptr (GByteArray) stream = g_byte_array_new ();
    Station station = { stream, ogg_head, burst_of_pages, page_before };

    add_link (rand, stream, seed, STREAM + 10000);
    drop_often (&station, seed);
  }
}

/* The next song of the station is a link with another serial: its head is news. */
static void
test_a_new_link_is_passed_on (void)
{
  g_autoptr (Listener) l = listener_new (10);
  g_autoptr (GByteArray) one = g_byte_array_new (), two = g_byte_array_new ();
  Station first = { one, ogg_head, no_burst }, second = { two, ogg_head, no_burst };

  add_link (l->rand, one, 1, 100000);
  add_link (l->rand, two, 2, 100000);
  listen (l, &first, ogg_head (one), one->len);
  l->last = 0;
  listen (l, &second, ogg_head (two), two->len);
  g_assert_cmpuint (l->gaps->len, ==, 1);
  assert_same (l->out, 0, one, 0, one->len);
  assert_same (l->out, one->len, two, 0, two->len);
  g_assert_cmpuint (l->out->len, ==, one->len + two->len);
}

/* Pages are numbered: the next one needs no overlap. */
static void
test_the_next_page_continues_without_an_overlap (void)
{
  g_autoptr (Listener) l = listener_new (11);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  Station station = { stream, ogg_head, no_burst };
  gsize at;

  add_link (l->rand, stream, 1, 100000);
  at = page_before (stream, 50000);
  listen (l, &station, ogg_head (stream), at);
  listen (l, &station, at, stream->len);
  g_assert_cmpuint (l->gaps->len, ==, 0);
  g_assert_cmpuint (l->exact, ==, 1);
  assert_same (l->out, 0, stream, 0, stream->len);
  g_assert_cmpuint (l->out->len, ==, stream->len);
}

/* The head comes again behind a hole: it is swallowed, the pages are not. */
static void
test_a_known_head_is_swallowed_behind_a_hole (void)
{
  g_autoptr (Listener) l = listener_new (12);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  Station station = { stream, ogg_head, no_burst };
  gsize at, later;

  add_link (l->rand, stream, 1, 100000);
  at = page_before (stream, 40000);
  later = page_before (stream, 60000);
  listen (l, &station, ogg_head (stream), at + 100);
  listen (l, &station, later, stream->len);
  g_assert_cmpuint (l->gaps->len, ==, 1);
  assert_same (l->out, at + 100, stream, later, stream->len - later);
  g_assert_cmpuint (l->out->len, ==, at + 100 + stream->len - later);
}

static gsize
flac_head (GByteArray *stream)
{
  return 42;
}

static void
test_a_flac_head_is_swallowed (void)
{
  g_autoptr (Listener) l = listener_new (13);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
  Station station = { stream, flac_head, burst_of_bytes };

  memcpy (stream->data, "fLaC\x80\0\0\x22", 8);
  listen (l, &station, 100000, 130000);
  listen (l, &station, 140000, 160000);
  g_assert_cmpuint (l->gaps->len, ==, 0);
  g_assert_cmpuint (l->exact, ==, 1);
  assert_same (l->out, 42, stream, 100000 - BURST, 60000 + BURST);
  g_assert_cmpuint (l->out->len, ==, 42 + 60000 + BURST);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rejoin/joins-pages-and-swallows-repeated-heads", test_joins_pages_and_swallows_repeated_heads);
  g_test_add_func ("/rejoin/a-new-link-is-passed-on", test_a_new_link_is_passed_on);
  g_test_add_func ("/rejoin/the-next-page-continues-without-an-overlap", test_the_next_page_continues_without_an_overlap);
  g_test_add_func ("/rejoin/a-known-head-is-swallowed-behind-a-hole", test_a_known_head_is_swallowed_behind_a_hole);
  g_test_add_func ("/rejoin/a-flac-head-is-swallowed", test_a_flac_head_is_swallowed);
  return g_test_run ();
}
