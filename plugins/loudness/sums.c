/* SPDX-License-Identifier: MIT */
/* sums.c - eight lanes of sums, in the compiler's vectors.
 *
 * The bodies are inlined into a plain function and, on x86-64, into one for AVX2.
 * Squares of int16 are added in pairs before they are widened: two of at most 2^30
 * fit 32 bits. Those of int32 have 62 bits; their halves are summed apart, which
 * lasts for 2^32 samples of each. */
#include "plugins/loudness/sums.h"

#include <math.h>
#include <string.h>

G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

#define LANES 8
#define INLINE static inline __attribute__ ((always_inline))

typedef gint16 v8_i16 __attribute__ ((vector_size (16)));
typedef gint32 v8_i32 __attribute__ ((vector_size (32)));
typedef guint32 v8_u32 __attribute__ ((vector_size (32)));
typedef guint64 v4_u64 __attribute__ ((vector_size (32)));
typedef gint64 v4_i64 __attribute__ ((vector_size (32)));
typedef gint32 v4_i32 __attribute__ ((vector_size (16)));
typedef float v4_f32 __attribute__ ((vector_size (16)));
typedef double v4_f64 __attribute__ ((vector_size (32)));

/* Eight numbers of 32 bits as two times four of 64, without moving any. */
#define EVEN(x) ((v4_u64) (x) &G_MAXUINT32)
#define ODD(x) ((v4_u64) (x) >> 32)

/* --- one sample --- */

INLINE double
valid (double x)
{
  return fabs (x) <= ISR_SUMS_FLOAT_LIMIT ? x : 0;
}

INLINE void
lane_add_int (IsrLane *self, gint64 x)
{
  guint64 square = (guint64) (x * x);

  self->sum += x;
  self->low += square & G_MAXUINT32;
  self->high += square >> 32;
}

INLINE void
lane_add_float (IsrLane *self, double x)
{
  self->fsum += x;
  self->fsquares += x * x;
}

static gsize
size_of (IsrSumsType type)
{
  static const gsize sizes[] = { 2, 4, 4, 8 };

  return sizes[type];
}

static gint64
int_at (IsrSumsType type, const guint8 *samples, gsize i)
{
  gint16 x16;
  gint32 x32;

  if (type == ISR_SUMS_I16) {
    memcpy (&x16, samples + i * sizeof x16, sizeof x16);
    return x16;
  }
  memcpy (&x32, samples + i * sizeof x32, sizeof x32);
  return x32;
}

static double
float_at (IsrSumsType type, const guint8 *samples, gsize i)
{
  float x32;
  double x64;

  if (type == ISR_SUMS_F32) {
    memcpy (&x32, samples + i * sizeof x32, sizeof x32);
    return valid (x32);
  }
  memcpy (&x64, samples + i * sizeof x64, sizeof x64);
  return valid (x64);
}

static gboolean
is_int (IsrSumsType type)
{
  return type == ISR_SUMS_I16 || type == ISR_SUMS_I32;
}

void
isr_sums_add_plain (IsrSums *self, IsrSumsType type, gconstpointer samples, gsize n)
{
  guint lane = (guint) (self->samples % self->lanes);

  for (gsize i = 0; i < n; i++) {
    if (is_int (type))
      lane_add_int (&self->lane[lane], int_at (type, samples, i));
    else
      lane_add_float (&self->lane[lane], float_at (type, samples, i));
    lane = lane + 1 == self->lanes ? 0 : lane + 1;
  }
  self->samples += n;
}

/* --- eight at a time; @n is a multiple --- */

INLINE v8_i32
load_i16 (const guint8 *p)
{
  v8_i16 x;

  memcpy (&x, p, sizeof x);
  return __builtin_convertvector(x, v8_i32);
}

INLINE void
add_i16 (IsrLane *lane, const guint8 *p, gsize n)
{
  v8_i32 sum = { 0 };
  v4_u64 even = { 0 }, odd = { 0 };
  gsize i = 0;

  for (; i + 2 * LANES <= n; i += 2 * LANES) {
    v8_i32 a = load_i16 (p + 2 * i), b = load_i16 (p + 2 * i + 2 * LANES);
    v8_u32 squares = (v8_u32) (a * a) + (v8_u32) (b * b);

    sum += a + b;
    even += EVEN (squares);
    odd += ODD (squares);
  }
  for (; i < n; i += LANES) {
    v8_i32 a = load_i16 (p + 2 * i), squares = a * a;

    sum += a;
    even += EVEN (squares);
    odd += ODD (squares);
  }
  for (guint l = 0; l < LANES; l++) {
    lane[l].sum += sum[l];
    lane[l].low += l % 2 ? odd[l / 2] : even[l / 2];
  }
}

typedef struct {
  v4_u64 sum, low, high;
} HalfSums;

/* @biased: x + 2^31, @magnitude: |x|, in 64 bits each. */
INLINE void
add_half (HalfSums *self, v4_u64 biased, v4_u64 magnitude)
{
  v4_u64 square = magnitude * magnitude;

  self->sum += biased;
  self->low += square & G_MAXUINT32;
  self->high += square >> 32;
}

