/* SPDX-License-Identifier: MIT */
/* jobs.h - files to be decoded, as many side by side as there are cores. */
#pragma once

#include "daemon/analysis/decoding.h"
#include "daemon/core/recording.h"

G_BEGIN_DECLS

typedef enum {
  ISR_JOB_WAITING,
  ISR_JOB_RUNNING,
  ISR_JOB_DONE, /* this and the next ones: over */
  ISR_JOB_FAILED,
  ISR_JOB_CANCELLED,
} IsrJobState;

const char *isr_job_state_to_string (IsrJobState state);

/* How a job is doing, as a value. */
typedef struct {
  gint64 id;
  char *what; /* for people */
  IsrJobState state;
  double progress;   /* 0-1 */
  guint files, done; /* failed ones count as done */
  char *error;       /* of the first file that failed */
} IsrJob;

void isr_job_free (IsrJob *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrJob, isr_job_free)

/* One file of a job. */
typedef struct {
  char *name; /* of the recording */
  IsrRecording *recording;
  IsrRecording *next; /* that goes on where it ends; NULL: none */
  guint rate;         /* of the next two */
  guint64 first_sample, samples;
  gint64 run_us;    /* the run that it is a part of */
  guint64 begin_ns; /* position at which that began */
} IsrJobFile;

void isr_job_file_free (IsrJobFile *self);

typedef struct _IsrJobs IsrJobs;

typedef struct {
  /* The levels of a file of job @id are there. Once all is kept that comes of them: isr_jobs_file_done(). */
  void (*decoded) (const IsrJobFile *file, const IsrDecoded *decoded, gint64 id, gpointer data);
  void (*failed) (const IsrJobFile *file, const GError *error, gpointer data);
  /* A job is another than before. */
  void (*changed) (gint64 id, gpointer data);
} IsrJobsHooks;

/* @directory: the recordings' names are below it. */
IsrJobs *isr_jobs_new (const char *directory, const IsrJobsHooks *hooks, gpointer data);
/* What runs is cancelled. */
void isr_jobs_free (IsrJobs *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrJobs, isr_jobs_free)

/* The program that decodes; this one, unless set. */
void isr_jobs_set_program (IsrJobs *self, const char *program);

/* @files (element-type IsrJobFile, taken). A job without files is done at once. */
gint64 isr_jobs_start (IsrJobs *self, const char *what, GPtrArray *files);
/* What a decoded file gave can be asked for now: only then it counts as done. */
void isr_jobs_file_done (IsrJobs *self, gint64 id);
/* The unfinished one that has a file of that name; 0: none. */
gint64 isr_jobs_find (IsrJobs *self, const char *name);
/* The files of all that are unfinished, to be asked for many names: name -> gint64 id of the
 * job, both borrowed until the next call or turn of the main loop. */
GHashTable *isr_jobs_list_files (IsrJobs *self);
/* NULL: there is none. The last hundred that are over are remembered. */
IsrJob *isr_jobs_get (IsrJobs *self, gint64 id);
GPtrArray *isr_jobs_list (IsrJobs *self); /* newest first */
/* Nothing of what was not done is left. FALSE: there is no such job. */
gboolean isr_jobs_cancel (IsrJobs *self, gint64 id);
void isr_jobs_cancel_all (IsrJobs *self);

G_END_DECLS
