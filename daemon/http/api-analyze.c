/* SPDX-License-Identifier: MIT */
/* api-analyze.c - how loud a recording is, and what stands out: /api/analyze.
 *
 * From its levels, in a worker. Where there are none a job makes them first: the
 * answer is 202 with the job, or, with wait=1, comes when the job is done. */
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/pending.h"
#include "daemon/http/sections.h"

#define POINTS 800

typedef struct {
  IsrPending *pending;
  IsrAnalysis *analysis;
  IsrRecording *recording;
  IsrWish wish;
  char *mode;
  gint64 job;  /* waited for; 0: none */
  gulong news; /* of jobs */
} Analyze;

static void
analyze_free (Analyze *self)
{
  g_clear_signal_handler (&self->news, self->analysis);
  isr_pending_free (self->pending);
  isr_recording_free (self->recording);
  g_object_unref (self->analysis);
  g_free (self->mode);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Analyze, analyze_free)

/* --- the answer --- */

static void
add_curve (JsonBuilder *builder, const char *name, const gint16 *values, guint n)
{
  json_builder_set_member_name (builder, name);
  isr_json_add_levels (builder, values, n);
}

static void
add_sections (JsonBuilder *builder, GPtrArray *views, GTimeZone *zone)
{
  json_builder_set_member_name (builder, "sections");
  json_builder_begin_array (builder);
  for (guint i = 0; i < views->len; i++)
    isr_json_add_section (builder, views->pdata[i], zone);
  json_builder_end_array (builder);
}

static gboolean
is_final (const Analyze *self, GPtrArray *events)
{
  gboolean final = !self->recording->recording;

  for (guint i = 0; final && i < events->len; i++)
    final = ((IsrEvent *) events->pdata[i])->state == ISR_EVENT_ENDED;
  return final;
}

static void
add_params (JsonBuilder *builder, const Analyze *self)
{
  IsrDetectorParams params;

  isr_analysis_get_params (self->analysis, self->recording->source, self->wish.margin, self->wish.min_gap, self->wish.mode, &params);
  isr_json_add_string (builder, "mode", params.mode == ISR_DETECTOR_BLOCKS ? "blocks" : "adaptive");
  isr_json_add_double (builder, "margin", params.margin / 100.0);
  isr_json_add_double (builder, "min_gap", (double) params.min_gap / ISR_WINDOWS_PER_SECOND);
}

static void
reply (const Analyze *self, const IsrRequest *request, const IsrAnswer *answer, GPtrArray *views)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  const IsrRecording *recording = self->recording;
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (recording->utc_offset);

  json_builder_begin_object (builder);
  isr_json_add_string (builder, "file", recording->name);
  isr_json_add_string (builder, "source", recording->source);
  isr_json_add_double (builder, "duration", isr_recording_get_duration (recording));
  isr_json_add_time (builder, "start", recording->start_us, zone);
  isr_json_add_boolean (builder, "final", is_final (self, answer->sections));
  add_params (builder, self);
  add_curve (builder, "rms_display", answer->curve->mean, answer->curve->n);
  add_curve (builder, "peak_display", answer->curve->peak, answer->curve->n);
  add_curve (builder, "floor_display", answer->curve->floor, answer->curve->n);
  add_sections (builder, views, zone);
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}

static void
on_answer (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Analyze) self = data;
  const IsrRequest *request = isr_pending_get_request (self->pending);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrAnswer) answer = isr_analysis_ask_finish (result, &error);
  g_autoptr (GPtrArray) views = NULL;

  if (!request)
    return;
  if (answer)
    views = isr_section_views (request->house->catalog, answer->sections, self->recording, &error);
  if (views)
    reply (self, request, answer, views);
  else
    isr_reply_gerror (request, error);
}

static void
ask (Analyze *self)
{
  const IsrQuestion question = {
    .source = self->recording->source,
    .file = self->recording->name,
    .from_us = self->recording->start_us,
    .to_us = MAX (self->recording->end_us, self->recording->start_us + 1),
    .margin = self->wish.margin,
    .min_gap = self->wish.min_gap,
    .mode = self->wish.mode,
    .points = (guint) CLAMP (isr_recording_get_duration (self->recording) * ISR_WINDOWS_PER_SECOND, 1, POINTS),
  };

  isr_analysis_ask_async (self->analysis, &question, isr_pending_get_cancellable (self->pending), on_answer, self);
}

