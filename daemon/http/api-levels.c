/* SPDX-License-Identifier: MIT */
/* api-levels.c - the level of a source over any span: /api/levels. */
#include "daemon/core/error.h"
#include "daemon/core/levels.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/pending.h"
#include "daemon/http/sections.h"

#define MAX_POINTS 10000

typedef struct {
  IsrPending *pending;
  char *source;
  gint64 from_us, to_us;
} Levels;

void
isr_json_add_levels (JsonBuilder *builder, const gint16 *values, guint n)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++) {
    if (values[i] == ISR_LEVELS_UNKNOWN)
      json_builder_add_null_value (builder);
    else
      json_builder_add_double_value (builder, values[i] / 100.0);
  }
  json_builder_end_array (builder);
}

static void
reply (const Levels *self, const IsrRequest *request, const IsrCurve *curve)
{
  const struct {
    const char *name;
    const gint16 *values;
  } columns[] = {
    { "min", curve->min },
    { "max", curve->max },
    { "mean", curve->mean },
    { "peak", curve->peak },
    { "floor", curve->floor },
  };
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  isr_json_add_string (builder, "source", self->source);
  isr_json_add_int (builder, "from_us", self->from_us);
  isr_json_add_int (builder, "to_us", self->to_us);
  isr_json_add_int (builder, "points", curve->n);
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++) {
    json_builder_set_member_name (builder, columns[i].name);
    isr_json_add_levels (builder, columns[i].values, curve->n);
  }
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}

static void
on_answer (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autofree Levels *self = data;
  g_autofree char *source G_GNUC_UNUSED = self->source; /* freed with it */
  g_autoptr (IsrPending) pending = self->pending;
  const IsrRequest *request = isr_pending_get_request (pending);
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrAnswer) answer = isr_analysis_ask_finish (result, &error);

  if (!request)
    return;
  if (answer)
    reply (self, request, answer->curve);
  else
    isr_reply_gerror (request, error);
}

static gboolean
read_question (const IsrRequest *request, IsrQuestion *question, GError **error)
{
  question->source = isr_query_get (request->query, "source");
  if (!question->source || !isr_query_get (request->query, "from") || !isr_query_get (request->query, "to")) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "source, from and to are needed: whose level, from when to when");
    return FALSE;
  }
  if (!isr_query_get_uint (request->query, "points", 1, MAX_POINTS, 1000, &question->points, error)
      || !isr_query_get_time (request->query, "from", request->house->zone, 0, &question->from_us, error)
      || !isr_query_get_time (request->query, "to", request->house->zone, 0, &question->to_us, error))
    return FALSE;
  question->from_us = CLAMP (question->from_us, G_MININT64 / 4, G_MAXINT64 / 4);
  question->to_us = CLAMP (question->to_us, G_MININT64 / 4, G_MAXINT64 / 4);
  if (question->from_us < question->to_us)
    return TRUE;
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "from: it must lie before to");
  return FALSE;
}

void
isr_handle_levels (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  IsrQuestion question = { 0 };
  Levels *self;

  if (!read_question (request, &question, &error)) {
    isr_reply_gerror (request, error);
    return;
  }
  if (!request->house->analysis) {
    isr_reply_error (request, 503, "unavailable", "nothing is analysed here");
    return;
  }
  self = g_new0 (Levels, 1);
  *self = (Levels){ isr_pending_new (request), g_strdup (question.source), question.from_us, question.to_us };
  isr_analysis_draw_async (request->house->analysis, &question, isr_pending_get_cancellable (self->pending), on_answer, self);
}
