/* SPDX-License-Identifier: MIT */
/* test-sequel.c - a station of Opus, recorded up to some packet, and a connection that begins
 * before that: what goes on is the next packet, wherever pages begin and end. */
#include <glib.h>
#include <ogg/ogg.h>
#include <string.h>

#include "plugins/format/format.h"
#include "plugins/http/rejoin.h"

#define PACKETS 600
#define RATE 10000 /* bytes per second, about: 20 ms in a packet of 200 */

typedef struct {
  GByteArray *bytes;
  GArray *pages;      /* gsize: where each begins */
  GPtrArray *packets; /* GBytes */
  GPtrArray *headers; /* GBytes */
} Ogg;

static Ogg
ogg_new (void)
{
  return (Ogg){ g_byte_array_new (), g_array_new (FALSE, FALSE, sizeof (gsize)),
    g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref), g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref) };
}

static void
ogg_clear_all (Ogg *self)
{
  g_byte_array_unref (self->bytes);
  g_array_unref (self->pages);
  g_ptr_array_unref (self->packets);
  g_ptr_array_unref (self->headers);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ogg, ogg_clear_all)

static void
put_page (Ogg *self, const ogg_page *page)
{
  gsize at = self->bytes->len;

  g_array_append_val (self->pages, at);
  g_byte_array_append (self->bytes, page->header, (guint) page->header_len);
  g_byte_array_append (self->bytes, page->body, (guint) page->body_len);
}

static GBytes *
make_header (guint8 channels)
{
  guint8 head[] = { 'O', 'p', 'u', 's', 'H', 'e', 'a', 'd', 1, channels, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0 };

  return g_bytes_new (head, sizeof head);
}

/* A packet of 20 ms that no other one equals; of silence: that all equal. */
static GBytes *
make_packet (GRand *rand, gboolean silent, gsize size)
{
  guint8 *data = g_malloc0 (silent ? 3 : size);

  data[0] = 0xf8;
  for (gsize i = 1; !silent && i < size; i++)
    data[i] = (guint8) g_rand_int (rand);
  return g_bytes_new_take (data, silent ? 3 : size);
}

typedef struct {
  ogg_stream_state stream;
  gint64 number, granule;
} Pager;

static void
pager_put (Pager *self, GBytes *bytes, guint64 samples)
{
  gsize size;
  ogg_packet packet = { .packet = (guint8 *) g_bytes_get_data (bytes, &size), .packetno = self->number, .b_o_s = self->number == 0, .granulepos = self->granule += (gint64) samples };

  packet.bytes = (long) size;
  self->number++;
  ogg_stream_packetin (&self->stream, &packet);
}

static void
pager_flush (Pager *self, Ogg *ogg)
{
  ogg_page page;

  while (ogg_stream_flush (&self->stream, &page))
    put_page (ogg, &page);
}

/* @a_page: packets on one; packets of @size. */
static void
add_station (Ogg *self, GRand *rand, int serial, guint n, guint a_page, gsize size, guint silent_from, guint silent_to)
{
  Pager pager = { .granule = 0 };
  ogg_page page;

  ogg_stream_init (&pager.stream, serial);
  g_ptr_array_set_size (self->headers, 0);
  g_ptr_array_add (self->headers, make_header (2));
  g_ptr_array_add (self->headers, g_bytes_new ("OpusTags\0\0\0\0\0\0\0\0", 16));
  for (guint i = 0; i < 2; i++) {
    pager_put (&pager, self->headers->pdata[i], 0);
    pager_flush (&pager, self);
  }
  for (guint i = 0; i < n; i++) {
    gboolean silent = i >= silent_from && i < silent_to;
    GBytes *packet = make_packet (rand, silent, size);

    g_ptr_array_add (self->packets, packet);
    pager_put (&pager, packet, 960);
    if (a_page && (i + 1) % a_page == 0)
      pager_flush (&pager, self);
    while (ogg_stream_pageout (&pager.stream, &page)) /* packets across pages */
      put_page (self, &page);
  }
  pager_flush (&pager, self);
  ogg_stream_clear (&pager.stream);
}

