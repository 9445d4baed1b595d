/* SPDX-License-Identifier: MIT */
/* iothread.c - a queue of jobs, the file they are about, and what to do when one fails.
 *
 *             job fails
 *   working ------------> failing --- waiting can help, or the file is not yet there:
 *      ^                     |          the same job again in a second
 *      |  a write succeeds   |--- no retry wanted, or nothing was ever written:
 *      +---------------------+          fail(), all jobs are dropped from here on
 *                            +--- else: the file is lost; its other jobs are dropped
 *
 * Everything but the counters (object lock of the owner) and the flags that are
 * read atomically belongs to the I/O thread. */
#include "plugins/split/iothread.h"

#include <errno.h>
#include <string.h>

#include "plugins/split/ioerror.h"
#include "plugins/split/ioqueue.h"
#include "plugins/split/ioreport.h"
#include "plugins/split/lostpart.h"
#include "plugins/split/partfile.h"
#include "plugins/split/partspan.h"
#include "plugins/split/renames.h"

#define RETRY_US G_USEC_PER_SEC
#define DRAIN_POLL_US (100 * G_TIME_SPAN_MILLISECOND)

struct _IsrIoThread {
  IsrIoSettings settings;
  GThread *thread;
  IsrIoQueue *jobs;
  GAsyncQueue *replies; /* numbers of ISR_IO_REPLY */
  GAsyncQueue *nudges;  /* ends the pause between two tries */

  IsrIoReport report; /* object lock, with settings.stats */

  gint finishing, awake, broken, lost; /* atomic; lost: number of the last lost file */
  guint opened, asked;                 /* streaming thread: last numbers given out */

  IsrPartFile *part; /* NULL: none, or lost */
  IsrLostPart gone;  /* what became of it when it was lost */
  IsrRenames renames;
  guint number;
  guint64 header_size;
  gboolean announced, written; /* this file; anything in this run */
  gint64 synced_us;
};

/* --- the jobs: 0 or an errno, and then they may be run again --- */

static int
run_open (IsrIoThread *self, IsrIoJob *job)
{
  int code = 0;

  self->number = job->number;
  self->announced = FALSE;
  isr_io_report_begin_file (&self->report, job->stem);
  self->part = isr_part_file_open (self->settings.verbs, job->stem, job->extension, &code);
  if (!self->part)
    return code;
  isr_io_report_set_path (&self->report, isr_part_file_get_path (self->part));
  self->header_size = 0;
  self->synced_us = g_get_monotonic_time ();
  return 0;
}

static int
sync_when_due (IsrIoThread *self)
{
  gint64 now = g_get_monotonic_time ();
  int code;

  if (!self->settings.fsync_interval || now - self->synced_us < (gint64) (self->settings.fsync_interval / GST_USECOND))
    return 0;
  code = isr_part_file_sync (self->part);
  if (code == 0)
    self->synced_us = now;
  return code;
}

static int
run_append (IsrIoThread *self, IsrIoJob *job)
{
  gsize size = 0;
  const void *data;
  int code;

  if (!self->part)
    return 0;
  data = job->bytes ? g_bytes_get_data (job->bytes, &size) : NULL;
  if (job->bytes && (code = isr_part_file_append (self->part, data, size)) != 0)
    return code;
  g_clear_pointer (&job->bytes, g_bytes_unref); /* written: should the sync fail, only that is repeated */
  if ((code = sync_when_due (self)) != 0)
    return code;
  self->written = TRUE;
  isr_io_report_recovered (&self->report);
  return 0;
}

static int
run_patch (IsrIoThread *self, IsrIoJob *job)
{
  gsize size = 0;
  const void *data = g_bytes_get_data (job->bytes, &size);

  return self->part ? isr_part_file_patch (self->part, job->offset, data, size) : 0;
}

static int
run_truncate (IsrIoThread *self, IsrIoJob *job)
{
  return self->part ? isr_part_file_truncate (self->part, job->offset) : 0;
}

