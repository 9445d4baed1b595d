/* SPDX-License-Identifier: MIT */
/* decoded.c - what comes of the files of jobs: their levels, and behind them their events.
 *
 * A file of a job is done when all of that is kept; where the catalog can not be asked at that
 * moment, it waits (later.c). */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/analysis-private.h"

#include "daemon/core/log.h"

typedef struct {
  IsrAnalysis *analysis;
  IsrRecording *recording;
  gint64 job;
  guint64 samples;
  guint rate, channels;
} Written;

static void
written_free (Written *self)
{
  g_object_unref (self->analysis);
  isr_recording_free (self->recording);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Written, written_free)

/* It could not be noted where the catalog was made again. */
static IsrRecording *
note_length (IsrAnalysis *self, const Written *written)
{
  isr_catalog_note_length (self->catalog, written->recording->name, written->samples, written->rate, written->channels);
  return isr_catalog_lookup (self->catalog, written->recording->name);
}

/* The levels of a recording are there: its sections are, too. One that lay across its
 * begin was cut there before. */
static void
renew (IsrAnalysis *self, gpointer value)
{
  const Written *written = value;
  const IsrRecording *recording = written->recording;
  g_autoptr (IsrRecording) now = note_length (self, written), before = isr_analysis_find_neighbour (self->catalog, recording, TRUE);
  gint64 from_us = before && isr_analysis_has_levels (self, before->name) ? MAX (before->start_us, recording->start_us - ISR_SCORE_AHEAD_US) : recording->start_us;

  isr_analysis_renew_events (self, recording->source, from_us, now ? now->end_us : recording->end_us, recording->name, written->job);
  g_signal_emit_by_name (self->catalog, "changed", "file", recording->name);
}

static void
on_written (gboolean ok, gpointer data)
{
  g_autoptr (Written) written = data;
  IsrAnalysis *self = written->analysis;

  if (ok && !self->closed && !isr_catalog_check_whole (self->catalog, NULL))
    isr_analysis_later (self, renew, g_steal_pointer (&written), (GDestroyNotify) written_free);
  else if (ok && !self->closed)
    renew (self, written);
  else if (self->jobs)
    isr_jobs_file_done (self->jobs, written->job);
}

static IsrLevelsWhole *
make_whole (const IsrRecording *recording, const IsrJobFile *file, const IsrDecoded *decoded)
{
  IsrLevelsWhole *whole = isr_levels_whole_new (decoded->rows->len);
  const IsrChildBegun *begun = &decoded->begun;

  for (guint i = 0; i < decoded->rows->len; i++)
    for (guint column = 0; column < ISR_LEVELS_COLUMNS; column++)
      whole->columns[column][i] = g_array_index (decoded->rows, IsrLevelsRow, i).value[column];
  whole->header.flags = ISR_LEVELS_COMPLETE | ISR_LEVELS_DECODED;
  whole->header.run_us = file->run_us;
  whole->header.first_window = begun->first_window;
  whole->header.position = file->begin_ns + isr_analysis_window_to_ns (begun->first_window, begun->rate);
  whole->header.offset_ns = (gint64) isr_analysis_to_ns (begun->skip, begun->rate);
  whole->header.recording_bytes = recording->bytes;
  g_strlcpy (whole->header.source, recording->source, sizeof whole->header.source);
  return whole;
}

/* As it is now, or where nobody can tell, as it was. NULL: it was deleted meanwhile. */
static IsrRecording *
look_up (IsrAnalysis *self, const IsrJobFile *file)
{
  g_autoptr (GError) error = NULL;
  IsrRecording *recording = isr_catalog_require (self->catalog, file->name, &error);

  return recording || !isr_analysis_is_for_later (self, error) ? recording : isr_recording_copy (file->recording);
}

static void
on_decoded (const IsrJobFile *file, const IsrDecoded *decoded, gint64 id, gpointer data)
{
  IsrAnalysis *self = data;
  IsrRecording *recording;
  Written *written;

  isr_catalog_note_length (self->catalog, file->name, decoded->samples, decoded->begun.rate, decoded->begun.channels);
  recording = look_up (self, file);
  if (!recording) {
    isr_jobs_file_done (self->jobs, id);
    return;
  }
  written = g_new (Written, 1);
  *written = (Written){ g_object_ref (self), recording, id, decoded->samples, decoded->begun.rate, decoded->begun.channels };
  isr_store_write (self->store, file->name, make_whole (recording, file, decoded), on_written, written);
}

static void
on_failed (const IsrJobFile *file, const GError *error, gpointer data)
{
  isr_log_warning (NULL, "%s can not be analysed: %s", file->name, error->message);
}

typedef struct {
  IsrAnalysis *analysis;
  gint64 id;
} News;

static void
tell (gboolean ok, gpointer data)
{
  g_autofree News *news = data;
  g_autoptr (IsrAnalysis) self = news->analysis;
  g_autofree char *id = g_strdup_printf ("%" G_GINT64_FORMAT, news->id);

  g_signal_emit (self, isr_analysis_signals[ISR_ANALYSIS_JOB], 0, news->id);
  if (!self->closed)
    g_signal_emit_by_name (self->catalog, "changed", "job", id);
}

/* One that is over has given its levels to the store before: it is told behind them. */
static void
on_changed (gint64 id, gpointer data)
{
  IsrAnalysis *self = data;
  g_autoptr (IsrJob) job = isr_jobs_get (self->jobs, id);
  News *news = g_new (News, 1);

  *news = (News){ g_object_ref (self), id };
  if (job && job->state >= ISR_JOB_DONE && !self->closing)
    isr_store_when_done (self->store, tell, news);
  else
    tell (TRUE, news);
}

IsrJobs *
isr_analysis_make_jobs (IsrAnalysis *self)
{
  static const IsrJobsHooks hooks = { on_decoded, on_failed, on_changed };

  return isr_jobs_new (isr_catalog_get_output_directory (self->catalog), &hooks, self);
}
