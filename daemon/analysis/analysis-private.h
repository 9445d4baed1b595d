/* SPDX-License-Identifier: MIT */
/* analysis-private.h - the analysis as its own files see it: analysis.c (what is told),
 * ask.c (what is asked), offline.c (what is decoded), tidy.c (what is removed or
 * finished). Nobody else includes this. */
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
  GHashTable *names;    /* of all recordings, while tidying */
  char *cursor;
};

enum {
  ISR_ANALYSIS_JOB,
  ISR_ANALYSIS_N_SIGNALS,
};

extern guint isr_analysis_signals[];

/* offline.c */
IsrJobs *isr_analysis_make_jobs (IsrAnalysis *self);
/* Decodes a recording because levels of it are missing. */
void isr_analysis_fill (IsrAnalysis *self, const char *name);

/* ask.c: the sections that begin in [from_us, to_us) of @source are found again and
 * take the place of the catalog's; then a file of @job (0: none) is done. @file: as in a question. */
void isr_analysis_renew_events (IsrAnalysis *self, const char *source, gint64 from_us, gint64 to_us, const char *file, gint64 job);

G_END_DECLS
