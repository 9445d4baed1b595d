/* SPDX-License-Identifier: MIT */
/* test-rejoin-past.c - one listener goes on where another one ended: the bytes of both are
 * the station, and who begins with the second is told what it needs. */
#include "tests/unit/httpsrc/pages-helper.h"

#include "plugins/http/lead.h"
#include "plugins/http/pages.h"

static Listener *
go_on (Listener *before, guint32 seed, gsize without)
{
  g_autoptr (IsrPast) past = isr_rejoin_get_past (before->rejoin, without);
  Listener *self = listener_new (seed);

  g_assert_nonnull (past);
  isr_rejoin_resume (self->rejoin, past);
  g_assert_true (isr_rejoin_is_resuming (self->rejoin));
  self->last = before->last - without;
  return self;
}

static GBytes *
take_lead (Listener *self)
{
  guint known = 1;
  GBytes *lead = isr_rejoin_take_lead (self->rejoin, &known);

  g_assert_cmpuint (known, ==, 0); /* bytes are parted anywhere */
  return lead;
}

static void
assert_goes_on (const Listener *one, const Listener *two, const GByteArray *stream, gsize from, gsize without)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();

  g_byte_array_append (all, one->out->data, (guint) (one->out->len - without));
  g_byte_array_append (all, two->out->data, two->out->len);
  g_assert_cmpuint (all->len, ==, two->last - from);
  assert_same (all, 0, stream, from, all->len);
  g_assert_cmpuint (two->gaps->len, ==, 0);
  g_assert_cmpuint (two->exact, ==, 1);
}

static void
test_bytes_go_on (void)
{
  const gsize without[] = { 0, 1, 5000 };

  for (guint32 seed = 1; seed <= 12; seed++) {
    g_autoptr (Listener) one = listener_new (seed), two = NULL;
    g_autoptr (GByteArray) stream = noise (one->rand, STREAM);
    g_autoptr (GBytes) lead = NULL;
    Station station = { stream, no_head, burst_of_bytes };
    gsize live = 80000 + seed * 10000, left = without[seed % 3];

    listen (one, &station, 70000, live);
    two = go_on (one, seed, left);
    listen (two, &station, live + seed * 3000, live + seed * 3000 + 20000);
    assert_goes_on (one, two, stream, 70000 - BURST, left);
    lead = take_lead (two);
    g_assert_cmpmem (g_bytes_get_data (lead, NULL), g_bytes_get_size (lead), stream->data + live - left - ISR_LEAD_SIZE, ISR_LEAD_SIZE);
    g_assert_null (take_lead (two));
    g_assert_false (isr_rejoin_is_resuming (two->rejoin));
  }
}

/* Third, fourth, ... : what was taken up counts as passed on. */
static void
test_it_goes_on_again_and_again (void)
{
  g_autoptr (Listener) l = listener_new (1);
  g_autoptr (GByteArray) stream = noise (l->rand, STREAM), all = g_byte_array_new ();
  Station station = { stream, no_head, burst_of_bytes };
  gsize live = 70000;

  for (guint i = 0; i < 20; i++, live += 9000) {
    g_autoptr (Listener) next = i ? go_on (l, i, 0) : listener_new (1);

    listen (next, &station, live, i % 3 ? live + 4000 : live); /* some get nothing new but of the burst */
    g_byte_array_append (all, next->out->data, next->out->len);
    g_assert_cmpuint (next->gaps->len, ==, 0);
    listener_free (l);
    l = g_steal_pointer (&next);
  }
  assert_same (all, 0, stream, 70000 - BURST, all->len);
  g_assert_cmpuint (all->len, ==, l->last - (70000 - BURST));
}

/* Nothing of it is known: all of it goes on, behind no lead. */
static void
test_what_does_not_continue_is_passed_whole (void)
{
  g_autoptr (Listener) one = listener_new (1), two = NULL;
  g_autoptr (GByteArray) stream = noise (one->rand, STREAM);
  Station station = { stream, no_head, burst_of_bytes };

  listen (one, &station, 70000, 100000);
  two = go_on (one, 2, 0);
  listen (two, &station, 100000 + BURST + 30000, 100000 + BURST + 50000);
  g_assert_cmpuint (two->gaps->len, ==, 1);
  g_assert_cmpuint (g_array_index (two->gaps, gsize, 0), ==, 0);
  g_assert_null (take_lead (two));
  assert_same (two->out, 0, stream, 130000, two->out->len);
  g_assert_cmpuint (two->out->len, ==, BURST + 20000);
}

/* --- pages --- */

static void
assert_lead_of_pages (GBytes *lead, const GByteArray *stream, gsize end)
{
  gsize size, head = ogg_head ((GByteArray *) stream);
  const guint8 *data = g_bytes_get_data (lead, &size);
  gsize tail = size - head;

  g_assert_cmpmem (data, head, stream->data, head);
  g_assert_cmpmem (data + head, tail, stream->data + end - tail, tail);
  g_assert_cmpuint (tail, >=, ISR_LEAD_SIZE);
  g_assert_cmpuint (tail, <, ISR_LEAD_SIZE + 6000);
  g_assert_cmpint (isr_page_measure (data + head, tail), >, 0);
}

