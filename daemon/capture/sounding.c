/* SPDX-License-Identifier: MIT */
/* sounding.c - sums over samples and arrivals.
 *
 * The clock is a straight line through the arrivals: one late buffer of three
 * hundred moves it little. Nothing ever arrives too early, but on a busy machine much
 * too late, and for a while: a second line, through the soonest of each quarter of a
 * second, says how far the first one is to be believed. Sound servers deliver in
 * bursts; then the pauses say more about the server than about the card, and nothing
 * is claimed. */
#include "daemon/capture/sounding.h"

#include <math.h>
#include <string.h>

#define BURST (150 * G_TIME_SPAN_MILLISECOND)  /* a pause that a sound card's own buffers do not make */
#define SETTLE (500 * G_TIME_SPAN_MILLISECOND) /* what the driver had gathered at the start comes at once */
#define QUARTER (250 * G_TIME_SPAN_MILLISECOND)
#define FEWEST 20
#define FEWEST_QUARTERS 4

typedef double (*Read) (const guint8 *at);

static double
read_s16 (const guint8 *at)
{
  gint16 value;

  memcpy (&value, at, sizeof value);
  return GINT16_FROM_LE (value) / 32768.0;
}

static double
read_s24 (const guint8 *at)
{
  gint32 value = (gint32) ((guint32) at[0] << 8 | (guint32) at[1] << 16 | (guint32) at[2] << 24);

  return value / 2147483648.0;
}

static double
read_s32 (const guint8 *at)
{
  gint32 value;

  memcpy (&value, at, sizeof value);
  return GINT32_FROM_LE (value) / 2147483648.0;
}

static double
read_f32 (const guint8 *at)
{
  guint32 bits;
  float value;

  memcpy (&bits, at, sizeof bits);
  bits = GUINT32_FROM_LE (bits);
  memcpy (&value, &bits, sizeof value);
  return isfinite (value) ? value : 0;
}

static const struct {
  const char *name;
  guint size;
  Read read;
  double full; /* from here on a sample is at full scale */
} formats[] = {
  { "S16LE", 2, read_s16, 32767 / 32768.0 },
  { "S24LE", 3, read_s24, 8388607 / 8388608.0 },
  { "S24_32LE", 4, read_s24, 8388607 / 8388608.0 },
  { "S32LE", 4, read_s32, 8388607 / 8388608.0 },
  { "F32LE", 4, read_f32, 1 },
};

static int
find_format (const char *name)
{
  for (guint i = 0; name && i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i].name, name))
      return (int) i;
  return -1;
}

gboolean
isr_sounding_begin (IsrSounding *self, const char *format, guint rate, guint channels)
{
  int i = find_format (format);

  if (i < 0 || !rate || !channels || channels > ISR_SOUNDING_CHANNELS)
    return FALSE;
  *self = (IsrSounding){ .format = formats[i].name, .rate = rate, .channels = channels };
  return TRUE;
}

static void
add_point (IsrSoundingLine *line, double x, double y)
{
  line->points++;
  line->x += x;
  line->y += y;
  line->xx += x * x;
  line->xy += x * y;
  line->yy += y * y;
}

static void
note_soonest (IsrSounding *self, double x, double y)
{
  gint64 quarter = 1 + (gint64) x / QUARTER; /* 0: none yet */

  if (quarter == self->quarter && x - y >= self->soonest_x - self->soonest_y)
    return;
  if (self->quarter && quarter != self->quarter)
    add_point (&self->soonest, self->soonest_x, self->soonest_y);
  self->quarter = quarter;
  self->soonest_x = x;
  self->soonest_y = y;
}

static void
note_arrival (IsrSounding *self, gint64 now_us)
{
  double x, y;

  if (!self->first_us)
    self->first_us = self->last_us = now_us;
  self->longest_us = MAX (self->longest_us, now_us - self->last_us);
  self->last_us = now_us;
  if (now_us - self->first_us < SETTLE)
    return;
  x = (double) (now_us - self->first_us);
  y = (double) self->frames * 1e6 / self->rate;
  add_point (&self->all, x, y);
  note_soonest (self, x, y);
}

void
isr_sounding_take (IsrSounding *self, const guint8 *data, gsize size, gint64 now_us)
{
  guint f = (guint) find_format (self->format);
  gsize frames = size / (formats[f].size * self->channels);

  for (gsize i = 0; i < frames * self->channels; i++) {
    IsrSoundingChannel *channel = &self->channel[i % self->channels];
    double value = formats[f].read (data + i * formats[f].size);

    channel->sum += value;
    channel->squares += value * value;
    channel->peak = MAX (channel->peak, fabs (value));
    channel->zeros += value == 0;
    channel->clipped += fabs (value) >= formats[f].full;
  }
  self->frames += frames;
  note_arrival (self, now_us);
}

static double
to_db (double power)
{
  return power > 0 ? MAX (10 * log10 (power), ISR_SOUNDING_SILENCE) : ISR_SOUNDING_SILENCE;
}

double
isr_sounding_get_peak (const IsrSounding *self, guint channel)
{
  return to_db (self->channel[channel].peak * self->channel[channel].peak);
}

double
isr_sounding_get_dc (const IsrSounding *self, guint channel)
{
  return self->frames ? self->channel[channel].sum / (double) self->frames : 0;
}

double
isr_sounding_get_level (const IsrSounding *self, guint channel)
{
  double dc = isr_sounding_get_dc (self, channel);

  return self->frames ? to_db (self->channel[channel].squares / (double) self->frames - dc * dc) : ISR_SOUNDING_SILENCE;
}

gboolean
isr_sounding_is_zero (const IsrSounding *self)
{
  for (guint i = 0; i < self->channels; i++)
    if (self->channel[i].peak > 0)
      return FALSE;
  return self->frames > 0;
}

/* @error: twice the standard error of the slope. */
static gboolean
fit (const IsrSoundingLine *line, double *slope, double *error)
{
  double n = line->points, spread = line->xx - line->x * line->x / n, rest;

  if (spread <= 0)
    return FALSE;
  *slope = (line->xy - line->x * line->y / n) / spread;
  rest = line->yy - line->y * line->y / n - *slope * *slope * spread;
  *error = 2 * sqrt (MAX (rest, 0) / (n - 2) / spread);
  return TRUE;
}

gboolean
isr_sounding_get_drift (const IsrSounding *self, double *ppm, double *error)
{
  double slope, unsure, soonest, soonest_unsure;

  if (self->all.points < FEWEST || self->soonest.points < FEWEST_QUARTERS || self->longest_us > BURST)
    return FALSE;
  if (!fit (&self->all, &slope, &unsure) || !fit (&self->soonest, &soonest, &soonest_unsure))
    return FALSE;
  *ppm = (slope - 1) * 1e6;
  *error = (unsure + soonest_unsure + fabs (slope - soonest)) * 1e6;
  return TRUE;
}
