/* SPDX-License-Identifier: MIT */
/* title.h - what a source says about what it plays, as a value.
 *
 * A title holds from at_us until the next one of its source. What was sent is kept
 * as it was sent: "artist - title" in one text is taken apart only where it is shown. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct {
  gint64 id;    /* row of the catalog; 0 before it has one */
  char *source; /* section of the config */
  gint64 at_us; /* UTC of the first sample that it is about */
  char *title;  /* never NULL */
  char *artist; /* NULL: the stream does not tell it apart */
} IsrTitle;

IsrTitle *isr_title_new (const char *source, gint64 at_us, const char *title, const char *artist);
IsrTitle *isr_title_copy (const IsrTitle *self);
void isr_title_free (IsrTitle *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrTitle, isr_title_free)

/* The same words. */
gboolean isr_title_equal (const IsrTitle *a, const IsrTitle *b);

/* Artist and title for those who need two fields: the artist that was told, else what
 * stands in front of the first " - " of the title; NULL when there is neither. */
void isr_title_split (const IsrTitle *self, char **artist, char **title);

G_END_DECLS
