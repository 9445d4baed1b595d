/* SPDX-License-Identifier: MIT */
/* output.c - the verbs, and the output that is an array in memory. */
#include "plugins/format/output.h"

#include <string.h>

void
isr_output_append (IsrOutput *self, GBytes *bytes)
{
  self->append (self, bytes);
}

void
isr_output_append_data (IsrOutput *self, const void *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  self->append (self, bytes);
}

void
isr_output_patch (IsrOutput *self, guint64 offset, GBytes *bytes)
{
  self->patch (self, offset, bytes);
}

void
isr_output_patch_data (IsrOutput *self, guint64 offset, const void *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  self->patch (self, offset, bytes);
}

void
isr_output_truncate (IsrOutput *self, guint64 size)
{
  self->truncate (self, size);
}

static void
memory_append (IsrOutput *output, GBytes *bytes)
{
  IsrMemoryOutput *self = (IsrMemoryOutput *) output;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_byte_array_append (self->bytes, data, size);
}

static void
memory_patch (IsrOutput *output, guint64 offset, GBytes *bytes)
{
  IsrMemoryOutput *self = (IsrMemoryOutput *) output;
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  g_return_if_fail (offset <= self->bytes->len && size <= self->bytes->len - offset);

  if (size)
    memcpy (self->bytes->data + offset, data, size);
}

static void
memory_truncate (IsrOutput *output, guint64 size)
{
  IsrMemoryOutput *self = (IsrMemoryOutput *) output;

  g_return_if_fail (size <= self->bytes->len);

  g_byte_array_set_size (self->bytes, size);
}

void
isr_memory_output_init (IsrMemoryOutput *self)
{
  self->parent = (IsrOutput){ memory_append, memory_patch, memory_truncate };
  self->bytes = g_byte_array_new ();
}

void
isr_memory_output_clear (IsrMemoryOutput *self)
{
  g_clear_pointer (&self->bytes, g_byte_array_unref);
}
