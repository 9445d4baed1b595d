/* SPDX-License-Identifier: MIT */
/* offline.c - recordings without levels, to jobs; what jobs give, to levels.
 *
 * A file is not decoded as if it stood alone: its windows are those of the run that it
 * is a part of, so it is told where in that run it begins, and which file completes
 * its last window. The run is followed backwards through the catalog to its first
 * recording, or only to the first one whose levels know. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/analysis-private.h"

#include "daemon/archive/snapshot.h"
#include "daemon/core/error.h"
#include "daemon/core/log.h"

#define SECOND_NS G_GINT64_CONSTANT (1000000000)
#define WINDOWS 10
#define LOOK_US (200 * G_TIME_SPAN_MILLISECOND)
#define FAR_BACK 20000 /* files: a run is followed so far */

/* --- neighbours --- */

IsrRecording *
isr_analysis_find_neighbour (IsrCatalog *catalog, const IsrRecording *recording, gboolean before)
{
  gint64 at_us = before ? recording->start_us : recording->end_us;
  IsrCatalogQuery query = { .source = recording->source, .from_us = at_us - LOOK_US, .to_us = at_us + LOOK_US, .limit = 20 };
  g_autoptr (GPtrArray) page = *recording->source ? isr_catalog_list (catalog, &query, NULL, NULL) : NULL;

  for (guint i = 0; page && i < page->len; i++) {
    const IsrRecording *other = page->pdata[i];

    if (other->start_us != recording->start_us && (before ? isr_runs_follows (other, recording) : isr_runs_follows (recording, other)))
      return isr_recording_copy (other);
  }
  return NULL;
}

guint64
isr_analysis_to_ns (guint64 samples, guint rate)
{
  return rate ? samples / rate * SECOND_NS + samples % rate * SECOND_NS / rate : 0;
}

guint64
isr_analysis_window_to_ns (guint64 window, guint rate)
{
  return isr_analysis_to_ns (window / WINDOWS * rate + window % WINDOWS * rate / WINDOWS, rate);
}

static guint64
to_samples (guint64 ns, guint rate)
{
  return ns / SECOND_NS * rate + (ns % SECOND_NS * rate + SECOND_NS / 2) / SECOND_NS;
}

/* What the levels of a recording know of its run. */
static gboolean
read_run (IsrAnalysis *self, const IsrRecording *recording, IsrJobFile *file)
{
  g_auto (IsrLevelsReader) reader = { .fd = -1 };
  g_autofree char *path = isr_store_get_path (self->store, recording->name);
  const IsrLevelsHeader *header = &reader.header;
  guint64 since;

  if (!isr_levels_reader_open (&reader, path, NULL) || !isr_runs_is_valid (recording, header))
    return FALSE;
  since = isr_analysis_window_to_ns (header->first_window, recording->rate);
  if (header->position < since)
    return FALSE;
  file->run_us = header->run_us;
  file->begin_ns = header->position - since;
  return TRUE;
}

static void
find_run (IsrAnalysis *self, IsrCatalog *catalog, const IsrRecording *recording, IsrJobFile *file)
{
  g_autoptr (IsrRecording) first = isr_recording_copy (recording);

  for (guint i = 0; i < FAR_BACK; i++) {
    IsrRecording *before = isr_analysis_find_neighbour (catalog, first, TRUE);

    if (!before)
      break;
    isr_recording_free (first);
    first = before;
    if (read_run (self, first, file))
      return;
  }
  file->run_us = first->start_us;
  file->begin_ns = first->position;
}

/* --- to jobs --- */

/* @last: the file before it in the list, if there is one: mostly that of the same run. */
static IsrJobFile *
make_file (IsrAnalysis *self, IsrCatalog *catalog, const IsrRecording *recording, const IsrRecording *last, const IsrJobFile *last_file)
{
  IsrJobFile *file = g_new0 (IsrJobFile, 1);
  g_autoptr (IsrRecording) next = isr_analysis_find_neighbour (catalog, recording, FALSE);

  file->name = g_strdup (recording->name);
  file->recording = isr_recording_copy (recording);
  file->next = next && !next->recording ? g_steal_pointer (&next) : NULL;
  file->rate = recording->rate;
  file->samples = recording->adopted ? 0 : recording->samples;
  if (last && isr_runs_follows (last, recording)) {
    file->run_us = last_file->run_us;
    file->begin_ns = last_file->begin_ns;
  } else
    find_run (self, catalog, recording, file);
  if (recording->position < file->begin_ns) { /* not one run after all */
    file->run_us = recording->start_us;
    file->begin_ns = recording->position;
  }
  file->first_sample = to_samples (recording->position - file->begin_ns, recording->rate);
  return file;
}

