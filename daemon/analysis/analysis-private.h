/* SPDX-License-Identifier: MIT */
/* analysis-private.h - the analysis as its own files see it: analysis.c (what is told),
 * ask.c (what is asked), offline.c (what is decoded), decoded.c (what comes of it), tidy.c (what is removed or
 * finished), later.c (what waits for the catalog). Nobody else includes this. */
#pragma once

#include "daemon/analysis/analysis.h"
#include "daemon/analysis/jobs.h"
#include "daemon/analysis/pieces.h"
#include "daemon/analysis/store.h"
#include "daemon/analysis/track.h"

G_BEGIN_DECLS

struct _IsrAnalysis {
  GObject parent;

  IsrConfig *config;
  IsrCatalog *catalog;
  IsrStore *store;
  IsrJobs *jobs;
  gboolean closing;
  gboolean writable;
  gboolean closed;
  GHashTable *tracks; /* source -> IsrTrack */
  gulong changed, deleted, renamed;
  GHashTable *doubtful; /* names that may be gone from the catalog */
  guint doubt;          /* idle source */
  guint tidying;        /* idle source */
  GPtrArray *later;     /* what waits for the catalog; NULL: nothing */
  guint pause;          /* timer */
  GHashTable *names;    /* of all recordings, while tidying */
  char *cursor;
};

enum {
  ISR_ANALYSIS_JOB,
  ISR_ANALYSIS_N_SIGNALS,
};

extern guint isr_analysis_signals[];

/* decoded.c */
IsrJobs *isr_analysis_make_jobs (IsrAnalysis *self);

/* offline.c */
/* The recording that @recording goes on from, or that goes on from it, without a gap; NULL: none. */
IsrRecording *isr_analysis_find_neighbour (IsrCatalog *catalog, const IsrRecording *recording, gboolean before);
guint64 isr_analysis_to_ns (guint64 samples, guint rate);
/* Begin of a window, counted from that of window 0. */
guint64 isr_analysis_window_to_ns (guint64 window, guint rate);
/* Decodes a recording because levels of it are missing. */
void isr_analysis_fill (IsrAnalysis *self, const char *name);

/* later.c: @func is called with @value, which is taken, when the catalog is whole, in a second at
 * the earliest, on the main loop; not any more when the analysis is closed. */
typedef void (*IsrLaterFunc) (IsrAnalysis *self, gpointer value);
void isr_analysis_later (IsrAnalysis *self, IsrLaterFunc func, gpointer value, GDestroyNotify free_value);
void isr_analysis_forget_later (IsrAnalysis *self);
/* What failed with @error (NULL: for no reason that was told) did because the catalog can not be asked now. */
gboolean isr_analysis_is_for_later (IsrAnalysis *self, const GError *error);

/* ask.c: the sections that begin in [from_us, to_us) of @source are found again and
 * take the place of the catalog's; then a file of @job (0: none) is done. @file: as in a question. */
void isr_analysis_renew_events (IsrAnalysis *self, const char *source, gint64 from_us, gint64 to_us, const char *file, gint64 job);

G_END_DECLS
