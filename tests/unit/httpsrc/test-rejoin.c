/* SPDX-License-Identifier: MIT */
/* test-rejoin.c - random stations of bytes, random drops. */
#include "tests/unit/httpsrc/rejoin-helper.h"

static void
test_joins_bytes_without_a_seam (void)
{
  for (guint32 seed = 1; seed <= 12; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    g_autoptr (GByteArray) stream = noise (rand, STREAM);
    Station station = { stream, no_head, burst_of_bytes };

    drop_often (&station, seed);
  }
}

static void
test_declares_a_gap_where_the_burst_is_too_short (void)
{
  for (guint32 seed = 1; seed <= 8; seed++) {
    g_autoptr (Listener) l = listener_new (seed);
    g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
    Station station = { stream, no_head, burst_of_bytes };
    gsize hole = (gsize) g_rand_int_range (l->rand, 1, 50000);
    gsize gap;

    listen (l, &station, 100000, 130000);
    listen (l, &station, 130000 + BURST + hole, 130000 + BURST + hole + 10000);
    g_assert_cmpuint (l->gaps->len, ==, 1);
    gap = g_array_index (l->gaps, gsize, 0);
    g_assert_cmpuint (gap, ==, 30000 + BURST);
    assert_same (l->out, 0, stream, 100000 - BURST, gap);
    assert_same (l->out, gap, stream, 130000 + hole, BURST + 10000);
    g_assert_cmpuint (l->out->len, ==, gap + BURST + 10000);
  }
}

/* The burst reaches back by less than what proves an overlap, at its time: not a byte twice. */
static void
test_a_short_overlap_is_joined_in_its_time (void)
{
  const gsize overlaps[] = { 300, 2000, 4000 };

  for (guint i = 0; i < G_N_ELEMENTS (overlaps); i++) {
    g_autoptr (Listener) l = listener_new (i);
    g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
    const Station station = { stream, no_head, burst_of_bytes, NULL };
    gsize live = 100000 + BURST - overlaps[i];

    listen (l, &station, BURST, 100000);
    listen (l, &station, live, live + 5000);
    g_assert_cmpuint (l->gaps->len, ==, 0);
    g_assert_cmpuint (l->approximate, ==, 1);
    g_assert_cmpuint (l->out->len, ==, live + 5000);
    assert_same (l->out, 0, stream, 0, l->out->len);
  }
}

static void
test_declares_a_gap_without_a_burst (void)
{
  g_autoptr (Listener) l = listener_new (1);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
  Station station = { stream, no_head, no_burst };

  listen (l, &station, 10000, 50000);
  listen (l, &station, 60000, 90000);
  g_assert_cmpuint (l->gaps->len, ==, 1);
  g_assert_cmpuint (l->out->len, ==, 70000);
  assert_same (l->out, 40000, stream, 60000, 30000);
}

/* A frame of silence, again and again, ends the first connection and begins the next. */
static void
test_silence_is_joined_by_the_clock (void)
{
  for (guint32 seed = 1; seed <= 8; seed++) {
    g_autoptr (Listener) l = listener_new (seed);
    g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
    Station station = { stream, no_head, burst_of_bytes };
    gsize hole = (gsize) g_rand_int_range (l->rand, 0, 50) * 417;

    for (gsize i = 0; i < 417 * 360; i++) /* 150 kB from 100,000 on */
      stream->data[100000 + i] = stream->data[i % 417];
    listen (l, &station, 100000, 190000);
    listen (l, &station, 190000 + hole, 260000);
    g_assert_cmpuint (l->gaps->len, ==, 0);
    g_assert_cmpuint (l->approximate, ==, 1);
    g_assert_cmpuint (l->exact, ==, 0);
    assert_same (l->out, 0, stream, 100000 - BURST, 160000 + BURST);
    g_assert_cmpuint (l->out->len, ==, 160000 + BURST);
  }
}

