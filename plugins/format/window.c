/* SPDX-License-Identifier: MIT */
/* window.c - reads 128 KiB at a time. */
#include "plugins/format/window.h"

#define WINDOW (128 * 1024)

void
isr_window_init (IsrWindow *self, IsrInput *input)
{
  *self = (IsrWindow){ .input = input };
}

void
isr_window_clear (IsrWindow *self)
{
  g_clear_pointer (&self->data, g_free);
  self->length = 0;
}

const guint8 *
isr_window_look (IsrWindow *self, guint64 offset, gsize size, gsize *got)
{
  guint64 left = offset < self->input->size ? self->input->size - offset : 0;
  gsize want = MIN (size, left);

  if (!self->data || offset < self->base || offset + want > self->base + self->length) {
    gsize n = MIN (MAX (want, WINDOW), left);
    gssize read;

    g_free (self->data);
    self->data = g_malloc (n + 1);
    read = self->input->read (self->input, offset, self->data, n);
    self->base = offset;
    self->length = read > 0 ? (gsize) read : 0;
  }
  *got = MIN (self->base + self->length - offset, want);
  return self->data + (offset - self->base);
}
