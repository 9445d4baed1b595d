/* SPDX-License-Identifier: MIT */
/* A-weighting within class 1 of IEC 61672-1:2013 (table 3) at every rate up to half of
 * it; the filters as they run, not only as they are designed. */
#include "plugins/loudness/weighting.h"

#include <math.h>

#define NO_LIMIT 1000.0

static const struct {
  double hz, a, above, below;
} class_1[] = {
  { 10, -70.4, 3.0, NO_LIMIT },
  { 12.5, -63.4, 2.5, NO_LIMIT },
  { 16, -56.7, 2.0, 4.0 },
  { 20, -50.5, 2.0, 2.0 },
  { 25, -44.7, 2.0, 1.5 },
  { 31.5, -39.4, 1.5, 1.5 },
  { 40, -34.6, 1.0, 1.0 },
  { 50, -30.2, 1.0, 1.0 },
  { 63, -26.2, 1.0, 1.0 },
  { 80, -22.5, 1.0, 1.0 },
  { 100, -19.1, 1.0, 1.0 },
  { 125, -16.1, 1.0, 1.0 },
  { 160, -13.4, 1.0, 1.0 },
  { 200, -10.9, 1.0, 1.0 },
  { 250, -8.6, 1.0, 1.0 },
  { 315, -6.6, 1.0, 1.0 },
  { 400, -4.8, 1.0, 1.0 },
  { 500, -3.2, 1.0, 1.0 },
  { 630, -1.9, 1.0, 1.0 },
  { 800, -0.8, 1.0, 1.0 },
  { 1000, 0.0, 0.7, 0.7 },
  { 1250, 0.6, 1.0, 1.0 },
  { 1600, 1.0, 1.0, 1.0 },
  { 2000, 1.2, 1.0, 1.0 },
  { 2500, 1.3, 1.0, 1.0 },
  { 3150, 1.2, 1.0, 1.0 },
  { 4000, 1.0, 1.0, 1.0 },
  { 5000, 0.5, 1.5, 1.5 },
  { 6300, -0.1, 1.5, 2.0 },
  { 8000, -1.1, 1.5, 2.5 },
  { 10000, -2.5, 2.0, 3.0 },
  { 12500, -4.3, 2.0, 5.0 },
  { 16000, -6.6, 2.5, 16.0 },
  { 20000, -9.3, 3.0, NO_LIMIT },
};

static const guint rates[] = { 2000, 4000, 8000, 11025, 16000, 22050, 32000, 44100, 48000, 88200, 96000, 192000, 384000, 768000 };

/* Exact frequencies: 1 kHz * 10^(n / 10); the table names them rounded. */
static double
exact (double nominal)
{
  return 1000 * pow (10, rint (10 * log10 (nominal / 1000)) / 10);
}

static void
test_class_1 (void)
{
  g_autofree IsrWeighting *filter = g_new (IsrWeighting, 1);
  double worst = 0;

  for (guint r = 0; r < G_N_ELEMENTS (rates); r++) {
    isr_weighting_init (filter, ISR_WEIGHTING_A, rates[r], 1);
    for (guint i = 0; i < G_N_ELEMENTS (class_1) && exact (class_1[i].hz) <= rates[r] / 2.0; i++) {
      double off = isr_weighting_gain (filter, exact (class_1[i].hz), rates[r]) - class_1[i].a;

      g_assert_cmpfloat (off, <=, class_1[i].above);
      g_assert_cmpfloat (off, >=, -class_1[i].below);
      worst = MAX (worst, rates[r] >= 8000 && class_1[i].hz < rates[r] / 4.0 ? fabs (off) : 0);
    }
  }
  g_test_message ("from 8 kHz on, below half of the band at most %.2f dB off", worst);
  g_assert_cmpfloat (worst, <, 0.6);
}

static double
power (const double *samples, gsize from, gsize to, guint step)
{
  double sum = 0;

  for (gsize i = from; i < to; i++)
    sum += samples[i * step] * samples[i * step];
  return sum / (double) (to - from);
}

/* Sines through the filter have the gain that is said; the channels know nothing of each other. */
static void
check_run (IsrWeightingType type, guint rate, double hz)
{
  g_autofree IsrWeighting *filter = g_new (IsrWeighting, 1);
  gsize frames = 2 * rate;
  g_autofree double *samples = g_new (double, 2 * frames);
  double gain;

  for (gsize i = 0; i < frames; i++) {
    samples[2 * i] = sin (2 * G_PI * hz * (double) i / rate);
    samples[2 * i + 1] = 0;
  }
  isr_weighting_init (filter, type, rate, 2);
  for (gsize i = 0; i < frames; i += 500)
    isr_weighting_run (filter, samples + 2 * i, MIN (500, frames - i));
  gain = 10 * log10 (power (samples, frames / 2, frames, 2) / 0.5);
  g_assert_cmpfloat_with_epsilon (gain, isr_weighting_gain (filter, hz, rate), 0.05);
  g_assert_cmpfloat (power (samples + 1, 0, frames, 2), ==, 0);
}

static void
test_run (void)
{
  for (guint r = 0; r < G_N_ELEMENTS (rates); r++) {
    check_run (ISR_WEIGHTING_A, rates[r], 100);
    check_run (ISR_WEIGHTING_A, rates[r], 900);
    check_run (ISR_WEIGHTING_HIGHPASS, rates[r], 50);
  }
}

static void
test_highpass (void)
{
  g_autofree IsrWeighting *filter = g_new (IsrWeighting, 1);

  for (guint r = 0; r < G_N_ELEMENTS (rates); r++) {
    isr_weighting_init (filter, ISR_WEIGHTING_HIGHPASS, rates[r], 1);
    g_assert_cmpfloat_with_epsilon (isr_weighting_gain (filter, ISR_WEIGHTING_HIGHPASS_HZ, rates[r]), -3.01, 0.01);
    g_assert_cmpfloat (isr_weighting_gain (filter, 10, rates[r]), <, -38);
    g_assert_cmpfloat_with_epsilon (isr_weighting_gain (filter, 800, rates[r]), 0, 0.05);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loudness/weighting/class-1", test_class_1);
  g_test_add_func ("/loudness/weighting/run", test_run);
  g_test_add_func ("/loudness/weighting/highpass", test_highpass);

  return g_test_run ();
}
