/* SPDX-License-Identifier: MIT */
/* patience.h - how long a decoder may give nothing before it is given up.
 *
 * Some turn in circles in a file that is damaged: they use the processor and never say
 * anything. A disk that is slow uses none. Others (libav's demuxer of AIFF) find no end in
 * a file that was cut off, and give empty buffers for ever: that many are one. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_PATIENCE_EMPTY 100 /* empty buffers one after the other */

typedef struct {
  gint64 wall_us, cpu_us; /* when there was something last */
} IsrPatience;

/* There is something. */
void isr_patience_renew (IsrPatience *self);
/* For three seconds of this process' processor time there was nothing, or for twenty by
 * the clock. */
gboolean isr_patience_is_lost (const IsrPatience *self);

G_END_DECLS