/* --- without levels --- */

/* Of some files only a decoder knows how long they are. */
static void
know_again (Analyze *self, const IsrRequest *request)
{
  IsrRecording *now = isr_catalog_lookup (request->house->catalog, self->recording->name);

  if (!now)
    return;
  isr_recording_free (self->recording);
  self->recording = now;
}

static void
on_job (IsrAnalysis *analysis, gint64 id, gpointer data)
{
  Analyze *self = data;
  const IsrRequest *request = isr_pending_get_request (self->pending);
  g_autoptr (IsrJob) job = id == self->job ? isr_analysis_get_job (analysis, id) : NULL;

  if (!request) {
    analyze_free (self);
    return;
  }
  if (!job || job->state < ISR_JOB_DONE)
    return;
  g_clear_signal_handler (&self->news, self->analysis);
  if (job->state == ISR_JOB_DONE) {
    know_again (self, request);
    ask (self);
    return;
  }
  if (job->error)
    isr_reply_error (request, 415, "format", job->error);
  else
    isr_reply_error (request, 500, "failed", "the analysis was cancelled");
  analyze_free (self);
}

static void
reply_job (const IsrRequest *request, const IsrJob *job)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autofree char *body = NULL;

  json_builder_begin_object (builder);
  isr_json_add_int (builder, "job", job->id);
  isr_json_add_double (builder, "progress", job->progress);
  json_builder_end_object (builder);
  body = isr_json_finish (builder);
  isr_reply_json (request, 202, g_steal_pointer (&body));
}

/* --- the request --- */

static Analyze *
analyze_new (const IsrRequest *request, const IsrWish *wish, IsrRecording *recording)
{
  Analyze *self = g_new0 (Analyze, 1);

  self->pending = isr_pending_new (request);
  self->analysis = g_object_ref (request->house->analysis);
  self->recording = recording;
  self->mode = g_strdup (wish->mode);
  self->wish = *wish;
  self->wish.mode = self->mode;
  self->wish.margin = wish->margin ? &self->wish.margin_value : NULL;
  self->wish.min_gap = wish->min_gap ? &self->wish.min_gap_value : NULL;
  return self;
}

static void
answer_without_levels (const IsrRequest *request, const IsrWish *wish, IsrRecording *recording, gboolean wait)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrJob) job = isr_analysis_analyze_file (request->house->analysis, recording->name, &error);
  Analyze *self;

  if (!job) {
    isr_reply_gerror (request, error);
    isr_recording_free (recording);
  } else if (!wait) {
    reply_job (request, job);
    isr_recording_free (recording);
  } else {
    self = analyze_new (request, wish, recording);
    self->job = job->id;
    self->news = g_signal_connect (self->analysis, "job", G_CALLBACK (on_job), self);
  }
}

/* -1: it is neither 0 nor 1. */
static int
read_wait (const IsrRequest *request)
{
  const char *text = isr_query_get (request->query, "wait");

  return !text || g_str_equal (text, "0") ? 0 : g_str_equal (text, "1") ? 1
                                                                        : -1;
}

void
isr_handle_analyze (const IsrRequest *request)
{
  const char *name = isr_query_get (request->query, "file");
  int wait = read_wait (request);
  g_autoptr (GError) error = NULL, unknown = NULL;
  g_autoptr (IsrRecording) recording = name ? isr_catalog_require (request->house->catalog, name, &unknown) : NULL;
  IsrWish wish;

  if (!name)
    isr_reply_error (request, 400, "bad-request", "file is missing: the name of a recording, as /api/files has it");
  else if (!isr_request_read_wish (request, &wish, &error))
    isr_reply_gerror (request, error);
  else if (wait < 0)
    isr_reply_error (request, 400, "bad-request", "wait: 1 waits until there are levels, 0 does not");
  else if (!recording)
    isr_reply_gerror (request, unknown);
  else if (!request->house->analysis)
    isr_reply_error (request, 503, "unavailable", "nothing is analysed here");
  else if (!recording->recording && !isr_analysis_has_levels (request->house->analysis, name))
    answer_without_levels (request, &wish, g_steal_pointer (&recording), wait == 1);
  else
    ask (analyze_new (request, &wish, g_steal_pointer (&recording)));
}
