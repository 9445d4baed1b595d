/* SPDX-License-Identifier: MIT */
/* even.c - a rule of three. */
#include "plugins/format/even.h"

#define SLACK 8     /* bytes: paddings that an encoder, or the place where two recordings meet, may be off */
#define SMALLEST 64 /* a frame; else its neighbours are too near */

gboolean
isr_even_is_possible (const IsrEven *self)
{
  return self->frames > 0 && self->size >= SMALLEST && self->bytes >= self->frames * self->size && self->bytes <= self->frames * (self->size + 1);
}

static guint64
scale (guint64 value, guint64 by, guint64 over)
{
  return (guint64) (((unsigned __int128) value * by + over / 2) / over);
}

guint64
isr_even_guess (const IsrEven *self, guint64 k)
{
  return self->start + scale (k, self->bytes, self->frames);
}

gboolean
isr_even_find (const IsrEven *self, guint64 offset, guint64 *k)
{
  guint64 guess;

  if (offset < self->start || offset >= self->start + self->bytes)
    return FALSE;
  *k = scale (offset - self->start, self->frames, self->bytes);
  guess = isr_even_guess (self, *k);
  return (guess > offset ? guess - offset : offset - guess) <= SLACK;
}
