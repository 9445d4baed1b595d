/* SPDX-License-Identifier: MIT */
/* tail.h - what a source records, read while it is written, from file to file. Owned by
 * the main loop; a look at what is new reads from the page cache. */
#pragma once

#include "daemon/archive/catalog.h"
#include "plugins/format/format.h"

G_BEGIN_DECLS

typedef struct {
  char *source;
  IsrRecording *recording; /* the file that is read */
  int fd;
  IsrFile file;
  IsrUnpacker *unpacker; /* of packets; NULL: WAV */
  IsrPcm pcm;            /* WAV, FLAC */
  guint64 at;            /* WAV: sample that is next */
  gboolean finished;     /* it will not grow any more */
} IsrTail;

/* Begins @seconds before the end of what there is. Blocks: for workers; @recording is being
 * written below @directory. NULL: it can not be read yet. */
IsrTail *isr_tail_new (const IsrRecording *recording, const char *directory, double seconds);
void isr_tail_free (IsrTail *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrTail, isr_tail_free)

/* The next packet, or (WAV) up to a second of samples as one. FALSE: there is none now. */
gboolean isr_tail_next (IsrTail *self, IsrUnpacked *packet);

/* When there is none: has the file grown? or is there another one? The tail of that one, or
 * NULL. */
IsrTail *isr_tail_turn (IsrTail *self, IsrCatalog *catalog);

G_END_DECLS
