/* SPDX-License-Identifier: MIT */
/* timemap.c - from stream time to UTC.
 *
 *     UTC = stream time + offset          offset moves at most 500 ppm
 *     offset -> base + wall               wall = CLOCK_REALTIME - CLOCK_MONOTONIC
 *     base   -> minimum of the last minute of (monotonic - stream time), also at most 500 ppm
 *
 * The filter lives on the monotonic clock, so that setting the wall clock does
 * not look like missing audio, and missing audio not like a clock that was set.
 * Within a packet the offset moves linearly from the end of the packet before
 * to the end of this one: the map has no seams, and no file a negative length. */
#include "plugins/split/timemap.h"

#include "plugins/split/timefilter.h"

#define NS_PER_US 1000
#define UTC_MAX_US G_GINT64_CONSTANT (9000000000000000) /* the year 2255; in ns just below 2^63 */
#define SLEW_DIVISOR 2000                               /* 500 ppm */
#define SLEW_SPAN_MAX (3600 * G_GINT64_CONSTANT (1000000000))
#define STEP_MIN_US G_TIME_SPAN_SECOND
#define STEP_SUM_MAX_NS (2 * G_GINT64_CONSTANT (1000000000))
#define SLEEP_MIN_US G_TIME_SPAN_SECOND

struct _IsrTimeMap {
  IsrTimeMode mode;
  gboolean clocks_known; /* a packet has been seen */
  gboolean filtering;    /* ... since the start or restart */
  gboolean settle_now;   /* was asked for, perhaps before there was a packet */
  gboolean settled;
  gboolean unsynced;

  /* the clocks, as last read */
  gint64 wall_us;  /* realtime - monotonic */
  gint64 sleep_us; /* boottime - monotonic; -1: unknown */
  gint64 first_us; /* monotonic, when settling began */

  IsrTimeFilter filter;
  gint64 base; /* ns: the filter's answer, smoothed */

  /* the last packet, ns: the offset goes from one to the other within it */
  gint64 start, end;
  gint64 offset_start, offset_end;
};

static gint64
floor_div (gint64 a, gint64 b)
{
  return a / b - (a % b < 0);
}

static gboolean
is_fixed (const IsrTimeMap *self)
{
  return self->mode == ISR_TIME_GIVEN || self->mode == ISR_TIME_COUNTED;
}

static gint64
wall_ns (const IsrTimeMap *self)
{
  return self->wall_us * NS_PER_US;
}

static void
set_offset (IsrTimeMap *self, gint64 ns)
{
  self->offset_start = ns;
  self->offset_end = ns;
}

/* UTC in ns. Within the packet part of the slew is done; products stay below 2^63. */
static gint64
utc_ns (const IsrTimeMap *self, gint64 position)
{
  gint64 done, whole;

  if (position <= self->start)
    return position + self->offset_start;
  if (position >= self->end)
    return position + self->offset_end;

  done = (position - self->start) / NS_PER_US;
  whole = MAX ((self->end - self->start) / NS_PER_US, 1);
  while (whole > SLEW_SPAN_MAX / NS_PER_US) {
    done /= 2;
    whole /= 2;
  }
  return position + self->offset_start + (self->offset_end - self->offset_start) * done / whole;
}

/* The time slept since the last reading. */
static gint64
slept_us (IsrTimeMap *self, const IsrTimeReading *now)
{
  gint64 sleep = now->boottime_us > 0 ? now->boottime_us - now->monotonic_us : -1;
  gint64 slept = sleep >= 0 && self->sleep_us >= 0 ? sleep - self->sleep_us : 0;

  self->sleep_us = sleep;
  return slept >= SLEEP_MIN_US ? slept : 0;
}

/* How far the offset would be from the wall clock, were it not moved: mostly @set_us, what
 * the clock was just set by, and what is left of earlier, small settings. */
static gint64
lag_ns (const IsrTimeMap *self, gint64 set_us)
{
  return self->settled ? self->base + wall_ns (self) - self->offset_end : set_us * NS_PER_US;
}

