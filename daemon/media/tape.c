/* SPDX-License-Identifier: MIT */
/* tape.c - 64 KiB of head, half a megabyte of tail. */
#include "daemon/media/tape.h"

#include <string.h>

#define HEAD (64 * 1024)
#define TAIL (512 * 1024)

static gssize
tape_read (IsrInput *input, guint64 offset, void *buffer, gsize size)
{
  IsrTape *self = (IsrTape *) input;
  const GByteArray *of = offset < self->head->len ? self->head : self->tail;
  guint64 base = of == self->head ? 0 : self->base;
  gsize n;

  if (offset < base || offset >= base + of->len)
    return 0;
  n = MIN (size, (gsize) (base + of->len - offset));
  memcpy (buffer, of->data + (offset - base), n);
  if (of == self->head && n < size)
    return (gssize) n + tape_read (input, offset + n, (guint8 *) buffer + n, size - n);
  return (gssize) n;
}

void
isr_tape_init (IsrTape *self)
{
  *self = (IsrTape){ { tape_read, 0 }, g_byte_array_new (), g_byte_array_new (), 0 };
}

void
isr_tape_clear (IsrTape *self)
{
  g_clear_pointer (&self->head, g_byte_array_unref);
  g_clear_pointer (&self->tail, g_byte_array_unref);
}

void
isr_tape_append (IsrTape *self, const guint8 *data, gsize size)
{
  gsize first = MIN (size, HEAD - self->head->len);

  g_byte_array_append (self->head, data, (guint) first);
  if (first < size && self->tail->len == 0)
    self->base = self->input.size + first;
  g_byte_array_append (self->tail, data + first, (guint) (size - first));
  if (self->tail->len > 2 * TAIL) {
    guint drop = self->tail->len - TAIL;

    g_byte_array_remove_range (self->tail, 0, drop);
    self->base += drop;
  }
  self->input.size += size;
}
