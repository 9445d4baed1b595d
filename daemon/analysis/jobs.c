/* SPDX-License-Identifier: MIT */
/* jobs.c - a queue of queues: the oldest job has the cores first.
 *
 * A file that somebody waits for is a job of its own and goes in front. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/jobs.h"

#include "daemon/archive/catalog.h"
#include "daemon/core/error.h"
#include "daemon/core/log.h"

#include <string.h>

#define REMEMBERED 100
#define TELL_SECONDS 1

typedef struct {
  IsrJob pub;
  GQueue waiting; /* IsrJobFile */
  guint running;
} Job;

/* A child at work. */
typedef struct {
  IsrJobs *jobs;
  Job *job;
  IsrJobFile *file;
  IsrDecoding *decoding;
} Run;

struct _IsrJobs {
  IsrJobsHooks hooks;
  gpointer data;
  char *directory, *program;
  guint cores;
  gint64 last_id;
  GPtrArray *jobs; /* Job, oldest first */
  GPtrArray *runs; /* Run */
  guint pump;      /* idle source */
  guint tell;      /* timer: progress */
};

const char *
isr_job_state_to_string (IsrJobState state)
{
  static const char *const names[] = { "waiting", "running", "done", "failed", "cancelled" };

  return names[state];
}

void
isr_job_free (IsrJob *self)
{
  g_free (self->what);
  g_free (self->error);
  g_free (self);
}

void
isr_job_file_free (IsrJobFile *self)
{
  g_free (self->name);
  isr_recording_free (self->recording);
  g_clear_pointer (&self->next, isr_recording_free);
  g_free (self);
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_queue_clear_full (&job->waiting, (GDestroyNotify) isr_job_file_free);
  g_free (job->pub.what);
  g_free (job->pub.error);
  g_free (job);
}

static void
run_free (Run *run)
{
  isr_job_file_free (run->file);
  g_free (run);
}

static gboolean
is_over (const Job *job)
{
  return job->pub.state >= ISR_JOB_DONE;
}

/* --- news --- */

static void
changed (IsrJobs *self, Job *job)
{
  self->hooks.changed (job->pub.id, self->data);
}

static void
forget_old (IsrJobs *self)
{
  for (guint i = 0; self->jobs->len > REMEMBERED && i < self->jobs->len;) {
    if (is_over (self->jobs->pdata[i]))
      g_ptr_array_remove_index (self->jobs, i);
    else
      i++;
  }
}

static void
end (IsrJobs *self, Job *job, IsrJobState state)
{
  job->pub.state = state;
  job->pub.progress = state == ISR_JOB_CANCELLED ? job->pub.progress : 1;
  isr_log_info (NULL, "analysis of %s: %s", job->pub.what, isr_job_state_to_string (state));
  changed (self, job);
}

/* --- the cores --- */

static void pump (IsrJobs *self);

static void
note_error (Job *job, const IsrJobFile *file, const GError *error)
{
  if (!job->pub.error)
    job->pub.error = g_strdup_printf ("%s: %s", file->name, error->message);
}

/* One file less. */
static void
count_file (IsrJobs *self, Job *job)
{
  job->pub.done++;
  if (!is_over (job) && job->pub.done == job->pub.files)
    end (self, job, job->pub.error ? ISR_JOB_FAILED : ISR_JOB_DONE);
}

/* @error NULL: it went well. */
static void
settle (IsrJobs *self, Job *job, const IsrJobFile *file, const IsrDecoded *decoded, const GError *error)
{
  if (!error) {
    self->hooks.decoded (file, decoded, job->pub.id, self->data);
    return;
  }
  note_error (job, file, error);
  self->hooks.failed (file, error, self->data);
  count_file (self, job);
}

static Job *
find_job (IsrJobs *self, gint64 id)
{
  for (guint i = 0; i < self->jobs->len; i++) {
    Job *job = self->jobs->pdata[i];

    if (job->pub.id == id)
      return job;
  }
  return NULL;
}

void
isr_jobs_file_done (IsrJobs *self, gint64 id)
{
  Job *job = find_job (self, id);

  if (job)
    count_file (self, job);
}

