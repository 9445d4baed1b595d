/* SPDX-License-Identifier: MIT */
/* rejoin-helper.h - stations whose every byte is known, and a listener whose connection
 * drops: what is passed on has to be the station, no byte twice, none missing but behind a
 * declared gap. */
#pragma once

#include "plugins/http/rejoin.h"

#include <string.h>

#define STREAM (400 * 1024)
#define BURST (64 * 1024)

typedef struct {
  GByteArray *stream; /* all that the station ever sends */
  gsize (*get_head) (GByteArray *stream);
  gsize (*get_burst) (GByteArray *stream, gsize live); /* where the burst of a listener that comes at @live begins */
  gsize (*get_end) (GByteArray *stream, gsize live);   /* what the server has sent by then; NULL: all */
} Station;

typedef struct {
  GRand *rand;
  IsrRejoin *rejoin;
  GByteArray *out;
  GArray *gaps; /* gsize, in out */
  guint exact, approximate;
  gsize last; /* live position when the last byte was passed on */
} Listener;

static inline Listener *
listener_new (guint32 seed)
{
  Listener *self = g_new0 (Listener, 1);

  self->rand = g_rand_new_with_seed (seed);
  self->rejoin = isr_rejoin_new ();
  self->out = g_byte_array_new ();
  self->gaps = g_array_new (FALSE, FALSE, sizeof (gsize));
  return self;
}

static inline void
listener_free (Listener *self)
{
  g_rand_free (self->rand);
  isr_rejoin_free (self->rejoin);
  g_byte_array_unref (self->out);
  g_array_unref (self->gaps);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Listener, listener_free)

static inline void
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

static inline void
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

static inline void
decide (Listener *self, gsize live)
{
  IsrJoin join;
  GBytes *out = isr_rejoin_decide (self->rejoin, (gint64) (live - self->last), &join);

  take_out (self, out, join);
}

/* Listens from the moment the station is at @live until it has sent @until. */
static inline void
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

static inline gsize
no_head (GByteArray *stream)
{
  return 0;
}

static inline gsize
burst_of_bytes (GByteArray *stream, gsize live)
{
  return live > BURST ? live - BURST : 0;
}

static inline gsize
no_burst (GByteArray *stream, gsize live)
{
  return live;
}

static inline GByteArray *
noise (GRand *rand, gsize size)
{
  GByteArray *stream = g_byte_array_sized_new ((guint) size + 4);

  while (stream->len < size) {
    guint32 four = g_rand_int (rand);

    g_byte_array_append (stream, (guint8 *) &four, 4);
  }
  return stream;
}

static inline void
assert_same (const GByteArray *out, gsize at, const GByteArray *stream, gsize from, gsize size)
{
  g_assert_cmpuint (out->len, >=, at + size);
  g_assert_cmpmem (out->data + at, size, stream->data + from, size);
}

/* Drops anywhere, holes that the burst covers: the stream as if nothing had been. */
static inline void
drop_often (const Station *station, guint32 seed)
{
  g_autoptr (Listener) l = listener_new (seed);
  gsize live = BURST + (gsize) g_rand_int_range (l->rand, 0, 30000);
  gsize begun;
  guint drops = 0;

  live = station->get_end ? station->get_end (station->stream, live) : live;
  begun = station->get_burst (station->stream, live);
  begun = begun > station->get_head (station->stream) ? begun : 0;
  while (live < STREAM - 60000) {
    gsize until = live + (gsize) g_rand_int_range (l->rand, 0, 30000);

    listen (l, station, live, until);
    live = until + (gsize) g_rand_int_range (l->rand, 0, BURST - 16000);
    live = station->get_end ? station->get_end (station->stream, MAX (live, until)) : live;
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
