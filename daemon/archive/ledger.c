/* SPDX-License-Identifier: MIT */
/* ledger.c - notes are opened by what goes wrong and closed by audio.
 *
 *   file ends (gap, stop, disk, ...)  --> note from its last sample on
 *   source waits, fails, is stopped   --> note from then on, if the cause is new
 *   ISR starts after a crash          --> note "not-running" from its last heartbeat on
 *   file begins                       --> every open note ends where it begins
 *   file is deleted on purpose        --> note of its own length
 *
 * The news of a file's end can come after the news of the next one's begin, for
 * it waits for the disk: then the note is born closed. */
#define G_LOG_DOMAIN "isr-ledger"

#include "daemon/archive/ledger.h"

#include "daemon/archive/survey.h"

#define HEARTBEAT_UNCERTAINTY (2 * G_TIME_SPAN_SECOND) /* ISR_STATUS_FILE_INTERVAL */

typedef struct {
  GPtrArray *open;    /* IsrGap, oldest first */
  gint64 last_begin;  /* start of its newest file of this process */
  gboolean recording; /* a file is being written */
  gboolean failing;   /* the disk does not take it at present */
} Known;

typedef struct {
  IsrGap *gap;
  gsize number; /* of the writer's job */
} Given;

struct _IsrLedger {
  IsrWriter *writer;
  GHashTable *sources; /* name -> Known */
  GArray *given;       /* Given, by number */
  gint64 next_id;
  gboolean ending;
};

static void
known_free (gpointer data)
{
  Known *self = data;

  g_ptr_array_unref (self->open);
  g_free (self);
}

static void
given_clear (gpointer data)
{
  isr_gap_free (((Given *) data)->gap);
}

static Known *
get_known (IsrLedger *self, const char *source)
{
  Known *known = g_hash_table_lookup (self->sources, source);

  if (!known) {
    known = g_new0 (Known, 1);
    known->open = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_gap_free);
    g_hash_table_insert (self->sources, g_strdup (source), known);
  }
  return known;
}

static IsrGap *
get_newest (const Known *known)
{
  return known->open->len ? known->open->pdata[known->open->len - 1] : NULL;
}

static void
forget_committed (IsrLedger *self)
{
  gsize committed = self->writer ? isr_writer_get_committed (self->writer) : 0;
  guint n = 0;

  while (n < self->given->len && g_array_index (self->given, Given, n).number <= committed)
    n++;
  if (n)
    g_array_remove_range (self->given, 0, n);
}

static void
give (IsrLedger *self, const IsrGap *gap)
{
  Given given = { isr_gap_copy (gap), isr_writer_put_gap (self->writer, gap) };

  forget_committed (self);
  g_array_append_val (self->given, given);
}

static IsrGap *
make (IsrLedger *self, const char *source, const char *cause, gint64 start_us, gint64 end_us, gint64 uncertainty_us)
{
  IsrGap *gap = g_new (IsrGap, 1);

  *gap = (IsrGap){ self->next_id++, g_strdup (source), start_us, end_us, cause, uncertainty_us };
  give (self, gap);
  return gap;
}

/* The same cause again is the same note; it may have begun earlier than noticed. */
static gboolean
open_note (IsrLedger *self, Known *known, const char *source, const char *cause, gint64 start_us, gint64 uncertainty_us)
{
  IsrGap *newest = get_newest (known);

  if (newest && g_str_equal (newest->cause, cause)) {
    if (start_us >= newest->start_us)
      return FALSE;
    newest->start_us = start_us;
    give (self, newest);
  } else {
    g_ptr_array_add (known->open, make (self, source, cause, start_us, G_MAXINT64, uncertainty_us));
  }
  return TRUE;
}

/* Nothing is missing because of the disk, from @from_us on or (G_MAXINT64) at all. */
static gboolean
shorten_disk_note (IsrLedger *self, Known *known, gint64 from_us)
{
  for (guint i = known->open->len; i-- > 0;) {
    IsrGap *note = known->open->pdata[i];

    if (!g_str_equal (note->cause, ISR_CAUSE_DISK) || note->start_us >= from_us)
      continue;
    if (from_us == G_MAXINT64)
      note->end_us = note->start_us;
    else
      note->start_us = from_us;
    give (self, note);
    if (from_us == G_MAXINT64)
      g_ptr_array_remove_index (known->open, i);
    return TRUE;
  }
  return FALSE;
}

static gboolean
note_disk (IsrLedger *self, Known *known, const IsrSourceState *state)
{
  const gboolean fails = state->disk_us != 0;

  if (fails == known->failing)
    return FALSE;
  known->failing = fails;
  if (fails)
    return open_note (self, known, state->name, ISR_CAUSE_DISK, state->disk_us, 0);
  return known->recording && shorten_disk_note (self, known, G_MAXINT64);
}

