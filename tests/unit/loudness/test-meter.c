/* SPDX-License-Identifier: MIT */
/* Windows of every format, against sums in 128 bits or long doubles by the letter. */
#include "plugins/loudness/meter.h"

#include <math.h>
#include <string.h>

static void
collect (const IsrWindow *window, gpointer windows)
{
  g_array_append_vals (windows, window, 1);
}

static const guint sizes[] = { 1, 1, 2, 3, 4, 4, 4, 8 };

/* --- by the letter --- */

static long double
sample_at (IsrMeterFormat format, const guint8 *p, gsize i)
{
  gint32 x = 0;
  float f;
  double d;

  p += i * sizes[format];
  switch (format) {
    case ISR_METER_S8:
      return (gint8) p[0] / 128.0L;
    case ISR_METER_U8:
      return ((int) p[0] - 128) / 128.0L;
    case ISR_METER_S16:
      return (gint16) (p[0] | p[1] << 8) / 32768.0L;
    case ISR_METER_S24:
    case ISR_METER_S24_32:
      x = p[0] | p[1] << 8 | p[2] << 16;
      return (x >= 1 << 23 ? x - (1 << 24) : x) / 8388608.0L;
    case ISR_METER_S32:
      memcpy (&x, p, 4);
      return x / 2147483648.0L;
    case ISR_METER_F32:
      memcpy (&f, p, 4);
      return fabsf (f) <= 1e6f ? f : 0;
    default:
      memcpy (&d, p, 8);
      return fabs (d) <= 1e6 ? d : 0;
  }
}

static int
centi (long double power)
{
  return power <= 1e-12L ? ISR_LEVEL_LOWEST : (int) MIN (lrintl (1000 * log10l (power)), 12000);
}

static IsrWindow
oracle (IsrMeterFormat format, const guint8 *p, guint channels, gsize from, gsize to)
{
  long double ac = 0, raw = 0, peak = 0, n = to - from;

  for (guint c = 0; c < channels; c++) {
    long double sum = 0, squares = 0, around = 0;

    for (gsize i = from; i < to; i++)
      sum += sample_at (format, p, i * channels + c);
    for (gsize i = from; i < to; i++) {
      long double x = sample_at (format, p, i * channels + c);

      squares += x * x;
      around += (x - sum / n) * (x - sum / n);
      peak = MAX (peak, fabsl (x));
    }
    ac = MAX (ac, around / n);
    raw = MAX (raw, squares / n);
  }

  return (IsrWindow){ (gint16) centi (ac), (gint16) centi (raw), (gint16) centi (peak * peak) };
}

/* --- input --- */

static double
random_sample (GRand *rand, gsize i)
{
  double loud = (i / 700) % 3 == 0 ? 1.0 : (i / 700) % 3 == 1 ? 0.01
                                                              : 0.2;

  return CLAMP (loud * g_rand_double_range (rand, -1, 1) + 0.1, -1.0, 1.0);
}

static void
put (guint8 *p, IsrMeterFormat format, gsize i, double x, GRand *rand)
{
  gint32 wide = (gint32) CLAMP (x * 0x1p31, -0x1p31, 0x1p31 - 1);
  float f = (float) x;

  p += i * sizes[format];
  if (format == ISR_METER_U8)
    p[0] = (guint8) ((wide >> 24) + 128);
  else if (format == ISR_METER_F32)
    memcpy (p, &f, 4);
  else if (format == ISR_METER_F64)
    memcpy (p, &x, 8);
  else if (format == ISR_METER_S24_32) {
    wide = (gint32) (((guint32) wide >> 8) | g_rand_int (rand) << 24); /* rubbish above */
    memcpy (p, &wide, 4);
  } else {
    memcpy (p, (guint8 *) &wide + 4 - sizes[format], sizes[format]);
  }
}

static guint8 *
make_input (IsrMeterFormat format, gsize samples)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (format + 1);
  guint8 *p = g_malloc (samples * sizes[format] + 1);

  for (gsize i = 0; i < samples; i++)
    put (p, format, i, random_sample (rand, i), rand);

  return p;
}

static GArray *
measure (IsrMeterFormat format, guint rate, guint channels, IsrWeightingType weighting, const guint8 *p, gsize frames, int largest)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  g_autofree IsrMeter *meter = g_new (IsrMeter, 1);
  GArray *windows = g_array_new (FALSE, FALSE, sizeof (IsrWindow));

  isr_meter_init (meter, format, rate, channels, weighting, collect, windows);
  for (gsize done = 0; done < frames;) {
    gsize n = largest ? (gsize) g_rand_int_range (rand, 1, largest + 1) : frames;

    n = MIN (n, frames - done);
    isr_meter_push (meter, p + done * channels * sizes[format], n);
    done += n;
  }

  return windows;
}

