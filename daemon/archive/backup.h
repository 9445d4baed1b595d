/* SPDX-License-Identifier: MIT */
/* backup.h - a copy of the catalog and of the journal. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Copies <state_directory>/isr.db to @path with SQLite's own means, whoever writes it
 * meanwhile, and labels.jsonl to <path>.labels.jsonl (@journal: NULL when there is none).
 * Each appears whole, or not at all, and replaces what had its name. ISR_ERROR_NOT_FOUND:
 * there is no catalog; ISR_ERROR_STORAGE, _NO_SPACE. */
gboolean isr_backup (const char *state_directory, const char *path, guint64 *recordings, char **journal, GError **error);

G_END_DECLS
