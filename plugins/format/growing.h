/* SPDX-License-Identifier: MIT */
/* growing.h - the beginning of a file that is being written, as it would be were it
 * finished now. The file itself is never touched. Pure. */
#pragma once

#include "plugins/format/input.h"

G_BEGIN_DECLS

/* Bytes to be sent in place of the file's first ones: a WAV or FLAC header with the
 * length so far. *size: of the file, made smaller to what the header promises. NULL:
 * the file's own are right, or nothing can be said. */
GBytes *isr_growing_make_head (IsrInput *input, guint64 *size);

G_END_DECLS
