/* SPDX-License-Identifier: MIT */
/* meter.c - cuts windows, brings samples into one of four forms, and takes logarithms.
 *
 * A block at most (16 kB) is looked at twice, for sums and for the peak, while it is
 * in the first cache. Small formats are widened first, scaled so that full scale is
 * that of the wider one: the sums stay exact. */
#include "plugins/loudness/meter.h"

#include <math.h>
#include <string.h>

#define LOWEST_POWER 1e-12
#define HIGHEST 12000

static const struct {
  guint size;
  IsrSumsType type;
} formats[] = {
  [ISR_METER_S8] = { 1, ISR_SUMS_I16 },
  [ISR_METER_U8] = { 1, ISR_SUMS_I16 },
  [ISR_METER_S16] = { 2, ISR_SUMS_I16 },
  [ISR_METER_S24] = { 3, ISR_SUMS_I32 },
  [ISR_METER_S24_32] = { 4, ISR_SUMS_I32 },
  [ISR_METER_S32] = { 4, ISR_SUMS_I32 },
  [ISR_METER_F32] = { 4, ISR_SUMS_F32 },
  [ISR_METER_F64] = { 8, ISR_SUMS_F64 },
};

static gint16
centi_db (double power)
{
  if (power <= LOWEST_POWER)
    return ISR_LEVEL_LOWEST;
  return (gint16) MIN (lrint (1000 * log10 (power)), HIGHEST);
}

static guint64
window_start (const IsrMeter *self, guint64 window)
{
  return window * self->rate / 10;
}

static void
add_channel (IsrMeter *self, IsrSumsType type, guint channel, IsrWindow *window)
{
  double ac, raw;
  gint16 level, with_dc;

  isr_sums_channel_power (&self->sums, type, channel, &ac, &raw);
  level = centi_db (ac);
  with_dc = centi_db (raw);
  self->channel_levels[channel] = level;
  window->level = MAX (window->level, level);
  window->raw = MAX (window->raw, with_dc);
}

static void
end_window (IsrMeter *self)
{
  IsrSumsType type = self->weighting == ISR_WEIGHTING_NONE ? formats[self->format].type : ISR_SUMS_F64;
  IsrWindow window;

  window = (IsrWindow){ ISR_LEVEL_LOWEST, ISR_LEVEL_LOWEST, centi_db (self->peak * self->peak) };
  for (guint c = 0; c < self->channels; c++)
    add_channel (self, type, c, &window);
  isr_sums_clear (&self->sums);
  self->peak = 0;
  self->window++;
  self->end = window_start (self, self->window + 1);
  self->func (&window, self->data);
}

/* --- widening --- */

static gconstpointer
widen_8 (const guint8 *p, gsize n, guint8 flip, gint16 *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (gint16) ((guint16) (p[i] ^ flip) << 8);

  return out;
}

static gconstpointer
widen_24 (const guint8 *p, gsize n, gint32 *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (gint32) ((guint32) p[3 * i] << 8 | (guint32) p[3 * i + 1] << 16 | (guint32) p[3 * i + 2] << 24);

  return out;
}

/* What is above the three bytes may be anything. */
static gconstpointer
widen_24_32 (const guint8 *p, gsize n, gint32 *out)
{
  for (gsize i = 0; i < n; i++) {
    guint32 x;

    memcpy (&x, p + 4 * i, sizeof x);
    out[i] = (gint32) (x << 8);
  }

  return out;
}

typedef union {
  gint16 i16[ISR_SUMS_BLOCK];
  gint32 i32[ISR_SUMS_BLOCK];
} Wide;

static gconstpointer
widen (IsrMeterFormat format, gconstpointer samples, gsize n, Wide *wide)
{
  switch (format) {
    case ISR_METER_S8:
      return widen_8 (samples, n, 0, wide->i16);
    case ISR_METER_U8:
      return widen_8 (samples, n, 0x80, wide->i16);
    case ISR_METER_S24:
      return widen_24 (samples, n, wide->i32);
    case ISR_METER_S24_32:
      return widen_24_32 (samples, n, wide->i32);
    default:
      return samples;
  }
}

/* --- blocks --- */

static void
add_weighted (IsrMeter *self, IsrSumsType type, gconstpointer samples, gsize n)
{
  double filtered[ISR_SUMS_BLOCK];

  isr_sums_to_double (type, samples, n, filtered);
  isr_weighting_run (&self->filter, filtered, n / self->channels);
  isr_sums_add (&self->sums, ISR_SUMS_F64, filtered, n);
}

/* At most ISR_SUMS_BLOCK samples of one window. */
static void
take_block (IsrMeter *self, gconstpointer samples, gsize frames)
{
  IsrSumsType type = formats[self->format].type;
  gsize n = frames * self->channels;
  Wide wide;
  gconstpointer p = widen (self->format, samples, n, &wide);
  double peak = isr_sums_peak (type, p, n);

  self->peak = MAX (self->peak, peak);
  if (self->weighting == ISR_WEIGHTING_NONE)
    isr_sums_add (&self->sums, type, p, n);
  else
    add_weighted (self, type, p, n);
  self->frames += frames;
}

void
isr_meter_push (IsrMeter *self, gconstpointer samples, gsize frames)
{
  const guint8 *p = samples;
  gsize most = ISR_SUMS_BLOCK / self->channels;

  while (frames > 0) {
    gsize n = MIN (MIN (frames, most), self->end - self->frames);

    take_block (self, p, n);
    p += n * self->frame_size;
    frames -= n;
    if (self->frames == self->end)
      end_window (self);
  }
}

void
isr_meter_restart (IsrMeter *self)
{
  self->frames = self->window = 0;
  self->end = window_start (self, 1);
  self->peak = 0;
  isr_sums_clear (&self->sums);
  isr_weighting_reset (&self->filter);
}

void
isr_meter_init (IsrMeter *self, IsrMeterFormat format, guint rate, guint channels, IsrWeightingType weighting, IsrMeterFunc func, gpointer data)
{
  g_assert (rate >= ISR_METER_RATE_MIN && rate <= ISR_METER_RATE_MAX);
  g_assert (channels >= 1 && channels <= ISR_METER_CHANNELS_MAX);
  self->format = format;
  self->rate = rate;
  self->channels = channels;
  self->frame_size = formats[format].size * channels;
  self->weighting = weighting;
  self->func = func;
  self->data = data;
  isr_sums_init (&self->sums, channels);
  isr_weighting_init (&self->filter, weighting, rate, channels);
  isr_meter_restart (self);
}
