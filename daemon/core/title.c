/* SPDX-License-Identifier: MIT */
/* title.c - a value: made, copied, compared, freed. */
#include "daemon/core/title.h"

#include <string.h>

#define SEPARATOR " - "

IsrTitle *
isr_title_new (const char *source, gint64 at_us, const char *title, const char *artist)
{
  IsrTitle *self = g_new0 (IsrTitle, 1);

  self->source = g_strdup (source);
  self->at_us = at_us;
  self->title = g_strdup (title);
  self->artist = g_strdup (artist);
  return self;
}

IsrTitle *
isr_title_copy (const IsrTitle *self)
{
  IsrTitle *copy = isr_title_new (self->source, self->at_us, self->title, self->artist);

  copy->id = self->id;
  return copy;
}

void
isr_title_free (IsrTitle *self)
{
  g_free (self->source);
  g_free (self->title);
  g_free (self->artist);
  g_free (self);
}

gboolean
isr_title_equal (const IsrTitle *a, const IsrTitle *b)
{
  return g_strcmp0 (a->title, b->title) == 0 && g_strcmp0 (a->artist, b->artist) == 0;
}

void
isr_title_split (const IsrTitle *self, char **artist, char **title)
{
  const char *cut = self->artist ? NULL : strstr (self->title, SEPARATOR);
  gboolean halves = cut && cut > self->title && cut[strlen (SEPARATOR)];

  *artist = halves ? g_strndup (self->title, (gsize) (cut - self->title)) : g_strdup (self->artist);
  *title = g_strdup (halves ? cut + strlen (SEPARATOR) : self->title);
}
