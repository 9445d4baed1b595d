/* SPDX-License-Identifier: MIT */
/* file.h - input and output over a file descriptor.
 *
 * The one impure corner of plugins/format: everything else works on the verbs
 * and never meets a file. For repair and cuts, not for recording: it writes on
 * the caller's thread. The first error of a write is kept, what follows it is
 * not carried out. */
#pragma once

#include "plugins/format/input.h"
#include "plugins/format/output.h"
#include "plugins/format/repair.h"

G_BEGIN_DECLS

typedef struct {
  IsrInput input;   /* its size is that at init */
  IsrOutput output; /* appends at the end */
  int fd;           /* borrowed */
  guint64 size;     /* of the file now */
  int error;        /* errno of the first verb that failed, else 0 */
} IsrFile;

/* FALSE and errno when the size of @fd can not be found. */
gboolean isr_file_init (IsrFile *self, int fd);

/* Repairs the file at @path in place (isr_repair()) and, if it was changed, waits
 * until it is on the medium. Refuses a file that another process holds with
 * flock(), which is how recordings are held. Errors: ISR_FORMAT_ERROR,
 * G_FILE_ERROR; they name the path. */
gboolean isr_repair_path (const char *path, IsrRepairResult *result, GError **error);

/* When a recording was heard, as a time interval of ISO 8601 beside its bytes (attribute user.isr.span,
 * "2026-03-29T02:00:00.250000+01:00/PT12.000123S", without its length until it ends): MP3 and AAC
 * have no place for it, and a name has seconds only. So short that it lies in an inode of ext4, and takes no block. FALSE: this file system can not, or this file
 * does not say. */
gboolean isr_file_note_start (int fd, gint64 start_us, int utc_offset);
gboolean isr_file_note_end (int fd, gint64 end_us);
/* @end_us: 0 where it is not said. */
gboolean isr_file_read_span (int fd, gint64 *start_us, gint64 *end_us, int *utc_offset);

G_END_DECLS
