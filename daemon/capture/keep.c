/* SPDX-License-Identifier: MIT */
/* keep.c - what the sources leave, from one process to the next: a file each, which is taken away
 * when it is read. Worth nothing a minute later, so nothing waits for the disk. Of a process that
 * died there are only the files that it recorded into. */
#include "daemon/capture/capture-private.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "daemon/capture/unfinished.h"
#include "daemon/core/log.h"

#define PREFIX "isr.rejoin-"
#define SUFFIX ".state" /* a source may be called like an audio file */
#define SIZE_MAX_KEPT (16 * 1024 * 1024)

static void
keep (IsrCapture *self, const IsrHandover *handover)
{
  g_autofree char *escaped = g_uri_escape_string (handover->source, NULL, FALSE);
  g_autofree char *name = g_strconcat (PREFIX, escaped, SUFFIX, NULL);
  g_autofree char *path = g_build_filename (self->config->state_directory, name, NULL);
  g_autoptr (GBytes) bytes = isr_handover_serialize (handover);
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  if (!g_file_set_contents_full (path, data, (gssize) size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    isr_log_warning (handover->source, "what was recorded last can not be kept for the next start, which may record some seconds again: %s", error->message);
}

static void
keep_all (IsrCapture *self, GPtrArray *sources)
{
  for (guint i = 0; i < sources->len; i++) {
    const IsrHandover *handover = isr_source_get_handover (sources->pdata[i]);

    if (handover)
      keep (self, handover);
  }
}

void
isr_capture_keep (IsrCapture *self)
{
  keep_all (self, self->leaving);
  keep_all (self, self->sources);
}

/* Takes @handover. */
static void
hand_out (IsrCapture *self, IsrHandover *taken)
{
  g_autoptr (IsrHandover) handover = taken;

  for (guint i = 0; i < self->sources->len; i++)
    if (isr_handover_is_for (handover, isr_source_get_config (self->sources->pdata[i]))) {
      isr_source_set_handover (self->sources->pdata[i], g_steal_pointer (&handover));
      return;
    }
}

static IsrHandover *
take (const char *path)
{
  g_autofree char *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GStatBuf st;
  gsize size;
  gboolean there = g_lstat (path, &st) == 0 && S_ISREG (st.st_mode) && st.st_size <= SIZE_MAX_KEPT && g_file_get_contents (path, &data, &size, NULL);

  g_unlink (path);
  if (!there)
    return NULL;
  bytes = g_bytes_new_take (g_steal_pointer (&data), size);
  return isr_handover_deserialize (bytes);
}

void
isr_capture_recall (IsrCapture *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->config->state_directory, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir))) {
    g_autofree char *path = g_build_filename (self->config->state_directory, name, NULL);
    IsrHandover *handover = g_str_has_prefix (name, PREFIX) && g_str_has_suffix (name, SUFFIX) ? take (path) : NULL;

    if (handover)
      hand_out (self, handover);
  }
}

/* --- of a process that died --- */

void
isr_capture_take_unfinished (IsrCapture *self, GPtrArray *unfinished)
{
  g_clear_pointer (&self->unfinished, g_ptr_array_unref);
  self->unfinished = unfinished;
}

typedef struct {
  GPtrArray *all; /* holds @unfinished */
  const IsrUnfinished *unfinished;
  IsrSource *source;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  g_ptr_array_unref (self->all);
  g_object_unref (self->source);
  g_free (self);
}

static void
measure (GTask *task, gpointer capture, gpointer data, GCancellable *cancellable)
{
  Job *job = data;

  g_task_return_pointer (task, isr_unfinished_measure (job->unfinished, isr_source_get_config (job->source)), (GDestroyNotify) isr_handover_free);
}

/* Somebody may have started or stopped it meanwhile. */
static void
on_measured (GObject *object, GAsyncResult *result, gpointer data)
{
  IsrCapture *self = ISR_CAPTURE (object);
  Job *job = g_task_get_task_data (G_TASK (result));
  g_autoptr (IsrHandover) handover = g_task_propagate_pointer (G_TASK (result), NULL);

  if (isr_source_get_state (job->source)->state != ISR_STATE_IDLE || self->stop || !g_ptr_array_find (self->sources, job->source, NULL))
    return;
  if (handover)
    isr_source_set_handover (job->source, g_steal_pointer (&handover));
  isr_source_start (job->source);
}

static const IsrUnfinished *
find_unfinished (IsrCapture *self, IsrSource *source)
{
  for (guint i = 0; self->unfinished && !isr_source_get_handover (source) && i < self->unfinished->len; i++) {
    const IsrUnfinished *unfinished = self->unfinished->pdata[i];

    if (g_str_equal (unfinished->source, isr_source_get_config (source)->name))
      return unfinished;
  }
  return NULL;
}

void
isr_capture_begin (IsrCapture *self, IsrSource *source)
{
  const IsrUnfinished *unfinished = find_unfinished (self, source);
  g_autoptr (GTask) task = unfinished ? g_task_new (self, NULL, on_measured, NULL) : NULL;
  Job *job;

  if (!task) {
    isr_source_start (source);
    return;
  }
  job = g_new (Job, 1);
  *job = (Job){ g_ptr_array_ref (self->unfinished), unfinished, g_object_ref (source) };
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, measure);
}
