/* SPDX-License-Identifier: MIT */
/* status-file.h - <state_directory>/status.json: the body of /api/status for
 * whoever has no HTTP: `isr serve` beside a recorder, scripts, health checks. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_STATUS_FILE_INTERVAL 2 /* seconds between two signs of life */

typedef struct _IsrStatusFile IsrStatusFile;

/* Gives the text to be written; on the main loop. NULL: what is in the file is still so, which can
 * be said where it is not @needed. */
typedef char *(*IsrStatusFunc) (gpointer data, gboolean needed);

/* Every two seconds, in a worker: the file is replaced, atomically, or where nothing is new only
 * its time is set. Every ten seconds it is replaced in any case. A full disk is no obstacle, when it
 * was not full already at the begin. */
IsrStatusFile *isr_status_file_new (const char *state_directory, IsrStatusFunc func, gpointer data);
/* A clean stop: the file is removed. */
void isr_status_file_free (IsrStatusFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrStatusFile, isr_status_file_free)

/* What a living recorder wrote in the last @max_age seconds; NULL: there is none. */
char *isr_status_file_read (const char *state_directory, guint max_age);

G_END_DECLS