static int
run_announce (IsrIoThread *self, IsrIoJob *job)
{
  if (!self->part)
    return 0;
  self->header_size = isr_part_file_get_size (self->part);
  self->announced = TRUE;
  isr_io_report_announce (&self->report, job->message);
  isr_part_span_note_start (self->part, job->message);
  gst_structure_set (job->message, "location", G_TYPE_STRING, isr_part_file_get_final (self->part), NULL);
  self->settings.post (self->settings.owner, g_steal_pointer (&job->message));
  return 0;
}

static void
post_closed (IsrIoThread *self, IsrIoJob *job, const char *location, guint64 bytes)
{
  if (!self->announced)
    return;
  gst_structure_set (job->message, "location", G_TYPE_STRING, location, "bytes", G_TYPE_UINT64, bytes, NULL);
  self->settings.post (self->settings.owner, g_steal_pointer (&job->message));
}

static void
count_file (IsrIoThread *self, guint64 bytes)
{
  GST_OBJECT_LOCK (self->settings.owner);
  self->settings.stats->files++;
  self->settings.stats->bytes += bytes;
  GST_OBJECT_UNLOCK (self->settings.owner);
}

static void
remember_name (IsrIoThread *self, IsrIoJob *job)
{
  gboolean unsynced = FALSE;

  if (gst_structure_get_boolean (job->message, "unsynced", &unsynced) && unsynced)
    isr_renames_remember (&self->renames, self->number, isr_part_file_get_final (self->part));
}

static int
close_whole (IsrIoThread *self, IsrIoJob *job)
{
  int code;

  isr_part_span_note_end (self->part, job->message);
  code = isr_part_file_commit (self->part);
  if (code)
    return code;
  count_file (self, isr_part_file_get_size (self->part));
  remember_name (self, job);
  post_closed (self, job, isr_part_file_get_final (self->part), isr_part_file_get_size (self->part));
  g_clear_pointer (&self->part, isr_part_file_close);
  return 0;
}

static int
run_close (IsrIoThread *self, IsrIoJob *job)
{
  guint64 samples = 0;

  if (self->part) {
    gst_structure_get_uint64 (job->message, "samples", &samples);
    if (samples)
      return close_whole (self, job);
    g_clear_pointer (&self->part, isr_part_file_discard);
    return 0;
  }
  if (self->announced) {
    isr_lost_part_amend (&self->gone, job->message);
    post_closed (self, job, self->gone.path, self->gone.bytes);
  }
  isr_lost_part_clear (&self->gone);
  return 0;
}

static int
run_rename (IsrIoThread *self, IsrIoJob *job)
{
  if (isr_renames_move (&self->renames, self->settings.verbs, job->number, job->stem, job->extension, job->message))
    self->settings.post (self->settings.owner, g_steal_pointer (&job->message));
  return 0;
}

static int
run_reply (IsrIoThread *self, IsrIoJob *job)
{
  g_async_queue_push (self->replies, GUINT_TO_POINTER (job->number));
  return 0;
}

static const struct {
  int (*run) (IsrIoThread *self, IsrIoJob *job);
  const char *what; /* "could not ... <path>" */
} jobs[] = {
  [ISR_IO_OPEN] = { run_open, "create" },
  [ISR_IO_APPEND] = { run_append, "write" },
  [ISR_IO_PATCH] = { run_patch, "update the header of" },
  [ISR_IO_TRUNCATE] = { run_truncate, "shorten" },
  [ISR_IO_ANNOUNCE] = { run_announce, "announce" },
  [ISR_IO_CLOSE] = { run_close, "complete" },
  [ISR_IO_RENAME] = { run_rename, "rename" },
  [ISR_IO_REPLY] = { run_reply, "answer" },
};

/* --- when one fails --- */

static void
lose_file (IsrIoThread *self)
{
  if (self->part) {
    isr_part_file_trim (self->part);
    isr_lost_part_take (&self->gone, self->part, self->header_size);
    self->part = NULL;
  }
  g_atomic_int_set (&self->lost, (gint) self->number);
}

static void
break_down (IsrIoThread *self, int code, const char *what)
{
  if (g_atomic_int_get (&self->broken))
    return;
  g_atomic_int_set (&self->broken, TRUE);
  self->settings.fail (self->settings.owner, code, self->report.path, what);
}