/* Silence in the overlap, but not only: it fits at one place. */
static void
test_silence_with_an_end_is_joined_exactly (void)
{
  g_autoptr (Listener) l = listener_new (5);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
  Station station = { stream, no_head, burst_of_bytes };

  memset (stream->data + 100000, 0, 50000);
  listen (l, &station, 100000, 160000);
  listen (l, &station, 161000, 170000);
  listen (l, &station, 190000, 200000);
  g_assert_cmpuint (l->gaps->len, ==, 0);
  g_assert_cmpuint (l->exact, ==, 2);
  assert_same (l->out, 0, stream, 100000 - BURST, 100000 + BURST);
  g_assert_cmpuint (l->out->len, ==, 100000 + BURST);
}

static gsize
burst_of_everything (GByteArray *stream, gsize live)
{
  return live > 300000 ? live - 300000 : 0;
}

/* More comes again than was ever passed on. */
static void
test_a_burst_may_be_older_than_the_history (void)
{
  g_autoptr (Listener) l = listener_new (6);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
  Station first = { stream, no_head, no_burst }, next = { stream, no_head, burst_of_everything };

  listen (l, &first, 200000, 230000);
  listen (l, &next, 240000, 250000);
  g_assert_cmpuint (l->exact, ==, 1);
  assert_same (l->out, 0, stream, 200000, 50000);
  g_assert_cmpuint (l->out->len, ==, 50000);
}

/* The server plays from an earlier place, in real time: decided before the overlap ends. */
static void
test_follows_an_overlap_that_has_not_ended (void)
{
  g_autoptr (Listener) l = listener_new (7);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
  Station station = { stream, no_head, no_burst };
  IsrJoin join;

  listen (l, &station, 0, 200000);
  isr_rejoin_begin (l->rejoin);
  push (l, stream->data + 100000, 10000, 200000);
  g_assert_true (isr_rejoin_is_gathering (l->rejoin));
  g_assert_null (isr_rejoin_decide (l->rejoin, 0, &join));
  g_assert_false (isr_rejoin_is_gathering (l->rejoin));
  push (l, stream->data + 110000, 90000, 200000);
  g_assert_cmpuint (l->out->len, ==, 200000);
  push (l, stream->data + 200000, 50000, 250000);
  g_assert_cmpuint (l->exact, ==, 1);
  assert_same (l->out, 0, stream, 0, 250000);
  g_assert_cmpuint (l->out->len, ==, 250000);
}

/* ... and does not play what it played before: not lost, but behind a gap. */
static void
test_an_overlap_that_breaks_is_a_gap (void)
{
  g_autoptr (Listener) l = listener_new (8);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
  Station station = { stream, no_head, no_burst };
  IsrJoin join;

  listen (l, &station, 0, 200000);
  isr_rejoin_begin (l->rejoin);
  push (l, stream->data + 100000, 10000, 200000);
  g_assert_null (isr_rejoin_decide (l->rejoin, 0, &join));
  push (l, stream->data + 300000, 20000, 200000);
  g_assert_cmpuint (l->gaps->len, ==, 1);
  assert_same (l->out, 200000, stream, 300000, 20000);
  g_assert_cmpuint (l->out->len, ==, 220000);
}

/* A connection that ends while its burst is held back: it is passed on all the same. */
static void
test_nothing_is_lost_when_the_burst_ends_early (void)
{
  g_autoptr (Listener) l = listener_new (9);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
  Station station = { stream, no_head, no_burst };

  listen (l, &station, 0, 100000);
  isr_rejoin_begin (l->rejoin);
  push (l, stream->data + 150000, 1000, 151000);
  g_assert_cmpuint (l->out->len, ==, 100000);
  decide (l, 151000);
  g_assert_cmpuint (l->gaps->len, ==, 1);
  assert_same (l->out, 100000, stream, 150000, 1000);
}

