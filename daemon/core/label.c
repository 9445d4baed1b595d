/* SPDX-License-Identifier: MIT */
/* label.c - a value: made, copied, freed, and laid over sections. */
#include "daemon/core/label.h"

#define END_OF_TIME (G_GINT64_CONSTANT (253402300799) * G_USEC_PER_SEC) /* 9999-12-31T23:59:59Z */

IsrLabel *
isr_label_new (const char *source, gint64 start_us, gint64 end_us)
{
  IsrLabel *self = g_new0 (IsrLabel, 1);

  self->source = g_strdup (source);
  self->start_us = start_us;
  self->end_us = end_us;
  return self;
}

IsrLabel *
isr_label_copy (const IsrLabel *self)
{
  IsrLabel *copy = g_memdup2 (self, sizeof *self);

  copy->source = g_strdup (self->source);
  copy->verdict = g_strdup (self->verdict);
  copy->label = g_strdup (self->label);
  copy->note = g_strdup (self->note);
  return copy;
}

void
isr_label_free (IsrLabel *self)
{
  g_free (self->source);
  g_free (self->verdict);
  g_free (self->label);
  g_free (self->note);
  g_free (self);
}

gboolean
isr_label_is_sane (const IsrLabel *self)
{
  return self->source && *self->source && self->start_us >= 0 && self->start_us < self->end_us && self->end_us <= END_OF_TIME && self->end_us - self->start_us <= G_TIME_SPAN_DAY;
}

gboolean
isr_label_is_empty (const IsrLabel *self)
{
  return !self->verdict && !self->label && !self->note;
}

gboolean
isr_verdict_is_known (const char *verdict)
{
  return !verdict || g_str_equal (verdict, "kept") || g_str_equal (verdict, "false");
}

/* The first that may reach to @us: labels are a day long at most. */
static guint
find_first (GPtrArray *labels, gint64 us)
{
  guint low = 0, high = labels->len;

  while (low < high) {
    guint middle = (low + high) / 2;

    if (((const IsrLabel *) labels->pdata[middle])->start_us < us - G_TIME_SPAN_DAY)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

const IsrLabel *
isr_labels_match (GPtrArray *labels, const char *source, gint64 start_us, gint64 end_us)
{
  const IsrLabel *best = NULL;
  gint64 most = 0;

  for (guint i = find_first (labels, start_us); i < labels->len; i++) {
    const IsrLabel *label = labels->pdata[i];
    gint64 shared = MIN (label->end_us, end_us) - MAX (label->start_us, start_us);
    gint64 shorter = MIN (label->end_us - label->start_us, end_us - start_us);

    if (label->start_us >= end_us)
      break;
    if (shared <= most || shared < shorter - shared || g_strcmp0 (label->source, source) != 0)
      continue;
    best = label;
    most = shared;
  }
  return best;
}