static void
watch_sleep (IsrTimeMap *self, gint64 slept, IsrTimeChange *change)
{
  if (slept == 0)
    return;

  change->flags |= ISR_TIME_SUSPENDED;
  change->hole_us += slept;
  set_offset (self, self->offset_end + slept * NS_PER_US);
}

static void
watch_wall (IsrTimeMap *self, gint64 set_us, IsrTimeChange *change)
{
  gint64 lag = lag_ns (self, set_us);

  if (ABS (set_us) <= STEP_MIN_US && ABS (lag) <= STEP_SUM_MAX_NS)
    return;

  change->flags |= ISR_TIME_STEP;
  change->step_us = lag / NS_PER_US;
  set_offset (self, self->offset_end + change->step_us * NS_PER_US);
}

static void
watch_clocks (IsrTimeMap *self, const IsrTimeReading *now, IsrTimeChange *change)
{
  gint64 wall = now->realtime_us - now->monotonic_us;
  gint64 slept = slept_us (self, now);
  gint64 set_us = self->clocks_known ? wall - self->wall_us - slept : 0;
  gboolean unsynced = now->realtime_us < ISR_TIME_UNSYNCED_BEFORE_US;

  self->wall_us = wall;
  if (self->clocks_known) {
    watch_sleep (self, slept, change);
    watch_wall (self, set_us, change);
    if (self->unsynced && !unsynced && change->flags & ISR_TIME_STEP)
      change->flags |= ISR_TIME_ARRIVED;
  }
  self->unsynced = unsynced;
  self->clocks_known = TRUE;
}

static void
watch_stream (IsrTimeMap *self, IsrTimeChange *change)
{
  gint64 hole_us = isr_time_filter_hole (&self->filter, self->base) / NS_PER_US;

  if (hole_us == 0)
    return;

  change->flags |= ISR_TIME_GAP;
  change->hole_us += hole_us;
  self->base += hole_us * NS_PER_US;
  set_offset (self, self->offset_end + hole_us * NS_PER_US);
  isr_time_filter_forget (&self->filter);
}

/* Towards the filter's answer, by what the length of the packet allows. */
static void
follow (IsrTimeMap *self)
{
  gint64 most = MIN (self->end - self->start, SLEW_SPAN_MAX) / SLEW_DIVISOR;
  gint64 target = isr_time_filter_target (&self->filter);

  self->base += CLAMP (target - self->base, -most, most);
  self->offset_start = self->offset_end;
  self->offset_end += CLAMP (self->base + wall_ns (self) - self->offset_end, -most, most);
}

static void
settle_on (IsrTimeMap *self, const IsrTimeReading *now)
{
  if (!self->filtering)
    self->first_us = now->monotonic_us;
  self->filtering = TRUE;
  self->base = isr_time_filter_target (&self->filter);
  set_offset (self, self->base + wall_ns (self));
  self->settled = self->settle_now || self->mode == ISR_TIME_CAPTURE || now->monotonic_us - self->first_us >= ISR_TIME_SETTLE_US;
}

static void
feed_live (IsrTimeMap *self, const IsrTimeReading *now, const IsrTimePacket *packet, IsrTimeChange *change)
{
  gint64 known = self->mode == ISR_TIME_CAPTURE ? packet->start_ns + packet->age_ns : packet->end_ns;
  gboolean completed;

  watch_clocks (self, now, change);
  completed = isr_time_filter_add (&self->filter, now->monotonic_us, now->monotonic_us * NS_PER_US - known);
  if (!self->settled) {
    settle_on (self, now);
    return;
  }

  if (completed)
    watch_stream (self, change);
  follow (self);
}

static void
feed_fixed (IsrTimeMap *self, const IsrTimeReading *now, const IsrTimePacket *packet)
{
  if (!self->clocks_known && self->mode == ISR_TIME_COUNTED) {
    set_offset (self, self->offset_end + now->realtime_us * NS_PER_US - packet->start_ns);
    self->unsynced = now->realtime_us < ISR_TIME_UNSYNCED_BEFORE_US;
  }
  self->clocks_known = TRUE;
  self->settled = TRUE;
}

