/* SPDX-License-Identifier: MIT */
/* weighting.c - first-order sections that match analogue gains, two to a biquad.
 *
 * With p = sin^2 (w / 2), 0 at 0 and 1 at half the rate, the squared gain of a
 * section (b0 + b1 z) / (a0 + a1 z) is (A + B p) / (1 + C p) when it is scaled so that
 * a0 + a1 = 1. A is 1 for a low-pass and 0 for a high-pass; two frequencies where the
 * gain shall be the analogue one give two linear equations for B and C, and square
 * roots give the coefficients:  a0, a1 = (1 +- sqrt (1 + C)) / 2. */
#include "plugins/loudness/weighting.h"

#include <math.h>
#include <string.h>

#define POLE_1 20.598997
#define POLE_2 107.65265
#define POLE_3 737.86223
#define POLE_4 12194.217
#define GAIN_AT_1_KHZ 1.2589048990 /* makes 0 dB of the poles' -2 dB */

typedef struct {
  double b0, b1, a1;
} Section;

static double
squared_gain (double pole, gboolean high, double hz)
{
  double q = hz / pole * (hz / pole);

  return high ? q / (1 + q) : 1 / (1 + q);
}

static double
place (double hz, double rate)
{
  double s = sin (G_PI * hz / rate);

  return s * s;
}

static Section
design (double pole, gboolean high, double rate)
{
  double f1 = MIN (pole, rate / 4), p1 = place (f1, rate);
  double g1 = squared_gain (pole, high, f1), g2 = squared_gain (pole, high, rate / 2);
  double at_zero = high ? 0 : 1;
  /* at_zero + B p1 = g1 (1 + C p1),  at_zero + B = g2 (1 + C) */
  double c = ((g1 - at_zero) - p1 * (g2 - at_zero)) / (p1 * (g2 - g1));
  double b = g2 * (1 + c) - at_zero;
  double a0 = (1 + sqrt (1 + c)) / 2, a1 = 1 - a0;
  double b0 = (at_zero + sqrt (at_zero + b)) / 2;

  return (Section){ b0 / a0, (at_zero - b0) / a0, a1 / a0 };
}

static IsrBiquad
pair (Section x, Section y, double gain)
{
  return (IsrBiquad){
    .b0 = gain * x.b0 * y.b0,
    .b1 = gain * (x.b0 * y.b1 + x.b1 * y.b0),
    .b2 = gain * x.b1 * y.b1,
    .a1 = x.a1 + y.a1,
    .a2 = x.a1 * y.a1,
  };
}

static void
design_a (IsrWeighting *self, double rate)
{
  Section first = design (POLE_1, TRUE, rate), last = design (POLE_4, FALSE, rate);

  self->n_biquads = 3;
  self->biquads[0] = pair (first, first, GAIN_AT_1_KHZ);
  self->biquads[1] = pair (design (POLE_2, TRUE, rate), design (POLE_3, TRUE, rate), 1);
  self->biquads[2] = pair (last, last, 1);
}

static void
design_highpass (IsrWeighting *self, double rate)
{
  double k = tan (G_PI * ISR_WEIGHTING_HIGHPASS_HZ / rate), norm = 1 / (1 + G_SQRT2 * k + k * k);

  self->n_biquads = 1;
  self->biquads[0] = (IsrBiquad){ norm, -2 * norm, norm, 2 * (k * k - 1) * norm, (1 - G_SQRT2 * k + k * k) * norm };
}

void
isr_weighting_init (IsrWeighting *self, IsrWeightingType type, guint rate, guint channels)
{
  *self = (IsrWeighting){ .channels = channels };
  if (type == ISR_WEIGHTING_A)
    design_a (self, rate);
  else if (type == ISR_WEIGHTING_HIGHPASS)
    design_highpass (self, rate);
}

void
isr_weighting_reset (IsrWeighting *self)
{
  memset (self->state, 0, sizeof self->state);
}

static void
run_one (const IsrBiquad *q, double *state, double *samples, gsize frames, guint step)
{
  double s1 = state[0], s2 = state[1];

  for (gsize i = 0; i < frames * step; i += step) {
    double x = samples[i], y = q->b0 * x + s1;

    s1 = q->b1 * x - q->a1 * y + s2;
    s2 = q->b2 * x - q->a2 * y;
    samples[i] = y;
  }
  state[0] = fabs (s1) < 1e-30 ? 0 : s1; /* no denormal numbers in silence */
  state[1] = fabs (s2) < 1e-30 ? 0 : s2;
}

void
isr_weighting_run (IsrWeighting *self, double *samples, gsize frames)
{
  for (guint c = 0; c < self->channels; c++) {
    for (guint i = 0; i < self->n_biquads; i++)
      run_one (&self->biquads[i], self->state[c][i], samples + c, frames, self->channels);
  }
}

static double
squared_magnitude (double c0, double c1, double c2, double w)
{
  double re = c0 + c1 * cos (w) + c2 * cos (2 * w), im = c1 * sin (w) + c2 * sin (2 * w);

  return re * re + im * im;
}

double
isr_weighting_gain (const IsrWeighting *self, double hz, guint rate)
{
  double w = 2 * G_PI * hz / rate, gain = 0;

  for (guint i = 0; i < self->n_biquads; i++) {
    const IsrBiquad *q = &self->biquads[i];

    gain += 10 * log10 (squared_magnitude (q->b0, q->b1, q->b2, w) / squared_magnitude (1, q->a1, q->a2, w));
  }

  return gain;
}