/* TRUE: run it again. Its first failure at the end of the recording is its last. */
static gboolean
may_retry (IsrIoThread *self, IsrIoJob *job, int code)
{
  isr_io_report_failed (&self->report, code, jobs[job->type].what);
  if (!self->settings.disk_retry || (!self->written && isr_io_error_is_final (code))) {
    break_down (self, code, jobs[job->type].what);
    return FALSE;
  }
  if ((job->type != ISR_IO_OPEN && !isr_io_error_may_pass (code)) || g_atomic_int_get (&self->finishing))
    return FALSE;
  g_async_queue_timeout_pop (self->nudges, RETRY_US);
  return TRUE;
}

static gboolean
try_job (IsrIoThread *self, IsrIoJob *job)
{
  int code = 0;

  while ((code = jobs[job->type].run (self, job)) != 0 && may_retry (self, job, code))
    ;
  if (code == 0)
    return TRUE;
  lose_file (self);
  if (job->type == ISR_IO_CLOSE)
    run_close (self, job);
  else if (!g_atomic_int_get (&self->finishing) && !g_atomic_int_get (&self->broken))
    g_async_queue_timeout_pop (self->nudges, RETRY_US); /* the next file gets a disk that had a second */
  return FALSE;
}

/* Counts what a job that is done leaves behind. */
static void
settle (IsrIoThread *self, IsrIoJob *job, gsize size, gboolean lost)
{
  GST_OBJECT_LOCK (self->settings.owner);
  self->settings.stats->pending_bytes -= size;
  self->settings.stats->pending_ns -= job->duration_ns;
  if (job->type == ISR_IO_CLOSE)
    self->settings.stats->pending_files--;
  if (lost)
    self->settings.stats->lost_ns += job->duration_ns;
  else
    self->report.written_ns += job->duration_ns;
  GST_OBJECT_UNLOCK (self->settings.owner);
}

static void
do_job (IsrIoThread *self, IsrIoJob *job)
{
  gsize size = job->bytes ? g_bytes_get_size (job->bytes) : 0;
  gboolean lost = job->type == ISR_IO_APPEND && !self->part;

  lost |= !try_job (self, job);
  settle (self, job, size, lost);
}

static gpointer
io_main (gpointer data)
{
  IsrIoThread *self = data;
  gboolean more = TRUE;

  while (more)
    for (IsrIoJob *job = isr_io_queue_pop (self->jobs); job; job = isr_io_job_free (job)) {
      more = job->type != ISR_IO_QUIT;
      if (more)
        do_job (self, job);
    }

  return NULL;
}

/* --- the streaming thread's side --- */

IsrIoThread *
isr_io_thread_new (const IsrIoSettings *settings)
{
  IsrIoThread *self = g_new0 (IsrIoThread, 1);

  self->settings = *settings;
  self->report = (IsrIoReport){ settings->owner, settings->stats, settings->post };
  self->jobs = isr_io_queue_new ();
  self->replies = g_async_queue_new ();
  self->nudges = g_async_queue_new ();
  isr_renames_init (&self->renames);
  self->thread = g_thread_new ("isr-io", io_main, self);
  return self;
}

static void
push_job (IsrIoThread *self, const IsrIoJob *values)
{
  GST_OBJECT_LOCK (self->settings.owner);
  self->settings.stats->pending_bytes += values->bytes ? g_bytes_get_size (values->bytes) : 0;
  self->settings.stats->pending_ns += values->duration_ns;
  if (values->type == ISR_IO_OPEN)
    self->settings.stats->pending_files++;
  GST_OBJECT_UNLOCK (self->settings.owner);
  isr_io_queue_push (self->jobs, values);
}

void
isr_io_thread_gather (IsrIoThread *self)
{
  isr_io_queue_gather (self->jobs);
}

void
isr_io_thread_give (IsrIoThread *self)
{
  isr_io_queue_give (self->jobs);
}

void
isr_io_thread_free (IsrIoThread *self)
{
  isr_io_thread_drain (self, TRUE);
  g_atomic_int_set (&self->finishing, TRUE);
  push_job (self, &(IsrIoJob){ .type = ISR_IO_QUIT });
  g_async_queue_push (self->nudges, self);
  g_thread_join (self->thread);
  isr_io_queue_free (self->jobs);
  g_async_queue_unref (self->replies);
  g_async_queue_unref (self->nudges);
  g_clear_pointer (&self->part, isr_part_file_close);
  isr_lost_part_clear (&self->gone);
  isr_renames_clear (&self->renames);
  g_free (self->report.path);
  g_free (self);
}

