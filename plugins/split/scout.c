/* SPDX-License-Identifier: MIT */
/* scout.c - a stream of its own, and a queue. */
#include "plugins/split/scout.h"

struct _IsrScout {
  IsrStream *stream;
  IsrTimeMap *map; /* not owned */
  gint64 from_ns;
  guint64 samples;
  GQueue held; /* of GBytes */
  gsize bytes;
  gint64 since_us;     /* monotonic, of the first bytes */
  IsrTimeChange clock; /* what happened to the wall clock meanwhile: flags, step_us */
};

IsrScout *
isr_scout_new (IsrStream *stream, IsrTimeMap *map, gint64 from_ns)
{
  IsrScout *self = g_new0 (IsrScout, 1);

  self->stream = stream;
  self->map = map;
  self->from_ns = from_ns;
  g_queue_init (&self->held);
  return self;
}

void
isr_scout_free (IsrScout *self)
{
  g_queue_clear_full (&self->held, (GDestroyNotify) g_bytes_unref);
  isr_stream_free (self->stream);
  g_free (self);
}

static gint64
ns_of (IsrScout *self, guint64 samples)
{
  guint rate = isr_stream_get_rate (self->stream);

  return self->from_ns + (gint64) (rate ? samples / rate * 1000000000 + samples % rate * 1000000000 / rate : 0);
}

static void
feed (IsrScout *self, const IsrTimeReading *now)
{
  IsrPacket packet = { 0 };
  g_autoptr (GError) ignored = NULL; /* the stream that records will say it */

  while (isr_stream_next (self->stream, &packet, &ignored)) {
    IsrTimePacket span = { ns_of (self, self->samples), ns_of (self, self->samples + packet.samples) };
    IsrTimeChange change = isr_time_map_feed (self->map, now, &span);

    self->clock.flags |= change.flags & (ISR_TIME_STEP | ISR_TIME_ARRIVED);
    self->clock.step_us += change.step_us;
    self->samples += packet.samples;
    isr_packet_clear (&packet);
  }
}

gboolean
isr_scout_push (IsrScout *self, GBytes *bytes, const IsrTimeReading *now)
{
  if (g_queue_is_empty (&self->held))
    self->since_us = now->monotonic_us;
  g_queue_push_tail (&self->held, g_bytes_ref (bytes));
  self->bytes += g_bytes_get_size (bytes);
  isr_stream_push (self->stream, bytes);
  feed (self, now);

  return !isr_time_map_settled (self->map) && self->bytes < ISR_TIME_SETTLE_BYTES && now->monotonic_us - self->since_us < ISR_TIME_SETTLE_US;
}

void
isr_scout_drain (IsrScout *self, const IsrTimeReading *now)
{
  isr_stream_drain (self->stream);
  feed (self, now);
}

gint64
isr_scout_get_end_ns (IsrScout *self)
{
  return ns_of (self, self->samples);
}

gboolean
isr_scout_has_seen (IsrScout *self)
{
  return self->samples > 0;
}

IsrTimeChange
isr_scout_get_clock_change (IsrScout *self)
{
  return self->clock;
}

GBytes *
isr_scout_pop (IsrScout *self)
{
  return g_queue_pop_head (&self->held);
}
