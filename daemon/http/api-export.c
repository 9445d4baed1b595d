/* SPDX-License-Identifier: MIT */
/* api-export.c - sections and labels of a span, for other programs: /api/export.
 *
 * Each section once, with what was said about it; then what was said about other
 * stretches. In labels of Audacity and selections of Raven seconds are those since the
 * begin of the span, in csv those of the recording. */
#include "daemon/analysis/export.h"
#include "daemon/archive/labels.h"
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/pending.h"
#include "daemon/http/sections.h"
#include "daemon/http/span.h"

typedef struct {
  IsrPending *pending;
  gboolean json;
  IsrExportFormat format;
  char *day, *source;
  gint64 from_us, to_us;
} Export;

static void
export_free (Export *self)
{
  g_clear_pointer (&self->pending, isr_pending_free);
  g_free (self->day);
  g_free (self->source);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

/* Sections that begin in the span, by time. */
static GPtrArray *
pick (const Export *self, GPtrArray *events)
{
  GPtrArray *picked = g_ptr_array_new ();

  for (guint i = 0; i < events->len; i++) {
    IsrEvent *event = events->pdata[i];

    if (event->start_us >= self->from_us && event->start_us < self->to_us)
      g_ptr_array_add (picked, event);
  }
  return picked;
}

/* Those of @labels that one of @events belongs to. */
static GHashTable *
find_told (GPtrArray *labels, GPtrArray *events)
{
  GHashTable *told = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < events->len; i++) {
    const IsrEvent *event = events->pdata[i];
    const IsrLabel *label = isr_labels_match (labels, event->source, event->start_us, event->end_us);

    if (label)
      g_hash_table_add (told, (gpointer) label);
  }
  return told;
}

/* Labels that begin in the span and belong to none of @events; @labels keeps them. */
static GPtrArray *
pick_labels (const Export *self, GPtrArray *labels, GPtrArray *events)
{
  g_autoptr (GHashTable) told = find_told (labels, events);
  GPtrArray *picked = g_ptr_array_new ();

  for (guint i = 0; i < labels->len; i++) {
    IsrLabel *label = labels->pdata[i];

    if (label->start_us >= self->from_us && label->start_us < self->to_us && !g_hash_table_contains (told, label))
      g_ptr_array_add (picked, label);
  }
  return picked;
}

/* --- rows --- */

static void
add_view (const Export *self, GString *out, const IsrSectionView *view, guint number, GTimeZone *zone)
{
  const IsrEvent *event = view->event;
  g_autofree char *start = isr_json_format_time (event->start_us, zone), *end = isr_json_format_time (event->end_us, zone);
  gboolean of_file = self->format == ISR_EXPORT_CSV;
  const IsrExportRow row = {
    .start = of_file ? view->start : (double) (event->start_us - self->from_us) / 1e6,
    .end = of_file ? view->end : (double) (event->end_us - self->from_us) / 1e6,
    .source = event->source,
    .file = view->file,
    .start_at = start,
    .end_at = end,
    .found = TRUE,
    .score = event->score / 100.0,
    .peak = event->peak / 100.0,
    .floor = event->floor / 100.0,
    .reason = event->state == ISR_EVENT_ENDED ? event->reason : NULL,
    .verdict = view->verdict,
    .label = view->label,
    .note = view->note,
  };

  isr_export_add (out, self->format, &row, number);
}

static void
add_label (const Export *self, GString *out, IsrCatalog *catalog, const IsrLabel *label, guint number, GTimeZone *zone)
{
  g_autofree char *start = isr_json_format_time (label->start_us, zone), *end = isr_json_format_time (label->end_us, zone);
  g_autoptr (IsrRecording) recording = isr_catalog_find_at (catalog, label->source, label->start_us);
  gboolean of_file = self->format == ISR_EXPORT_CSV && recording;
  const IsrExportRow row = {
    .start = of_file ? isr_runs_from_utc (recording, label->start_us) : (double) (label->start_us - self->from_us) / 1e6,
    .end = of_file ? isr_runs_from_utc (recording, label->end_us) : (double) (label->end_us - self->from_us) / 1e6,
    .source = label->source,
    .file = recording ? recording->name : NULL,
    .start_at = start,
    .end_at = end,
    .verdict = label->verdict,
    .label = label->label,
    .note = label->note,
  };

  isr_export_add (out, self->format, &row, number);
}

/* --- answers --- */

