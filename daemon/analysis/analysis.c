/* SPDX-License-Identifier: MIT */
/* analysis.c - what capture tells, on its way to the tracks, and what the catalog tells.
 *
 * A recording that the catalog no longer has takes its levels with it. But a renamed
 * one is gone for a moment, too: so it is asked again a turn of the loop later. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/analysis-private.h"
#include "daemon/archive/trash.h"

#include "daemon/core/error.h"
#include "daemon/core/log.h"

#include <glib/gstdio.h>
#include <string.h>

guint isr_analysis_signals[ISR_ANALYSIS_N_SIGNALS];

G_DEFINE_FINAL_TYPE (IsrAnalysis, isr_analysis, G_TYPE_OBJECT)

/* --- parameters --- */

static const IsrSourceConfig *
find_source (IsrAnalysis *self, const char *name)
{
  return self->config->sources ? isr_config_get_source (self->config, name) : NULL;
}

static guint
to_windows (gint64 ns)
{
  const gint64 window = G_GINT64_CONSTANT (1000000000) / ISR_WINDOWS_PER_SECOND;

  return (guint) CLAMP ((ns + window / 2) / window, 1, G_MAXINT);
}

static int
to_centi (double db)
{
  return (int) (CLAMP (db, 0, 1000) * 100 + 0.5);
}

void
isr_analysis_get_params (IsrAnalysis *self, const char *source, const double *margin, const gint64 *min_gap, const char *mode, IsrDetectorParams *params)
{
  const IsrSourceConfig *config = find_source (self, source);

  isr_detector_params_init (params);
  if (config && config->margin > 0)
    params->margin = to_centi (config->margin);
  if (config && config->min_gap > 0)
    params->min_gap = to_windows (config->min_gap);
  if (margin)
    params->margin = to_centi (*margin);
  if (min_gap)
    params->min_gap = to_windows (*min_gap);
  if (!mode && config)
    mode = config->mode;
  params->mode = g_strcmp0 (mode, "blocks") == 0 ? ISR_DETECTOR_BLOCKS : ISR_DETECTOR_ADAPTIVE;
  isr_detector_params_clamp (params);
}

gboolean
isr_analysis_has_levels (IsrAnalysis *self, const char *name)
{
  g_autofree char *path = isr_store_get_path (self->store, name);

  return g_access (path, F_OK) == 0;
}

/* --- news of capture --- */

/* What the analysis of a stream has let fall is decoded once more from the file. */
static void
on_finished (const IsrRecording *recording, gboolean complete, gboolean heard, gpointer data)
{
  IsrAnalysis *self = data;

  if (complete || !heard || self->closing)
    return;
  isr_log_info (recording->source, "%s: some of its levels are missing, it is decoded", recording->name);
  isr_analysis_fill (self, recording->name);
}

static IsrTrack *
get_track (IsrAnalysis *self, const char *source)
{
  IsrTrack *track = g_hash_table_lookup (self->tracks, source);

  if (!track) {
    track = isr_track_new (self->store, source, 0, on_finished, self);
    g_hash_table_insert (self->tracks, g_strdup (source), track);
  }
  return track;
}

static gboolean
takes (IsrAnalysis *self)
{
  return self->writable && !self->closed;
}

void
isr_analysis_take_levels (IsrAnalysis *self, const IsrLevels *levels)
{
  if (takes (self))
    isr_track_take_levels (get_track (self, levels->source), levels);
}

void
isr_analysis_file_opened (IsrAnalysis *self, const IsrRecording *recording)
{
  if (takes (self))
    isr_track_begin (get_track (self, recording->source), recording);
}

void
isr_analysis_file_closed (IsrAnalysis *self, const IsrRecording *recording)
{
  if (takes (self))
    isr_track_end (get_track (self, recording->source), recording);
}

void
isr_analysis_file_renamed (IsrAnalysis *self, const char *old, const IsrRecording *recording)
{
  if (takes (self))
    isr_track_rename (get_track (self, recording->source), old, recording);
}

void
isr_analysis_file_lost (IsrAnalysis *self, const char *name)
{
  GHashTableIter iter;
  gpointer track;

  g_hash_table_iter_init (&iter, self->tracks);
  while (takes (self) && g_hash_table_iter_next (&iter, NULL, &track))
    isr_track_forget (track, name);
}

/* --- news of the catalog --- */

static void doubt (IsrAnalysis *self, const char *name);

static void
doubt_later (IsrAnalysis *self, gpointer names)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    doubt (self, name);
}