/* Of those without levels. In a worker, which may ask @self where levels lie, and no more. */
static GPtrArray *
make_files (IsrAnalysis *self, IsrCatalog *snapshot, GPtrArray *pieces)
{
  GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_job_file_free);
  const IsrRecording *last = NULL;
  const IsrJobFile *last_file = NULL;

  for (guint i = 0; i < pieces->len; i++) {
    const IsrRecording *recording = ((IsrPiece *) pieces->pdata[i])->recording;

    if (recording->recording || isr_analysis_has_levels (self, recording->name))
      continue;
    g_ptr_array_add (files, make_file (self, snapshot, recording, last, last_file));
    last = recording;
    last_file = files->pdata[files->len - 1];
  }
  return files;
}

static gboolean
check_writable (IsrAnalysis *self, GError **error)
{
  if (!self->writable)
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_READ_ONLY, "it has no levels yet, and this process only shows the archive: ask the isr that records into it");
  else if (self->closing)
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_BUSY, "isr is about to end: nothing is analysed any more");
  return self->writable && !self->closing;
}

static IsrJob *
analyze_file (IsrAnalysis *self, const IsrRecording *recording)
{
  gint64 id = isr_jobs_find (self->jobs, recording->name);

  if (!id) {
    GPtrArray *files = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_job_file_free);

    g_ptr_array_add (files, make_file (self, self->catalog, recording, NULL, NULL));
    id = isr_jobs_start (self->jobs, recording->name, files);
  }
  return isr_jobs_get (self->jobs, id);
}

IsrJob *
isr_analysis_analyze_file (IsrAnalysis *self, const char *name, GError **error)
{
  g_autoptr (IsrRecording) recording = isr_catalog_require (self->catalog, name, error);

  if (!recording)
    return NULL;
  if (recording->recording) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_BUSY, "it is being recorded, and analysed while it is");
    return NULL;
  }
  return check_writable (self, error) ? analyze_file (self, recording) : NULL;
}

typedef struct {
  IsrAnalysis *analysis;
  char *source, *what;
  gint64 from_us, to_us;
} Span;

static void
span_free (gpointer data)
{
  Span *self = data;

  g_object_unref (self->analysis);
  g_free (self->source);
  g_free (self->what);
  g_free (self);
}

static Span *
span_new (IsrAnalysis *analysis, const char *source, gint64 from_us, gint64 to_us, const char *what)
{
  Span *self = g_new (Span, 1);

  *self = (Span){ g_object_ref (analysis), g_strdup (source), g_strjoin (" ", what ? what : "a span", source, NULL), from_us, to_us };
  return self;
}

static gpointer
find_files (IsrCatalog *snapshot, gpointer data, GError **error)
{
  const Span *span = data;
  g_autoptr (GPtrArray) pieces = isr_pieces_collect (snapshot, span->analysis->store, span->source, span->from_us, span->to_us, error);

  return pieces ? make_files (span->analysis, snapshot, pieces) : NULL;
}

/* Those that no job has. */
static GPtrArray *
take_new (IsrAnalysis *self, GPtrArray *files)
{
  g_autoptr (GHashTable) known = isr_jobs_list_files (self->jobs);
  GPtrArray *wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_job_file_free);

  g_ptr_array_set_free_func (files, NULL);
  for (guint i = 0; i < files->len; i++) {
    IsrJobFile *file = files->pdata[i];

    if (g_hash_table_contains (known, file->name))
      isr_job_file_free (file);
    else
      g_ptr_array_add (wanted, file);
  }
  g_ptr_array_unref (files);
  return wanted;
}