guint
isr_io_thread_open (IsrIoThread *self, const char *stem, const char *extension)
{
  push_job (self, &(IsrIoJob){ .type = ISR_IO_OPEN, .number = ++self->opened, .stem = g_strdup (stem), .extension = g_strdup (extension) });
  return self->opened;
}

void
isr_io_thread_append (IsrIoThread *self, GBytes *bytes, guint64 duration_ns)
{
  push_job (self, &(IsrIoJob){ .type = ISR_IO_APPEND, .bytes = g_bytes_ref (bytes), .duration_ns = duration_ns });
}

void
isr_io_thread_patch (IsrIoThread *self, guint64 offset, GBytes *bytes)
{
  push_job (self, &(IsrIoJob){ .type = ISR_IO_PATCH, .bytes = g_bytes_ref (bytes), .offset = offset });
}

void
isr_io_thread_truncate (IsrIoThread *self, guint64 size)
{
  push_job (self, &(IsrIoJob){ .type = ISR_IO_TRUNCATE, .offset = size });
}

void
isr_io_thread_announce (IsrIoThread *self, GstStructure *opened)
{
  push_job (self, &(IsrIoJob){ .type = ISR_IO_ANNOUNCE, .message = opened });
}

void
isr_io_thread_close (IsrIoThread *self, GstStructure *closed)
{
  push_job (self, &(IsrIoJob){ .type = ISR_IO_CLOSE, .message = closed });
}

void
isr_io_thread_rename (IsrIoThread *self, guint number, const char *stem, const char *extension, GstStructure *renamed)
{
  push_job (self, &(IsrIoJob){ .type = ISR_IO_RENAME, .number = number, .stem = g_strdup (stem), .extension = g_strdup (extension), .message = renamed });
}

gboolean
isr_io_thread_is_full (IsrIoThread *self)
{
  gboolean full, was;
  guint share;

  GST_OBJECT_LOCK (self->settings.owner);
  was = self->report.full;
  share = was ? 2 : 1;
  self->report.full = self->settings.stats->pending_ns > self->settings.max_pending / share && self->settings.stats->pending_bytes > ISR_IO_PENDING_MIN_BYTES / share;
  full = self->report.full;
  GST_OBJECT_UNLOCK (self->settings.owner);
  return full;
}

void
isr_io_thread_drop (IsrIoThread *self, guint64 duration_ns)
{
  isr_io_report_failed (&self->report, ETIMEDOUT, "keep up with writing to");
  GST_OBJECT_LOCK (self->settings.owner);
  self->settings.stats->lost_ns += duration_ns;
  GST_OBJECT_UNLOCK (self->settings.owner);
}

gboolean
isr_io_thread_has_lost (IsrIoThread *self, guint number)
{
  return (guint) g_atomic_int_get (&self->lost) == number;
}

gboolean
isr_io_thread_is_broken (IsrIoThread *self)
{
  return g_atomic_int_get (&self->broken);
}

gboolean
isr_io_thread_drain (IsrIoThread *self, gboolean last)
{
  gpointer question = GUINT_TO_POINTER (++self->asked);
  gpointer reply = NULL;

  if (last) {
    g_atomic_int_set (&self->finishing, TRUE);
    g_async_queue_push (self->nudges, self);
  }
  push_job (self, &(IsrIoJob){ .type = ISR_IO_REPLY, .number = self->asked });
  while (reply != question && (last || !g_atomic_int_get (&self->awake)))
    reply = g_async_queue_timeout_pop (self->replies, DRAIN_POLL_US);
  if (last)
    g_atomic_int_set (&self->finishing, FALSE);

  return reply == question;
}

void
isr_io_thread_wake (IsrIoThread *self)
{
  g_atomic_int_set (&self->awake, TRUE);
}

void
isr_io_thread_unwake (IsrIoThread *self)
{
  g_atomic_int_set (&self->awake, FALSE);
}
