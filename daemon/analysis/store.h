/* SPDX-License-Identifier: MIT */
/* store.h - <state_directory>/analyses/: which file holds the levels of which
 * recording, and the one thread that writes them.
 *
 * A file is found by the name of its recording, which is the final one while it is
 * being written: it stays valid when the recording is finished, and follows when it
 * is renamed. What is given is done in order; nothing here waits for a disk but
 * isr_store_flush(). Used on the main loop. */
#pragma once

#include <gio/gio.h>

#include "daemon/analysis/levels-file.h"

G_BEGIN_DECLS

typedef struct _IsrStore IsrStore;

/* The columns of a whole file, for isr_store_write(). */
typedef struct {
  IsrLevelsHeader header;
  gint16 *columns[ISR_LEVELS_COLUMNS]; /* each of header.n; owned */
} IsrLevelsWhole;

IsrLevelsWhole *isr_levels_whole_new (guint64 n);
void isr_levels_whole_free (IsrLevelsWhole *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrLevelsWhole, isr_levels_whole_free)

IsrStore *isr_store_new (const char *state_directory);
/* What was given is done. */
void isr_store_free (IsrStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrStore, isr_store_free)

/* Where the levels of the recording of that name lie, if there are any. */
char *isr_store_get_path (IsrStore *self, const char *name);

/* Called on the main loop when it is done, or has failed, which is in the log then. */
typedef void (*IsrStoreDone) (gboolean ok, gpointer data);

void isr_store_create (IsrStore *self, const char *name, const IsrLevelsHeader *header);
void isr_store_append (IsrStore *self, const char *name, const IsrLevelsRow *rows, gsize n);
void isr_store_truncate (IsrStore *self, const char *name, guint64 n);
void isr_store_finish (IsrStore *self, const char *name, guint flags, guint64 recording_bytes, IsrStoreDone done, gpointer data);
void isr_store_write (IsrStore *self, const char *name, IsrLevelsWhole *whole, IsrStoreDone done, gpointer data); /* takes @whole */
void isr_store_rename (IsrStore *self, const char *from, const char *to);
void isr_store_remove (IsrStore *self, const char *name);

/* Removes files with our magic that belong to none of @names (a set of char *, taken). */
void isr_store_prune (IsrStore *self, GHashTable *names);

/* Tells when all that was given before is done. */
void isr_store_when_done (IsrStore *self, IsrStoreDone done, gpointer data);

/* Waits until all that was given is done. */
void isr_store_flush (IsrStore *self);

G_END_DECLS
