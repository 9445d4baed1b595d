/* SPDX-License-Identifier: MIT */
/* ring.c - one block, round and round. */
#include "plugins/http/ring.h"

#include <string.h>

void
isr_ring_init (IsrRing *self, gsize keep)
{
  *self = (IsrRing){ .keep = keep };
}

void
isr_ring_clear (IsrRing *self)
{
  g_clear_pointer (&self->data, g_free);
  isr_ring_init (self, self->keep);
}

void
isr_ring_forget (IsrRing *self)
{
  self->size = self->begin = 0;
}

void
isr_ring_straighten (IsrRing *self)
{
  g_autofree guint8 *oldest = NULL;
  gsize head = self->room - self->begin; /* bytes up to the end of the room */

  if (self->begin == 0)
    return;
  if (self->begin + self->size <= self->room) {
    memmove (self->data, self->data + self->begin, self->size);
  } else {
    oldest = g_memdup2 (self->data + self->begin, head);
    memmove (self->data + head, self->data, self->size - head);
    memcpy (self->data, oldest, head);
  }
  self->begin = 0;
}

/* All of it at once: what is large comes from the kernel, page by page as it is written to,
 * and leaves no hole between what lives on. */
static void
make_room (IsrRing *self)
{
  if (self->room >= self->keep)
    return;
  isr_ring_straighten (self);
  self->data = g_realloc (self->data, self->keep);
  self->room = self->keep;
}

void
isr_ring_append (IsrRing *self, const guint8 *data, gsize size)
{
  gsize skip = size > self->keep ? size - self->keep : 0;
  gsize n = size - skip, at, first, over;

  if (n == 0)
    return;
  make_room (self);
  at = (self->begin + self->size) % self->room;
  first = MIN (n, self->room - at);
  memcpy (self->data + at, data + skip, first);
  memcpy (self->data, data + skip + first, n - first);
  over = self->size + n > self->room ? self->size + n - self->room : 0;
  self->begin = (self->begin + over) % self->room;
  self->size += n - over;
}
