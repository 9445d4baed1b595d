/* SPDX-License-Identifier: MIT */
/* cut-file.h - a stretch of the archive as a file in its own codec, in a file without
 * a name that goes away with its last descriptor. Blocks: for workers. */
#pragma once

#include <gio/gio.h>

#include "daemon/media/span.h"

G_BEGIN_DECLS

typedef struct {
  int fd;
  guint64 size;
  char *name;         /* for a download */
  gint64 start_us;    /* UTC of its first sample */
  guint gaps;         /* places where something is missing */
  double gap_seconds; /* how much altogether */
} IsrCutFile;

/* Made in @directory, or where that can not be written in a directory for temporary
 * files. ISR_MEDIA_ERROR: also FORMAT_CHANGE, NOT_YET, NO_SPACE. */
IsrCutFile *isr_cut_file_new (const IsrSpan *span, const char *directory, GCancellable *cancellable, GError **error);
IsrCutFile *isr_cut_file_ref (IsrCutFile *self);
void isr_cut_file_unref (IsrCutFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrCutFile, isr_cut_file_unref)

G_END_DECLS
