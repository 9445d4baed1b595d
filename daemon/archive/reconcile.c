/* SPDX-License-Identifier: MIT */
/* reconcile.c - compares what the directory has with what the catalog knows.
 *
 *   directory      catalog           then
 *   file           nothing           adopted (adopt.h), if it is ISR's own as such
 *   file           left behind       finished: the process died before it said so
 *   file, changed  finished          size and time taken over
 *   nothing        finished, left    dropped
 *   file           finished, and gone under another name: renamed (moved.h)
 *   .part          any but ours      mended and named, unless somebody holds it
 *
 * The directory is read first and the catalog after it, everything given before
 * being committed: a file that was begun or finished during the scan is known
 * then and is nobody's foundling. What is being written by this process is never
 * touched. Unfinished files come last: mending a long one takes its time, and the
 * rest is in the catalog by then. Of files that were named, no others are looked at. */
#define G_LOG_DOMAIN "isr-reconcile"

#include "daemon/archive/reconcile.h"

#include "daemon/archive/adopt.h"
#include "daemon/archive/leftover.h"
#include "daemon/archive/moved.h"
#include "daemon/archive/rows.h"
#include "daemon/archive/scan.h"
#include "plugins/messages.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define BATCH 1000                            /* rows of one job: the writer's group stays short */
#define NAMED (100 * G_TIME_SPAN_MILLISECOND) /* a packet is shorter */
#define TELL (5 * G_TIME_SPAN_SECOND)

typedef enum {
  KNOWN_FINISHED,
  KNOWN_LIVE,
  KNOWN_LEFT_BEHIND,
} KnownState;

typedef struct {
  IsrRecording *recording;
  KnownState state;
  gboolean found;
} Known;

typedef struct {
  IsrReconcile *task;
  GHashTable *known; /* name -> Known */
  GHashTable *parts; /* name -> IsrFound of its .part */
  GPtrArray *fresh;  /* IsrFound, borrowed: nobody knows them */
  gint64 told_us;    /* when progress was last told */
  GPtrArray *gone;   /* IsrRecording, borrowed: their files are */
  guint n_adopted, n_vanished, n_changed, n_mended, n_renamed;
} Run;

static void
known_free (Known *self)
{
  isr_recording_free (self->recording);
  g_free (self);
}

void
isr_reconcile_free (IsrReconcile *self)
{
  g_free (self->output_directory);
  g_free (self->database);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->renamed, g_ptr_array_unref);
  g_strfreev (self->sources);
  g_time_zone_unref (self->zone);
  g_free (self);
}

static gboolean
read_rows (Run *run, sqlite3_stmt *statement, GError **error)
{
  gboolean row;

  while (isr_db_step (statement, &row, error)) {
    Known *known;

    if (!row)
      return TRUE;
    known = g_new0 (Known, 1);
    known->state = sqlite3_column_int (statement, 3);
    known->recording = isr_row_read (statement);
    if (known->state == KNOWN_LIVE && known->recording->id < run->task->first_id)
      known->state = KNOWN_LEFT_BEHIND;
    g_hash_table_insert (run->known, known->recording->name, known);
  }
  return FALSE;
}

static gboolean
read_known (Run *run, sqlite3 *db, GError **error)
{
  GPtrArray *names = run->task->names;
  g_autoptr (sqlite3_stmt) statement = isr_db_prepare (db, names ? "SELECT " ISR_ROW_COLUMNS " FROM main.recordings WHERE name = ?1" : "SELECT " ISR_ROW_COLUMNS " FROM main.recordings", error);

  if (!statement || !names)
    return statement && read_rows (run, statement, error);
  for (guint i = 0; i < names->len; i++) {
    isr_db_bind_text (statement, 1, names->pdata[i]);
    if (!read_rows (run, statement, error))
      return FALSE;
    sqlite3_reset (statement);
  }
  return TRUE;
}

static gboolean
load_known (Run *run, GError **error)
{
  g_autoptr (sqlite3) db = NULL;

  isr_writer_flush (run->task->writer);
  if (run->task->memory)
    return read_known (run, run->task->memory, error);
  db = isr_db_open (run->task->database, ISR_DB_READ, error);
  return db && read_known (run, db, error);
}

