/* SPDX-License-Identifier: MIT */
/* api-files.c - what there is: /api/files and /api/days. */
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"

/* `day` and from/to narrow each other down. */
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
  query->from_us = CLAMP (MAX (query->from_us, day_from), G_MININT64 / 4, G_MAXINT64 / 4);
  query->to_us = CLAMP (MIN (query->to_us, day_to), G_MININT64 / 4, G_MAXINT64 / 4);
  return TRUE;
}

static gboolean
read_query (const IsrRequest *request, IsrCatalogQuery *query, GError **error)
{
  query->source = isr_query_get (request->query, "source");
  query->text = isr_query_get (request->query, "q");
  query->cursor = isr_query_get (request->query, "cursor");
  return isr_query_get_uint (request->query, "limit", 1, 1000, 100, &query->limit, error) && read_span (request, query, error);
}

void
isr_handle_files (const IsrRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *next = NULL;
  IsrCatalogQuery query = { 0 };

  if (read_query (request, &query, &error))
    files = isr_catalog_list (request->house->catalog, &query, &next, &error);
  if (!files) {
    isr_reply_gerror (request, error);
    return;
  }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "files");
  json_builder_begin_array (builder);
  for (guint i = 0; i < files->len; i++)
    isr_json_add_recording (builder, files->pdata[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "next");
  if (next)
    json_builder_add_string_value (builder, next);
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}

void
isr_handle_days (const IsrRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) days = isr_catalog_days (request->house->catalog, isr_query_get (request->query, "source"), request->house->zone, &error);

  if (!days) {
    isr_reply_gerror (request, error);
    return;
  }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "days");
  json_builder_begin_array (builder);
  for (guint i = 0; i < days->len; i++)
    isr_json_add_day (builder, days->pdata[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}
