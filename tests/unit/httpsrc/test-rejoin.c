/* SPDX-License-Identifier: MIT */
/* test-rejoin.c - random stations, random drops: what is passed on is the station, no
 * byte twice, none missing but behind a declared gap. */
#include "plugins/http/rejoin.h"

#include <string.h>

#define STREAM (400 * 1024)
#define BURST (64 * 1024)

typedef struct {
  GByteArray *stream; /* all that the station ever sends */
  gsize (*get_head) (GByteArray *stream);
  gsize (*get_burst) (GByteArray *stream, gsize live); /* where the burst of a listener that comes at @live begins */
} Station;

typedef struct {
  GRand *rand;
  IsrRejoin *rejoin;
  GByteArray *out;
  GArray *gaps; /* gsize, in out */
  guint exact, approximate;
  gsize last; /* live position when the last byte was passed on */
} Listener;

static Listener *
listener_new (guint32 seed)
{
  Listener *self = g_new0 (Listener, 1);

  self->rand = g_rand_new_with_seed (seed);
  self->rejoin = isr_rejoin_new ();
  self->out = g_byte_array_new ();
  self->gaps = g_array_new (FALSE, FALSE, sizeof (gsize));
  return self;
}

static void
listener_free (Listener *self)
{
  g_rand_free (self->rand);
  isr_rejoin_free (self->rejoin);
  g_byte_array_unref (self->out);
  g_array_unref (self->gaps);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listener, listener_free)