/* Torn anywhere: the one before ended within a page. */
static void
test_pages_go_on (void)
{
  for (guint32 seed = 1; seed <= 12; seed++) {
    g_autoptr (Listener) one = listener_new (seed), two = NULL;
    g_autoptr (GByteArray) stream = g_byte_array_new ();
    g_autoptr (GBytes) lead = NULL;
    Station station = { stream, ogg_head, burst_of_pages, page_before };
    gsize left = seed % 2 ? 0 : seed * 300, end;

    add_link (one->rand, stream, seed, STREAM);
    end = page_before (stream, 200000);
    listen (one, &station, page_before (stream, 120000), end);
    two = go_on (one, seed, left);
    listen (two, &station, page_before (stream, 200000 + seed * 3000), page_before (stream, 280000));
    g_assert_cmpuint (two->exact, ==, 1);
    g_assert_cmpuint (two->gaps->len, ==, 0);
    assert_same (two->out, 0, stream, end - left, two->out->len);
    g_assert_cmpuint (two->out->len, ==, two->last - (end - left));
    lead = take_lead (two);
    assert_lead_of_pages (lead, stream, end - left);
  }
}

/* The song has just changed: the lead begins with the head of the new one. */
static void
test_a_lead_does_not_reach_before_the_last_head (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  g_autoptr (GPtrArray) heads = isr_past_heads_new ();
  g_autoptr (IsrPast) past = NULL;
  g_autoptr (GBytes) lead = NULL;
  gsize second, end;

  add_link (rand, stream, 1, 100000);
  second = stream->len;
  add_link (rand, stream, 2, 20000);
  end = stream->len - 100;
  g_ptr_array_add (heads, g_bytes_new (stream->data, ogg_head (stream)));
  g_ptr_array_add (heads, g_bytes_new (stream->data + second, ogg_head (stream)));
  past = isr_past_new (g_bytes_new (stream->data + 50000, end - 50000), g_ptr_array_ref (heads));
  lead = isr_lead_new (past);
  g_assert_cmpmem (g_bytes_get_data (lead, NULL), g_bytes_get_size (lead), stream->data + second, end - second);
}

/* What does not continue has its head, which the server repeated, in front. */
static void
test_pages_that_do_not_continue_have_their_head (void)
{
  g_autoptr (Listener) one = listener_new (5), two = NULL;
  g_autoptr (GByteArray) stream = g_byte_array_new ();
  Station station = { stream, ogg_head, burst_of_pages, page_before };
  gsize head, live, from;

  add_link (one->rand, stream, 1, STREAM);
  head = ogg_head (stream);
  listen (one, &station, page_before (stream, 80000), page_before (stream, 100000));
  two = go_on (one, 6, 0);
  live = page_before (stream, 300000);
  from = burst_of_pages (stream, live);
  listen (two, &station, live, live);
  g_assert_cmpuint (two->gaps->len, ==, 1);
  g_assert_cmpuint (two->out->len, ==, head + live - from);
  assert_same (two->out, 0, stream, 0, head);
  assert_same (two->out, head, stream, from, live - from);
}

/* Bytes of anything: no lead of them reads where nothing is. */
static void
test_leads_of_rubbish (void)
{
  for (guint32 seed = 1; seed <= 500; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    g_autoptr (GByteArray) stream = g_byte_array_new ();
    g_autoptr (GPtrArray) heads = isr_past_heads_new ();
    g_autoptr (IsrPast) past = NULL;
    g_autoptr (GBytes) lead = NULL;
    g_autoptr (IsrRejoin) rejoin = isr_rejoin_new ();
    guint size = (guint) g_rand_int_range (rand, 1, 300);

    while (stream->len < size)
      g_byte_array_append (stream, (const guint8 *) (g_rand_boolean (rand) ? "OggS\0\2" : "fLaC\x84\xff"), (guint) g_rand_int_range (rand, 1, 7));
    g_ptr_array_add (heads, g_bytes_new (g_rand_boolean (rand) ? "OggS" : "fLaC", 4));
    past = isr_past_new (g_bytes_new (stream->data, stream->len), g_ptr_array_ref (heads));
    lead = isr_lead_new (past);
    g_assert_cmpuint (g_bytes_get_size (lead), <=, stream->len + 4);
    isr_rejoin_resume (rejoin, past);
    isr_rejoin_begin (rejoin);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rejoin/past/bytes-go-on", test_bytes_go_on);
  g_test_add_func ("/rejoin/past/it-goes-on-again-and-again", test_it_goes_on_again_and_again);
  g_test_add_func ("/rejoin/past/what-does-not-continue-is-passed-whole", test_what_does_not_continue_is_passed_whole);
  g_test_add_func ("/rejoin/past/pages-go-on", test_pages_go_on);
  g_test_add_func ("/rejoin/past/a-lead-does-not-reach-before-the-last-head", test_a_lead_does_not_reach_before_the_last_head);
  g_test_add_func ("/rejoin/past/pages-that-do-not-continue-have-their-head", test_pages_that_do_not_continue_have_their_head);
  g_test_add_func ("/rejoin/past/leads-of-rubbish", test_leads_of_rubbish);
  return g_test_run ();
}