static void
on_done (IsrDecoding *decoding, const IsrDecoded *decoded, const GError *error, gpointer data)
{
  Run *run = data;
  IsrJobs *self = run->jobs;
  Job *job = run->job;

  g_ptr_array_remove (self->runs, run);
  job->running--;
  settle (self, job, run->file, decoded, error);
  run_free (run);
  pump (self);
}

/* Opened here, where no link on the way is followed: the child is given the files, no names. */
static IsrDecoding *
start_decoding (IsrJobs *self, Run *run, GError **error)
{
  const IsrJobFile *file = run->file;
  const IsrDecodeOrder order = { .rate = file->rate, .first_sample = file->first_sample, .samples = file->samples };
  int fd = isr_recording_open (self->directory, file->recording);
  int next = fd >= 0 && file->next ? isr_recording_open (self->directory, file->next) : -1;

  if (fd >= 0)
    return isr_decoding_start (self->program, fd, next, &order, on_done, run, error);
  g_set_error (error, ISR_ERROR, ISR_ERROR_NOT_FOUND, "it can not be opened: %s", g_strerror (errno));
  return NULL;
}

static void
start_file (IsrJobs *self, Job *job, IsrJobFile *file)
{
  Run *run = g_new0 (Run, 1);
  g_autoptr (GError) error = NULL;

  *run = (Run){ self, job, file, NULL };
  run->decoding = start_decoding (self, run, &error);
  if (!run->decoding) {
    settle (self, job, file, NULL, error);
    run_free (run);
    return;
  }
  job->running++;
  g_ptr_array_add (self->runs, run);
  if (job->pub.state == ISR_JOB_WAITING) {
    job->pub.state = ISR_JOB_RUNNING;
    changed (self, job);
  }
}

static Job *
next_job (IsrJobs *self)
{
  for (guint i = 0; i < self->jobs->len; i++) {
    Job *job = self->jobs->pdata[i];

    if (!is_over (job) && job->pub.files == 1 && job->waiting.length)
      return job;
  }
  for (guint i = 0; i < self->jobs->len; i++) {
    Job *job = self->jobs->pdata[i];

    if (!is_over (job) && job->waiting.length)
      return job;
  }
  return NULL;
}

static void
update_progress (IsrJobs *self, Job *job)
{
  double sum = job->pub.done;

  if (is_over (job))
    return;
  for (guint i = 0; i < self->runs->len; i++) {
    const Run *run = self->runs->pdata[i];

    if (run->job == job)
      sum += isr_decoding_get_progress (run->decoding);
  }
  job->pub.progress = job->pub.files ? sum / job->pub.files : 1;
}

static gboolean
on_tell (gpointer data)
{
  IsrJobs *self = data;

  for (guint i = 0; i < self->jobs->len; i++) {
    Job *job = self->jobs->pdata[i];

    update_progress (self, job);
    if (job->running && !is_over (job))
      changed (self, job);
  }
  if (self->runs->len)
    return G_SOURCE_CONTINUE;
  self->tell = 0;
  return G_SOURCE_REMOVE;
}

static void
pump (IsrJobs *self)
{
  Job *job;

  while (self->runs->len < self->cores && (job = next_job (self)))
    start_file (self, job, g_queue_pop_head (&job->waiting));
  if (self->runs->len && !self->tell)
    self->tell = g_timeout_add_seconds (TELL_SECONDS, on_tell, self);
}

static gboolean
on_pump (gpointer data)
{
  IsrJobs *self = data;

  self->pump = 0;
  pump (self);
  return G_SOURCE_REMOVE;
}

/* --- public --- */

IsrJobs *
isr_jobs_new (const char *directory, const IsrJobsHooks *hooks, gpointer data)
{
  IsrJobs *self = g_new0 (IsrJobs, 1);

  self->directory = g_strdup (directory);
  self->hooks = *hooks;
  self->data = data;
  self->program = g_strdup ("/proc/self/exe");
  self->cores = g_get_num_processors ();
  self->jobs = g_ptr_array_new_with_free_func (job_free);
  self->runs = g_ptr_array_new ();
  return self;
}

static void
cancel_runs (IsrJobs *self, const Job *job)
{
  for (guint i = self->runs->len; i-- > 0;) {
    Run *run = self->runs->pdata[i];

    if (job && run->job != job)
      continue;
    isr_decoding_cancel (run->decoding);
    run->job->running--;
    g_ptr_array_remove_index (self->runs, i);
    run_free (run);
  }
}

