/* SPDX-License-Identifier: MIT */
/* unfinished.h - what a process that died left of its streams: of MP3 and AAC the frames are in the
 * file as they came, so its end is where the next recording can go on; of one that had just begun,
 * with that of the files before. Ogg is packed into pages of our own there: it goes on behind the
 * last packet. */
#pragma once

#include "daemon/archive/catalog.h"
#include "daemon/capture/handover.h"

G_BEGIN_DECLS

typedef struct {
  int fd;          /* its bytes, whatever name it gets */
  gint64 start_us; /* 0: where the one before ends */
  gint64 end_us;   /* where it is known: the clock may have moved a little meanwhile; else 0 */
} IsrUnfinishedFile;

typedef struct {
  const char *extension, *type; /* of the files; caps of the stream */
  gboolean ogg;
} IsrUnfinishedKind;

typedef struct {
  char *source;
  GArray *files; /* IsrUnfinishedFile, oldest first */
  const IsrUnfinishedKind *kind;
} IsrUnfinished;

/* (element-type IsrUnfinished): of the sources of @config, at most one each, such as were written to
 * until a moment ago. Before the catalog looks through the archive, and finishes them. */
GPtrArray *isr_unfinished_find (IsrCatalog *catalog, const IsrConfig *config);

/* As if it had been ended well; NULL: it can not be told, or not in time. Blocks: for workers. */
IsrHandover *isr_unfinished_measure (const IsrUnfinished *self, const IsrSourceConfig *config);

G_END_DECLS