/* Off the air, and back with what it began with: the same bytes are another broadcast. */
static void
test_a_station_that_begins_again_is_a_gap (void)
{
  for (gsize heard = 20000; heard <= 80000; heard += 20000) {
    g_autoptr (Listener) l = listener_new (10);
    g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
    Station station = { stream, no_head, burst_of_bytes };

    listen (l, &station, 10000, heard);
    isr_rejoin_begin (l->rejoin);
    isr_rejoin_doubt (l->rejoin, heard > 20000 ? 16000 : ISR_REJOIN_NEVER);
    push (l, stream->data, 30000, heard + 35000); /* 5000 bytes later it began, 30,000 ago */
    g_assert_cmpuint (l->out->len, ==, heard);
    decide (l, heard + 35000);
    push (l, stream->data + 30000, 100000, heard + 135000);
    g_assert_cmpuint (l->gaps->len, ==, 1);
    g_assert_cmpuint (l->exact, ==, 0);
    assert_same (l->out, 0, stream, 0, heard);
    assert_same (l->out, heard, stream, 0, 130000);
  }
}

/* A relay that had lost its master: the burst is the master's, and covers the hole. */
static void
test_a_relay_that_is_back_in_time_is_joined (void)
{
  g_autoptr (Listener) l = listener_new (11);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM);
  Station station = { stream, no_head, burst_of_bytes };

  listen (l, &station, 100000, 150000);
  isr_rejoin_begin (l->rejoin);
  isr_rejoin_doubt (l->rejoin, 16000);
  push (l, stream->data + 170000 - BURST, BURST, 180000); /* 10,000 bytes late */
  decide (l, 180000);
  push (l, stream->data + 170000, 50000, 230000);
  g_assert_cmpuint (l->gaps->len, ==, 0);
  g_assert_cmpuint (l->exact, ==, 1);
  assert_same (l->out, 0, stream, 100000 - BURST, 120000 + BURST);
  g_assert_cmpuint (l->out->len, ==, 120000 + BURST);
}

static void
test_without_a_history_nothing_is_held (void)
{
  g_autoptr (IsrRejoin) rejoin = isr_rejoin_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) out = NULL;
  IsrJoin join;

  isr_rejoin_begin (rejoin);
  g_assert_false (isr_rejoin_is_gathering (rejoin));
  out = isr_rejoin_take (rejoin, bytes, 0, &join);
  g_assert_true (out == bytes); /* not even copied */
  g_assert_cmpint (join, ==, ISR_JOIN_UNDECIDED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rejoin/joins-bytes-without-a-seam", test_joins_bytes_without_a_seam);
  g_test_add_func ("/rejoin/declares-a-gap-where-the-burst-is-too-short", test_declares_a_gap_where_the_burst_is_too_short);
  g_test_add_func ("/rejoin/a-short-overlap-is-joined-in-its-time", test_a_short_overlap_is_joined_in_its_time);
  g_test_add_func ("/rejoin/declares-a-gap-without-a-burst", test_declares_a_gap_without_a_burst);
  g_test_add_func ("/rejoin/silence-is-joined-by-the-clock", test_silence_is_joined_by_the_clock);
  g_test_add_func ("/rejoin/silence-with-an-end-is-joined-exactly", test_silence_with_an_end_is_joined_exactly);
  g_test_add_func ("/rejoin/a-burst-may-be-older-than-the-history", test_a_burst_may_be_older_than_the_history);
  g_test_add_func ("/rejoin/follows-an-overlap-that-has-not-ended", test_follows_an_overlap_that_has_not_ended);
  g_test_add_func ("/rejoin/an-overlap-that-breaks-is-a-gap", test_an_overlap_that_breaks_is_a_gap);
  g_test_add_func ("/rejoin/nothing-is-lost-when-the-burst-ends-early", test_nothing_is_lost_when_the_burst_ends_early);
  g_test_add_func ("/rejoin/a-station-that-begins-again-is-a-gap", test_a_station_that_begins_again_is_a_gap);
  g_test_add_func ("/rejoin/a-relay-that-is-back-in-time-is-joined", test_a_relay_that_is_back_in_time_is_joined);
  g_test_add_func ("/rejoin/without-a-history-nothing-is-held", test_without_a_history_nothing_is_held);
  return g_test_run ();
}