static gsize
page_at (const Ogg *self, guint n)
{
  return n < self->pages->len ? g_array_index (self->pages, gsize, n) : self->bytes->len;
}

/* --- a recording, and who goes on --- */

static IsrRejoin *
resume (const Ogg *ogg, guint end, GPtrArray *headers)
{
  IsrRejoin *rejoin = isr_rejoin_new ();
  GPtrArray *last = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref), *heads = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (IsrPast) past = NULL;

  for (guint i = end > 300 ? end - 300 : 0; i < end; i++)
    g_ptr_array_add (last, g_bytes_ref (ogg->packets->pdata[i]));
  for (guint i = 0; i < headers->len; i++)
    g_ptr_array_add (heads, g_bytes_ref (headers->pdata[i]));
  past = isr_past_new_recorded (last, heads, RATE);
  isr_rejoin_resume (rejoin, past);
  g_assert_true (isr_rejoin_is_resuming (rejoin));
  isr_rejoin_begin (rejoin);
  g_assert_true (isr_rejoin_is_gathering (rejoin));
  return rejoin;
}

typedef struct {
  GByteArray *out;
  IsrJoin join;
} Heard;

static void
heard_clear (Heard *self)
{
  g_byte_array_unref (self->out);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heard, heard_clear)

static void
hear (Heard *self, GBytes *bytes, IsrJoin join)
{
  if (join != ISR_JOIN_UNDECIDED) {
    g_assert_cmpint (self->join, ==, ISR_JOIN_UNDECIDED);
    self->join = join;
  }
  if (!bytes)
    return;
  g_byte_array_append (self->out, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  g_bytes_unref (bytes);
}

static void
push (IsrRejoin *rejoin, Heard *heard, GRand *rand, const guint8 *data, gsize size, gint64 elapsed)
{
  for (gsize at = 0, n; at < size; at += n) {
    g_autoptr (GBytes) bytes = NULL;
    IsrJoin join;
    GBytes *out;

    n = (gsize) g_rand_int_range (rand, 1, 6000);
    n = MIN (n, size - at);
    bytes = g_bytes_new (data + at, n);
    out = isr_rejoin_take (rejoin, bytes, elapsed, &join);
    hear (heard, out, join);
  }
}

static void
decide (IsrRejoin *rejoin, Heard *heard, gint64 elapsed)
{
  IsrJoin join;
  GBytes *out = isr_rejoin_decide (rejoin, elapsed, &join);

  hear (heard, out, join);
}

/* The head, then the pages from @from on. */
static void
connect (IsrRejoin *rejoin, Heard *heard, GRand *rand, const Ogg *ogg, gsize from, gsize to, gint64 elapsed)
{
  gsize head = page_at (ogg, 2);

  push (rejoin, heard, rand, ogg->bytes->data, head, elapsed);
  push (rejoin, heard, rand, ogg->bytes->data + MAX (from, head), to - MAX (from, head), elapsed);
}

/* Packets out of the lead and what followed, as who records makes them; the known ones left out. */
static GPtrArray *
take_apart (GBytes *lead, guint known, const GByteArray *out)
{
  g_autoptr (IsrStream) stream = isr_stream_new_ogg ();
  g_autoptr (GBytes) rest = g_bytes_new (out->data, out->len);
  g_autoptr (GError) error = NULL;
  GPtrArray *packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  IsrPacket packet = { 0 };

  isr_stream_push (stream, lead);
  while (isr_stream_next (stream, &packet, &error))
    isr_packet_clear (&packet);
  isr_stream_push (stream, rest);
  while (isr_stream_next (stream, &packet, &error)) {
    g_assert_cmpint (packet.flags & (ISR_PACKET_GAP | ISR_PACKET_NEW_FILE), ==, 0);
    if (known)
      known--;
    else
      g_ptr_array_add (packets, g_bytes_ref (packet.bytes));
    isr_packet_clear (&packet);
  }
  g_assert_no_error (error);
  g_assert_cmpuint (known, ==, 0);
  return packets;
}

static void
assert_goes_on (IsrRejoin *rejoin, const Heard *heard, const Ogg *ogg, guint end)
{
  guint known = 0;
  g_autoptr (GBytes) lead = isr_rejoin_take_lead (rejoin, &known);
  g_autoptr (GPtrArray) packets = NULL;

  g_assert_nonnull (lead);
  packets = take_apart (lead, known, heard->out);
  g_assert_cmpuint (packets->len, ==, ogg->packets->len - end);
  for (guint i = 0; i < packets->len; i++)
    g_assert_true (g_bytes_equal (packets->pdata[i], ogg->packets->pdata[end + i]));
  g_assert_false (isr_rejoin_is_resuming (rejoin));
  g_assert_cmpuint (isr_rejoin_get_stats (rejoin).passed, ==, heard->out->len);
}

/* A page may hold known and new ones, or one packet lie on many. */
static void
test_goes_on_at_the_next_packet (void)
{
  const struct {
    guint a_page;
    gsize size;
  } shapes[] = { { 1, 200 }, { 7, 200 }, { 50, 200 }, { 0, 200 }, { 0, 3000 }, { 3, 9000 }, { 10, 20000 }, { 0, 20000 } };

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (guint end = 100; end < 140; end += 3) {
      g_autoptr (GRand) rand = g_rand_new_with_seed (end);
      g_autoptr (IsrRejoin) rejoin = NULL;
      g_auto (Ogg) ogg = ogg_new ();
      g_auto (Heard) heard = { g_byte_array_new () };
      gint64 bytes = (gint64) shapes[i].size;

      add_station (&ogg, rand, 1, shapes[i].size > 3000 ? 150 : PACKETS, shapes[i].a_page, shapes[i].size, 0, 0);
      rejoin = resume (&ogg, end, ogg.headers);
      connect (rejoin, &heard, rand, &ogg, page_at (&ogg, 4), ogg.bytes->len, (PACKETS - end) * bytes);
      decide (rejoin, &heard, (PACKETS - end) * bytes);
      g_assert_cmpint (heard.join, ==, ISR_JOIN_EXACT);
      assert_goes_on (rejoin, &heard, &ogg, end);
    }
}

/* The song changes: behind what was recorded, or in it. */
static void
test_goes_on_over_links (void)
{
  for (guint end = 60; end < 340; end += 13) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (end);
    g_autoptr (IsrRejoin) rejoin = NULL;
    g_auto (Ogg) ogg = ogg_new ();
    g_auto (Heard) heard = { g_byte_array_new () };

    add_station (&ogg, rand, 1, 200, 7, 200, 0, 0);
    add_station (&ogg, rand, 2, 200, 7, 200, 0, 0);
    rejoin = resume (&ogg, end, ogg.headers);
    connect (rejoin, &heard, rand, &ogg, page_at (&ogg, 4), ogg.bytes->len, (400 - end) * 200);
    decide (rejoin, &heard, (400 - end) * 200);
    g_assert_cmpint (heard.join, ==, ISR_JOIN_EXACT);
    assert_goes_on (rejoin, &heard, &ogg, end);
  }
}