static void
on_files (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  const Span *span = g_task_get_task_data (task);
  IsrAnalysis *self = span->analysis;
  GError *error = NULL;
  GPtrArray *files = isr_catalog_work_finish (ISR_CATALOG (object), result, &error);

  if (files && check_writable (self, &error)) {
    g_task_return_pointer (task, isr_jobs_get (self->jobs, isr_jobs_start (self->jobs, span->what, take_new (self, files))), (GDestroyNotify) isr_job_free);
    return;
  }
  g_clear_pointer (&files, g_ptr_array_unref);
  g_task_return_error (task, error);
}

void
isr_analysis_analyze_span_async (IsrAnalysis *self, const char *source, gint64 from_us, gint64 to_us, const char *what, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Span *span = span_new (self, source, from_us, to_us, what);
  GError *error = NULL;

  g_task_set_task_data (task, span, span_free);
  if (check_writable (self, &error))
    isr_catalog_work_async (self->catalog, find_files, span, NULL, (GDestroyNotify) g_ptr_array_unref, cancellable, on_files, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

IsrJob *
isr_analysis_analyze_span_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fill_later (IsrAnalysis *self, gpointer name)
{
  if (!self->closing)
    isr_analysis_fill (self, name);
}

void
isr_analysis_fill (IsrAnalysis *self, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrJob) job = isr_analysis_analyze_file (self, name, &error);

  if (!job && isr_analysis_is_for_later (self, error))
    isr_analysis_later (self, fill_later, g_strdup (name), g_free);
  else if (!job)
    g_message ("%s: %s", name, error->message);
}

IsrJob *
isr_analysis_get_job (IsrAnalysis *self, gint64 id)
{
  return isr_jobs_get (self->jobs, id);
}

GPtrArray *
isr_analysis_list_jobs (IsrAnalysis *self)
{
  return isr_jobs_list (self->jobs);
}

gboolean
isr_analysis_cancel_job (IsrAnalysis *self, gint64 id)
{
  return isr_jobs_cancel (self->jobs, id);
}

void
isr_analysis_set_program (IsrAnalysis *self, const char *program)
{
  isr_jobs_set_program (self->jobs, program);
}

/* In a worker: a look at the disk for each recording. Leaves the names of those without. */
static void
find_missing (GTask *task, gpointer analysis, gpointer data, GCancellable *cancellable)
{
  GPtrArray *names = data, *missing = g_ptr_array_new ();

  for (guint i = 0; i < names->len && !g_cancellable_is_cancelled (cancellable); i++)
    if (!isr_analysis_has_levels (analysis, names->pdata[i]))
      g_ptr_array_add (missing, names->pdata[i]);
  g_task_return_pointer (task, missing, (GDestroyNotify) g_ptr_array_unref);
}

static void
on_names (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  GPtrArray *names = isr_catalog_work_finish (ISR_CATALOG (object), result, &error);

  if (!names) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  g_task_set_task_data (task, names, (GDestroyNotify) g_ptr_array_unref);
  g_task_run_in_thread (task, find_missing);
}

static gpointer
list_names (IsrCatalog *snapshot, gpointer data, GError **error)
{
  const Span *span = data;

  return isr_catalog_names (snapshot, &(IsrCatalogQuery){ .source = span->source, .from_us = span->from_us, .to_us = span->to_us }, error);
}

void
isr_analysis_count_missing_async (IsrAnalysis *self, const char *source, gint64 from_us, gint64 to_us, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  Span *span = span_new (self, source, from_us, to_us, NULL);

  isr_catalog_work_async (self->catalog, list_names, span, span_free, (GDestroyNotify) g_ptr_array_unref, cancellable, on_names, g_task_new (self, cancellable, callback, data));
}

/* Of one of @names; 0: of none. */
static gint64
find_job (IsrAnalysis *self, GPtrArray *names)
{
  g_autoptr (GHashTable) known = isr_jobs_list_files (self->jobs);
  const gint64 *id = NULL;

  for (guint i = 0; i < names->len && !id && g_hash_table_size (known); i++)
    id = g_hash_table_lookup (known, names->pdata[i]);
  return id ? *id : 0;
}

gboolean
isr_analysis_count_missing_finish (GAsyncResult *result, guint *missing, gint64 *job, GError **error)
{
  IsrAnalysis *self = g_task_get_source_object (G_TASK (result));
  g_autoptr (GPtrArray) names = g_task_propagate_pointer (G_TASK (result), error);

  *missing = names ? names->len : 0;
  *job = names ? find_job (self, names) : 0;
  return names != NULL;
}
