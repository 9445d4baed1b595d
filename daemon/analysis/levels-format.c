/* SPDX-License-Identifier: MIT */
/* levels-format.c - the header as a table of fields, and sums of windows.
 *
 * A level is one of 12,001 numbers, so its power is looked up. */
#include "daemon/analysis/levels-format.h"

#include "daemon/core/levels.h"

#include <math.h>
#include <string.h>

#define VERSION 1
#define WINDOWS_PER_SECOND 10
#define LOWEST (-12000)

static void
put32 (guint8 *bytes, guint32 value)
{
  value = GUINT32_TO_LE (value);
  memcpy (bytes, &value, sizeof value);
}

static void
put64 (guint8 *bytes, guint64 value)
{
  value = GUINT64_TO_LE (value);
  memcpy (bytes, &value, sizeof value);
}

static guint32
get32 (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_LE (value);
}

static guint64
get64 (const guint8 *bytes)
{
  guint64 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT64_FROM_LE (value);
}

void
isr_levels_header_write (const IsrLevelsHeader *self, guint8 *bytes)
{
  memset (bytes, 0, ISR_LEVELS_HEADER_SIZE);
  memcpy (bytes, ISR_LEVELS_MAGIC, 8);
  put32 (bytes + 8, VERSION);
  put32 (bytes + 12, ISR_LEVELS_HEADER_SIZE);
  put32 (bytes + 16, self->state);
  put32 (bytes + 20, WINDOWS_PER_SECOND);
  put32 (bytes + 24, self->weighting);
  put32 (bytes + 28, self->flags);
  put64 (bytes + 32, (guint64) self->run_us);
  put64 (bytes + 40, self->first_window);
  put64 (bytes + 48, self->position);
  put64 (bytes + 56, (guint64) self->offset_ns);
  put64 (bytes + 64, self->n);
  put64 (bytes + 72, self->recording_bytes);
  put64 (bytes + 80, self->summary_at);
  put32 (bytes + 88, self->summary_windows);
  g_strlcpy ((char *) bytes + 96, self->source, sizeof self->source);
}

gboolean
isr_levels_header_read (IsrLevelsHeader *self, const guint8 *bytes, gsize size)
{
  *self = (IsrLevelsHeader){ 0 };
  if (size < ISR_LEVELS_HEADER_SIZE || memcmp (bytes, ISR_LEVELS_MAGIC, 8) != 0)
    return FALSE;
  if (get32 (bytes + 8) != VERSION || get32 (bytes + 12) != ISR_LEVELS_HEADER_SIZE || get32 (bytes + 20) != WINDOWS_PER_SECOND)
    return FALSE;
  self->state = get32 (bytes + 16);
  self->weighting = get32 (bytes + 24);
  self->flags = get32 (bytes + 28);
  self->run_us = (gint64) get64 (bytes + 32);
  self->first_window = get64 (bytes + 40);
  self->position = get64 (bytes + 48);
  self->offset_ns = (gint64) get64 (bytes + 56);
  self->n = get64 (bytes + 64);
  self->recording_bytes = get64 (bytes + 72);
  self->summary_at = get64 (bytes + 80);
  self->summary_windows = get32 (bytes + 88);
  memcpy (self->source, bytes + 96, sizeof self->source - 1);
  return self->state == ISR_LEVELS_GROWS || self->state == ISR_LEVELS_FINISHED;
}

guint64
isr_levels_column_at (const IsrLevelsHeader *self, IsrLevelsColumn column)
{
  return ISR_LEVELS_HEADER_SIZE + column * self->n * sizeof (gint16);
}

void
isr_levels_swap (gint16 *values, gsize n)
{
#if G_BYTE_ORDER == G_BIG_ENDIAN
  for (gsize i = 0; i < n; i++)
    values[i] = GINT16_TO_LE (values[i]);
#endif
}

double
isr_levels_power (int level)
{
  static double powers[1 - LOWEST];
  static gsize ready = 0;

  if (g_once_init_enter (&ready)) {
    for (int i = LOWEST; i <= 0; i++)
      powers[i - LOWEST] = pow (10, i / 1000.0);
    g_once_init_leave (&ready, 1);
  }
  if (G_LIKELY (level <= 0))
    return powers[MAX (level, LOWEST) - LOWEST];
  return pow (10, level / 1000.0);
}

gint16
isr_levels_from_power (double power)
{
  return power > 0 ? (gint16) CLAMP (lrint (1000 * log10 (power)), LOWEST, G_MAXINT16) : LOWEST;
}

void
isr_levels_summarise (IsrLevelsSummary *self, const gint16 *levels, const gint16 *peaks, const gint16 *floors, gsize n)
{
  gint64 floor = 0;
  double power = 0;

  *self = (IsrLevelsSummary){ ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN, ISR_LEVELS_UNKNOWN, 0, 0, 0 };
  for (gsize i = 0; i < n; i++) {
    if (levels[i] == ISR_LEVELS_UNKNOWN)
      continue;
    self->min = self->n ? MIN (self->min, levels[i]) : levels[i];
    self->max = MAX (self->max, levels[i]);
    self->peak = MAX (self->peak, peaks[i]);
    power += isr_levels_power (levels[i]);
    self->n++;
    if (floors[i] != ISR_LEVELS_UNKNOWN) {
      floor += floors[i];
      self->n_floors++;
    }
  }
  if (self->n)
    self->mean = isr_levels_from_power (power / self->n);
  if (self->n_floors)
    self->floor = (gint16) (floor / self->n_floors);
}
