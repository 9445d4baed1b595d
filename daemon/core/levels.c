/* SPDX-License-Identifier: MIT */
/* levels.c - a value: made, copied, freed. */
#include "daemon/core/levels.h"

IsrLevels *
isr_levels_new (const char *source, guint n)
{
  IsrLevels *self = g_new0 (IsrLevels, 1);

  self->source = g_strdup (source);
  self->n = n;
  self->levels = g_new0 (gint16, n);
  self->raw = g_new0 (gint16, n);
  self->peaks = g_new0 (gint16, n);
  self->floors = g_new0 (gint16, n);
  return self;
}

IsrLevels *
isr_levels_copy (const IsrLevels *self)
{
  IsrLevels *copy = g_memdup2 (self, sizeof *self);
  gsize size = self->n * sizeof (gint16);

  copy->source = g_strdup (self->source);
  copy->levels = g_memdup2 (self->levels, size);
  copy->raw = g_memdup2 (self->raw, size);
  copy->peaks = g_memdup2 (self->peaks, size);
  copy->floors = g_memdup2 (self->floors, size);
  return copy;
}

void
isr_levels_free (IsrLevels *self)
{
  g_free (self->source);
  g_free (self->levels);
  g_free (self->raw);
  g_free (self->peaks);
  g_free (self->floors);
  g_free (self);
}
