/* SPDX-License-Identifier: MIT */
/* analysis.h - how loud everything was: levels on disk, and the sections that come of
 * them.
 *
 *   capture: levels, files --> tracks --> store (levels on disk)
 *   somebody asks          --> pieces of the catalog --> worker: score, curve --> answer
 *
 * Main loop. The app makes one, tells it of capture's news, and closes it before the
 * catalog. */
#pragma once

#include "daemon/analysis/jobs.h"
#include "daemon/analysis/reduce.h"
#include "daemon/analysis/score.h"
#include "daemon/archive/catalog.h"
#include "daemon/config/config.h"
#include "daemon/core/levels.h"

G_BEGIN_DECLS

#define ISR_TYPE_ANALYSIS (isr_analysis_get_type ())
G_DECLARE_FINAL_TYPE (IsrAnalysis, isr_analysis, ISR, ANALYSIS, GObject)

/* @writable: the archive is ours; else nothing is written or removed. */
IsrAnalysis *isr_analysis_new (IsrConfig *config, IsrCatalog *catalog, gboolean writable);
/* All that came is on disk. Nothing is asked or told afterwards. */
void isr_analysis_close (IsrAnalysis *self);

/* News of capture. */
void isr_analysis_take_levels (IsrAnalysis *self, const IsrLevels *levels);
void isr_analysis_file_opened (IsrAnalysis *self, const IsrRecording *recording);
void isr_analysis_file_closed (IsrAnalysis *self, const IsrRecording *recording);
void isr_analysis_file_renamed (IsrAnalysis *self, const char *old, const IsrRecording *recording);

/* It never came to be. */
void isr_analysis_file_lost (IsrAnalysis *self, const char *name);

/* The catalog knows all recordings now: levels that belong to none of them are removed,
 * those that a crash left growing are finished. */
void isr_analysis_tidy (IsrAnalysis *self);

/* --- asking --- */

/* Another configuration; it must outlive the analysis, or the next call. */
void isr_analysis_configure (IsrAnalysis *self, IsrConfig *config);

/* What the sections of a source are found with: what its config says, changed by @margin (dB),
 * @min_gap (ns) and @mode where they are not NULL. */
void isr_analysis_get_params (IsrAnalysis *self, const char *source, const double *margin, const gint64 *min_gap, const char *mode, IsrDetectorParams *params);

gboolean isr_analysis_has_levels (IsrAnalysis *self, const char *name);

typedef struct {
  const char *source; /* NULL: all */
  const char *file;   /* this recording only, and its neighbours as far as they are needed */
  gint64 from_us, to_us;
  const double *margin; /* NULL: the config's; so the next two */
  const gint64 *min_gap;
  const char *mode;
  guint points; /* of a curve over the span as well; 0: none */
} IsrQuestion;

typedef struct {
  GPtrArray *sections; /* as of IsrScore */
  IsrCurve *curve;     /* NULL: not asked for */
  guint files;         /* recordings in the span */
  guint missing;       /* of them: without levels */
} IsrAnswer;

void isr_answer_free (IsrAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrAnswer, isr_answer_free)

/* Sections that reach into the span, found again from the levels. G_IO_ERROR_CANCELLED, ISR_ERROR_STORAGE. The
 * callback gets no object. */
void isr_analysis_ask_async (IsrAnalysis *self, const IsrQuestion *question, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* The curve alone. */
void isr_analysis_draw_async (IsrAnalysis *self, const IsrQuestion *question, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
IsrAnswer *isr_analysis_ask_finish (GAsyncResult *result, GError **error);

/* --- making levels of what has none --- */

/* Signal "job" (gint64 id): a job is another than before; one that is over has its levels
 * on disk. The catalog's "changed" ("job", id) follows. */

/* A copy of the job that decodes it now: a new one, or the one that does already.
 * ISR_ERROR_NOT_FOUND, ISR_ERROR_BUSY (it is being recorded), ISR_ERROR_READ_ONLY (the
 * archive is not ours). */
IsrJob *isr_analysis_analyze_file (IsrAnalysis *self, const char *name, GError **error);
/* All that have no levels in the span. @what: for people, NULL: the span. */
void isr_analysis_analyze_span_async (IsrAnalysis *self, const char *source, gint64 from_us, gint64 to_us, const char *what, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
IsrJob *isr_analysis_analyze_span_finish (GAsyncResult *result, GError **error);
IsrJob *isr_analysis_get_job (IsrAnalysis *self, gint64 id); /* NULL: there is none */
GPtrArray *isr_analysis_list_jobs (IsrAnalysis *self);
gboolean isr_analysis_cancel_job (IsrAnalysis *self, gint64 id);
/* How many recordings of the span have no levels. @job: an unfinished job that makes
 * those of one of them, 0: none. */
void isr_analysis_count_missing_async (IsrAnalysis *self, const char *source, gint64 from_us, gint64 to_us, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean isr_analysis_count_missing_finish (GAsyncResult *result, guint *missing, gint64 *job, GError **error);
/* The program that decodes: isr; this one, unless set. */
void isr_analysis_set_program (IsrAnalysis *self, const char *program);

G_END_DECLS
