/* SPDX-License-Identifier: MIT */
/* writer.c - a queue, a thread, a transaction.
 *
 *   give -> GAsyncQueue -> [ 200 ms of jobs ] -> BEGIN, each job, COMMIT
 *                                 ^                        |
 *                                 +------ again in 1 s ----+  when it fails
 *
 * The number of the last committed job is published by one atomic store after
 * COMMIT: who reads a number and then the database finds the job there. A group
 * that can not be committed (disk full) is kept and tried again, together with
 * what came since; the catalog shows it all the while from its own memory. So it is while the
 * writer rests: what is given waits, and goes into the database that it is handed then. */
#define G_LOG_DOMAIN "isr-writer"

#include "daemon/archive/writer.h"

#include "daemon/archive/rows.h"

#define GROUP_US (200 * G_TIME_SPAN_MILLISECOND)
#define RETRY_US G_TIME_SPAN_SECOND

typedef enum {
  SQL_PUT,
  SQL_ADOPT,
  SQL_REMOVE,
  SQL_REMOVE_FINISHED,
  SQL_STATE,
  SQL_GAP,
  N_SQL,
} Sql;

static const char *const statements_sql[N_SQL] = {
  [SQL_PUT] = "INSERT OR REPLACE INTO recordings (" ISR_ROW_COLUMNS ") VALUES (" ISR_ROW_PLACES ")",
  [SQL_ADOPT] = "INSERT OR IGNORE INTO recordings (" ISR_ROW_COLUMNS ") VALUES (" ISR_ROW_PLACES ")",
  [SQL_REMOVE] = "DELETE FROM recordings WHERE id = ?1",
  [SQL_REMOVE_FINISHED] = "DELETE FROM recordings WHERE id = ?1 AND recording <> 1",
  [SQL_STATE] = "INSERT INTO states (source, at_us, state, reason, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
  [SQL_GAP] = "INSERT OR REPLACE INTO gaps (id, source, start_us, end_us, cause, uncertainty_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
};

struct _IsrWriter {
  GAsyncQueue *jobs;
  GThread *thread;
  gboolean shared; /* the database is its reader's */
  gsize given;     /* atomic: number of the last job */
  gsize committed; /* atomic: number of the last committed job */
  guint rest;      /* atomic: odd while it rests */
  sqlite3 *next;   /* atomic: the database from now on; NULL: the same */
  gboolean next_shared;
  GAsyncQueue *rested; /* one token a rest */

  /* from here on: the thread's */
  sqlite3 *db;
  sqlite3_stmt *statements[N_SQL];
  gboolean failing; /* said once, not every second */
  guint told;       /* the rest that was told last */
};

typedef struct _Job Job;
struct _Job {
  gboolean (*run) (IsrWriter *self, Job *job, GError **error); /* NULL: only ends the group */
  gsize number;
  gboolean stop;
  GAsyncQueue *done; /* told when the group was tried */
  gint64 id;
  IsrRecording *recording;
  IsrSourceState *state;
  IsrGap *gap;
  GPtrArray *recordings;
  GArray *ids;
  IsrWriterFunc func;
  gpointer data;
  GDestroyNotify free_data;
};

static void
job_free (Job *job)
{
  g_clear_pointer (&job->recording, isr_recording_free);
  g_clear_pointer (&job->state, isr_source_state_free);
  g_clear_pointer (&job->gap, isr_gap_free);
  g_clear_pointer (&job->recordings, g_ptr_array_unref);
  g_clear_pointer (&job->ids, g_array_unref);
  g_clear_pointer (&job->done, g_async_queue_unref);
  if (job->free_data)
    job->free_data (job->data);
  g_free (job);
}

static gboolean
run_put (IsrWriter *self, Job *job, GError **error)
{
  isr_row_bind (self->statements[SQL_PUT], job->recording);
  return isr_db_run (self->statements[SQL_PUT], error);
}

static gboolean
run_remove (IsrWriter *self, Job *job, GError **error)
{
  sqlite3_bind_int64 (self->statements[SQL_REMOVE], 1, job->id);
  return isr_db_run (self->statements[SQL_REMOVE], error);
}