/* --- tests --- */

static void
assert_windows_equal (GArray *a, GArray *b)
{
  g_assert_cmpmem (a->data, a->len * sizeof (IsrWindow), b->data, b->len * sizeof (IsrWindow));
}

static void
test_formats (void)
{
  static const guint counts[] = { 1, 2, 3, 4, 6, 8, 64 };

  for (guint f = ISR_METER_S8; f <= ISR_METER_F64; f++) {
    for (guint c = 0; c < G_N_ELEMENTS (counts); c++) {
      const guint rate = 11025, channels = counts[c];
      const gsize frames = rate + 77;
      g_autofree guint8 *p = make_input (f, frames * channels);
      g_autoptr (GArray) windows = measure (f, rate, channels, ISR_WEIGHTING_NONE, p, frames, 0);
      g_autoptr (GArray) pieces = measure (f, rate, channels, ISR_WEIGHTING_NONE, p, frames, 500);

      g_assert_cmpuint (windows->len, ==, 10); /* the partial one is dropped */
      assert_windows_equal (windows, pieces);
      for (guint k = 0; k < 10; k++) {
        IsrWindow expected = oracle (f, p, channels, k * rate / 10, (k + 1) * rate / 10);
        const IsrWindow *found = &g_array_index (windows, IsrWindow, k);

        g_assert_cmpint (found->level, ==, expected.level);
        g_assert_cmpint (found->raw, ==, expected.raw);
        g_assert_cmpint (found->peak, ==, expected.peak);
      }
    }
  }
}

/* Bit for bit the same: sums in eight lanes and one sample after the other, at any address. */
static void
test_lanes (void)
{
  static const IsrMeterFormat formats[] = { ISR_METER_S16, ISR_METER_S32, ISR_METER_F32, ISR_METER_F64 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);

  for (guint type = ISR_SUMS_I16; type <= ISR_SUMS_F64; type++) {
    const gsize size = sizes[formats[type]], total = 3 * ISR_SUMS_BLOCK;
    g_autofree guint8 *p = make_input (formats[type], total);
    g_autofree IsrSums *fast = g_new (IsrSums, 1);
    g_autofree IsrSums *plain = g_new (IsrSums, 1);

    for (guint channels = 1; channels <= 9; channels++) {
      isr_sums_init (fast, channels);
      isr_sums_init (plain, channels);
      for (gsize done = 0; done < total;) {
        gsize n = (gsize) g_rand_int_range (rand, 1, 300);
        double a[2], b[2];

        n = MIN (n, total - done);
        isr_sums_add (fast, type, p + done * size, n);
        isr_sums_add_plain (plain, type, p + done * size, n);
        done += n;
        isr_sums_power (fast, type, &a[0], &a[1]);
        isr_sums_power (plain, type, &b[0], &b[1]);
        g_assert_cmpmem (a, sizeof a, b, sizeof b);
      }
    }
  }
}

/* The largest sums there can be. */
static void
test_limits (void)
{
  const guint rate = ISR_METER_RATE_MAX;
  g_autofree gint32 *lowest = g_new (gint32, rate / 10);
  g_autofree gint32 *square = g_new (gint32, rate / 10);
  g_autoptr (GArray) dc = NULL;
  g_autoptr (GArray) ac = NULL;

  for (guint i = 0; i < rate / 10; i++) {
    lowest[i] = G_MININT32;
    square[i] = i % 2 ? G_MININT32 : G_MAXINT32;
  }
  dc = measure (ISR_METER_S32, rate, 1, ISR_WEIGHTING_NONE, (guint8 *) lowest, rate / 10, 0);
  ac = measure (ISR_METER_S32, rate, 1, ISR_WEIGHTING_NONE, (guint8 *) square, rate / 10, 3001);
  g_assert_cmpint (g_array_index (dc, IsrWindow, 0).level, ==, ISR_LEVEL_LOWEST);
  g_assert_cmpint (g_array_index (dc, IsrWindow, 0).raw, ==, 0);
  g_assert_cmpint (g_array_index (dc, IsrWindow, 0).peak, ==, 0);
  g_assert_cmpint (g_array_index (ac, IsrWindow, 0).level, ==, 0);
}

