/* SPDX-License-Identifier: MIT */
/* scene.c - samples out of their numbers.
 *
 * Noise is a hash of the sample number. The demo is cut into slots of six
 * seconds; the hash of the slot's number says what happens in it and when, and
 * each sound is a closed formula of the time since it began: no state that a
 * restart could lose. */
#include "daemon/capture/scene.h"

#include <math.h>
#include <string.h>

#define SLOT (6 * ISR_SCENE_RATE)
#define FULL 32767.0

const char *const isr_scene_names[] = { "demo", "silence", "tone", "counter", NULL };

gboolean
isr_scene_from_string (const char *name, IsrScene *scene)
{
  for (guint i = 0; isr_scene_names[i]; i++)
    if (g_str_equal (name, isr_scene_names[i])) {
      *scene = i;
      return TRUE;
    }
  return FALSE;
}

/* splitmix64: every bit of the result depends on every bit of @x. */
static guint64
hash (guint64 x)
{
  x += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

/* Uniform in [0, 1). */
static double
unit (guint64 x)
{
  return (hash (x) >> 11) * 0x1p-53;
}

/* Four 16-bit pieces of one hash: close to a bell curve, in [-1, 1]. */
static double
noise (guint64 x)
{
  guint64 h = hash (x);

  return ((h & 0xffff) + (h >> 16 & 0xffff) + (h >> 32 & 0xffff) + (h >> 48)) / 131070.0 - 1;
}

/* 0 at both ends of [0, length], 1 between, with soft edges of 10 ms. */
static double
envelope (double t, double length)
{
  double edge = MIN (t, length - t) / 0.01;

  return edge <= 0 ? 0 : edge >= 1 ? 1
                                   : 0.5 - 0.5 * cos (G_PI * edge);
}

/* Three sweeps of 120 ms from 2.2 to 4.6 kHz, 60 ms apart. */
static double
chirp (double t)
{
  double u = fmod (t, 0.18);

  if (t >= 0.54)
    return 0;
  return envelope (u, 0.12) * sin (2 * G_PI * (2200 * u + 10000 * u * u));
}

/* Three knocks, 250 ms apart: a low resonance that dies away. */
static double
knock (double t)
{
  double u = fmod (t, 0.25);

  if (t >= 0.75)
    return 0;
  return exp (-u * 40) * (0.7 * sin (2 * G_PI * 170 * u) + 0.3 * sin (2 * G_PI * 410 * u));
}

/* Two barks of 160 ms: a falling tone, rich in harmonics, and breath. */
static double
bark (double t, guint64 n)
{
  double u = fmod (t, 0.35), phase = 2 * G_PI * (520 * u - 700 * u * u), sum = 0;

  if (t >= 0.7)
    return 0;
  for (int k = 1; k <= 5; k++)
    sum += sin (k * phase) / k;
  return envelope (u, 0.16) * (0.4 * sum + 0.2 * noise (n));
}

static double
demo_event (guint64 seed, guint64 n)
{
  guint64 slot = hash (seed) + 8 * (n / SLOT);
  double begin = 1 + 3.5 * unit (slot), loud = 0.08 + 0.5 * unit (slot + 1);
  double t = (double) (n % SLOT) / ISR_SCENE_RATE - begin;

  if (t < 0)
    return 0;
  switch (hash (slot + 2) % 3) {
    case 0:
      return loud * chirp (t);
    case 1:
      return loud * knock (t);
    default:
      return loud * bark (t, n);
  }
}

static gint16
demo (guint64 seed, guint64 n, guint channel)
{
  guint64 key = seed * 31 + channel * G_GUINT64_CONSTANT (0x100000000000000);
  double bed = 0.5 * (noise (key + n) + noise (key + n + 1)); /* a little duller than white */

  return lrint (FULL * (0.0035 * bed + demo_event (seed, n)));
}

static gint16
sample (IsrScene scene, guint64 seed, guint64 n, guint channel)
{
  switch (scene) {
    case ISR_SCENE_DEMO:
      return demo (seed, n, channel);
    case ISR_SCENE_TONE:
      return lrint (FULL * 0.1 * sin (2 * G_PI * (n % 48) / 48.0));
    case ISR_SCENE_COUNTER:
      return (gint16) (guint16) (n >> 16 * channel);
    case ISR_SCENE_SILENCE:
    default:
      return 0;
  }
}

void
isr_scene_render (IsrScene scene, guint64 seed, guint64 first, guint frames, guint channels, gint16 *samples)
{
  for (guint i = 0; i < frames; i++)
    for (guint c = 0; c < channels; c++)
      *samples++ = sample (scene, seed, first + i, c);
}
