/* SPDX-License-Identifier: MIT */
/* world.h - time for tests of the map, told as a story: what the clocks say and what arrives,
 * packet by packet. */
#pragma once

#include "plugins/split/timemap.h"

#define MS G_GINT64_CONSTANT (1000000) /* ns */
#define NOON (1763640000 * G_GINT64_CONSTANT (1000000))
#define PACKET (24 * MS)

/* The world: true time passes; clocks and sender follow it as the test says. */
typedef struct {
  IsrTimeMap *map;
  gint64 mono, boot; /* µs */
  gint64 wall;       /* µs, realtime - monotonic */
  gint64 stream;     /* ns: end of the last packet */
  gint64 last_utc;   /* of that end */
  guint changes;     /* that were reported */
  IsrTimeChange change;
} World;

static inline void
world_init (World *w, IsrTimeMode mode)
{
  *w = (World){ .map = isr_time_map_new (mode, NOON), .mono = 5000000000, .boot = 7000000000 };
  w->wall = NOON - w->mono;
}

static inline void
world_clear (World *w)
{
  isr_time_map_free (w->map);
}

static inline void
pass (World *w, gint64 us)
{
  w->mono += us;
  w->boot += us;
}

static inline gint64
now (const World *w)
{
  return w->mono + w->wall;
}

/* A packet arrives. Whatever happens, the map goes on where it was, but at a change. */
static inline IsrTimeChange
feed (World *w, gint64 length, gint64 age)
{
  IsrTimeReading reading = { w->mono, w->mono + w->wall, w->boot };
  IsrTimePacket packet = { w->stream, w->stream + length, age };
  gboolean settled = isr_time_map_settled (w->map);
  IsrTimeChange change = isr_time_map_feed (w->map, &reading, &packet);
  gint64 start = isr_time_map_utc (w->map, w->stream);

  if (change.flags) {
    w->changes++;
    w->change = change;
    if (settled)
      g_assert_cmpint (change.end_us, ==, w->last_utc);
  } else if (settled) {
    g_assert_cmpint (start, ==, w->last_utc);
  }
  w->stream += length;
  w->last_utc = isr_time_map_utc (w->map, w->stream);
  g_assert_cmpint (w->last_utc, >, start);
  return change;
}

/* Audio as it is made: a packet arrives when its last sample is. */
static inline void
play (World *w, gint64 s)
{
  for (gint64 end = w->mono + s * G_TIME_SPAN_SECOND; w->mono < end;) {
    pass (w, PACKET / 1000);
    feed (w, PACKET, PACKET);
  }
}

static inline void
assert_near (gint64 a, gint64 b, gint64 us)
{
  g_assert_cmpint (ABS (a - b), <=, us);
}
