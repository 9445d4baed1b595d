/* SPDX-License-Identifier: MIT */
/* meter.h - the level and the peak of every 100 ms of interleaved samples.
 *
 * Window k is the frames [floor (k * rate / 10), floor ((k + 1) * rate / 10)) since the
 * run began: cut on the count of samples, never on buffers or timestamps. A partial
 * window at the end of a run is dropped.
 *
 *     level   round (1000 * log10 (mean ((x - mean (x))^2))), x in [-1, 1), centi-dB
 *     raw     the same with DC: 1000 * log10 (mean (x^2))
 *     peak    round (2000 * log10 (max |x|)), before weighting
 *
 * each of the loudest channel, at least ISR_LEVEL_LOWEST. Integer samples are summed
 * exactly; the logarithm is the only step in floating point. A float that is NaN,
 * infinite or beyond +120 dB is no sample and counts as 0.
 *
 * Pure: no allocation; one thread per meter. About 10 kB with its filter. */
#pragma once

#include <glib.h>

#include "plugins/loudness/floor.h"
#include "plugins/loudness/sums.h"
#include "plugins/loudness/weighting.h"

G_BEGIN_DECLS

#define ISR_METER_RATE_MIN 2000
#define ISR_METER_RATE_MAX 768000
#define ISR_METER_CHANNELS_MAX ISR_SUMS_MAX_CHANNELS

/* All little endian, interleaved. */
typedef enum {
  ISR_METER_S8,
  ISR_METER_U8,
  ISR_METER_S16,
  ISR_METER_S24,    /* three bytes */
  ISR_METER_S24_32, /* the lower three of four */
  ISR_METER_S32,
  ISR_METER_F32,
  ISR_METER_F64,
} IsrMeterFormat;

typedef struct {
  gint16 level, raw, peak; /* centi-dB */
} IsrWindow;

/* Each window as soon as its last sample is there. */
typedef void (*IsrMeterFunc) (const IsrWindow *window, gpointer data);

typedef struct {
  IsrMeterFormat format;
  guint rate, channels, frame_size;
  IsrWeightingType weighting;
  IsrMeterFunc func;
  gpointer data;
  guint64 frames, end; /* of the run: taken; where the window ends */
  guint64 window;      /* its number */
  double peak;
  gint16 channel_levels[ISR_METER_CHANNELS_MAX]; /* of the newest window, for func: the level of each channel */
  IsrSums sums;
  IsrWeighting filter;
} IsrMeter;

/* @rate: 2 kHz to 768 kHz; @channels: 1 to 64. */
void isr_meter_init (IsrMeter *self, IsrMeterFormat format, guint rate, guint channels, IsrWeightingType weighting, IsrMeterFunc func, gpointer data);

/* Whole frames, any number of them; @samples need not be aligned. */
void isr_meter_push (IsrMeter *self, gconstpointer samples, gsize frames);

/* Drops the partial window; the next frame is the first of a run. */
void isr_meter_restart (IsrMeter *self);

G_END_DECLS
