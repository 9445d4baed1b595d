/* SPDX-License-Identifier: MIT */
/* timefilter.h - the arrivals of the last minute, one value a second.
 *
 * A sample is (monotonic time) - (stream time), ns: where position 0 lies on the
 * monotonic clock, by this one packet. Late packets say too much, never too
 * little, so a second's value is its minimum; samples of a capture clock err both ways:
 * their median. Only timemap.c calls. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_TIME_FILTER_SECONDS 60
#define ISR_TIME_FILTER_SAMPLES 128

typedef struct {
  gboolean median;
  gint64 second;                           /* the open one, by the monotonic clock */
  guint n_samples;                         /* seen in it */
  gint64 lowest;                           /* of them */
  gint64 samples[ISR_TIME_FILTER_SAMPLES]; /* the latest of them, for the median */
  guint n_values;
  gint64 values[ISR_TIME_FILTER_SECONDS]; /* of the last full seconds, oldest first */
} IsrTimeFilter;

void isr_time_filter_init (IsrTimeFilter *filter, gboolean median);

/* TRUE when a second was completed by this. Seconds without packets do not count. */
gboolean isr_time_filter_add (IsrTimeFilter *filter, gint64 monotonic_us, gint64 sample);

/* Where position 0 is by all that is known: the minimum. After the first sample. */
gint64 isr_time_filter_target (const IsrTimeFilter *filter);

/* How much later than @base all of the last 15 seconds are, if that is time missing
 * inside the stream: more than 2 s, and not shrinking: then it is a connection
 * that catches up. Else 0. */
gint64 isr_time_filter_hole (const IsrTimeFilter *filter, gint64 base);

/* Forgets what lies before these 15 seconds. */
void isr_time_filter_forget (IsrTimeFilter *filter);

/* Moves all that is known by @ns. */
void isr_time_filter_shift (IsrTimeFilter *filter, gint64 ns);

G_END_DECLS
