/* SPDX-License-Identifier: MIT */
/* ask.c - a question becomes values, a worker, an answer.
 *
 * A worker asks the catalog for the recordings that are concerned; the main loop adds
 * what the sections of each source are found with; reading levels and running the
 * detector is another worker's, which knows nothing of the catalog, and holds nothing of
 * ours: what is freed last is freed on the main loop. */
#define G_LOG_DOMAIN "isr-analysis"

#include "daemon/analysis/analysis-private.h"

#include "daemon/archive/snapshot.h"

/* The pieces of one source. */
typedef struct {
  GPtrArray *pieces;
  IsrDetectorParams params;
} Part;

typedef struct {
  GPtrArray *parts; /* Part */
  gboolean sections;
  gint64 from_us, to_us;
  guint points;
  guint files;
} Work;

static void
part_free (gpointer data)
{
  Part *part = data;

  g_ptr_array_unref (part->pieces);
  g_free (part);
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_pointer (&work->parts, g_ptr_array_unref);
  g_free (work);
}

void
isr_answer_free (IsrAnswer *self)
{
  g_clear_pointer (&self->sections, g_ptr_array_unref);
  g_clear_pointer (&self->curve, isr_curve_free);
  g_free (self);
}

/* --- the worker --- */

static gboolean
score_part (IsrAnswer *answer, const Work *work, const Part *part, GCancellable *cancellable, GError **error)
{
  g_autoptr (IsrScore) score = isr_score_run (part->pieces, &part->params, work->from_us, work->to_us, cancellable, error);

  if (!score)
    return FALSE;
  answer->missing += score->missing;
  g_ptr_array_extend_and_steal (answer->sections, g_ptr_array_ref (score->sections));
  score->sections = g_ptr_array_new ();
  return TRUE;
}

static gboolean
draw (IsrAnswer *answer, const Work *work, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new ();

  for (guint i = 0; i < work->parts->len; i++)
    g_ptr_array_extend (pieces, ((Part *) work->parts->pdata[i])->pieces, NULL, NULL);
  answer->curve = isr_curve_new (pieces, work->from_us, work->to_us, work->points, cancellable, error);
  return answer->curve != NULL;
}

static void
work_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Work *work = data;
  g_autoptr (IsrAnswer) answer = g_new0 (IsrAnswer, 1);
  GError *error = NULL;
  gboolean ok = TRUE;

  answer->files = work->files;
  answer->sections = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_event_free);
  for (guint i = 0; ok && work->sections && i < work->parts->len; i++)
    ok = score_part (answer, work, work->parts->pdata[i], cancellable, &error);
  if (ok && work->points)
    ok = draw (answer, work, cancellable, &error);
  if (ok)
    g_task_return_pointer (task, g_steal_pointer (&answer), (GDestroyNotify) isr_answer_free);
  else
    g_task_return_error (task, error);
}

/* --- the main loop --- */

static void
add_piece (IsrAnalysis *self, Work *work, const IsrQuestion *question, IsrPiece *piece)
{
  Part *part = work->parts->len ? work->parts->pdata[work->parts->len - 1] : NULL;
  const IsrRecording *recording = piece->recording;

  work->files += recording->start_us < question->to_us && recording->end_us > question->from_us;
  if (part && g_str_equal (((IsrPiece *) part->pieces->pdata[0])->recording->source, recording->source)) {
    g_ptr_array_add (part->pieces, piece);
    return;
  }
  part = g_new0 (Part, 1);
  part->pieces = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_piece_free);
  isr_analysis_get_params (self, recording->source, question->margin, question->min_gap, question->mode, &part->params);
  g_ptr_array_add (part->pieces, piece);
  g_ptr_array_add (work->parts, part);
}

/* Files without a source have nothing to do with each other. */
static gboolean
concerns (const IsrQuestion *question, const IsrRecording *recording)
{
  return !question->file || *recording->source || g_str_equal (question->file, recording->name);
}

/* Leaves @pieces empty. */
static void
take_pieces (IsrAnalysis *self, Work *work, const IsrQuestion *question, GPtrArray *pieces)
{
  g_ptr_array_set_free_func (pieces, NULL);
  for (guint i = 0; i < pieces->len; i++) {
    IsrPiece *piece = pieces->pdata[i];

    if (concerns (question, piece->recording))
      add_piece (self, work, question, piece);
    else
      isr_piece_free (piece);
  }
  g_ptr_array_set_size (pieces, 0);
}

static Work *
make_work (IsrAnalysis *self, const IsrQuestion *question, gboolean sections, GPtrArray *pieces)
{
  Work *work = g_new0 (Work, 1);

  work->parts = g_ptr_array_new_with_free_func (part_free);
  work->sections = sections;
  work->from_us = question->from_us;
  work->to_us = question->to_us;
  work->points = question->points;
  take_pieces (self, work, question, pieces);
  return work;
}

/* A question that waits for its recordings. */
typedef struct {
  IsrAnalysis *analysis;
  IsrQuestion question;
  char *source, *file, *mode; /* its values */
  double margin;
  gint64 min_gap;
  gboolean sections;
  GTask *task;
} Asked;