INLINE void
add_i32 (IsrLane *lane, const guint8 *p, gsize n)
{
  HalfSums even = { 0 }, odd = { 0 };

  for (gsize i = 0; i < n; i += LANES) {
    v8_i32 x, sign;
    v8_u32 biased, magnitude;

    memcpy (&x, p + 4 * i, sizeof x);
    sign = x < 0;
    biased = (v8_u32) x ^ 0x80000000u;
    magnitude = ((v8_u32) x ^ (v8_u32) sign) - (v8_u32) sign;
    add_half (&even, EVEN (biased), EVEN (magnitude));
    add_half (&odd, ODD (biased), ODD (magnitude));
  }
  for (guint l = 0; l < LANES; l++) {
    const HalfSums *half = l % 2 ? &odd : &even;

    lane[l].sum += (gint64) half->sum[l / 2] - (gint64) (n / LANES) * G_GINT64_CONSTANT (0x80000000);
    lane[l].low += half->low[l / 2];
    lane[l].high += half->high[l / 2];
  }
}

INLINE v4_f64
load_f32 (const guint8 *p)
{
  const float limit = (float) ISR_SUMS_FLOAT_LIMIT;
  v4_f32 x;

  memcpy (&x, p, sizeof x);
  x = (v4_f32) ((v4_i32) x & (x <= limit) & (x >= -limit)); /* neither holds for NaN */
  return __builtin_convertvector(x, v4_f64);
}

INLINE v4_f64
load_f64 (const guint8 *p)
{
  const double limit = ISR_SUMS_FLOAT_LIMIT;
  v4_f64 x;

  memcpy (&x, p, sizeof x);
  return (v4_f64) ((v4_i64) x & (x <= limit) & (x >= -limit));
}

INLINE void
add_floats (IsrLane *lane, const guint8 *p, gsize n, gsize size)
{
  v4_f64 sum[2], squares[2];

  for (guint l = 0; l < LANES; l++) {
    sum[l / 4][l % 4] = lane[l].fsum;
    squares[l / 4][l % 4] = lane[l].fsquares;
  }
  for (gsize i = 0; i < n; i += LANES) {
    v4_f64 a = size == 4 ? load_f32 (p + 4 * i) : load_f64 (p + 8 * i);
    v4_f64 b = size == 4 ? load_f32 (p + 4 * i + 16) : load_f64 (p + 8 * i + 32);

    sum[0] += a;
    sum[1] += b;
    squares[0] += a * a;
    squares[1] += b * b;
  }
  for (guint l = 0; l < LANES; l++) {
    lane[l].fsum = sum[l / 4][l % 4];
    lane[l].fsquares = squares[l / 4][l % 4];
  }
}

INLINE void
add_eights (IsrLane *lane, IsrSumsType type, const guint8 *p, gsize n)
{
  switch (type) {
    case ISR_SUMS_I16:
      add_i16 (lane, p, n);
      break;
    case ISR_SUMS_I32:
      add_i32 (lane, p, n);
      break;
    case ISR_SUMS_F32:
      add_floats (lane, p, n, sizeof (float));
      break;
    case ISR_SUMS_F64:
      add_floats (lane, p, n, sizeof (double));
      break;
  }
}

/* --- peaks: of all channels, so in one row --- */

INLINE double
peak_ints (IsrSumsType type, const guint8 *p, gsize n)
{
  gint16 low16 = 0, high16 = 0;
  gint32 low32 = 0, high32 = 0;

  if (type == ISR_SUMS_I16) {
    for (gsize i = 0; i < n; i++) {
      gint16 x;

      memcpy (&x, p + 2 * i, sizeof x);
      low16 = MIN (low16, x);
      high16 = MAX (high16, x);
    }
    return MAX (-(double) low16, (double) high16) / 0x1p15;
  }
  for (gsize i = 0; i < n; i++) {
    gint32 x;

    memcpy (&x, p + 4 * i, sizeof x);
    low32 = MIN (low32, x);
    high32 = MAX (high32, x);
  }
  return MAX (-(double) low32, (double) high32) / 0x1p31;
}

/* The bits of non-negative floats are ordered as they are. */
INLINE double
peak_f32 (const guint8 *p, gsize n)
{
  const float limit = (float) ISR_SUMS_FLOAT_LIMIT;
  gint32 limit_bits, highest = 0;
  float peak;

  memcpy (&limit_bits, &limit, sizeof limit);
  for (gsize i = 0; i < n; i++) {
    gint32 bits;

    memcpy (&bits, p + 4 * i, sizeof bits);
    bits &= G_MAXINT32;
    bits = bits <= limit_bits ? bits : 0;
    highest = MAX (highest, bits);
  }
  memcpy (&peak, &highest, sizeof peak);
  return peak;
}

