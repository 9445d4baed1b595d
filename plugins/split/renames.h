/* SPDX-License-Identifier: MIT */
/* renames.h - finished files that may get another name: where they are.
 *
 * The streaming thread knows when they were recorded, by their numbers; what they
 * are called on the disk is known here. I/O thread only. */
#pragma once

#include "plugins/split/fileverbs.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  GQueue names; /* of Name, oldest first; as many as provisional.h keeps */
} IsrRenames;

void isr_renames_init (IsrRenames *self);
void isr_renames_clear (IsrRenames *self);

/* The file @number lies at @location. */
void isr_renames_remember (IsrRenames *self, guint number, const char *location);

/* Moves the file @number to the first free name of @stem and @extension and puts
 * "location" and "new-location" into @message. FALSE: it is not known or not there any more,
 * or could not be moved (then a warning says why) and keeps its name. */
gboolean isr_renames_move (IsrRenames *self, const IsrFileVerbs *verbs, guint number, const char *stem, const char *extension, GstStructure *message);

G_END_DECLS
