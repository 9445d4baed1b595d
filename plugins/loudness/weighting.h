/* SPDX-License-Identifier: MIT */
/* weighting.h - filters before the level: A-weighting (IEC 61672-1), high-pass.
 *
 * A-weighting is six poles, all real: two at 20.6 Hz, 107.7 Hz, 737.9 Hz, two at
 * 12.19 kHz, and four zeros at 0. The bilinear transform bends the upper ones, so
 * that 8 kHz is a decibel off at 32 kHz of rate and tens of them near half the
 * rate. Here each pole is a first-order section whose gain equals the analogue one
 * at 0, at the pole (or half way) and at half the rate. What remains keeps class 1 up
 * to half of any rate. The high-pass is a Butterworth of second order, for wind and hum.
 *
 * Pure: no allocation; one thread per filter. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_WEIGHTING_NONE,
  ISR_WEIGHTING_A,
  ISR_WEIGHTING_HIGHPASS,
} IsrWeightingType;

#define ISR_WEIGHTING_HIGHPASS_HZ 100.0
#define ISR_WEIGHTING_MAX_CHANNELS 64
#define ISR_WEIGHTING_MAX_BIQUADS 3

typedef struct {
  double b0, b1, b2, a1, a2;
} IsrBiquad;

typedef struct {
  guint channels, n_biquads;
  IsrBiquad biquads[ISR_WEIGHTING_MAX_BIQUADS];
  double state[ISR_WEIGHTING_MAX_CHANNELS][ISR_WEIGHTING_MAX_BIQUADS][2];
} IsrWeighting;

/* At rest. @rate: samples per second, at least 2000. */
void isr_weighting_init (IsrWeighting *self, IsrWeightingType type, guint rate, guint channels);
void isr_weighting_reset (IsrWeighting *self);

/* Filters interleaved frames in place; all must be finite. */
void isr_weighting_run (IsrWeighting *self, double *samples, gsize frames);

/* Gain at a frequency, dB. */
double isr_weighting_gain (const IsrWeighting *self, double hz, guint rate);

G_END_DECLS
