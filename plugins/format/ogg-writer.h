/* SPDX-License-Identifier: MIT */
/* ogg-writer.h - one Ogg file. For the ogg-*.c files only. */
#pragma once

#include "plugins/format/ogg-codec.h"

G_BEGIN_DECLS

/* What stands in front of the file's first packet. */
typedef struct {
  IsrOggLink *link;
  GPtrArray *primer;     /* GBytes: packets that are repeated */
  guint64 primer_length; /* samples that they give */
  guint64 skip;          /* samples of the file's own packets that are not played */
  guint64 warm_up;
  guint32 serial;
} IsrOggStart;

IsrWriter *isr_ogg_writer_new (const IsrOggStart *start, IsrOutput *output, const IsrFileInfo *info);

G_END_DECLS
