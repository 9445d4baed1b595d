/* SPDX-License-Identifier: MIT */
/* provisional.c - a list with a limit. */
#include "plugins/split/provisional.h"

void
isr_provisional_init (IsrProvisional *self)
{
  self->files = g_array_new (FALSE, FALSE, sizeof (IsrProvisionalFile));
}

void
isr_provisional_clear (IsrProvisional *self)
{
  g_clear_pointer (&self->files, g_array_unref);
}

void
isr_provisional_add (IsrProvisional *self, const IsrProvisionalFile *file)
{
  if (self->files->len == ISR_PROVISIONAL_MAX)
    g_array_remove_index (self->files, 0);
  g_array_append_val (self->files, *file);
}

void
isr_provisional_shift (IsrProvisional *self, gint64 step_us)
{
  for (guint i = 0; i < self->files->len; i++) {
    IsrProvisionalFile *file = &g_array_index (self->files, IsrProvisionalFile, i);

    file->start_us += step_us;
    file->end_us += step_us;
  }
}

GArray *
isr_provisional_take (IsrProvisional *self)
{
  GArray *files = self->files;

  isr_provisional_init (self);
  return files;
}
