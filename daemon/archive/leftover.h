/* SPDX-License-Identifier: MIT */
/* leftover.h - a .part that a dead process left. Blocks: for workers. */
#pragma once

#include "daemon/core/recording.h"

G_BEGIN_DECLS

typedef enum {
  ISR_LEFTOVER_MENDED, /* it plays and has a final name now */
  ISR_LEFTOVER_HELD,   /* a living process writes it, or has finished it since: nothing was done */
  ISR_LEFTOVER_EMPTY,  /* there was nothing in it, and it is gone */
  ISR_LEFTOVER_FAILED, /* it stays as it is; the log says why */
} IsrLeftover;

/* Makes <directory>/<recording->name>.part playable and gives it that name, or,
 * never overwriting anything, the name with _2, _3, ... Sets name, samples, rate,
 * bytes, mtime and end of @recording by what is in the file then. */
IsrLeftover isr_leftover_mend (const char *directory, IsrRecording *recording);

G_END_DECLS