static Asked *
asked_new (IsrAnalysis *analysis, const IsrQuestion *question, gboolean sections, GTask *task)
{
  Asked *self = g_new0 (Asked, 1);

  self->analysis = g_object_ref (analysis);
  self->question = *question;
  self->question.source = self->source = g_strdup (question->source);
  self->question.file = self->file = g_strdup (question->file);
  self->question.mode = self->mode = g_strdup (question->mode);
  self->margin = question->margin ? *question->margin : 0;
  self->min_gap = question->min_gap ? *question->min_gap : 0;
  self->question.margin = question->margin ? &self->margin : NULL;
  self->question.min_gap = question->min_gap ? &self->min_gap : NULL;
  self->sections = sections;
  self->task = g_object_ref (task);
  return self;
}

static void
asked_free (Asked *self)
{
  g_object_unref (self->task);
  g_object_unref (self->analysis);
  g_free (self->source);
  g_free (self->file);
  g_free (self->mode);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

/* In a worker. */
static gpointer
collect (IsrCatalog *snapshot, gpointer data, GError **error)
{
  const Asked *self = data;
  const IsrQuestion *question = &self->question;
  gint64 back_us = self->sections ? ISR_SCORE_BACK_US : 0, ahead_us = self->sections ? ISR_SCORE_AHEAD_US : 0;

  return isr_pieces_collect (snapshot, self->analysis->store, question->source, question->from_us - back_us, question->to_us + ahead_us, error);
}

static void
on_collected (GObject *catalog, GAsyncResult *result, gpointer data)
{
  g_autoptr (Asked) self = data;
  GError *error = NULL;
  g_autoptr (GPtrArray) pieces = isr_catalog_work_finish (ISR_CATALOG (catalog), result, &error);

  if (!pieces) {
    g_task_return_error (self->task, error);
    return;
  }
  g_task_set_task_data (self->task, make_work (self->analysis, &self->question, self->sections, pieces), work_free);
  g_task_run_in_thread (self->task, work_in_thread);
}

static void
ask (IsrAnalysis *self, const IsrQuestion *question, gboolean sections, GTask *task)
{
  Asked *asked = asked_new (self, question, sections, task);

  isr_catalog_work_async (self->catalog, collect, asked, NULL, (GDestroyNotify) g_ptr_array_unref, g_task_get_cancellable (task), on_collected, asked);
}

void
isr_analysis_ask_async (IsrAnalysis *self, const IsrQuestion *question, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  ask (self, question, TRUE, task);
}

void
isr_analysis_draw_async (IsrAnalysis *self, const IsrQuestion *question, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  ask (self, question, FALSE, task);
}

IsrAnswer *
isr_analysis_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- events of the catalog --- */

typedef struct {
  IsrAnalysis *analysis;
  char *source, *file;
  gint64 from_us, to_us, job;
} Renewal;

static void
renewal_free (Renewal *self)
{
  g_object_unref (self->analysis);
  g_free (self->source);
  g_free (self->file);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Renewal, renewal_free)

static void
replace_events (const Renewal *renewal, const IsrAnswer *answer)
{
  g_autoptr (GPtrArray) events = g_ptr_array_new ();

  for (guint i = 0; i < answer->sections->len; i++) {
    IsrEvent *event = answer->sections->pdata[i];

    if (event->start_us >= renewal->from_us && event->state == ISR_EVENT_ENDED)
      g_ptr_array_add (events, event);
  }
  isr_catalog_replace_events (renewal->analysis->catalog, renewal->source, renewal->from_us, renewal->to_us, events);
}

static void
renew_again (IsrAnalysis *self, gpointer value)
{
  const Renewal *renewal = value;

  isr_analysis_renew_events (self, renewal->source, renewal->from_us, renewal->to_us, renewal->file, renewal->job);
}

/* The job goes on until they are noted. What is asked of a catalog that is not whole is half of it. */
static void
on_renewed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Renewal) renewal = data;
  g_autoptr (IsrAnalysis) self = g_object_ref (renewal->analysis);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrAnswer) answer = isr_analysis_ask_finish (result, &error);

  if (self->closed)
    return;
  if (isr_analysis_is_for_later (self, error)) {
    isr_analysis_later (self, renew_again, g_steal_pointer (&renewal), (GDestroyNotify) renewal_free);
    return;
  }
  if (answer)
    replace_events (renewal, answer);
  isr_jobs_file_done (self->jobs, renewal->job);
}

void
isr_analysis_renew_events (IsrAnalysis *self, const char *source, gint64 from_us, gint64 to_us, const char *file, gint64 job)
{
  const IsrQuestion question = { .source = source, .file = file, .from_us = from_us, .to_us = to_us };
  Renewal *renewal = g_new (Renewal, 1);

  *renewal = (Renewal){ g_object_ref (self), g_strdup (source), g_strdup (file), from_us, to_us, job };
  isr_analysis_ask_async (self, &question, NULL, on_renewed, renewal);
}