/* Bits, not numbers: quiet and loud NaN, infinities, denormals. */
static void
test_not_finite (void)
{
  static const guint32 odd[] = { 0x7fc00000, 0x7f800001, 0x7f800000, 0xff800000, 0x7f7fffff, 1 };
  g_autofree float *p = g_new0 (float, 800);
  g_autofree double *d = g_new0 (double, 800);
  g_autoptr (GArray) narrow = NULL;
  g_autoptr (GArray) wide = NULL;

  for (guint i = 0; i < 800; i++)
    p[i] = i % 2 ? 0.5f : -0.5f;
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    memcpy (&p[2 * i], &odd[i], 4); /* in pairs with 0.5 */
  for (guint i = 0; i < 800; i++)
    d[i] = p[i];
  narrow = measure (ISR_METER_F32, 8000, 1, ISR_WEIGHTING_NONE, (guint8 *) p, 800, 0);
  wide = measure (ISR_METER_F64, 8000, 1, ISR_WEIGHTING_NONE, (guint8 *) d, 800, 0);
  g_assert_cmpint (g_array_index (narrow, IsrWindow, 0).level, ==, oracle (ISR_METER_F32, (guint8 *) p, 1, 0, 800).level);
  g_assert_cmpint (g_array_index (narrow, IsrWindow, 0).peak, ==, -602);
  assert_windows_equal (narrow, wide);
}

/* Every rate: as many windows as there are tenths of a second, cut where it is said. */
static void
test_cuts (void)
{
  static const guint rates[] = { 2000, 2001, 7999, 11025, 44100, 48000, 96001 };

  for (guint r = 0; r < G_N_ELEMENTS (rates); r++) {
    guint rate = rates[r];
    g_autofree gint16 *p = g_new0 (gint16, rate);
    g_autoptr (GArray) windows = NULL;

    for (guint k = 0; k < 10; k++) /* the first sample of each window has its own peak */
      p[k * rate / 10] = (gint16) (1 << (k + 2));
    windows = measure (ISR_METER_S16, rate, 1, ISR_WEIGHTING_NONE, (guint8 *) p, rate, 77);
    g_assert_cmpuint (windows->len, ==, 10);
    for (guint k = 0; k < 10; k++)
      g_assert_cmpint (g_array_index (windows, IsrWindow, k).peak, ==, lrint (2000 * log10 ((1 << (k + 2)) / 32768.0)));
  }
}

/* The filter goes on over buffers, and starts anew with a run. */
static void
test_weighted (void)
{
  g_autofree guint8 *p = make_input (ISR_METER_S16, 2 * 8000);
  g_autoptr (GArray) whole = measure (ISR_METER_S16, 8000, 2, ISR_WEIGHTING_A, p, 8000, 0);
  g_autoptr (GArray) pieces = measure (ISR_METER_S16, 8000, 2, ISR_WEIGHTING_A, p, 8000, 37);
  g_autoptr (GArray) plain = measure (ISR_METER_S16, 8000, 2, ISR_WEIGHTING_NONE, p, 8000, 0);
  g_autoptr (GArray) again = g_array_new (FALSE, FALSE, sizeof (IsrWindow));
  g_autofree IsrMeter *meter = g_new (IsrMeter, 1);

  assert_windows_equal (whole, pieces);
  g_assert_cmpint (g_array_index (whole, IsrWindow, 3).raw, !=, g_array_index (plain, IsrWindow, 3).raw);
  g_assert_cmpint (g_array_index (whole, IsrWindow, 3).peak, ==, g_array_index (plain, IsrWindow, 3).peak);
  isr_meter_init (meter, ISR_METER_S16, 8000, 2, ISR_WEIGHTING_A, collect, again);
  isr_meter_push (meter, p, 555);
  isr_meter_restart (meter);
  isr_meter_push (meter, p, 8000);
  assert_windows_equal (whole, again);
}

static void
test_memory (void)
{
  g_assert_cmpuint (sizeof (IsrMeter), <, 12 * 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/loudness/meter/formats", test_formats);
  g_test_add_func ("/loudness/meter/lanes", test_lanes);
  g_test_add_func ("/loudness/meter/limits", test_limits);
  g_test_add_func ("/loudness/meter/not-finite", test_not_finite);
  g_test_add_func ("/loudness/meter/cuts", test_cuts);
  g_test_add_func ("/loudness/meter/weighted", test_weighted);
  g_test_add_func ("/loudness/meter/memory", test_memory);

  return g_test_run ();
}
