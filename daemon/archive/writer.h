/* SPDX-License-Identifier: MIT */
/* writer.h - the one thread that writes the catalog.
 *
 * Jobs are values; giving one never waits. They are run in the order given and
 * committed in groups of 200 ms. Any thread may give. */
#pragma once

#include "daemon/archive/db.h"
#include "daemon/archive/gap.h"
#include "daemon/core/recording.h"
#include "daemon/core/source-state.h"

G_BEGIN_DECLS

typedef struct _IsrWriter IsrWriter;

/* Takes over @db, which nobody else uses from now on. */
IsrWriter *isr_writer_new (sqlite3 *db);
/* @db is one of ISR_DB_MEMORY, which its reader owns and uses beside the writer;
 * it must outlive the writer. */
IsrWriter *isr_writer_new_shared (sqlite3 *db);
/* Everything that was given is committed (or, if that fails, in the log). */
void isr_writer_free (IsrWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrWriter, isr_writer_free)

/* Each returns the number of the job: it is in the database as soon as
 * isr_writer_get_committed() is not less. */
gsize isr_writer_put (IsrWriter *self, const IsrRecording *recording); /* by its id; inserts or replaces */
gsize isr_writer_remove (IsrWriter *self, gint64 id);
gsize isr_writer_adopt (IsrWriter *self, GPtrArray *recordings); /* (transfer full) (element-type IsrRecording): only names that it does not have */
gsize isr_writer_remove_all (IsrWriter *self, GArray *ids);      /* (transfer full) (element-type gint64): finished ones only */
gsize isr_writer_note_state (IsrWriter *self, const IsrSourceState *state);
gsize isr_writer_put_gap (IsrWriter *self, const IsrGap *gap); /* by its id; inserts or replaces */

/* Any other change, made on the writer's thread inside its transaction; tried again
 * with the whole group when it fails. Frees @data. */
typedef gboolean (*IsrWriterFunc) (sqlite3 *db, gpointer data, GError **error);
gsize isr_writer_call (IsrWriter *self, IsrWriterFunc func, gpointer data, GDestroyNotify free_data);

gsize isr_writer_get_committed (IsrWriter *self);
/* Waits until all that was given before is committed, or could not be. Never on
 * the main loop. */
void isr_writer_flush (IsrWriter *self);

/* From now on nothing is written: what is given waits. Not while it rests. */
void isr_writer_rest (IsrWriter *self);
/* Waits until that is so, once. Never on the main loop. */
void isr_writer_wait_rest (IsrWriter *self);
/* It goes on, with the database that it had (@db NULL), or with another one (transfer full; with
 * @shared as in isr_writer_new_shared()); the one before is closed, and has no other reader by now. */
void isr_writer_go_on (IsrWriter *self, sqlite3 *db, gboolean shared);

G_END_DECLS
