/* SPDX-License-Identifier: MIT */
/* api-highlights.c - what stood out in a span, the most first: /api/highlights.
 *
 * A section belongs to the span in which it begins. Without margin, min_gap and mode
 * the events of the catalog are the answer, which were found while they were heard;
 * else the levels are scored again, in a worker. */
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/pending.h"
#include "daemon/http/sections.h"
#include "daemon/http/span.h"
#include "daemon/http/work.h"

typedef struct {
  IsrPending *pending;
  char *day, *source;
  guint limit;
  gint64 from_us, to_us;
  /* what is answered: */
  IsrAnswer *answer; /* has the sections, when they were scored again */
  GPtrArray *ranked; /* NULL: the catalog's */
  guint total;
  guint missing;
  gint64 job;
  GTimeZone *zone;
} Highlights;

static void
highlights_free (Highlights *self)
{
  g_clear_pointer (&self->pending, isr_pending_free);
  g_clear_pointer (&self->ranked, g_ptr_array_unref);
  g_clear_pointer (&self->answer, isr_answer_free);
  g_free (self->day);
  g_free (self->source);
  g_time_zone_unref (self->zone);
  g_free (self);
}

static void
highlights_free_data (gpointer data)
{
  highlights_free (data);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Highlights, highlights_free)

static int
by_score (gconstpointer a, gconstpointer b)
{
  const IsrEvent *x = *(IsrEvent *const *) a, *y = *(IsrEvent *const *) b;

  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  return x->start_us < y->start_us ? -1 : x->start_us > y->start_us;
}

/* Those that begin in the span, the highest first. */
static GPtrArray *
rank (const Highlights *self, GPtrArray *events)
{
  GPtrArray *ranked = g_ptr_array_new ();

  for (guint i = 0; i < events->len; i++) {
    IsrEvent *event = events->pdata[i];

    if (event->start_us >= self->from_us && event->start_us < self->to_us)
      g_ptr_array_add (ranked, event);
  }
  g_ptr_array_sort (ranked, by_score);
  return ranked;
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

/* In a worker. */
static char *
write_highlights (IsrCatalog *snapshot, gpointer data, GError **error)
{
  Highlights *self = data;
  g_autoptr (GPtrArray) views = NULL;
  g_autoptr (JsonBuilder) builder = NULL;

  if (!self->ranked)
    self->ranked = isr_catalog_top_events (snapshot, self->source, self->from_us, self->to_us, self->limit, &self->total, error);
  views = self->ranked ? isr_section_views (snapshot, self->ranked, NULL, error) : NULL;
  if (!views)
    return NULL;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  isr_json_add_string (builder, "day", self->day);
  isr_json_add_int (builder, "from_us", self->from_us);
  isr_json_add_int (builder, "to_us", self->to_us);
  isr_json_add_int (builder, "total", self->total);
  isr_json_add_int (builder, "unanalysed", self->missing);
  json_builder_set_member_name (builder, "job");
  if (self->job)
    json_builder_add_int_value (builder, self->job);
  else
    json_builder_add_null_value (builder);
  add_sections (builder, views, self->zone);
  json_builder_end_object (builder);
  return isr_json_finish (builder);
}

static void
on_counted (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Highlights) self = data;
  g_autoptr (IsrPending) pending = g_steal_pointer (&self->pending);
  const IsrRequest *request = isr_pending_get_request (pending);
  g_autoptr (GError) error = NULL;

  if (!isr_analysis_count_missing_finish (result, &self->missing, &self->job, &error) && request)
    isr_reply_gerror (request, error);
  else if (request)
    isr_pending_work (g_steal_pointer (&pending), write_highlights, g_steal_pointer (&self), highlights_free_data);
}

/* Takes @self. */
static void
count_missing (Highlights *self, const IsrRequest *request)
{
  isr_analysis_count_missing_async (request->house->analysis, self->source, self->from_us, self->to_us, isr_pending_get_cancellable (self->pending), on_counted, self);
}

static void
on_answer (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Highlights) self = data;
  const IsrRequest *request = isr_pending_get_request (self->pending);
  g_autoptr (GError) error = NULL;

  self->answer = isr_analysis_ask_finish (result, &error);
  if (!request)
    return;
  if (!self->answer) {
    isr_reply_gerror (request, error);
    return;
  }
  self->ranked = rank (self, self->answer->sections);
  self->total = self->ranked->len;
  g_ptr_array_set_size (self->ranked, (int) MIN (self->total, self->limit));
  count_missing (g_steal_pointer (&self), request);
}

/* Takes @self. */
static void
answer_stored (Highlights *self, const IsrRequest *request)
{
  if (!request->house->analysis) {
    isr_reply_worked (request, write_highlights, self, highlights_free_data);
    return;
  }
  self->pending = isr_pending_new (request);
  count_missing (self, request);
}

static Highlights *
read_highlights (const IsrRequest *request, const IsrCatalogQuery *query, GError **error)
{
  Highlights *self;

  if (query->from_us == 0 && query->to_us == 0) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "day, or from and to, are needed: highlights of when?");
    return NULL;
  }
  self = g_new0 (Highlights, 1);
  self->day = g_strdup (isr_query_get (request->query, "day"));
  self->source = g_strdup (query->source);
  self->limit = query->limit;
  self->zone = g_time_zone_ref (request->house->zone);
  self->from_us = query->from_us;
  self->to_us = MAX (query->to_us, query->from_us);
  return self;
}

void
isr_handle_highlights (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Highlights) self = NULL;
  IsrCatalogQuery query = { 0 };
  IsrWish wish;

  if (isr_request_read_query (request, &query, &error) && isr_request_read_wish (request, &wish, &error))
    self = read_highlights (request, &query, &error);
  if (!self) {
    isr_reply_gerror (request, error);
  } else if (!request->house->analysis || (!wish.margin && !wish.min_gap && !wish.mode)) {
    answer_stored (g_steal_pointer (&self), request);
  } else {
    const IsrQuestion question = { .source = query.source, .from_us = self->from_us, .to_us = self->to_us, .margin = wish.margin, .min_gap = wish.min_gap, .mode = wish.mode };

    self->pending = isr_pending_new (request);
    isr_analysis_ask_async (request->house->analysis, &question, isr_pending_get_cancellable (self->pending), on_answer, self);
    g_steal_pointer (&self);
  }
}
