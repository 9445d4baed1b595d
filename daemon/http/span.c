/* SPDX-License-Identifier: MIT */
/* span.c - reads what lists have in common. */
#include "daemon/http/span.h"

/* A day, or from and to: params.c has seen that not both are given. */
static gboolean
read_span (const IsrRequest *request, IsrCatalogQuery *query, GError **error)
{
  const char *names[] = { "day", "from", "to" };
  gint64 day_from = G_MININT64, day_to = G_MAXINT64;
  gboolean any = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    any |= isr_query_get (request->query, names[i]) != NULL;
  if (!any)
    return TRUE;
  if (!isr_query_get_day (request->query, "day", request->house->zone, &day_from, &day_to, error)
      || !isr_query_get_time (request->query, "from", request->house->zone, day_from, &query->from_us, error)
      || !isr_query_get_time (request->query, "to", request->house->zone, day_to, &query->to_us, error))
    return FALSE;
  /* a year far beyond any recording on both sides: the catalog adds to these */
  query->from_us = CLAMP (query->from_us, G_MININT64 / 4, G_MAXINT64 / 4);
  query->to_us = CLAMP (query->to_us, G_MININT64 / 4, G_MAXINT64 / 4);
  return TRUE;
}

gboolean
isr_request_read_query (const IsrRequest *request, IsrCatalogQuery *query, GError **error)
{
  query->source = isr_query_get (request->query, "source");
  query->text = isr_query_get (request->query, "q");
  query->cursor = isr_query_get (request->query, "cursor");
  return isr_query_get_uint (request->query, "limit", 1, 1000, 100, &query->limit, error) && read_span (request, query, error);
}
