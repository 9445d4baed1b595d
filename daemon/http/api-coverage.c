/* SPDX-License-Identifier: MIT */
/* api-coverage.c - which part is recorded, and why the rest is not: /api/coverage. */
#include "daemon/archive/days.h"
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"

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

void
isr_handle_coverage (const IsrRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  const char *source = isr_query_get (request->query, "source");
  gint64 now_us = g_get_real_time (), from_us, to_us;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;

  if (read_span (request, now_us, &from_us, &to_us, &error))
    list = isr_catalog_coverage (request->house->catalog, source, from_us, to_us, now_us, &error);
  if (!list) {
    isr_reply_gerror (request, error);
    return;
  }
  if (source)
    isr_json_add_coverage (builder, list->pdata[0], request->house->zone);
  else
    isr_json_add_coverages (builder, list, request->house->zone);
  isr_reply_built (request, builder);
}