static void
take_out (Listener *self, GBytes *bytes, IsrJoin join)
{
  gsize at = self->out->len;

  if (join == ISR_JOIN_GAP)
    g_array_append_val (self->gaps, at);
  self->exact += join == ISR_JOIN_EXACT;
  self->approximate += join == ISR_JOIN_APPROXIMATE;
  if (!bytes)
    return;
  g_byte_array_append (self->out, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  g_bytes_unref (bytes);
}

static void
push (Listener *self, const guint8 *data, gsize size, gsize live)
{
  while (size > 0) {
    gsize limit = (gsize) g_rand_int_range (self->rand, 1, 20000), n = MIN (size, limit);
    g_autoptr (GBytes) bytes = g_bytes_new (data, n);
    IsrJoin join;
    GBytes *out = isr_rejoin_take (self->rejoin, bytes, (gint64) (live - self->last), &join);

    take_out (self, out, join);
    data += n;
    size -= n;
  }
}

static void
decide (Listener *self, gsize live)
{
  IsrJoin join;
  GBytes *out = isr_rejoin_decide (self->rejoin, (gint64) (live - self->last), &join);

  take_out (self, out, join);
}

/* Listens from the moment the station is at @live until it has sent @until. */
static void
listen (Listener *self, const Station *station, gsize live, gsize until)
{
  gsize head = station->get_head (station->stream), from = station->get_burst (station->stream, live);

  isr_rejoin_begin (self->rejoin);
  if (from > head)
    push (self, station->stream->data, head, live);
  else
    from = 0;
  push (self, station->stream->data + from, live - from, live);
  decide (self, live);
  push (self, station->stream->data + live, until - live, until);
  decide (self, until);
  self->last = until;
}

/* --- stations --- */

static gsize
no_head (GByteArray *stream)
{
  return 0;
}

static gsize
burst_of_bytes (GByteArray *stream, gsize live)
{
  return live > BURST ? live - BURST : 0;
}

static gsize
no_burst (GByteArray *stream, gsize live)
{
  return live;
}

static GByteArray *
noise (GRand *rand, gsize size)
{
  GByteArray *stream = g_byte_array_sized_new ((guint) size + 4);

  while (stream->len < size) {
    guint32 four = g_rand_int (rand);

    g_byte_array_append (stream, (guint8 *) &four, 4);
  }
  return stream;
}

static void
put_le32 (guint8 *p, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (p, &value, 4);
}

/* Pages as Icecast sends them; the checksum is any number that no other page has. */
static void
add_page (GRand *rand, GByteArray *stream, guint8 flags, guint64 granule, guint32 serial, guint32 number, gsize body)
{
  guint n = (guint) body / 255 + 1;
  guint8 header[27 + 255] = { 'O', 'g', 'g', 'S', 0, flags };
  guint64 le = GUINT64_TO_LE (granule);

  memcpy (header + 6, &le, 8);
  put_le32 (header + 14, serial);
  put_le32 (header + 18, number);
  put_le32 (header + 22, g_rand_int (rand));
  header[26] = (guint8) n;
  memset (header + 27, 255, n - 1);
  header[27 + n - 1] = (guint8) (body % 255);
  g_byte_array_append (stream, header, 27 + n);
  for (gsize i = 0; i < body; i++) {
    guint8 byte = (guint8) g_rand_int (rand);

    g_byte_array_append (stream, &byte, 1);
  }
}

static void
add_link (GRand *rand, GByteArray *stream, guint32 serial, gsize size)
{
  gsize end = stream->len + size;

  add_page (rand, stream, 2, 0, serial, 0, 19);
  add_page (rand, stream, 0, 0, serial, 1, 600);
  add_page (rand, stream, 0, 0, serial, 2, 4000);
  for (guint i = 0; stream->len < end; i++)
    add_page (rand, stream, 0, 960 * (i + 1), serial, i + 3, (gsize) g_rand_int_range (rand, 50, 5000));
}

static gsize
page_size (const guint8 *page)
{
  gsize size = 27 + page[26];

  for (guint i = 0; i < page[26]; i++)
    size += page[27 + i];
  return size;
}

static gsize
ogg_head (GByteArray *stream)
{
  gsize at = 0;

  for (guint i = 0; i < 3; i++)
    at += page_size (stream->data + at);
  return at;
}

/* The first page that begins in the burst. */
static gsize
burst_of_pages (GByteArray *stream, gsize live)
{
  gsize at = 0;

  while (at + BURST < live)
    at += page_size (stream->data + at);
  return at;
}

/* What Icecast sends is whole pages. */
static gsize
page_before (GByteArray *stream, gsize live)
{
  gsize at = 0;

  while (at + page_size (stream->data + at) <= live)
    at += page_size (stream->data + at);
  return at;
}

/* --- tests --- */

static void
assert_same (const GByteArray *out, gsize at, const GByteArray *stream, gsize from, gsize size)
{
  g_assert_cmpuint (out->len, >=, at + size);
  g_assert_cmpmem (out->data + at, size, stream->data + from, size);
}

/* Drops anywhere, holes that the burst covers: the stream as if nothing had been. */
static void
drop_often (const Station *station, gboolean pages, guint32 seed)
{
  g_autoptr (Listener) l = listener_new (seed);
  gsize live = BURST + (gsize) g_rand_int_range (l->rand, 0, 30000);
  gsize begun;
  guint drops = 0;

  live = pages ? page_before (station->stream, live) : live;
  begun = station->get_burst (station->stream, live);
  begun = begun > station->get_head (station->stream) ? begun : 0;
  while (live < STREAM - 60000) {
    gsize until = live + (gsize) g_rand_int_range (l->rand, 0, 30000);

    listen (l, station, live, until);
    live = until + (gsize) g_rand_int_range (l->rand, 0, BURST - 16000);
    live = pages ? page_before (station->stream, MAX (live, until)) : live;
    live = MAX (live, until);
    drops++;
  }
  g_assert_cmpuint (l->gaps->len, ==, 0);
  g_assert_cmpuint (l->exact, ==, drops - 1);
  if (begun) {
    gsize head = station->get_head (station->stream);

    assert_same (l->out, 0, station->stream, 0, head);
    assert_same (l->out, head, station->stream, begun, l->last - begun);
    g_assert_cmpuint (l->out->len, ==, head + l->last - begun);
  } else {
    assert_same (l->out, 0, station->stream, 0, l->last);
    g_assert_cmpuint (l->out->len, ==, l->last);
  }
}

static void
test_joins_bytes_without_a_seam (void)
{
  for (guint32 seed = 1; seed <= 12; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    g_autoptr (GByteArray) stream = noise (rand, STREAM);
    Station station = { stream, no_head, burst_of_bytes };

    drop_often (&station, FALSE, seed);
  }
}

static void
test_joins_pages_and_swallows_repeated_heads (void)
{
  for (guint32 seed = 1; seed <= 12; seed++) {
    g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
    g_autoptr (GByteArray) stream = g_byte_array_new ();
    Station station = { stream, ogg_head, burst_of_pages };

    add_link (rand, stream, seed, STREAM + 10000);
    drop_often (&station, TRUE, seed);
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
  g_test_add_func ("/rejoin/joins-pages-and-swallows-repeated-heads", test_joins_pages_and_swallows_repeated_heads);
  g_test_add_func ("/rejoin/declares-a-gap-where-the-burst-is-too-short", test_declares_a_gap_where_the_burst_is_too_short);
  g_test_add_func ("/rejoin/declares-a-gap-without-a-burst", test_declares_a_gap_without_a_burst);
  g_test_add_func ("/rejoin/silence-is-joined-by-the-clock", test_silence_is_joined_by_the_clock);
  g_test_add_func ("/rejoin/silence-with-an-end-is-joined-exactly", test_silence_with_an_end_is_joined_exactly);
  g_test_add_func ("/rejoin/a-burst-may-be-older-than-the-history", test_a_burst_may_be_older_than_the_history);
  g_test_add_func ("/rejoin/follows-an-overlap-that-has-not-ended", test_follows_an_overlap_that_has_not_ended);
  g_test_add_func ("/rejoin/an-overlap-that-breaks-is-a-gap", test_an_overlap_that_breaks_is_a_gap);
  g_test_add_func ("/rejoin/nothing-is-lost-when-the-burst-ends-early", test_nothing_is_lost_when_the_burst_ends_early);
  g_test_add_func ("/rejoin/a-new-link-is-passed-on", test_a_new_link_is_passed_on);
  g_test_add_func ("/rejoin/the-next-page-continues-without-an-overlap", test_the_next_page_continues_without_an_overlap);
  g_test_add_func ("/rejoin/a-known-head-is-swallowed-behind-a-hole", test_a_known_head_is_swallowed_behind_a_hole);
  g_test_add_func ("/rejoin/a-flac-head-is-swallowed", test_a_flac_head_is_swallowed);
  g_test_add_func ("/rejoin/without-a-history-nothing-is-held", test_without_a_history_nothing_is_held);
  return g_test_run ();
}