static gboolean
run_adopt (IsrWriter *self, Job *job, GError **error)
{
  for (guint i = 0; i < job->recordings->len; i++) {
    isr_row_bind (self->statements[SQL_ADOPT], job->recordings->pdata[i]);
    if (!isr_db_run (self->statements[SQL_ADOPT], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
run_remove_all (IsrWriter *self, Job *job, GError **error)
{
  for (guint i = 0; i < job->ids->len; i++) {
    sqlite3_bind_int64 (self->statements[SQL_REMOVE_FINISHED], 1, g_array_index (job->ids, gint64, i));
    if (!isr_db_run (self->statements[SQL_REMOVE_FINISHED], error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
run_state (IsrWriter *self, Job *job, GError **error)
{
  sqlite3_stmt *statement = self->statements[SQL_STATE];

  isr_db_bind_text (statement, 1, job->state->name);
  sqlite3_bind_int64 (statement, 2, job->state->since_us);
  isr_db_bind_text (statement, 3, isr_state_to_string (job->state->state));
  isr_db_bind_text (statement, 4, job->state->reason);
  isr_db_bind_text (statement, 5, job->state->detail);
  return isr_db_run (statement, error);
}

static gboolean
run_gap (IsrWriter *self, Job *job, GError **error)
{
  sqlite3_stmt *statement = self->statements[SQL_GAP];

  sqlite3_bind_int64 (statement, 1, job->gap->id);
  isr_db_bind_text (statement, 2, job->gap->source);
  sqlite3_bind_int64 (statement, 3, job->gap->start_us);
  if (job->gap->end_us == G_MAXINT64)
    sqlite3_bind_null (statement, 4);
  else
    sqlite3_bind_int64 (statement, 4, job->gap->end_us);
  isr_db_bind_text (statement, 5, job->gap->cause);
  sqlite3_bind_int64 (statement, 6, job->gap->uncertainty_us);
  return isr_db_run (statement, error);
}

static gboolean
run_call (IsrWriter *self, Job *job, GError **error)
{
  return job->func (self->db, job->data, error);
}

static gboolean
prepare_all (IsrWriter *self, GError **error)
{
  for (int i = 0; i < N_SQL; i++)
    if (!self->statements[i] && !(self->statements[i] = isr_db_prepare (self->db, statements_sql[i], error)))
      return FALSE;
  return TRUE;
}

static void
close_database (IsrWriter *self)
{
  for (int i = 0; i < N_SQL; i++)
    g_clear_pointer (&self->statements[i], sqlite3_finalize);
  if (!self->shared)
    isr_db_close (self->db);
}

/* --- groups ------------------------------------------------------------------ */

/* Whoever waits for that is told. */
static gboolean
rests (IsrWriter *self)
{
  guint rest = (guint) g_atomic_int_get (&self->rest);

  if (rest % 2 && rest != self->told)
    g_async_queue_push (self->rested, GINT_TO_POINTER (1));
  self->told = rest;
  return rest % 2;
}

static void
take_next (IsrWriter *self)
{
  sqlite3 *next = g_atomic_pointer_exchange (&self->next, NULL);

  if (!next)
    return;
  self->shared = FALSE; /* its reader has left it */
  close_database (self);
  self->db = next;
  self->shared = self->next_shared;
}

static gboolean
run_group (IsrWriter *self, GPtrArray *group, GError **error)
{
  if (!prepare_all (self, error) || !isr_db_exec (self->db, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (guint i = 0; i < group->len; i++) {
    Job *job = group->pdata[i];

    if (job->run && !job->run (self, job, error))
      return FALSE;
  }
  return isr_db_exec (self->db, "COMMIT", error);
}

static gboolean
commit (IsrWriter *self, GPtrArray *group)
{
  g_autoptr (GError) error = NULL;
  Job *last = group->pdata[group->len - 1];

  if (rests (self))
    return FALSE;
  take_next (self);
  if (!run_group (self, group, &error)) {
    if (!sqlite3_get_autocommit (self->db))
      isr_db_exec (self->db, "ROLLBACK", NULL);
    if (!self->failing)
      g_critical ("%s; it is tried again every second, recording goes on", error->message);
    self->failing = TRUE;
    return FALSE;
  }
  if (self->failing)
    g_message ("the catalog can be written again");
  self->failing = FALSE;
  g_atomic_pointer_set (&self->committed, last->number);
  return TRUE;
}

/* Takes jobs for @wait µs, or until one of them can not wait. TRUE: go on. */
static gboolean
gather (IsrWriter *self, GPtrArray *group, gint64 wait)
{
  gint64 until = g_get_monotonic_time () + wait;
  gint64 left;

  while ((left = until - g_get_monotonic_time ()) > 0) {
    Job *job = g_async_queue_timeout_pop (self->jobs, left);

    if (!job)
      break;
    g_ptr_array_add (group, job);
    if (job->stop)
      return FALSE;
    if (job->done)
      break;
  }
  return TRUE;
}

static void
answer_flushes (GPtrArray *group)
{
  for (guint i = 0; i < group->len; i++) {
    Job *job = group->pdata[i];

    if (job->done)
      g_async_queue_push (job->done, GINT_TO_POINTER (1));
    g_clear_pointer (&job->done, g_async_queue_unref);
  }
}

static gpointer
write_loop (gpointer data)
{
  IsrWriter *self = data;
  g_autoptr (GPtrArray) group = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  gboolean go_on = TRUE;

  while (go_on) {
    Job *first = g_async_queue_pop (self->jobs);

    g_ptr_array_add (group, first);
    go_on = !first->stop && (first->done || gather (self, group, GROUP_US));
    while (!commit (self, group) && go_on) {
      answer_flushes (group);
      go_on = gather (self, group, RETRY_US);
    }
    answer_flushes (group);
    g_ptr_array_set_size (group, 0);
  }
  return NULL;
}

static void
destroy (IsrWriter *self)
{
  take_next (self);
  close_database (self);
  g_async_queue_unref (self->jobs);
  g_async_queue_unref (self->rested);
  g_free (self);
}

static IsrWriter *
writer_new (sqlite3 *db, gboolean shared)
{
  IsrWriter *self = g_new0 (IsrWriter, 1);
  g_autoptr (GError) error = NULL;

  self->db = db;
  self->shared = shared;
  self->jobs = g_async_queue_new_full ((GDestroyNotify) job_free);
  self->rested = g_async_queue_new ();
  if (!prepare_all (self, &error)) {
    isr_db_complain (error);
    destroy (self);
    return NULL;
  }
  self->thread = g_thread_new ("isr-catalog", write_loop, self);
  return self;
}

IsrWriter *
isr_writer_new (sqlite3 *db)
{
  return writer_new (db, FALSE);
}

IsrWriter *
isr_writer_new_shared (sqlite3 *db)
{
  return writer_new (db, TRUE);
}

/* The number is taken inside the queue's lock: numbers are in queue order. */
static gsize
give (IsrWriter *self, Job *job)
{
  gsize number;

  g_async_queue_lock (self->jobs);
  number = job->number = (gsize) g_atomic_pointer_add (&self->given, 1) + 1;
  g_async_queue_push_unlocked (self->jobs, job);
  g_async_queue_unlock (self->jobs);
  return number;
}

void
isr_writer_free (IsrWriter *self)
{
  Job *job = g_new0 (Job, 1);

  job->stop = TRUE;
  give (self, job);
  g_thread_join (self->thread);
  destroy (self);
}

gsize
isr_writer_put (IsrWriter *self, const IsrRecording *recording)
{
  Job *job = g_new0 (Job, 1);

  job->run = run_put;
  job->recording = isr_recording_copy (recording);
  return give (self, job);
}

gsize
isr_writer_remove (IsrWriter *self, gint64 id)
{
  Job *job = g_new0 (Job, 1);

  job->run = run_remove;
  job->id = id;
  return give (self, job);
}

gsize
isr_writer_adopt (IsrWriter *self, GPtrArray *recordings)
{
  Job *job = g_new0 (Job, 1);

  job->run = run_adopt;
  job->recordings = recordings;
  return give (self, job);
}

gsize
isr_writer_remove_all (IsrWriter *self, GArray *ids)
{
  Job *job = g_new0 (Job, 1);

  job->run = run_remove_all;
  job->ids = ids;
  return give (self, job);
}

gsize
isr_writer_note_state (IsrWriter *self, const IsrSourceState *state)
{
  Job *job = g_new0 (Job, 1);

  job->run = run_state;
  job->state = isr_source_state_copy (state);
  return give (self, job);
}

gsize
isr_writer_put_gap (IsrWriter *self, const IsrGap *gap)
{
  Job *job = g_new0 (Job, 1);

  job->run = run_gap;
  job->gap = isr_gap_copy (gap);
  return give (self, job);
}

gsize
isr_writer_call (IsrWriter *self, IsrWriterFunc func, gpointer data, GDestroyNotify free_data)
{
  Job *job = g_new0 (Job, 1);

  job->run = run_call;
  job->func = func;
  job->data = data;
  job->free_data = free_data;
  return give (self, job);
}

gsize
isr_writer_get_committed (IsrWriter *self)
{
  return (gsize) g_atomic_pointer_get (&self->committed);
}

void
isr_writer_flush (IsrWriter *self)
{
  g_autoptr (GAsyncQueue) done = g_async_queue_new ();
  Job *job = g_new0 (Job, 1);

  job->done = g_async_queue_ref (done);
  give (self, job);
  g_async_queue_pop (done);
}

/* It ends the group that is gathered, and is waited for by nobody. */
static void
wake (IsrWriter *self)
{
  Job *job = g_new0 (Job, 1);

  job->done = g_async_queue_new ();
  give (self, job);
}

void
isr_writer_rest (IsrWriter *self)
{
  g_atomic_int_inc (&self->rest);
  wake (self);
}

void
isr_writer_wait_rest (IsrWriter *self)
{
  g_async_queue_pop (self->rested);
}

void
isr_writer_go_on (IsrWriter *self, sqlite3 *db, gboolean shared)
{
  self->next_shared = shared;
  if (db)
    g_atomic_pointer_set (&self->next, db);
  g_atomic_int_inc (&self->rest);
  wake (self);
}
