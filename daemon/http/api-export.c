/* SPDX-License-Identifier: MIT */
/* api-export.c - sections and labels of a span, for other programs: /api/export.
 *
 * Each section once, with what was said about it; then what was said about other
 * stretches. In labels of Audacity and selections of Raven seconds are those since the
 * begin of the span, in csv those of the recording. A span of years is made and sent in
 * portions, by a worker. */
#include "daemon/analysis/export.h"
#include "daemon/archive/labels.h"
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/pending.h"
#include "daemon/http/portions.h"
#include "daemon/http/sections.h"
#include "daemon/http/span.h"

#define AT_ONCE 500 /* rows that are read together */

typedef struct {
  IsrPending *pending;
  gboolean json;
  IsrExportFormat format;
  char *day, *source;
  gint64 from_us, to_us;
  GTimeZone *zone;
  IsrAnswer *answer; /* the sections, by time, when they were scored again; NULL: the catalog's */
  /* how far it is: */
  gboolean begun, labels; /* the sections are done */
  guint scored;           /* of the answer */
  gint64 next_us, last_id;
  guint number;     /* of the row */
  gboolean any;     /* in the array of JSON */
  GHashTable *told; /* ids (gint64) of labels that came with their section */
} Export;

static void
export_free (gpointer data)
{
  Export *self = data;

  g_clear_pointer (&self->pending, isr_pending_free);
  g_clear_pointer (&self->answer, isr_answer_free);
  g_clear_pointer (&self->zone, g_time_zone_unref);
  g_hash_table_unref (self->told);
  g_free (self->day);
  g_free (self->source);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Export, export_free)

/* --- rows --- */

static void
add_view (Export *self, GString *out, const IsrSectionView *view)
{
  const IsrEvent *event = view->event;
  g_autofree char *start = isr_json_format_time (event->start_us, self->zone), *end = isr_json_format_time (event->end_us, self->zone);
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

  isr_export_add (out, self->format, &row, ++self->number);
}

static void
add_label (Export *self, GString *out, const IsrRecording *recording, const IsrLabel *label)
{
  g_autofree char *start = isr_json_format_time (label->start_us, self->zone), *end = isr_json_format_time (label->end_us, self->zone);
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

  isr_export_add (out, self->format, &row, ++self->number);
}

/* --- JSON --- */

/* Takes the object that was built. */
static void
add_object (Export *self, GString *out, JsonBuilder *builder)
{
  g_autofree char *text = isr_json_finish (builder);

  if (self->any)
    g_string_append_c (out, ',');
  g_string_append (out, text);
  self->any = TRUE;
}

static void
begin (Export *self, GString *out)
{
  self->begun = TRUE;
  if (self->json)
    g_string_append_printf (out, "{\"from_us\":%" G_GINT64_FORMAT ",\"to_us\":%" G_GINT64_FORMAT ",\"sections\":[", self->from_us, self->to_us);
  else
    isr_export_begin (out, self->format);
}

static void
begin_labels (Export *self, GString *out)
{
  self->labels = TRUE;
  self->any = FALSE;
  self->next_us = self->from_us;
  if (self->json)
    g_string_append (out, "],\"labels\":[");
}

/* --- in a worker --- */

static void
add_views (Export *self, GString *out, GPtrArray *views)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  for (guint i = 0; i < views->len; i++) {
    const IsrSectionView *view = views->pdata[i];

    if (view->label_id)
      g_hash_table_add (self->told, g_memdup2 (&view->label_id, sizeof view->label_id));
    if (!self->json) {
      add_view (self, out, view);
      continue;
    }
    isr_json_add_section (builder, view, self->zone);
    add_object (self, out, builder);
  }
}

/* Some of those that were scored again, as far as they begin in the span. */
static GPtrArray *
take_scored (Export *self)
{
  GPtrArray *some = g_ptr_array_new (), *all = self->answer->sections;

  for (; self->scored < all->len && some->len < AT_ONCE; self->scored++) {
    IsrEvent *event = all->pdata[self->scored];

    if (event->start_us >= self->from_us && event->start_us < self->to_us)
      g_ptr_array_add (some, event);
  }
  if (self->scored == all->len)
    self->next_us = self->to_us;
  return some;
}

static gboolean
add_sections (Export *self, IsrCatalog *snapshot, GString *out, GError **error)
{
  g_autoptr (GPtrArray) events = self->answer ? take_scored (self) : isr_catalog_events_from (snapshot, self->source, self->next_us, self->to_us, AT_ONCE, &self->next_us, error);
  g_autoptr (GPtrArray) views = events ? isr_section_views (snapshot, events, NULL, error) : NULL;

  if (!views)
    return FALSE;
  add_views (self, out, views);
  if (self->next_us >= self->to_us)
    begin_labels (self, out);
  return TRUE;
}