/* A long look is told in the log. */
static void
tell_progress (Run *run)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - run->told_us < TELL || run->n_adopted == run->fresh->len)
    return;
  run->told_us = now_us;
  g_message ("%s: %u of %u new files looked at", run->task->output_directory, run->n_adopted, run->fresh->len);
}

/* The rows of files that are gone, batch by batch. */
static void
drop (Run *run)
{
  for (guint from = 0; from < run->gone->len; from += BATCH) {
    GArray *ids = g_array_new (FALSE, FALSE, sizeof (gint64));

    for (guint i = from; i < MIN (from + BATCH, run->gone->len); i++)
      g_array_append_val (ids, ((IsrRecording *) run->gone->pdata[i])->id);
    isr_writer_remove_all (run->task->writer, ids);
  }
  run->n_vanished += run->gone->len;
}

static void
set_id (Run *run, IsrRecording *recording)
{
  recording->id = (gint64) (gsize) g_atomic_pointer_add (run->task->next_id, 1);
}

/* Looks into the new ones, and gives them away batch by batch. */
static void
adopt (Run *run)
{
  g_atomic_int_set (run->task->done, 0);
  g_atomic_int_set (run->task->total, (gint) run->fresh->len);
  for (guint from = 0; from < run->fresh->len; from += BATCH) {
    guint n = MIN (BATCH, run->fresh->len - from);
    GPtrArray *recordings = isr_adopt_all (run->task->output_directory, run->fresh, from, n, run->task->zone, run->task->sources, run->task->done);

    for (guint i = 0; i < n; i++)
      set_id (run, recordings->pdata[i]);
    isr_writer_adopt (run->task->writer, recordings);
    run->n_adopted += n;
    tell_progress (run);
  }
  g_atomic_int_set (run->task->total, 0);
}

/* Somebody changed it: how long is it now? It begins when it began. */
static void
measure (Run *run, IsrRecording *recording, const IsrFound *file)
{
  g_autoptr (IsrRecording) now = isr_adopt (run->task->output_directory, file, run->task->zone, run->task->sources);

  if (!now->samples)
    return;
  recording->samples = now->samples;
  recording->rate = now->rate;
  recording->channels = now->channels ? now->channels : recording->channels;
  recording->end_us = recording->start_us + (now->end_us - now->start_us);
}

static void
take_over (Run *run, Known *known, const IsrFound *file)
{
  IsrRecording *recording = known->recording;
  gboolean same = recording->bytes == file->bytes && recording->mtime_us == file->mtime_us;

  if (known->state == KNOWN_LIVE || (known->state == KNOWN_FINISHED && same))
    return;
  recording->bytes = file->bytes;
  recording->mtime_us = file->mtime_us;
  if (known->state == KNOWN_LEFT_BEHIND)
    recording->end_us = MAX (recording->end_us, file->mtime_us);
  measure (run, recording, file);
  if (known->state == KNOWN_LEFT_BEHIND) {
    recording->recording = FALSE;
    g_free (recording->reason);
    recording->reason = g_strdup (ISR_CLOSE_ERROR);
  }
  isr_writer_put (run->task->writer, recording);
  run->n_changed++;
}

static void
compare_file (Run *run, const IsrFound *file)
{
  Known *known = g_hash_table_lookup (run->known, file->name);

  if (file->part) {
    g_hash_table_insert (run->parts, file->name, (gpointer) file);
  } else if (known) {
    known->found = TRUE;
    take_over (run, known, file);
  } else {
    g_ptr_array_add (run->fresh, (gpointer) file);
  }
}

