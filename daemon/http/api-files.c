/* SPDX-License-Identifier: MIT */
/* api-files.c - what there is: /api/files and /api/days. */
#include "daemon/archive/labels.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"
#include "daemon/http/kept.h"
#include "daemon/http/page.h"
#include "daemon/http/pending.h"

static void
add_file (JsonBuilder *builder, IsrAnalysis *analysis, IsrRecording *recording)
{
  recording->analysed = analysis && isr_analysis_has_levels (analysis, recording->name);
  isr_json_add_recording (builder, recording);
}

static gboolean
add_files (JsonBuilder *builder, const IsrPage *page, IsrCatalog *snapshot, GPtrArray *files, GError **error)
{
  for (guint i = 0; i < files->len; i++)
    add_file (builder, page->analysis, files->pdata[i]);
  return TRUE;
}

void
isr_handle_files (const IsrRequest *request)
{
  static const IsrPageKind kind = { "files", isr_catalog_list, add_files };

  isr_reply_page (request, &kind);
}

/* The row of @name as the lists have it. */
static void
reply_file (const IsrRequest *request, const char *name)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrRecording) recording = isr_catalog_require (request->house->catalog, name, &error);

  if (!recording) {
    isr_reply_gerror (request, error);
    return;
  }
  add_file (builder, request->house->analysis, recording);
  isr_reply_kept (request, builder);
}

void
isr_handle_protect (const IsrRequest *request)
{
  const char *protect = isr_query_get (request->query, "protected");
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (protect, "true") != 0 && g_strcmp0 (protect, "false") != 0)
    isr_reply_error (request, 400, "bad-request", "protected: give true or false");
  else if (isr_catalog_protect (request->house->catalog, request->rest, g_str_equal (protect, "true"), &error))
    reply_file (request, request->rest);
  else
    isr_reply_gerror (request, error);
}

typedef struct {
  IsrPending *pending;
  char *list; /* under which its lines are kept */
} Days;

static void
days_free (Days *self)
{
  isr_pending_free (self->pending);
  g_free (self->list);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Days, days_free)

static void
on_days (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Days) self = data;
  const IsrRequest *request = isr_pending_get_request (self->pending);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = isr_catalog_days_finish (ISR_CATALOG (object), result, &error);

  if (request && days)
    isr_reply_body (request, isr_day_lines_write (request->house->day_lines, self->list, days));
  else if (request)
    isr_reply_gerror (request, error);
}

void
isr_handle_days (const IsrRequest *request)
{
  const char *source = isr_query_get (request->query, "source"), *text = isr_query_get (request->query, "q");
  Days *self = g_new0 (Days, 1);

  self->list = g_strconcat (source ? source : "", text && *text ? "\nq" : "", NULL);
  self->pending = isr_pending_new (request);
  isr_catalog_days_async (request->house->catalog, source, text, request->house->zone, isr_pending_get_cancellable (self->pending), on_days, self);
}