void
isr_jobs_free (IsrJobs *self)
{
  cancel_runs (self, NULL);
  g_clear_handle_id (&self->pump, g_source_remove);
  g_clear_handle_id (&self->tell, g_source_remove);
  g_ptr_array_unref (self->jobs);
  g_ptr_array_unref (self->runs);
  g_free (self->directory);
  g_free (self->program);
  g_free (self);
}

void
isr_jobs_set_program (IsrJobs *self, const char *program)
{
  g_free (self->program);
  self->program = g_strdup (program);
}

gint64
isr_jobs_start (IsrJobs *self, const char *what, GPtrArray *files)
{
  Job *job = g_new0 (Job, 1);

  job->pub.id = ++self->last_id;
  job->pub.what = g_strdup (what);
  job->pub.files = files->len;
  g_queue_init (&job->waiting);
  g_ptr_array_set_free_func (files, NULL);
  for (guint i = 0; i < files->len; i++)
    g_queue_push_tail (&job->waiting, files->pdata[i]);
  g_ptr_array_unref (files);
  g_ptr_array_add (self->jobs, job);
  forget_old (self);
  if (job->pub.files == 0)
    end (self, job, ISR_JOB_DONE);
  else
    changed (self, job);
  if (!self->pump)
    self->pump = g_idle_add_full (G_PRIORITY_DEFAULT, on_pump, self, NULL);
  return self->last_id;
}

static gboolean
has_file (IsrJobs *self, Job *job, const char *name)
{
  for (GList *l = job->waiting.head; l; l = l->next)
    if (g_str_equal (((IsrJobFile *) l->data)->name, name))
      return TRUE;
  for (guint i = 0; i < self->runs->len; i++) {
    const Run *run = self->runs->pdata[i];

    if (run->job == job && g_str_equal (run->file->name, name))
      return TRUE;
  }
  return FALSE;
}

gint64
isr_jobs_find (IsrJobs *self, const char *name)
{
  for (guint i = 0; i < self->jobs->len; i++) {
    Job *job = self->jobs->pdata[i];

    if (!is_over (job) && has_file (self, job, name))
      return job->pub.id;
  }
  return 0;
}

GHashTable *
isr_jobs_list_files (IsrJobs *self)
{
  GHashTable *files = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->jobs->len; i++) {
    Job *job = self->jobs->pdata[i];

    for (GList *l = is_over (job) ? NULL : job->waiting.head; l; l = l->next)
      g_hash_table_insert (files, ((IsrJobFile *) l->data)->name, &job->pub.id);
  }
  for (guint i = 0; i < self->runs->len; i++) {
    const Run *run = self->runs->pdata[i];

    if (!is_over (run->job))
      g_hash_table_insert (files, run->file->name, &run->job->pub.id);
  }
  return files;
}

static IsrJob *
copy_job (IsrJobs *self, Job *job)
{
  IsrJob *copy;

  update_progress (self, job);
  copy = g_memdup2 (&job->pub, sizeof job->pub);
  copy->what = g_strdup (copy->what);
  copy->error = g_strdup (copy->error);
  return copy;
}

IsrJob *
isr_jobs_get (IsrJobs *self, gint64 id)
{
  Job *job = find_job (self, id);

  return job ? copy_job (self, job) : NULL;
}

GPtrArray *
isr_jobs_list (IsrJobs *self)
{
  GPtrArray *list = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_job_free);

  for (guint i = self->jobs->len; i-- > 0;)
    g_ptr_array_add (list, copy_job (self, self->jobs->pdata[i]));
  return list;
}

gboolean
isr_jobs_cancel (IsrJobs *self, gint64 id)
{
  Job *job = find_job (self, id);

  if (!job)
    return FALSE;
  if (is_over (job))
    return TRUE;
  update_progress (self, job);
  g_queue_clear_full (&job->waiting, (GDestroyNotify) isr_job_file_free);
  cancel_runs (self, job);
  end (self, job, ISR_JOB_CANCELLED);
  pump (self);
  return TRUE;
}

void
isr_jobs_cancel_all (IsrJobs *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    isr_jobs_cancel (self, ((Job *) self->jobs->pdata[i])->pub.id);
}