INLINE double
peak_f64 (const guint8 *p, gsize n)
{
  double peak = 0;

  for (gsize i = 0; i < n; i++)
    peak = MAX (peak, fabs (float_at (ISR_SUMS_F64, p, i)));
  return peak;
}

INLINE double
peak_of (IsrSumsType type, const guint8 *p, gsize n)
{
  if (is_int (type))
    return peak_ints (type, p, n);
  return type == ISR_SUMS_F32 ? peak_f32 (p, n) : peak_f64 (p, n);
}

/* --- for this processor --- */

static void
add_eights_here (IsrLane *lane, IsrSumsType type, const guint8 *p, gsize n)
{
  add_eights (lane, type, p, n);
}

static double
peak_here (IsrSumsType type, const guint8 *p, gsize n)
{
  return peak_of (type, p, n);
}

#ifdef __x86_64__
__attribute__ ((target ("avx2"))) static void
add_eights_avx2 (IsrLane *lane, IsrSumsType type, const guint8 *p, gsize n)
{
  add_eights (lane, type, p, n);
}

__attribute__ ((target ("avx2"))) static double
peak_avx2 (IsrSumsType type, const guint8 *p, gsize n)
{
  return peak_of (type, p, n);
}

#define CHOOSE(name) (__builtin_cpu_supports ("avx2") ? name##_avx2 : name##_here)
#else
#define CHOOSE(name) name##_here
#endif

void
isr_sums_init (IsrSums *self, guint channels)
{
  *self = (IsrSums){ .channels = channels, .lanes = LANES % channels == 0 ? LANES : channels };
}

void
isr_sums_clear (IsrSums *self)
{
  memset (self->lane, 0, self->lanes * sizeof *self->lane);
  self->samples = 0;
}

void
isr_sums_add (IsrSums *self, IsrSumsType type, gconstpointer samples, gsize n)
{
  const guint8 *p = samples;
  gsize head, body;

  if (self->lanes != LANES) {
    isr_sums_add_plain (self, type, p, n);
    return;
  }
  head = MIN (n, (LANES - self->samples % LANES) % LANES);
  body = (n - head) / LANES * LANES;
  isr_sums_add_plain (self, type, p, head);
  CHOOSE (add_eights)
  (self->lane, type, p + head * size_of (type), body);
  self->samples += body;
  isr_sums_add_plain (self, type, p + (head + body) * size_of (type), n - head - body);
}

double
isr_sums_peak (IsrSumsType type, gconstpointer samples, gsize n)
{
  return CHOOSE (peak) (type, samples, n);
}

/* --- results --- */

static IsrLane
channel_sums (const IsrSums *self, guint channel)
{
  IsrLane all = { 0 };

  for (guint l = channel; l < self->lanes; l += self->channels) {
    all.sum += self->lane[l].sum;
    all.low += self->lane[l].low;
    all.high += self->lane[l].high;
    all.fsum += self->lane[l].fsum;
    all.fsquares += self->lane[l].fsquares;
  }

  return all;
}

/* n * sum of squares - sum^2 is exact: below 2^17 samples of 32 bits it has 96 bits. */
static void
int_power (const IsrLane *lane, guint64 n, double scale, double *ac, double *raw)
{
  unsigned __int128 squares = ((unsigned __int128) lane->high << 32) + lane->low;
  unsigned __int128 square = (unsigned __int128) ((__int128) lane->sum * lane->sum);
  double count = (double) n;

  *ac = (double) (n * squares - square) / (count * count) * scale;
  *raw = (double) squares / count * scale;
}

static void
float_power (const IsrLane *lane, guint64 n, double *ac, double *raw)
{
  double mean = lane->fsum / (double) n;

  *raw = lane->fsquares / (double) n;
  *ac = MAX (*raw - mean * mean, 0);
}

void
isr_sums_channel_power (const IsrSums *self, IsrSumsType type, guint channel, double *ac, double *raw)
{
  guint64 n = self->samples / self->channels;
  IsrLane lane = channel_sums (self, channel);

  if (is_int (type))
    int_power (&lane, n, type == ISR_SUMS_I16 ? 0x1p-30 : 0x1p-62, ac, raw);
  else
    float_power (&lane, n, ac, raw);
}

void
isr_sums_power (const IsrSums *self, IsrSumsType type, double *ac, double *raw)
{
  *ac = *raw = 0;
  for (guint c = 0; c < self->channels; c++) {
    double channel_ac, channel_raw;

    isr_sums_channel_power (self, type, c, &channel_ac, &channel_raw);
    *ac = MAX (*ac, channel_ac);
    *raw = MAX (*raw, channel_raw);
  }
}

void
isr_sums_to_double (IsrSumsType type, gconstpointer samples, gsize n, double *out)
{
  double scale = type == ISR_SUMS_I16 ? 0x1p-15 : 0x1p-31;

  for (gsize i = 0; i < n; i++)
    out[i] = is_int (type) ? (double) int_at (type, samples, i) * scale : float_at (type, samples, i);
}
