/* SPDX-License-Identifier: MIT */
/* journal.h - <state_directory>/labels.jsonl: what people added to the archive, a JSON
 * object a line, only ever appended to.
 *
 *   {"put": {"source", "start_us", "end_us", "verdict", "label", "note", "changed_us"}}
 *   {"remove": {"source", "start_us", "end_us"}}
 *   {"protect": "name of a recording"}
 *   {"unprotect": "name of a recording"}
 *
 * The audio files bring back everything but this. A line that is given is written at
 * once, a crash of the process takes nothing; a worker forces it onto the medium, and
 * tells. Main loop. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define ISR_JOURNAL_NAME "labels.jsonl"

typedef struct _IsrJournal IsrJournal;

/* Makes the file where there is none. ISR_ERROR_STORAGE. */
IsrJournal *isr_journal_open (const char *path, GError **error);
/* All that was given is on the medium when this returns. */
void isr_journal_free (IsrJournal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrJournal, isr_journal_free)

/* All of it or nothing. ISR_ERROR_NO_SPACE, ISR_ERROR_STORAGE. */
gboolean isr_journal_append (IsrJournal *self, JsonNode *entry, GError **error);
/* Calls @func when all that was appended so far is on the medium, or could not be forced
 * onto it (ISR_ERROR_NO_SPACE, _STORAGE); at the latest when the journal is freed. */
typedef void (*IsrJournalKept) (const GError *error, gpointer data);
void isr_journal_when_kept (IsrJournal *self, IsrJournalKept func, gpointer data);
gint64 isr_journal_get_size (const IsrJournal *self);

/* Lines of @path from byte @from on; what is no JSON object is passed over, with a
 * line in the log. A file that is not there has none. */
typedef void (*IsrJournalFunc) (JsonObject *entry, gpointer data);
gboolean isr_journal_read (const char *path, gint64 from, IsrJournalFunc func, gpointer data, GError **error);

G_END_DECLS
