/* SPDX-License-Identifier: MIT */
/* api-coverage.c - which part is recorded, and why the rest is not: /api/coverage. */
#include "daemon/archive/days.h"
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"
#include "daemon/http/work.h"

/* Without day, from and to: today. With from alone until now, with to alone from the
 * first second on. */
static gboolean
read_span (const IsrRequest *request, gint64 now_us, gint64 *from_us, gint64 *to_us, GError **error)
{
  gboolean range = isr_query_get (request->query, "from") || isr_query_get (request->query, "to");
  gint64 day_from = 0, day_to = now_us;

  if (!range)
    isr_day_bounds (now_us, request->house->zone, &day_from, &day_to, NULL);
  if (!isr_query_get_day (request->query, "day", request->house->zone, &day_from, &day_to, error)
      || !isr_query_get_time (request->query, "from", request->house->zone, day_from, from_us, error)
      || !isr_query_get_time (request->query, "to", request->house->zone, day_to, to_us, error))
    return FALSE;
  *from_us = CLAMP (*from_us, 0, G_MAXINT64 / 4);
  *to_us = CLAMP (*to_us, 0, G_MAXINT64 / 4);
  if (*from_us < *to_us)
    return TRUE;
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "from, to: there is nothing between them; without to it is until now, and nothing is older than 1970");
  return FALSE;
}

typedef struct {
  char *source; /* NULL: all */
  gint64 now_us, from_us, to_us;
  GTimeZone *zone;
} Question;

static void
question_free (gpointer data)
{
  Question *self = data;

  g_free (self->source);
  g_time_zone_unref (self->zone);
  g_free (self);
}

static char *
answer (IsrCatalog *snapshot, gpointer data, GError **error)
{
  const Question *self = data;
  g_autoptr (GPtrArray) list = isr_catalog_coverage (snapshot, self->source, self->from_us, self->to_us, self->now_us, error);
  g_autoptr (JsonBuilder) builder = NULL;

  if (!list)
    return NULL;
  builder = json_builder_new_immutable ();
  if (self->source)
    isr_json_add_coverage (builder, list->pdata[0], self->zone);
  else
    isr_json_add_coverages (builder, list, self->zone);
  return isr_json_finish (builder);
}

void
isr_handle_coverage (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  Question *self = g_new0 (Question, 1);

  self->source = g_strdup (isr_query_get (request->query, "source"));
  self->now_us = g_get_real_time ();
  self->zone = g_time_zone_ref (request->house->zone);
  if (read_span (request, self->now_us, &self->from_us, &self->to_us, &error)) {
    isr_reply_worked (request, answer, self, question_free);
    return;
  }
  isr_reply_gerror (request, error);
  question_free (self);
}