/* What people are told: from the first moment to the last, by the first cause. */
static IsrGap *
sum_up (const Known *known, gint64 end_us)
{
  IsrGap *gap = NULL;

  for (guint i = 0; i < known->open->len; i++) {
    const IsrGap *note = known->open->pdata[i];

    if (!gap || note->start_us < gap->start_us) {
      g_clear_pointer (&gap, isr_gap_free);
      gap = isr_gap_copy (note);
    }
  }
  if (gap)
    gap->end_us = end_us;
  if (gap && gap->end_us - gap->start_us < G_TIME_SPAN_MILLISECOND)
    g_clear_pointer (&gap, isr_gap_free);
  return gap;
}

IsrGap *
isr_ledger_begin (IsrLedger *self, const IsrRecording *recording)
{
  Known *known = get_known (self, recording->source);
  IsrGap *over = sum_up (known, recording->start_us);

  for (guint i = 0; i < known->open->len; i++) {
    IsrGap *note = known->open->pdata[i];

    note->end_us = MAX (note->start_us, recording->start_us);
    give (self, note);
  }
  g_ptr_array_set_size (known->open, 0);
  known->last_begin = recording->start_us;
  known->recording = TRUE;
  return over;
}

IsrGap *
isr_ledger_finish (IsrLedger *self, const IsrRecording *recording, gboolean *noted)
{
  Known *known = get_known (self, recording->source);
  const char *cause = isr_cause_of_file (recording);

  *noted = cause != NULL;
  if (known->last_begin <= recording->start_us) /* what was held in memory while the disk failed is in it */
    shorten_disk_note (self, known, cause && !g_str_equal (cause, ISR_CAUSE_DISK) ? G_MAXINT64 : recording->end_us);
  if (!cause)
    return NULL;
  if (self->ending && g_str_equal (cause, ISR_CAUSE_STOPPED))
    cause = ISR_CAUSE_NOT_RUNNING;
  if (known->last_begin > recording->start_us) { /* the next one has begun already */
    if (known->last_begin - recording->end_us < G_TIME_SPAN_MILLISECOND)
      return NULL;
    return make (self, recording->source, cause, recording->end_us, known->last_begin, 0);
  }
  known->recording = FALSE;
  open_note (self, known, recording->source, cause, recording->end_us, 0);
  return NULL;
}

gboolean
isr_ledger_note_state (IsrLedger *self, const IsrSourceState *state)
{
  Known *known = get_known (self, state->name);
  const char *cause = isr_cause_of_state (state);
  gboolean noted = note_disk (self, known, state);

  if (!cause)
    return noted;
  if (self->ending)
    cause = ISR_CAUSE_NOT_RUNNING;
  known->recording = FALSE;
  return open_note (self, known, state->name, cause, state->since_us, 0) || noted;
}

void
isr_ledger_note_deletion (IsrLedger *self, const IsrRecording *recording)
{
  if (recording->source && recording->source[0])
    isr_gap_free (make (self, recording->source, ISR_CAUSE_DELETED, recording->start_us, recording->end_us, 0));
}

void
isr_ledger_note_end (IsrLedger *self, gint64 now_us)
{
  GHashTableIter iter;
  gpointer source, known;

  self->ending = TRUE;
  g_hash_table_iter_init (&iter, self->sources);
  while (g_hash_table_iter_next (&iter, &source, &known))
    if (!((Known *) known)->recording)
      open_note (self, known, source, ISR_CAUSE_NOT_RUNNING, now_us, 0);
}

void
isr_ledger_append_given (IsrLedger *self, const char *source, GArray *notes)
{
  forget_committed (self);
  for (guint i = 0; i < self->given->len; i++) {
    IsrGap note = *g_array_index (self->given, Given, i).gap;

    if (!g_str_equal (note.source, source))
      continue;
    note.source = NULL;
    for (guint j = 0; j < notes->len; j++)
      if (g_array_index (notes, IsrGap, j).id == note.id)
        g_array_remove_index_fast (notes, j--);
    g_array_append_val (notes, note);
  }
}

/* --- what the process before left behind --- */

static gboolean
load_open (IsrLedger *self, sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, "SELECT id, source, start_us, cause, uncertainty_us FROM gaps WHERE end_us IS NULL ORDER BY start_us, id", error);
  gboolean row;

  while (statement && isr_db_step (statement, &row, error)) {
    g_autofree char *cause = row ? isr_db_dup_text (statement, 3) : NULL;
    IsrGap *note;

    if (!row)
      return TRUE;
    note = g_new (IsrGap, 1);
    *note = (IsrGap){ sqlite3_column_int64 (statement, 0), isr_db_dup_text (statement, 1), sqlite3_column_int64 (statement, 2), G_MAXINT64, isr_cause_find (cause), sqlite3_column_int64 (statement, 4) };
    note->cause = note->cause ? note->cause : ISR_CAUSE_DAMAGED;
    g_ptr_array_add (get_known (self, note->source)->open, note);
  }
  return FALSE;
}