static void
assert_not_joined (const Ogg *ogg, guint end, GPtrArray *headers, gsize from)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (IsrRejoin) rejoin = resume (ogg, end, headers);
  g_auto (Heard) heard = { g_byte_array_new () };
  guint known;
  gsize head = page_at (ogg, 2);

  connect (rejoin, &heard, rand, ogg, from, ogg->bytes->len, 1000);
  g_assert_cmpuint (heard.out->len, ==, 0);
  decide (rejoin, &heard, 1000);
  g_assert_cmpint (heard.join, ==, ISR_JOIN_GAP);
  g_assert_null (isr_rejoin_take_lead (rejoin, &known));
  g_assert_cmpuint (known, ==, 0);
  g_assert_cmpmem (heard.out->data, head, ogg->bytes->data, head);
  g_assert_cmpmem (heard.out->data + head, heard.out->len - head, ogg->bytes->data + from, ogg->bytes->len - from);
}

/* All of it goes on, the head too. */
static void
test_what_does_not_continue_is_passed_whole (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (GPtrArray) mono = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_auto (Ogg) ogg = ogg_new ();

  add_station (&ogg, rand, 1, 300, 5, 200, 0, 0);
  assert_not_joined (&ogg, 50, ogg.headers, page_at (&ogg, 40)); /* it does not reach back */
  g_ptr_array_add (mono, make_header (1));
  g_ptr_array_add (mono, g_bytes_ref (ogg.headers->pdata[1]));
  assert_not_joined (&ogg, 150, mono, page_at (&ogg, 10)); /* another set-up */
}

