/* SPDX-License-Identifier: MIT */
/* timemap.h - from stream time to UTC.
 *
 * Stream time counts samples: nanoseconds of audio since the run began. It knows
 * nothing of missing time and follows the crystal of whoever made the audio. The
 * map is fed with every packet and what the clocks said when it came, and tells
 * the UTC of a position, and when something happened to time itself:
 *
 *     given     UTC of position 0 is told; fixed
 *     capture   live raw audio: the age of each packet on the capture clock says
 *               when it was heard
 *     arrival   live encoded audio: no packet can arrive before its last sample
 *               was made, so the earliest arrivals, seen over a minute, are the
 *               map; what a server sends as a burst lies in the past
 *     counted   everything else: now at the first packet; fixed
 *
 * The map is continuous and strictly increasing in position (slope within 500 ppm
 * of 1), except at a change that feed reports: there the open file ends.
 *
 * Pure integers: clocks are read by the caller. One thread at a time. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_TIME_GIVEN,
  ISR_TIME_CAPTURE,
  ISR_TIME_ARRIVAL,
  ISR_TIME_COUNTED,
} IsrTimeMode;

/* "given", "capture", "arrival", "counted": `clock` of isr-file-opened. */
const char *isr_time_mode_name (IsrTimeMode mode);

/* The clocks, read together when a packet comes. */
typedef struct {
  gint64 monotonic_us; /* CLOCK_MONOTONIC */
  gint64 realtime_us;  /* CLOCK_REALTIME */
  gint64 boottime_us;  /* CLOCK_BOOTTIME; 0: not known, a suspend then is a clock step */
} IsrTimeReading;

/* A packet, by its stream time. */
typedef struct {
  gint64 start_ns; /* of its first sample */
  gint64 end_ns;   /* after its last sample; >= start_ns; starts where the last one ended */
  gint64 age_ns;   /* capture only: clock time now - base time - PTS, the time since the first
                    * sample was heard */
} IsrTimePacket;

typedef enum {
  ISR_TIME_STEP = 1 << 0,      /* the wall clock was set, by step_us */
  ISR_TIME_ARRIVED = 1 << 1,   /* with STEP: until now it was not set at all; what was named before
                                * is off by step_us */
  ISR_TIME_GAP = 1 << 2,       /* hole_us are missing inside the stream */
  ISR_TIME_SUSPENDED = 1 << 3, /* the machine slept for hole_us */
} IsrTimeFlags;

/* What happened before the packet: the open file ends at its start_ns, a new one begins with it.
 * Several flags at once are one change: hole_us and step_us are both in effect. */
typedef struct {
  IsrTimeFlags flags; /* 0: nothing, go on */
  gint64 end_us;      /* UTC of start_ns before the change: where the old file ends */
  gint64 hole_us;     /* > 0 with GAP, SUSPENDED (their sum with both); else 0 */
  gint64 step_us;     /* with STEP: what the wall clock gained (> 0) or lost (< 0); else 0 */
} IsrTimeChange;

/* A wall clock before this instant (2020-01-01T00:00:00Z) has not been set since boot. */
#define ISR_TIME_UNSYNCED_BEFORE_US G_GINT64_CONSTANT (1577836800000000)

/* How much arrival a map looks at before it is settled, and what the caller holds at most. */
#define ISR_TIME_SETTLE_US G_TIME_SPAN_SECOND
#define ISR_TIME_SETTLE_BYTES (256 * 1024)

typedef struct _IsrTimeMap IsrTimeMap;

/* @start_utc_us: UTC of position 0, for ISR_TIME_GIVEN, before the year 2255; else unused. */
IsrTimeMap *isr_time_map_new (IsrTimeMode mode, gint64 start_utc_us);
void isr_time_map_free (IsrTimeMap *map);

/* Takes in a packet. Call for each, in order, before asking for its UTC. */
IsrTimeChange isr_time_map_feed (IsrTimeMap *map, const IsrTimeReading *now, const IsrTimePacket *packet);

/* Settling: until a map in mode arrival is settled its UTC still leaps (the burst at connect), so
 * the caller holds the packets. It is settled ISR_TIME_SETTLE_US after the first packet, or by
 * isr_time_map_settle(): when ISR_TIME_SETTLE_BYTES are held, or the stream ends (called before any
 * packet: with the next one). Then the UTC of all held packets is right. The other modes are settled
 * with the first packet. A change reported before that is in this UTC already; it only matters to
 * files of before (ARRIVED: their names). */
gboolean isr_time_map_settled (const IsrTimeMap *map);
void isr_time_map_settle (IsrTimeMap *map);

/* Audio is missing before the next packet. Both change the UTC of earlier positions, at once or with
 * the next packet: ask for the end of the old file first.
 *
 * Skip: hole_us >= 0 of it, so UTC moves on by that (all modes).
 *
 * Restart: nobody knows how much (a new connection). Arrival and capture forget what they saw and
 * find UTC anew, arrival settles again: hold the packets, or the burst of the new connection is
 * placed too late by its length, and 500 ppm need hours to mend that. A burst may reach back to
 * before the end of the old file: the same seconds then are in both, and each tells it truly. Fixed
 * modes go on as they are. */
void isr_time_map_skip (IsrTimeMap *map, gint64 hole_us);
void isr_time_map_restart (IsrTimeMap *map);

/* Before the first packet: the stream goes on where another one ended, whose map said @utc_us there,
 * at @position_ns of this one. The map is settled, and from there on as if it had been that one.
 * Fixed modes go on as they are. */
void isr_time_map_resume (IsrTimeMap *map, const IsrTimeReading *now, gint64 position_ns, gint64 utc_us);

/* UTC (µs, rounded down) of a position. Exact for the last packet and, before the
 * map was settled, for all held ones; before the first packet, meaningless but in mode given. */
gint64 isr_time_map_utc (const IsrTimeMap *map, gint64 position_ns);

/* The inverse: the first position, ns, whose UTC is at or after @utc_us. Exact within the last packet.
 * Raw audio is cut at the first sample at or after it. */
gint64 isr_time_map_position (const IsrTimeMap *map, gint64 utc_us);

/* The wall clock has not been set since boot: names are provisional. */
gboolean isr_time_map_unsynced (const IsrTimeMap *map);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrTimeMap, isr_time_map_free)

G_END_DECLS