static void
note_absence (IsrLedger *self, const char *source, gint64 last_us)
{
  Known *known = get_known (self, source);
  IsrGap *newest = get_newest (known);

  if (newest && g_str_equal (newest->cause, ISR_CAUSE_NOT_RUNNING))
    return;
  /* With an open note the moment of the crash divides two causes; else the hole
   * begins where the last file ends, and that is known exactly. */
  last_us = newest ? MAX (last_us, newest->start_us) : last_us;
  g_ptr_array_add (known->open, make (self, source, ISR_CAUSE_NOT_RUNNING, last_us, G_MAXINT64, newest ? HEARTBEAT_UNCERTAINTY : 0));
}

/* The last sign of life of a source: of its files, of its states, of the process. */
static gboolean
find_last_sign (sqlite3 *db, const char *source, gint64 *last_us, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, "SELECT max (at_us) FROM states WHERE source = ?1", error);
  gint64 first_us = G_MAXINT64;
  gboolean row;

  if (!statement || !isr_survey_life (db, source, &first_us, last_us, error))
    return FALSE;
  isr_db_bind_text (statement, 1, source);
  if (!isr_db_step (statement, &row, error))
    return FALSE;
  if (row)
    *last_us = MAX (*last_us, sqlite3_column_int64 (statement, 0));
  return TRUE;
}

static gboolean
note_absences (IsrLedger *self, sqlite3 *db, gint64 heartbeat_us, GError **error)
{
  g_autoptr (GPtrArray) names = isr_survey_known (db, error);

  for (guint i = 0; names && i < names->len; i++) {
    gint64 last_us = heartbeat_us;

    if (!find_last_sign (db, names->pdata[i], &last_us, error))
      return FALSE;
    note_absence (self, names->pdata[i], last_us);
  }
  return names != NULL;
}

void
isr_ledger_note_left (IsrLedger *self, const char *source, gint64 disk_us)
{
  GPtrArray *open = get_known (self, source)->open;
  guint at = 0;

  for (; at < open->len && ((IsrGap *) open->pdata[at])->start_us <= disk_us; at++)
    if (g_str_equal (((IsrGap *) open->pdata[at])->cause, ISR_CAUSE_DISK))
      return;
  g_ptr_array_insert (open, (int) at, make (self, source, ISR_CAUSE_DISK, disk_us, G_MAXINT64, 0));
}

static IsrLedger *
ledger_new (IsrWriter *writer)
{
  IsrLedger *self = g_new0 (IsrLedger, 1);

  self->writer = writer;
  self->sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
  self->given = g_array_new (FALSE, FALSE, sizeof (Given));
  g_array_set_clear_func (self->given, given_clear);
  return self;
}

IsrLedger *
isr_ledger_new (IsrWriter *writer, sqlite3 *db, gint64 heartbeat_us, GError **error)
{
  g_autoptr (IsrLedger) self = ledger_new (writer);

  if (!isr_db_get_int64 (db, "SELECT max (id) + 1 FROM gaps", 1, &self->next_id, error))
    return NULL;
  if (!load_open (self, db, error) || !note_absences (self, db, heartbeat_us, error))
    return NULL;
  return g_steal_pointer (&self);
}

gboolean
isr_ledger_move (IsrLedger *self, IsrWriter *writer, sqlite3 *db, GError **error)
{
  g_autoptr (GArray) given = g_steal_pointer (&self->given);
  GHashTableIter iter;
  gpointer known;
  gint64 next_id;

  self->writer = writer;
  self->given = g_array_new (FALSE, FALSE, sizeof (Given));
  g_array_set_clear_func (self->given, given_clear);
  if (!isr_db_get_int64 (db, "SELECT max (id) + 1 FROM gaps", 1, &next_id, error))
    return FALSE;
  self->next_id = MAX (self->next_id, next_id);
  for (guint i = 0; i < given->len; i++)
    give (self, g_array_index (given, Given, i).gap);
  g_hash_table_iter_init (&iter, self->sources);
  while (g_hash_table_iter_next (&iter, NULL, &known))
    for (guint i = 0; i < ((Known *) known)->open->len; i++)
      give (self, ((Known *) known)->open->pdata[i]);
  return TRUE;
}

IsrLedger *
isr_ledger_copy_given (IsrLedger *self)
{
  IsrLedger *copy = ledger_new (NULL);

  forget_committed (self);
  for (guint i = 0; i < self->given->len; i++) {
    const Given *known = &g_array_index (self->given, Given, i);
    Given given = { isr_gap_copy (known->gap), known->number };

    g_array_append_val (copy->given, given);
  }
  return copy;
}

void
isr_ledger_free (IsrLedger *self)
{
  g_hash_table_unref (self->sources);
  g_array_unref (self->given);
  g_free (self);
}