const char *
isr_time_mode_name (IsrTimeMode mode)
{
  static const char *const names[] = { "given", "capture", "arrival", "counted" };

  g_return_val_if_fail (mode < G_N_ELEMENTS (names), NULL);
  return names[mode];
}

IsrTimeMap *
isr_time_map_new (IsrTimeMode mode, gint64 start_utc_us)
{
  IsrTimeMap *self = g_new0 (IsrTimeMap, 1);

  self->mode = mode;
  self->sleep_us = -1;
  isr_time_filter_init (&self->filter, mode == ISR_TIME_CAPTURE);
  if (mode == ISR_TIME_GIVEN)
    set_offset (self, CLAMP (start_utc_us, -UTC_MAX_US, UTC_MAX_US) * NS_PER_US);
  return self;
}

void
isr_time_map_free (IsrTimeMap *self)
{
  g_free (self);
}

IsrTimeChange
isr_time_map_feed (IsrTimeMap *self, const IsrTimeReading *now, const IsrTimePacket *packet)
{
  IsrTimeChange change = { .end_us = isr_time_map_utc (self, packet->start_ns) };

  self->start = packet->start_ns;
  self->end = MAX (packet->end_ns, packet->start_ns);
  if (is_fixed (self))
    feed_fixed (self, now, packet);
  else
    feed_live (self, now, packet, &change);
  return change;
}

gboolean
isr_time_map_settled (const IsrTimeMap *self)
{
  return self->settled;
}

void
isr_time_map_settle (IsrTimeMap *self)
{
  self->settle_now = TRUE;
  self->settled = self->settled || self->filtering;
}

void
isr_time_map_skip (IsrTimeMap *self, gint64 hole_us)
{
  gint64 hole = hole_us * NS_PER_US;

  g_return_if_fail (hole_us >= 0);

  set_offset (self, self->offset_end + hole);
  self->base += hole;
  isr_time_filter_shift (&self->filter, hole);
}

void
isr_time_map_restart (IsrTimeMap *self)
{
  if (is_fixed (self))
    return;

  isr_time_filter_init (&self->filter, self->mode == ISR_TIME_CAPTURE);
  self->filtering = FALSE;
  self->settle_now = FALSE;
  self->settled = FALSE;
}

void
isr_time_map_resume (IsrTimeMap *self, const IsrTimeReading *now, gint64 position_ns, gint64 utc_us)
{
  IsrTimeChange none = { 0 };

  if (is_fixed (self))
    return;
  watch_clocks (self, now, &none);
  self->start = self->end = position_ns;
  set_offset (self, utc_us * NS_PER_US - position_ns);
  self->base = self->offset_end - wall_ns (self);
  self->filtering = self->settled = TRUE;
}

gint64
isr_time_map_utc (const IsrTimeMap *self, gint64 position_ns)
{
  return floor_div (utc_ns (self, position_ns), NS_PER_US);
}

gint64
isr_time_map_position (const IsrTimeMap *self, gint64 utc_us)
{
  gint64 lo = self->start;
  gint64 hi = self->end;
  gint64 utc;

  if (utc_us >= UTC_MAX_US) /* "never", as isr_boundary_next() says it */
    return G_MAXINT64;
  if (utc_us <= -UTC_MAX_US)
    return G_MININT64;

  utc = utc_us * NS_PER_US;
  if (utc <= utc_ns (self, lo))
    return utc - self->offset_start;
  if (utc > utc_ns (self, hi))
    return utc - self->offset_end;

  while (hi - lo > 1) { /* utc (lo) < utc <= utc (hi) */
    gint64 mid = lo + (hi - lo) / 2;

    if (utc_ns (self, mid) < utc)
      lo = mid;
    else
      hi = mid;
  }
  return hi;
}

gboolean
isr_time_map_unsynced (const IsrTimeMap *self)
{
  return self->unsynced;
}
