/* SPDX-License-Identifier: MIT */
/* levels-file.h - the levels of one recording as a file: written while they come,
 * read by whoever asks. levels-format.h says what lies in it.
 *
 * All of it blocks: for workers. A path belongs to one writer at a time; readers may
 * read what grows. Errors are ISR_ERROR_STORAGE and name the path. */
#pragma once

#include "daemon/analysis/levels-format.h"

G_BEGIN_DECLS

typedef struct {
  gint16 value[ISR_LEVELS_COLUMNS]; /* by IsrLevelsColumn */
} IsrLevelsRow;

/* --- writing --- */

/* A new file that grows; what was at @path is gone. */
gboolean isr_levels_file_create (const char *path, const IsrLevelsHeader *header, GError **error);
gboolean isr_levels_file_append (const char *path, const IsrLevelsRow *rows, gsize n, GError **error);
/* Keeps the first @n windows. */
gboolean isr_levels_file_truncate (const char *path, guint64 n, GError **error);

/* Levels that will not grow any more: all at once, and under their name only when they
 * are whole. @columns: each of @header->n values; state, summary are set here. */
gboolean isr_levels_file_write (const char *path, const IsrLevelsHeader *header, gint16 *const columns[ISR_LEVELS_COLUMNS], GError **error);
/* Makes a finished file of one that grows. */
gboolean isr_levels_file_finish (const char *path, guint flags, guint64 recording_bytes, GError **error);

/* --- reading --- */

typedef struct {
  int fd;
  IsrLevelsHeader header; /* n: windows that are there now */
} IsrLevelsReader;

/* ISR_ERROR_NOT_FOUND: there is none, or none that can be read. */
gboolean isr_levels_reader_open (IsrLevelsReader *self, const char *path, GError **error);
void isr_levels_reader_close (IsrLevelsReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IsrLevelsReader, isr_levels_reader_close)

/* Windows [first, first + n), which must be there. */
gboolean isr_levels_reader_read (IsrLevelsReader *self, IsrLevelsColumn column, guint64 first, gsize n, gint16 *values);
/* The summary as a whole; NULL when there is none. */
IsrLevelsSummary *isr_levels_reader_read_summary (IsrLevelsReader *self, gsize *n);

G_END_DECLS
