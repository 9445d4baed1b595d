/* SPDX-License-Identifier: MIT */
/* status-file.h - <state_directory>/status.json: the body of /api/status for
 * whoever has no HTTP: `isr serve` beside a recorder, scripts, health checks. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_STATUS_FILE_INTERVAL 2 /* seconds between two writes */

typedef struct _IsrStatusFile IsrStatusFile;

/* Gives the text to be written; on the main loop. */
typedef char *(*IsrStatusFunc) (gpointer data);

/* Replaces the file every two seconds, atomically, in a worker. */
IsrStatusFile *isr_status_file_new (const char *state_directory, IsrStatusFunc func, gpointer data);
/* A clean stop: the file is removed. */
void isr_status_file_free (IsrStatusFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrStatusFile, isr_status_file_free)

/* What a living recorder wrote in the last @max_age seconds; NULL: there is none. */
char *isr_status_file_read (const char *state_directory, guint max_age);

G_END_DECLS
