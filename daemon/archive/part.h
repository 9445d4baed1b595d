/* SPDX-License-Identifier: MIT */
/* part.h - what an earlier process left unfinished. Blocks: for workers. */
#pragma once

#include <glib.h>

#include "plugins/format/format.h"

G_BEGIN_DECLS

#define ISR_PART_SUFFIX ".part"

/* Makes a playing file of @path, a .part that nobody writes any more, and gives
 * it its final name, or that name with _2, _3, ... where it is taken: nothing is
 * overwritten. A .part without a byte, or with a header and so little behind it that not
 * a sample can be heard, is removed: a disk that is full leaves such.
 *
 * Returns the final path. NULL and no @error: it held nothing and is gone. NULL
 * with ISR_ERROR_BUSY: a living process writes it; ISR_ERROR_STORAGE: it can not
 * be repaired or renamed, and was left as it is. */
char *isr_part_finish (const char *path, IsrRepairResult *result, GError **error);

G_END_DECLS