/* Digital silence: by the clock, and never exactly. */
static void
test_silence_is_approximate (void)
{
  for (guint end = 250; end < 350; end += 11) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (end);
    g_autoptr (IsrRejoin) rejoin = NULL;
    g_auto (Ogg) ogg = ogg_new ();
    g_auto (Heard) heard = { g_byte_array_new () };
    gint64 elapsed;

    add_station (&ogg, rand, 1, 400, 5, 200, 0, 400);
    elapsed = (gint64) (400 - end) * RATE / 50;
    rejoin = resume (&ogg, end, ogg.headers);
    connect (rejoin, &heard, rand, &ogg, page_at (&ogg, 22), ogg.bytes->len, elapsed);
    decide (rejoin, &heard, elapsed);
    g_assert_cmpint (heard.join, ==, ISR_JOIN_APPROXIMATE);
    assert_goes_on (rejoin, &heard, &ogg, end); /* the clock is right here */
  }
}

/* A relay that is behind sends what is known for a while; a connection may break meanwhile. */
static void
test_waits_for_a_relay_that_is_behind (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (IsrRejoin) rejoin = NULL;
  g_auto (Ogg) ogg = ogg_new ();
  g_auto (Heard) heard = { g_byte_array_new () };
  gsize half = 0;

  add_station (&ogg, rand, 1, 400, 5, 200, 0, 0);
  rejoin = resume (&ogg, 300, ogg.headers);
  half = page_at (&ogg, 42);
  for (guint i = 0; i < 3; i++) {
    isr_rejoin_begin (rejoin);
    connect (rejoin, &heard, rand, &ogg, page_at (&ogg, 10), half, 5000);
    decide (rejoin, &heard, 5000);
    g_assert_cmpint (heard.join, ==, ISR_JOIN_UNDECIDED);
    g_assert_true (isr_rejoin_is_resuming (rejoin));
  }
  push (rejoin, &heard, rand, ogg.bytes->data + half, ogg.bytes->len - half, 5000);
  g_assert_cmpint (heard.join, ==, ISR_JOIN_EXACT);
  assert_goes_on (rejoin, &heard, &ogg, 300);
}

/* After it is joined bytes are compared again, the burst's too. */
static void
test_a_drop_later_is_joined_by_bytes (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (IsrRejoin) rejoin = NULL;
  g_auto (Ogg) ogg = ogg_new ();
  g_auto (Heard) heard = { g_byte_array_new () };
  gsize end = 0;

  add_station (&ogg, rand, 1, 400, 7, 200, 0, 0);
  rejoin = resume (&ogg, 100, ogg.headers);
  end = page_at (&ogg, 30);
  connect (rejoin, &heard, rand, &ogg, page_at (&ogg, 4), end, 5000);
  g_assert_cmpint (heard.join, ==, ISR_JOIN_EXACT);
  heard.join = ISR_JOIN_UNDECIDED;
  isr_rejoin_begin (rejoin);
  connect (rejoin, &heard, rand, &ogg, page_at (&ogg, 20), ogg.bytes->len, 5000);
  decide (rejoin, &heard, 5000);
  g_assert_cmpint (heard.join, ==, ISR_JOIN_EXACT);
  assert_goes_on (rejoin, &heard, &ogg, 100);
}

