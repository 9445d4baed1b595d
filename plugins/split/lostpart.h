/* SPDX-License-Identifier: MIT */
/* lostpart.h - a file that could not be finished: made to play as far as it got.
 *
 * What is on the disk then says less than what was recorded; the message about
 * its end must say what is there. I/O thread only. */
#pragma once

#include "plugins/split/partfile.h"

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  char *path;      /* still with .part; it is gone when there was no audio in it */
  guint64 bytes;   /* 0: it is gone */
  guint64 samples; /* that play */
} IsrLostPart;

/* Takes @part over: mends and closes it, or removes it where it holds nothing
 * behind the @header_size bytes of its header. */
void isr_lost_part_take (IsrLostPart *self, IsrPartFile *part, guint64 header_size);

/* Makes isr-file-closed true: samples, end, reason. */
void isr_lost_part_amend (const IsrLostPart *self, GstStructure *closed);

void isr_lost_part_clear (IsrLostPart *self);

G_END_DECLS