static void
name_file (const Export *self, const IsrRequest *request, const char *suffix)
{
  g_autofree char *name = g_strjoin ("_", "sections", self->source ? self->source : "all", self->day ? self->day : "span", NULL);
  g_autofree char *text = NULL;

  g_strcanon (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", '_');
  text = g_strdup_printf ("attachment; filename=\"%s%s\"", name, suffix);
  soup_message_headers_replace (request->answer, "Content-Disposition", text);
}

static void
reply_text (const Export *self, const IsrRequest *request, GPtrArray *views, GPtrArray *labels)
{
  GString *out = g_string_new (NULL);
  GTimeZone *zone = request->house->zone;
  guint number = 0;

  isr_export_begin (out, self->format);
  for (guint i = 0; i < views->len; i++)
    add_view (self, out, views->pdata[i], ++number, zone);
  for (guint i = 0; i < labels->len; i++)
    add_label (self, out, request->house->catalog, labels->pdata[i], ++number, zone);
  isr_reply_text (request, isr_export_get_type (self->format), g_string_free (out, FALSE));
  name_file (self, request, isr_export_get_suffix (self->format));
}

static void
reply_json (const Export *self, const IsrRequest *request, GPtrArray *views, GPtrArray *labels)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  isr_json_add_int (builder, "from_us", self->from_us);
  isr_json_add_int (builder, "to_us", self->to_us);
  json_builder_set_member_name (builder, "sections");
  json_builder_begin_array (builder);
  for (guint i = 0; i < views->len; i++)
    isr_json_add_section (builder, views->pdata[i], request->house->zone);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "labels");
  json_builder_begin_array (builder);
  for (guint i = 0; i < labels->len; i++)
    isr_json_add_label (builder, labels->pdata[i], request->house->zone);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
  name_file (self, request, ".json");
}

static void
reply (const Export *self, const IsrRequest *request, GPtrArray *events)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) picked = pick (self, events), views = isr_section_views (request->house, picked, NULL, &error);
  g_autoptr (GPtrArray) labels = views ? isr_catalog_labels (request->house->catalog, self->source, self->from_us, self->to_us, &error) : NULL;
  g_autoptr (GPtrArray) others = labels ? pick_labels (self, labels, picked) : NULL;

  if (!others)
    isr_reply_gerror (request, error);
  else if (self->json)
    reply_json (self, request, views, others);
  else
    reply_text (self, request, views, others);
}

static void
on_answer (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) self = data;
  const IsrRequest *request = isr_pending_get_request (self->pending);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrAnswer) answer = isr_analysis_ask_finish (result, &error);

  if (!request)
    return;
  if (answer)
    reply (self, request, answer->sections);
  else
    isr_reply_gerror (request, error);
}

/* --- the request --- */

static gboolean
read_format (const IsrRequest *request, Export *self, GError **error)
{
  const char *format = isr_query_get (request->query, "format");

  self->json = g_strcmp0 (format, "json") == 0;
  if (self->json || isr_export_parse_format (format ? format : "csv", &self->format))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "format: “%s” is none of csv, json, audacity and raven", format);
  return FALSE;
}

static Export *
read_export (const IsrRequest *request, IsrWish *wish, GError **error)
{
  g_autoptr (Export) self = g_new0 (Export, 1);
  IsrCatalogQuery query = { 0 };

  if (!read_format (request, self, error) || !isr_request_read_query (request, &query, error) || !isr_request_read_wish (request, wish, error))
    return NULL;
  if (query.from_us == 0 && query.to_us == 0) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "day, or from and to, are needed: the sections of when?");
    return NULL;
  }
  self->day = g_strdup (isr_query_get (request->query, "day"));
  self->source = g_strdup (query.source);
  self->from_us = query.from_us;
  self->to_us = MAX (query.to_us, query.from_us);
  return g_steal_pointer (&self);
}

static void
answer_stored (const Export *self, const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) events = isr_catalog_events (request->house->catalog, self->source, self->from_us, self->to_us, &error);

  if (events)
    reply (self, request, events);
  else
    isr_reply_gerror (request, error);
}

void
isr_handle_export (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  IsrWish wish;
  g_autoptr (Export) self = read_export (request, &wish, &error);

  if (!self) {
    isr_reply_gerror (request, error);
  } else if (!request->house->analysis || (!wish.margin && !wish.min_gap && !wish.mode)) {
    answer_stored (self, request);
  } else {
    const IsrQuestion question = { .source = self->source, .from_us = self->from_us, .to_us = self->to_us, .margin = wish.margin, .min_gap = wish.min_gap, .mode = wish.mode };

    self->pending = isr_pending_new (request);
    isr_analysis_ask_async (request->house->analysis, &question, isr_pending_get_cancellable (self->pending), on_answer, self);
    g_steal_pointer (&self);
  }
}
