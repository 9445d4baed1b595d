/* SPDX-License-Identifier: MIT */
/* input.c - the input that is an array in memory. */
#include "plugins/format/input.h"

#include <string.h>

static gssize
memory_read (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  IsrMemoryInput *self = (IsrMemoryInput *) input;
  gsize n = offset < input->size ? MIN (size, input->size - offset) : 0;

  if (n)
    memcpy (buffer, self->data + offset, n);
  return n;
}

void
isr_memory_input_init (IsrMemoryInput *self, const void *data, gsize size)
{
  self->parent = (IsrInput){ memory_read, size };
  self->data = data;
}
