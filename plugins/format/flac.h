/* SPDX-License-Identifier: MIT */
/* flac.h - the native FLAC stream, between its two files: flac.c takes it apart,
 * flac-writer.c writes its files. For plugins/format only. */
#pragma once

#include "plugins/format/flac-frame.h"
#include "plugins/format/flac-header.h"
#include "plugins/format/stream-private.h"

G_BEGIN_DECLS

typedef struct {
  IsrStream parent;
  GQueue pending;       /* GBytes */
  IsrFlacInfo info;     /* the source's, or put together of frame headers; rate 0: unknown */
  char *vendor;         /* of the source's comments, or NULL */
  GStrv tags;           /* of the source's comments, or NULL */
  IsrFlacFrame last;    /* handed out last; block 0: none */
  gboolean follows;     /* the next frame is expected to follow it */
  guint block;          /* of a fixed block size; 0 = unknown */
  gboolean short_seen;  /* a block was shorter than it: must be the last of its file */
  gboolean variable;    /* files number samples, not frames */
  IsrPacketFlags flags; /* for the next packet */
  guint bad;            /* buffers in a row that were no frames */
} IsrFlacStream;

IsrWriter *isr_flac_writer_open (IsrStream *stream, IsrOutput *output, const IsrFileInfo *info);

G_END_DECLS
