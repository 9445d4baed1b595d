/* SPDX-License-Identifier: MIT */
/* adopt.h - what a file that was found says about itself. Blocks: for workers. */
#pragma once

#include "daemon/archive/scan.h"
#include "daemon/core/recording.h"

G_BEGIN_DECLS

/* The recording that @file below @directory is, without an id. Its start: what the file
 * says (bext, our comment), else the digits of its name in @zone, else the time of its
 * last write less its length. What ISR recorded is told by its mark, and is not adopted. @sources: names of the
 * configuration, NULL: none; a file whose name begins with one of them is of that source. */
IsrRecording *isr_adopt (const char *directory, const IsrFound *file, GTimeZone *zone, char *const *sources);

/* The same for all of @files (IsrFound), many at once; the result is in their order.
 * @done: atomic, counts those that are finished. */
GPtrArray *isr_adopt_all (const char *directory, GPtrArray *files, guint from, guint n, GTimeZone *zone, char *const *sources, gint *done);

G_END_DECLS
