/* SPDX-License-Identifier: MIT */
/* sounding.h - is that a microphone? A few seconds of samples as figures: peak,
 * level, DC, exact zeros, clipping, each channel by itself, and the speed of the
 * device's clock against ours. Pure: samples and times come in as arguments. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_SOUNDING_CHANNELS 64
#define ISR_SOUNDING_SILENCE -200.0 /* dB; what exact zero is called */

typedef struct {
  double sum, squares, peak; /* of samples in [-1, 1] */
  guint64 zeros, clipped;    /* exactly 0; at full scale */
} IsrSoundingChannel;

typedef struct {
  guint points;
  double x, y, xx, xy, yy; /* sums */
} IsrSoundingLine;

typedef struct {
  const char *format; /* "S16LE", ... */
  guint rate, channels;
  guint64 frames;
  IsrSoundingChannel channel[ISR_SOUNDING_CHANNELS];

  /* Arrivals, for the clock: straight lines through (arrival, stream time) of all, and of the soonest of each quarter of a second. */
  gint64 first_us, last_us, longest_us; /* arrivals; the longest pause between two */
  IsrSoundingLine all, soonest;         /* the newest quarter is still open */
  double soonest_x, soonest_y;          /* of the open quarter */
  gint64 quarter;
} IsrSounding;

/* FALSE: a format or a number of channels that can not be measured. @format: as
 * GStreamer names it, little endian. */
gboolean isr_sounding_begin (IsrSounding *self, const char *format, guint rate, guint channels);
/* Interleaved samples that arrived at @now_us of a monotonic clock. */
void isr_sounding_take (IsrSounding *self, const guint8 *data, gsize size, gint64 now_us);

double isr_sounding_get_peak (const IsrSounding *self, guint channel);  /* dBFS */
double isr_sounding_get_level (const IsrSounding *self, guint channel); /* dBFS, RMS without DC */
double isr_sounding_get_dc (const IsrSounding *self, guint channel);    /* -1 to 1 */
gboolean isr_sounding_is_zero (const IsrSounding *self);                /* every sample of every channel */

/* How much faster the device's clock is than ours, in ppm, and how sure that is
 * (at least twice the standard error). FALSE: it can not be told from these arrivals, which
 * come in bursts or are too few. */
gboolean isr_sounding_get_drift (const IsrSounding *self, double *ppm, double *error);

G_END_DECLS
