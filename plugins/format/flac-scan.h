/* SPDX-License-Identifier: MIT */
/* flac-scan.h - where the frames of a FLAC file are, found without decoding.
 *
 * A frame does not say how long it is. It ends where its CRC-16 is right and the
 * next header begins; the last one, which has no next, is decoded. A frame that
 * is broken in the middle of a file is passed over. For plugins/format only. */
#pragma once

#include "plugins/format/flac-frame.h"
#include "plugins/format/flac-header.h"
#include "plugins/format/input.h"

G_BEGIN_DECLS

typedef struct {
  IsrInput *input;
  const IsrFlacInfo *info;
  guint64 at;       /* the next frame is looked for here */
  gboolean started; /* a frame was found: others must be like it */
  IsrFlacFrame like;
  gboolean failed; /* reading failed: what was not found may still be there */
  guint8 *window;  /* bytes of the file from @base */
  guint64 base;
  gsize length;
} IsrFlacScan;

void isr_flac_scan_init (IsrFlacScan *self, IsrInput *input, const IsrFlacInfo *info, guint64 from);
void isr_flac_scan_clear (IsrFlacScan *self);

/* The next whole frame: @start and @end are offsets in the file. FALSE: there is none. */
gboolean isr_flac_scan_next (IsrFlacScan *self, IsrFlacFrame *frame, guint64 *start, guint64 *end);

/* The bytes that the frame at the start of @data really takes, by decoding it;
 * 0 when it is torn or broken. */
gsize isr_flac_decode_length (const IsrFlacInfo *info, const guint8 *data, gsize size);

G_END_DECLS
