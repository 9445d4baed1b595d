/* SPDX-License-Identifier: MIT */
/* scan.h - all frames of a file, one after the other: for repair of the formats
 * that are made of frames alone. For plugins/format only. */
#pragma once

#include "plugins/format/framer.h"
#include "plugins/format/repair-private.h"

G_BEGIN_DECLS

typedef struct {
  IsrInput *input;
  IsrFramer framer;
  guint64 at;  /* read so far */
  guint64 end; /* of the last whole frame */
  int error;   /* errno of a read that failed */
} IsrScan;

void isr_scan_init (IsrScan *self, IsrInput *input, IsrFrameMeasure measure, gsize header_size);
void isr_scan_clear (IsrScan *self);

/* The next whole frame, to be unref'd, or NULL: there is none. */
GBytes *isr_scan_next (IsrScan *self, guint64 *offset);

/* After the last frame: where the file should end. Tags behind the last frame belong to it. */
guint64 isr_scan_get_end (IsrScan *self);

/* FALSE and an error if reading failed, or @samples, what a player would play, is 0. */
gboolean isr_scan_check (const IsrScan *self, guint64 samples, GError **error);

/* Does a frame begin at the start of @head, or behind an ID3v2 tag, and another one
 * behind it? Behind a tag there may be too little of @head to tell: then yes. */
gboolean isr_scan_probe (const guint8 *head, gsize size, IsrFrameMeasure measure, gsize header_size);

G_END_DECLS
