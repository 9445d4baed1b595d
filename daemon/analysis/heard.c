/* SPDX-License-Identifier: MIT */
/* heard.c - decoder, then detector. */
#include "daemon/analysis/heard.h"

#include "daemon/core/levels.h"

#define WINDOWS 10 /* a second */

typedef struct {
  IsrHeard *heard;
  gint *progress;
} Listening;

void
isr_heard_free (IsrHeard *self)
{
  g_array_unref (self->rows);
  g_array_unref (self->sections);
  g_free (self);
}

static void
on_begun (const IsrDecodeResult *so_far, double duration, gpointer data)
{
  ((Listening *) data)->heard->expected = duration;
}

static void
on_windows (const IsrLevelsRow *rows, gsize n, gpointer data)
{
  Listening *self = data;
  IsrHeard *heard = self->heard;

  g_array_append_vals (heard->rows, rows, (guint) n);
  if (heard->expected > 0)
    g_atomic_int_set (self->progress, (gint) MIN (1000, heard->rows->len * (1000.0 / WINDOWS) / heard->expected));
}

static void
on_ended (const IsrSection *section, gpointer data)
{
  g_array_append_vals (((IsrHeard *) data)->sections, section, 1);
}

static int
by_start (gconstpointer a, gconstpointer b)
{
  const IsrSection *x = a, *y = b;

  if (x->start != y->start)
    return x->start < y->start ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

static void
find_sections (IsrHeard *self, const IsrDetectorParams *params)
{
  static const IsrDetectorHooks hooks = { .ended = on_ended };
  g_autofree IsrDetector *detector = g_new (IsrDetector, 1);
  IsrLevelsColumn column = params->mode == ISR_DETECTOR_BLOCKS ? ISR_COLUMN_RAW : ISR_COLUMN_LEVEL;

  isr_detector_init (detector, params, &hooks, self);
  for (guint i = 0; i < self->rows->len; i++)
    isr_detector_push (detector, &g_array_index (self->rows, IsrLevelsRow, i).value[column], 1);
  isr_detector_finish (detector);
  g_array_sort (self->sections, by_start);
}

IsrHeard *
isr_heard_new (const char *path, const IsrDetectorParams *params, gint *progress, GError **error)
{
  static const IsrDecodeHooks hooks = { on_begun, on_windows, NULL };
  g_autoptr (IsrHeard) self = g_new0 (IsrHeard, 1);
  const IsrDecodeOrder order = { .path = path };
  Listening listening = { self, progress };

  self->rows = g_array_new (FALSE, FALSE, sizeof (IsrLevelsRow));
  self->sections = g_array_new (FALSE, FALSE, sizeof (IsrSection));
  self->expected = -1;
  if (!isr_decode_levels (&order, &hooks, &listening, &self->result, error))
    return NULL;
  find_sections (self, params);
  g_atomic_int_set (progress, 1000);
  return g_steal_pointer (&self);
}

double
isr_heard_get_duration (const IsrHeard *self)
{
  return self->result.rate ? (double) self->result.samples / self->result.rate : 0;
}
