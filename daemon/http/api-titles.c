/* SPDX-License-Identifier: MIT */
/* api-titles.c - what was played: /api/titles and /api/cue. */
#include "daemon/archive/cue.h"
#include "daemon/http/finder.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"
#include "daemon/http/page.h"

static gboolean
add_titles (JsonBuilder *builder, const IsrPage *page, IsrCatalog *snapshot, GPtrArray *titles, GError **error)
{
  g_autoptr (IsrFinder) finder = isr_finder_new (snapshot);
  g_autoptr (GError) wrong = NULL;

  for (guint i = 0; i < titles->len && !wrong; i++) {
    const IsrTitle *title = titles->pdata[i];
    const IsrRecording *recording = isr_finder_at (finder, title->source, title->at_us, &wrong);

    isr_json_add_title (builder, title, recording, page->zone);
  }
  if (!wrong)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&wrong));
  return FALSE;
}

void
isr_handle_titles (const IsrRequest *request)
{
  static const IsrPageKind kind = { "titles", isr_catalog_titles, add_titles };

  isr_reply_page (request, &kind);
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