static gboolean
add_row_of_label (Export *self, IsrCatalog *snapshot, GString *out, const IsrLabel *label, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  g_autoptr (IsrRecording) recording = isr_catalog_search_at (snapshot, label->source, label->start_us, &wrong);

  if (wrong) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return FALSE;
  }
  add_label (self, out, recording, label);
  return TRUE;
}

static gboolean
add_other_label (Export *self, IsrCatalog *snapshot, GString *out, const IsrLabel *label, GError **error)
{
  g_autoptr (JsonBuilder) builder = NULL;

  if (g_hash_table_contains (self->told, &label->id))
    return TRUE;
  if (!self->json)
    return add_row_of_label (self, snapshot, out, label, error);
  builder = json_builder_new_immutable ();
  isr_json_add_label (builder, label, self->zone);
  add_object (self, out, builder);
  return TRUE;
}

static gboolean
add_other_labels (Export *self, IsrCatalog *snapshot, GString *out, gboolean *last, GError **error)
{
  g_autoptr (GPtrArray) labels = isr_catalog_labels_from (snapshot, self->source, self->next_us, self->to_us, self->last_id, AT_ONCE, error);

  if (!labels)
    return FALSE;
  for (guint i = 0; i < labels->len; i++) {
    const IsrLabel *label = labels->pdata[i];

    if (!add_other_label (self, snapshot, out, label, error))
      return FALSE;
    self->next_us = label->start_us;
    self->last_id = label->id;
  }
  *last = labels->len < AT_ONCE;
  if (*last && self->json)
    g_string_append (out, "]}");
  return TRUE;
}

static gboolean
make_rows (IsrCatalog *snapshot, gpointer data, GString *out, gboolean *last, GError **error)
{
  Export *self = data;
  gboolean ok = TRUE;

  if (!self->begun)
    begin (self, out);
  while (ok && !*last && out->len < ISR_PORTION_SIZE)
    ok = self->labels ? add_other_labels (self, snapshot, out, last, error) : add_sections (self, snapshot, out, error);
  return ok;
}

/* --- answers --- */

/* Takes @self. */
static void
reply (Export *self, const IsrRequest *request)
{
  const char *type = self->json ? "application/json; charset=utf-8" : isr_export_get_type (self->format), *suffix = self->json ? ".json" : isr_export_get_suffix (self->format);
  g_autofree char *stem = g_strjoin ("_", "sections", self->source ? self->source : "all", self->day ? self->day : "span", NULL);
  g_autofree char *name = g_strconcat (g_strcanon (stem, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", '_'), suffix, NULL);

  isr_reply_portions (request, type, name, self->json, make_rows, self, export_free);
}

static void
on_answer (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Export) self = data;
  g_autoptr (IsrPending) pending = g_steal_pointer (&self->pending);
  const IsrRequest *request = isr_pending_get_request (pending);
  g_autoptr (SoupServerMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  IsrRequest again;

  self->answer = isr_analysis_ask_finish (result, &error);
  if (!request)
    return;
  if (!self->answer) {
    isr_reply_gerror (request, error);
    return;
  }
  again = *request;
  message = g_object_ref (request->message);
  g_clear_pointer (&pending, isr_pending_free);
  reply (g_steal_pointer (&self), &again);
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

  self->last_id = -1;
  self->told = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  if (!read_format (request, self, error) || !isr_request_read_query (request, &query, error) || !isr_request_read_wish (request, wish, error))
    return NULL;
  if (query.from_us == 0 && query.to_us == 0) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "day, or from and to, are needed: the sections of when?");
    return NULL;
  }
  self->day = g_strdup (isr_query_get (request->query, "day"));
  self->source = g_strdup (query.source);
  self->zone = g_time_zone_ref (request->house->zone);
  self->from_us = self->next_us = query.from_us;
  self->to_us = MAX (query.to_us, query.from_us);
  return g_steal_pointer (&self);
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
    reply (g_steal_pointer (&self), request);
  } else {
    const IsrQuestion question = { .source = self->source, .from_us = self->from_us, .to_us = self->to_us, .margin = wish.margin, .min_gap = wish.min_gap, .mode = wish.mode };

    self->pending = isr_pending_new (request);
    isr_analysis_ask_async (request->house->analysis, &question, isr_pending_get_cancellable (self->pending), on_answer, self);
    g_steal_pointer (&self);
  }
}