/* A server that said that there is no such stream, and has the same again: another broadcast. */
static void
test_doubt (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_autoptr (IsrRejoin) rejoin = NULL;
  g_auto (Ogg) ogg = ogg_new ();
  g_auto (Heard) heard = { g_byte_array_new () };

  add_station (&ogg, rand, 1, 300, 7, 200, 0, 0);
  rejoin = resume (&ogg, 250, ogg.headers);
  isr_rejoin_doubt (rejoin, 2 * RATE);
  connect (rejoin, &heard, rand, &ogg, page_at (&ogg, 4), ogg.bytes->len, 20 * RATE);
  decide (rejoin, &heard, 20 * RATE);
  g_assert_cmpint (heard.join, ==, ISR_JOIN_GAP);
}

/* Anything may come, in any pieces. */
static void
test_rubbish (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  g_auto (Ogg) ogg = ogg_new ();

  add_station (&ogg, rand, 1, 200, 7, 200, 0, 0);
  for (guint i = 0; i < 300; i++) {
    g_autoptr (IsrRejoin) rejoin = resume (&ogg, 100, ogg.headers);
    g_autofree guint8 *data = g_memdup2 (ogg.bytes->data, ogg.bytes->len);
    g_auto (Heard) heard = { g_byte_array_new () };
    guint known;
    g_autoptr (GBytes) lead = NULL;

    for (guint n = (guint) g_rand_int_range (rand, 1, 200); n > 0; n--)
      data[g_rand_int_range (rand, 0, (gint32) ogg.bytes->len)] = (guint8) g_rand_int (rand);
    push (rejoin, &heard, rand, data, ogg.bytes->len, 5000);
    decide (rejoin, &heard, 5000);
    lead = isr_rejoin_take_lead (rejoin, &known);
    g_assert_true (!lead == (heard.join == ISR_JOIN_GAP || heard.join == ISR_JOIN_UNDECIDED));
  }
}

/* What is no header is no history. */
static void
test_rubbish_was_recorded (void)
{
  g_autoptr (IsrRejoin) rejoin = isr_rejoin_new ();
  GPtrArray *packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref), *headers = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (IsrPast) past = isr_past_new_recorded (packets, headers, RATE);

  g_ptr_array_add (packets, g_bytes_new ("packet", 6));
  isr_rejoin_resume (rejoin, past);
  g_ptr_array_add (headers, g_bytes_new ("OpusHead", 8));
  isr_rejoin_resume (rejoin, past);
  isr_rejoin_begin (rejoin);
  g_assert_false (isr_rejoin_is_resuming (rejoin));
  g_assert_false (isr_rejoin_is_gathering (rejoin));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sequel/goes-on-at-the-next-packet", test_goes_on_at_the_next_packet);
  g_test_add_func ("/sequel/goes-on-over-links", test_goes_on_over_links);
  g_test_add_func ("/sequel/what-does-not-continue-is-passed-whole", test_what_does_not_continue_is_passed_whole);
  g_test_add_func ("/sequel/silence-is-approximate", test_silence_is_approximate);
  g_test_add_func ("/sequel/waits-for-a-relay-that-is-behind", test_waits_for_a_relay_that_is_behind);
  g_test_add_func ("/sequel/a-drop-later-is-joined-by-bytes", test_a_drop_later_is_joined_by_bytes);
  g_test_add_func ("/sequel/doubt", test_doubt);
  g_test_add_func ("/sequel/rubbish", test_rubbish);
  g_test_add_func ("/sequel/rubbish-was-recorded", test_rubbish_was_recorded);
  return g_test_run ();
}
