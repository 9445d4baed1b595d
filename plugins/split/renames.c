/* SPDX-License-Identifier: MIT */
/* renames.c - a short list of names, each used once. */
#include "plugins/split/renames.h"

#include <errno.h>

#include "plugins/split/partfile.h"
#include "plugins/split/provisional.h"

typedef struct {
  guint number;
  char *location;
} Name;

static void
name_free (gpointer data)
{
  Name *self = data;

  g_free (self->location);
  g_free (self);
}

void
isr_renames_init (IsrRenames *self)
{
  g_queue_init (&self->names);
}

void
isr_renames_clear (IsrRenames *self)
{
  g_queue_clear_full (&self->names, name_free);
}

void
isr_renames_remember (IsrRenames *self, guint number, const char *location)
{
  Name *name = g_new (Name, 1);

  *name = (Name){ number, g_strdup (location) };
  if (g_queue_get_length (&self->names) == ISR_PROVISIONAL_MAX)
    name_free (g_queue_pop_head (&self->names));
  g_queue_push_tail (&self->names, name);
}

static char *
take_location (IsrRenames *self, guint number)
{
  for (GList *l = self->names.head; l; l = l->next) {
    Name *name = l->data;
    char *location;

    if (name->number != number)
      continue;
    location = g_steal_pointer (&name->location);
    name_free (name);
    g_queue_delete_link (&self->names, l);
    return location;
  }

  return NULL;
}

gboolean
isr_renames_move (IsrRenames *self, const IsrFileVerbs *verbs, guint number, const char *stem, const char *extension, GstStructure *message)
{
  g_autofree char *from = take_location (self, number);
  g_autofree char *to = NULL;
  int code;

  if (!from)
    return FALSE;
  code = isr_part_file_move (verbs, from, stem, extension, &to);
  if (code && code != ENOENT) /* else somebody took it away */
    GST_WARNING ("%s was recorded before the clock was set and keeps its name: could not rename it to %s: %s", from, stem, g_strerror (code));
  if (code)
    return FALSE;
  gst_structure_set (message, "location", G_TYPE_STRING, from, "new-location", G_TYPE_STRING, to, NULL);
  return TRUE;
}
