/* SPDX-License-Identifier: MIT */
/* ledger.h - why nothing is recorded, noted while it happens.
 *
 * Of each source it knows whether a file is being written and, if not, since when
 * and why. Each answer to "why" is a note (IsrGap, table gaps), given to the
 * writer; it stays open until the next file of that source begins. Times come in
 * as arguments. On the main loop. */
#pragma once

#include "daemon/archive/gap.h"
#include "daemon/archive/writer.h"

G_BEGIN_DECLS

typedef struct _IsrLedger IsrLedger;

/* @db, prepared by listing.h, is only read, now. Every source that is known, whether it ever
 * delivered or not, and is not noted as not running, has been so since @heartbeat_us at the
 * latest: the last sign of life of the process before (0: none is known). ISR_ERROR_STORAGE. */
IsrLedger *isr_ledger_new (IsrWriter *writer, sqlite3 *db, gint64 heartbeat_us, GError **error);
/* What the process before could not note any more: since then nothing of @source got onto the disk. */
void isr_ledger_note_left (IsrLedger *self, const char *source, gint64 disk_us);
void isr_ledger_free (IsrLedger *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrLedger, isr_ledger_free)

/* A file begins, a file has ended, a source is in another state. The first two
 * return the hole that is over now, or NULL. TRUE: something is noted.
 *
 * An open note "disk" of a file being written begins where its audio on the disk ends: the rest
 * is in memory. It is over without a hole when that comes onto the disk after all. */
IsrGap *isr_ledger_begin (IsrLedger *self, const IsrRecording *recording);
IsrGap *isr_ledger_finish (IsrLedger *self, const IsrRecording *recording, gboolean *noted);
gboolean isr_ledger_note_state (IsrLedger *self, const IsrSourceState *state);
/* A person or the retention deletes it: where it is missing then, that is why. */
void isr_ledger_note_deletion (IsrLedger *self, const IsrRecording *recording);
/* The process is about to end: what is missing from now on is so because of that. */
void isr_ledger_note_end (IsrLedger *self, gint64 now_us);

/* Appends the notes of @source that may not be in the database yet, in their last form: to be
 * asked before the database is, and to be preferred to a row with the same id. */
void isr_ledger_append_given (IsrLedger *self, const char *source, GArray *notes);
/* The database is another one from now on, in which not all that was noted may be: it is noted again. */
gboolean isr_ledger_move (IsrLedger *self, IsrWriter *writer, sqlite3 *db, GError **error);
/* One that has those notes, and knows nothing else: for another thread. */
IsrLedger *isr_ledger_copy_given (IsrLedger *self);

G_END_DECLS
