/* SPDX-License-Identifier: MIT */
/* nearest.h - "did you mean": the known word that is most like the one written. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many letters have to be added, removed, changed or swapped with their
 * neighbour to make @b of @a; case does not count, nor `-` for `_`. */
guint isr_edit_distance (const char *a, const char *b);

/* The element of @words (char *) that is nearest to @word; NULL when none is
 * near enough to be meant: at most a third of its letters may differ. */
const char *isr_nearest (const char *word, const GPtrArray *words);

G_END_DECLS
