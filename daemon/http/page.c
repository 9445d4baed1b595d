/* SPDX-License-Identifier: MIT */
/* page.c - what is asked is copied, as it outlives the request. */
#include "daemon/http/page.h"

#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/span.h"
#include "daemon/http/work.h"

static void
page_free (gpointer data)
{
  IsrPage *self = data;

  g_free (self->source);
  g_free (self->text);
  g_free (self->cursor);
  g_free (self->verdict);
  g_time_zone_unref (self->zone);
  g_clear_object (&self->analysis);
  g_free (self);
}

static IsrPage *
page_new (const IsrRequest *request, const IsrPageKind *kind, const IsrCatalogQuery *query)
{
  IsrPage *self = g_new0 (IsrPage, 1);

  self->kind = kind;
  self->query = *query;
  self->query.source = self->source = g_strdup (query->source);
  self->query.text = self->text = g_strdup (query->text);
  self->query.cursor = self->cursor = g_strdup (query->cursor);
  self->verdict = g_strdup (isr_query_get (request->query, "verdict"));
  self->zone = g_time_zone_ref (request->house->zone);
  g_set_object (&self->analysis, request->house->analysis);
  return self;
}

static char *
write_page (IsrCatalog *snapshot, gpointer data, GError **error)
{
  const IsrPage *self = data;
  g_autofree char *next = NULL;
  g_autoptr (GPtrArray) rows = self->kind->find (snapshot, &self->query, &next, error);
  g_autoptr (JsonBuilder) builder = NULL;

  if (!rows)
    return NULL;
  builder = json_builder_new_immutable ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, self->kind->name);
  json_builder_begin_array (builder);
  if (!self->kind->add (builder, self, snapshot, rows, error))
    return NULL;
  json_builder_end_array (builder);
  if (!self->kind->whole)
    isr_json_add_string (builder, "next", next);
  json_builder_end_object (builder);
  return isr_json_finish (builder);
}

void
isr_reply_page (const IsrRequest *request, const IsrPageKind *kind)
{
  g_autoptr (GError) error = NULL;
  IsrCatalogQuery query = { 0 };

  if (isr_request_read_query (request, &query, &error))
    isr_reply_worked (request, write_page, page_new (request, kind, &query), page_free);
  else
    isr_reply_gerror (request, error);
}
