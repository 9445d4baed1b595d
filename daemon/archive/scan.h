/* SPDX-License-Identifier: MIT */
/* scan.h - what lies in the output directory. Blocks: for workers. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  char *name; /* relative, '/'-separated, without ".part" */
  gboolean part;
  guint64 bytes;
  gint64 mtime_us;
} IsrFound;

void isr_found_free (IsrFound *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrFound, isr_found_free)

/* Audio files by their extension; hidden files and directories, symbolic links
 * and what is not a regular file are passed over, and so, with a line in the log,
 * are names that are not UTF-8 and directories that can not be read. NULL only
 * when @directory itself can not be read (ISR_ERROR_STORAGE). */
GPtrArray *isr_scan (const char *directory, GError **error);

/* The one file @name, which is no ".part"; NULL: there is none. */
IsrFound *isr_scan_file (const char *directory, const char *name);

/* "wav", "flac", ... in lower case, static; NULL when @name is not an audio file's. */
const char *isr_audio_extension (const char *name);
/* Its type for HTTP; NULL: none of ours. */
const char *isr_audio_content_type (const char *name);

G_END_DECLS
