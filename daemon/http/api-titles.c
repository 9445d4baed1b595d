/* SPDX-License-Identifier: MIT */
/* api-titles.c - what was played: /api/titles and /api/cue. */
#include "daemon/archive/cue.h"
#include "daemon/http/finder.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"
#include "daemon/http/span.h"

static void
add_titles (JsonBuilder *builder, const IsrHouse *house, GPtrArray *titles)
{
  g_autoptr (IsrCatalogHold) hold G_GNUC_UNUSED = isr_catalog_hold (house->catalog);
  g_autoptr (IsrFinder) finder = isr_finder_new (house->catalog);

  json_builder_begin_array (builder);
  for (guint i = 0; i < titles->len; i++) {
    const IsrTitle *title = titles->pdata[i];

    isr_json_add_title (builder, title, isr_finder_at (finder, title->source, title->at_us), house->zone);
  }
  json_builder_end_array (builder);
}

void
isr_handle_titles (const IsrRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GPtrArray) titles = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *next = NULL;
  IsrCatalogQuery query = { 0 };

  if (isr_request_read_query (request, &query, &error))
    titles = isr_catalog_titles (request->house->catalog, &query, &next, &error);
  if (!titles) {
    isr_reply_gerror (request, error);
    return;
  }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "titles");
  add_titles (builder, request->house, titles);
  json_builder_set_member_name (builder, "next");
  if (next)
    json_builder_add_string_value (builder, next);
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}

void
isr_handle_cue (const IsrRequest *request)
{
  const char *name = isr_query_get (request->query, "file");
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrRecording) recording = name ? isr_catalog_require (request->house->catalog, name, &error) : NULL;
  g_autoptr (GPtrArray) titles = NULL;

  if (!name) {
    isr_reply_error (request, 400, "bad-request", "file is missing: the name of a recording, as /api/files has it");
    return;
  }
  titles = !recording ? NULL : isr_catalog_titles_of (request->house->catalog, recording, &error);
  if (titles)
    isr_reply_text (request, "text/plain; charset=utf-8", isr_cue_format (recording, titles));
  else
    isr_reply_gerror (request, error);
}