static gboolean
on_doubt (gpointer data)
{
  IsrAnalysis *self = data;
  g_autoptr (GHashTable) names = g_steal_pointer (&self->doubtful);
  GHashTableIter iter;
  gpointer name;

  self->doubt = 0;
  self->doubtful = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (!isr_catalog_check_whole (self->catalog, NULL)) {
    isr_analysis_later (self, doubt_later, g_steal_pointer (&names), (GDestroyNotify) g_hash_table_unref);
    return G_SOURCE_REMOVE;
  }
  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL)) {
    g_autoptr (GError) error = NULL;
    g_autoptr (IsrRecording) recording = isr_catalog_require (self->catalog, name, &error);

    if (!recording && error->code == ISR_ERROR_NOT_FOUND && !isr_catalog_is_in_trash (self->catalog, name)) /* from there it may come back */
      isr_store_remove (self->store, name);
  }
  return G_SOURCE_REMOVE;
}

static void
doubt (IsrAnalysis *self, const char *name)
{
  g_hash_table_add (self->doubtful, g_strdup (name));
  if (!self->doubt)
    self->doubt = g_idle_add_full (G_PRIORITY_DEFAULT, on_doubt, self, NULL);
}

static void
on_deleted (IsrCatalog *catalog, const IsrRecording *recording, IsrAnalysis *self)
{
  doubt (self, recording->name);
}

/* Levels follow their recording, into the trash and out of it too. */
static void
on_renamed (IsrCatalog *catalog, const char *from, const char *to, IsrAnalysis *self)
{
  if (to)
    isr_store_rename (self->store, from, to);
  else
    isr_store_remove (self->store, from);
}

static void
on_changed (IsrCatalog *catalog, const char *kind, const char *name, IsrAnalysis *self)
{
  if (g_str_equal (kind, "file") && *name && !isr_catalog_has (catalog, name))
    doubt (self, name);
}

void
isr_analysis_configure (IsrAnalysis *self, IsrConfig *config)
{
  self->config = config;
}

/* --- object --- */

IsrAnalysis *
isr_analysis_new (IsrConfig *config, IsrCatalog *catalog, gboolean writable)
{
  IsrAnalysis *self = g_object_new (ISR_TYPE_ANALYSIS, NULL);

  self->config = config;
  self->catalog = g_object_ref (catalog);
  self->store = isr_store_new (isr_catalog_get_state_directory (catalog));
  self->writable = writable;
  self->jobs = isr_analysis_make_jobs (self);
  if (writable) {
    self->changed = g_signal_connect (catalog, "changed", G_CALLBACK (on_changed), self);
    self->deleted = g_signal_connect (catalog, "deleted", G_CALLBACK (on_deleted), self);
    self->renamed = g_signal_connect (catalog, "renamed", G_CALLBACK (on_renamed), self);
  }
  return self;
}

void
isr_analysis_close (IsrAnalysis *self)
{
  GHashTableIter iter;
  gpointer track;

  if (self->closed)
    return;
  self->closing = TRUE;
  isr_jobs_cancel_all (self->jobs);
  g_hash_table_iter_init (&iter, self->tracks);
  while (g_hash_table_iter_next (&iter, NULL, &track))
    isr_track_close (track);
  self->closed = TRUE;
  g_hash_table_remove_all (self->tracks);
  g_clear_signal_handler (&self->changed, self->catalog);
  g_clear_signal_handler (&self->deleted, self->catalog);
  g_clear_signal_handler (&self->renamed, self->catalog);
  g_clear_handle_id (&self->doubt, g_source_remove);
  g_clear_handle_id (&self->tidying, g_source_remove);
  isr_analysis_forget_later (self);
  isr_store_flush (self->store);
  g_clear_pointer (&self->jobs, isr_jobs_free);
}

static void
isr_analysis_finalize (GObject *object)
{
  IsrAnalysis *self = ISR_ANALYSIS (object);

  isr_analysis_close (self);
  g_hash_table_unref (self->tracks);
  g_hash_table_unref (self->doubtful);
  g_clear_pointer (&self->names, g_hash_table_unref);
  g_free (self->cursor);
  isr_store_free (self->store);
  g_object_unref (self->catalog);
  G_OBJECT_CLASS (isr_analysis_parent_class)->finalize (object);
}

static void
isr_analysis_class_init (IsrAnalysisClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = isr_analysis_finalize;

  isr_analysis_signals[ISR_ANALYSIS_JOB] = g_signal_new ("job", ISR_TYPE_ANALYSIS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
isr_analysis_init (IsrAnalysis *self)
{
  self->tracks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) isr_track_free);
  self->doubtful = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}