/* A directory that could not be read hides its files; it does not remove them. */
static gboolean
is_gone (Run *run, const char *name)
{
  g_autofree char *path = g_build_filename (run->task->output_directory, name, NULL);
  struct stat st;

  return lstat (path, &st) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

static void
compare_known (Run *run, Known *known)
{
  const char *name = known->recording->name;

  if (known->found || known->state == KNOWN_LIVE || (run->task->names && known->state == KNOWN_LEFT_BEHIND) || g_hash_table_contains (run->parts, name) || !is_gone (run, name))
    return;
  g_ptr_array_add (run->gone, known->recording);
}

/* The name of a foreign file may say when it begins; of our own, we know. */
static void
rename_row (Run *run, const IsrRecording *was, const IsrFound *file)
{
  g_autoptr (IsrRecording) recording = was->adopted ? isr_adopt (run->task->output_directory, file, run->task->zone, run->task->sources) : isr_recording_copy (was);

  recording->id = was->id;
  g_free (recording->name);
  recording->name = g_strdup (file->name);
  isr_writer_put (run->task->writer, recording);
  g_ptr_array_add (run->task->renamed, g_strdup (was->name));
  g_ptr_array_add (run->task->renamed, g_strdup (file->name));
  run->n_renamed++;
}

static void
leave_out (GPtrArray *array, GHashTable *set)
{
  guint n = 0;

  for (guint i = 0; i < array->len; i++)
    if (!g_hash_table_contains (set, array->pdata[i]))
      array->pdata[n++] = array->pdata[i];
  g_ptr_array_set_size (array, (int) n);
}

static void
find_renamed (Run *run)
{
  g_autoptr (GHashTable) moved = isr_moved_find (run->gone, run->fresh);
  g_autoptr (GHashTable) was = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer file, recording;

  g_hash_table_iter_init (&iter, moved);
  while (g_hash_table_iter_next (&iter, &file, &recording)) {
    rename_row (run, recording, file);
    g_hash_table_add (was, recording);
  }
  leave_out (run->fresh, moved);
  leave_out (run->gone, was);
}

/* The entry of a .part: the one that its dead process made, or a new one. */
static IsrRecording *
make_entry (Run *run, const IsrFound *part)
{
  Known *known = g_hash_table_lookup (run->known, part->name);

  IsrRecording *recording = known && !known->found ? isr_recording_copy (known->recording) : isr_adopt (run->task->output_directory, part, run->task->zone, run->task->sources);

  if (!recording->id)
    set_id (run, recording);
  return recording;
}

/* The entry of a file that came to nothing. */
static void
forget (Run *run, const Known *known)
{
  if (!known || known->found)
    return;
  isr_writer_remove (run->task->writer, known->recording->id);
  run->n_vanished++;
}

/* Its dead process made it, and could not say so any more (a disk that is full, the last
 * moment): now that it is mended, it says when it begins more exactly than its name. */
static void
ask_itself (Run *run, IsrRecording **recording)
{
  g_autoptr (IsrFound) file = isr_scan_file (run->task->output_directory, (*recording)->name);
  g_autoptr (IsrRecording) now = file ? isr_adopt (run->task->output_directory, file, run->task->zone, run->task->sources) : NULL;

  if (!now || now->adopted)
    return;
  now->id = (*recording)->id;
  isr_recording_free (*recording);
  *recording = g_steal_pointer (&now);
}

/* Where nothing but its name says when a file begins, that is a whole second: of one begun at a
 * boundary its first packet lies a little behind it, where the file before ends; and that ends
 * first in any case. */
static gboolean
can_go_before (const IsrRecording *before, const IsrRecording *recording)
{
  gint64 behind_us = before->end_us - recording->start_us;

  return !before->recording && g_strcmp0 (before->source, recording->source) == 0 && before->start_us < recording->start_us && behind_us > -NAMED && behind_us < G_TIME_SPAN_SECOND;
}

static void
put_behind (Run *run, IsrRecording *recording)
{
  gint64 start_us = G_MININT64;
  GHashTableIter iter;
  gpointer known;

  if (recording->start_us % G_TIME_SPAN_SECOND)
    return;
  g_hash_table_iter_init (&iter, run->known);
  while (g_hash_table_iter_next (&iter, NULL, &known)) {
    const IsrRecording *before = ((Known *) known)->recording;

    if (can_go_before (before, recording))
      start_us = MAX (start_us, before->end_us);
  }
  if (start_us == G_MININT64)
    return;
  recording->end_us += start_us - recording->start_us;
  recording->start_us = start_us;
}

static void
mend (Run *run, const IsrFound *part)
{
  Known *known = g_hash_table_lookup (run->known, part->name);
  gboolean foundling = !known || known->found;
  g_autoptr (IsrRecording) recording = NULL;
  gint64 start_us;

  if (known && known->state == KNOWN_LIVE)
    return;
  recording = make_entry (run, part);
  start_us = recording->start_us;
  switch (isr_leftover_mend (run->task->output_directory, recording)) {
    case ISR_LEFTOVER_MENDED:
      break;
    case ISR_LEFTOVER_EMPTY:
      forget (run, known);
      return;
    default:
      return;
  }
  if (recording->adopted)
    ask_itself (run, &recording);
  if (recording->adopted && start_us == part->mtime_us) { /* nothing but the time of its last write is known */
    recording->start_us -= (gint64) (isr_recording_get_duration (recording) * G_TIME_SPAN_SECOND);
    recording->end_us = start_us;
  }
  if (foundling && recording->source && *recording->source)
    put_behind (run, recording);
  recording->recording = FALSE;
  g_free (recording->reason);
  recording->reason = g_strdup (ISR_CLOSE_ERROR);
  isr_writer_put (run->task->writer, recording);
  run->n_mended++;
}

static void
mend_all (Run *run)
{
  GHashTableIter iter;
  gpointer part;

  g_hash_table_iter_init (&iter, run->parts);
  while (run->task->may_repair && g_hash_table_iter_next (&iter, NULL, &part))
    mend (run, part);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  const IsrFound *one = *(IsrFound *const *) a, *two = *(IsrFound *const *) b;

  return strcmp (one->name, two->name);
}

static void
compare (Run *run, GPtrArray *found)
{
  GHashTableIter iter;
  gpointer known;

  for (guint i = 0; i < found->len; i++)
    compare_file (run, found->pdata[i]);
  g_hash_table_iter_init (&iter, run->known);
  while (g_hash_table_iter_next (&iter, NULL, &known))
    compare_known (run, known);
  find_renamed (run);
  drop (run);
  g_ptr_array_sort (run->fresh, by_name); /* rows that come in order are written at half the price */
  adopt (run);
  mend_all (run);
  isr_writer_flush (run->task->writer);
}

static void
run_clear (Run *run)
{
  g_hash_table_unref (run->known);
  g_hash_table_unref (run->parts);
  g_ptr_array_unref (run->fresh);
  g_ptr_array_unref (run->gone);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

/* What lies under the names that were given. */
static GPtrArray *
find_named (IsrReconcile *self)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_found_free);

  for (guint i = 0; i < self->names->len; i++) {
    IsrFound *file = isr_scan_file (self->output_directory, self->names->pdata[i]);

    if (file)
      g_ptr_array_add (found, file);
  }
  return found;
}

gboolean
isr_reconcile_run (IsrReconcile *self, GError **error)
{
  g_autoptr (GPtrArray) found = self->names ? find_named (self) : isr_scan (self->output_directory, error);
  g_auto (Run) run = {
    .task = self,
    .known = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) known_free),
    .parts = g_hash_table_new (g_str_hash, g_str_equal),
    .fresh = g_ptr_array_new (),
    .told_us = g_get_monotonic_time (),
    .gone = g_ptr_array_new (),
  };

  self->renamed = g_ptr_array_new_with_free_func (g_free);
  if (!found || !load_known (&run, error))
    return FALSE;
  compare (&run, found);
  self->changed = run.n_adopted + run.n_vanished + run.n_changed + run.n_mended + run.n_renamed > 0;
  if (self->changed)
    g_message ("%s: %u files adopted, %u changed, %u renamed, %u gone, %u mended", self->output_directory, run.n_adopted, run.n_changed, run.n_renamed, run.n_vanished, run.n_mended);
  return TRUE;
}
