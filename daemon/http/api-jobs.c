/* SPDX-License-Identifier: MIT */
/* api-jobs.c - work that takes a while: /api/jobs. */
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/pending.h"
#include "daemon/http/span.h"

static void
add_job (JsonBuilder *builder, const char *kind, const IsrJob *job)
{
  json_builder_begin_object (builder);
  isr_json_add_int (builder, "id", job->id);
  isr_json_add_string (builder, "kind", kind);
  isr_json_add_string (builder, "what", job->what);
  isr_json_add_string (builder, "state", isr_job_state_to_string (job->state));
  isr_json_add_double (builder, "progress", job->progress);
  isr_json_add_int (builder, "files", job->files);
  isr_json_add_int (builder, "done", job->done);
  isr_json_add_string (builder, "error", job->error);
  json_builder_end_object (builder);
}

/* The first look at an archive, or a later one that finds many: it has no number, as
 * nobody can end it. */
static void
add_look (JsonBuilder *builder, IsrCatalog *catalog)
{
  IsrJob job = { .what = (char *) "files that are new to ISR", .state = ISR_JOB_RUNNING };

  if (!isr_catalog_is_looking (catalog, &job.done, &job.files))
    return;
  job.progress = (double) job.done / job.files;
  add_job (builder, "scan", &job);
}

void
isr_handle_jobs (const IsrRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GPtrArray) jobs = request->house->analysis ? isr_analysis_list_jobs (request->house->analysis) : g_ptr_array_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "jobs");
  json_builder_begin_array (builder);
  add_look (builder, request->house->catalog);
  for (guint i = 0; i < jobs->len; i++)
    add_job (builder, "analyze", jobs->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}

static void
reply_started (const IsrRequest *request, const IsrJob *job, const GError *error)
{
  if (job)
    isr_reply_json (request, 202, g_strdup_printf ("{\"job\":%" G_GINT64_FORMAT "}", job->id));
  else
    isr_reply_gerror (request, error);
}

static void
on_started (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (IsrPending) pending = data;
  const IsrRequest *request = isr_pending_get_request (pending);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrJob) job = isr_analysis_analyze_span_finish (result, &error);

  if (request)
    reply_started (request, job, error);
}

static gboolean
read_span (const IsrRequest *request, IsrCatalogQuery *query, GError **error)
{
  if (!isr_request_read_query (request, query, error))
    return FALSE;
  if (query->from_us || query->to_us)
    return TRUE;
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "file, or day, or from and to, are needed: what is to be analysed?");
  return FALSE;
}

/* Whoever leaves meanwhile has asked for it all the same. */
static void
start_span (const IsrRequest *request)
{
  IsrCatalogQuery query = { 0 };
  g_autoptr (GError) error = NULL;

  if (read_span (request, &query, &error))
    isr_analysis_analyze_span_async (request->house->analysis, query.source, query.from_us, query.to_us, isr_query_get (request->query, "day"), NULL, on_started, isr_pending_new (request));
  else
    isr_reply_gerror (request, error);
}

static void
start_file (const IsrRequest *request, const char *file)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrJob) job = isr_analysis_analyze_file (request->house->analysis, file, &error);

  reply_started (request, job, error);
}

void
isr_handle_start_job (const IsrRequest *request)
{
  const char *file = isr_query_get (request->query, "file");

  if (!request->house->analysis)
    isr_reply_error (request, 503, "unavailable", "nothing is analysed here");
  else if (g_strcmp0 (isr_query_get (request->query, "kind"), "analyze") != 0)
    isr_reply_error (request, 400, "bad-request", "kind: there is one kind of job, analyze");
  else if (file)
    start_file (request, file);
  else
    start_span (request);
}

void
isr_handle_cancel_job (const IsrRequest *request)
{
  gint64 id;

  if (!request->house->analysis || !g_ascii_string_to_signed (request->rest, 10, 1, G_MAXINT64, &id, NULL) || !isr_analysis_cancel_job (request->house->analysis, id))
    isr_reply_error (request, 404, "not-found", "there is no such job");
  else
    isr_reply_json (request, 200, g_strdup ("{}"));
}
