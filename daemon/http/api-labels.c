/* SPDX-License-Identifier: MIT */
/* api-labels.c - what people say about stretches of time: /api/labels.
 *
 * Each answer to a change is the label as it is, or was: whoever takes one away can put
 * it back. */
#include "daemon/archive/labels.h"
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/kept.h"
#include "daemon/http/known.h"
#include "daemon/http/page.h"

#define MAX_LABEL 200 /* characters */
#define MAX_NOTE 10000
#define SAID "source start_us end_us verdict label note"
#define ANSWERED "id start end changed_us" /* not looked at: so an answer can be sent back as it is */

void
isr_json_add_label (JsonBuilder *builder, const IsrLabel *label, GTimeZone *zone)
{
  json_builder_begin_object (builder);
  isr_json_add_int (builder, "id", label->id);
  isr_json_add_string (builder, "source", label->source);
  isr_json_add_time (builder, "start", label->start_us, zone);
  isr_json_add_time (builder, "end", label->end_us, zone);
  isr_json_add_string (builder, "verdict", label->verdict);
  isr_json_add_string (builder, "label", label->label);
  isr_json_add_string (builder, "note", label->note);
  isr_json_add_int (builder, "changed_us", label->changed_us);
  json_builder_end_object (builder);
}

static void
reply_label (const IsrRequest *request, const IsrLabel *label, const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  if (!label) {
    isr_reply_gerror (request, error);
    return;
  }
  isr_json_add_label (builder, label, request->house->zone);
  isr_reply_kept (request, builder);
}

/* --- reading ------------------------------------------------------------- */

static gboolean
is_wanted (const IsrLabel *label, const char *verdict)
{
  return !verdict || g_str_equal (label->verdict ? label->verdict : "none", verdict);
}

static gboolean
check_verdict (const char *verdict, GError **error)
{
  if (!verdict || g_str_equal (verdict, "none") || isr_verdict_is_known (verdict))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "verdict: “%s” is none of kept, false and none", verdict);
  return FALSE;
}

static GPtrArray *
find_labels (IsrCatalog *snapshot, const IsrCatalogQuery *query, char **next, GError **error)
{
  return isr_catalog_labels (snapshot, query->source, query->from_us, query->to_us, error);
}

static gboolean
add_labels (JsonBuilder *builder, const IsrPage *page, IsrCatalog *snapshot, GPtrArray *labels, GError **error)
{
  for (guint i = 0; i < labels->len; i++)
    if (is_wanted (labels->pdata[i], page->verdict))
      isr_json_add_label (builder, labels->pdata[i], page->zone);
  return TRUE;
}

void
isr_handle_labels (const IsrRequest *request)
{
  static const IsrPageKind kind = { "labels", find_labels, add_labels, .whole = TRUE };
  g_autoptr (GError) error = NULL;

  if (check_verdict (isr_query_get (request->query, "verdict"), &error))
    isr_reply_page (request, &kind);
  else
    isr_reply_gerror (request, error);
}

/* --- changing ------------------------------------------------------------ */

static gboolean
wrong (GError **error, const char *name, const char *what)
{
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "%s: it must be %s", name, what);
  return FALSE;
}

/* A text, or null, or nothing; "" counts as null. */
static gboolean
read_text (JsonObject *body, const char *name, glong max, char **text, GError **error)
{
  JsonNode *node = json_object_get_member (body, name);

  if (!node || JSON_NODE_HOLDS_NULL (node))
    return TRUE;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return wrong (error, name, "a text or null");
  if (g_utf8_strlen (json_node_get_string (node), -1) > max)
    return wrong (error, name, "shorter");
  if (*json_node_get_string (node))
    *text = json_node_dup_string (node);
  return TRUE;
}

static gboolean
read_int (JsonObject *body, const char *name, gint64 *value, GError **error)
{
  JsonNode *node = json_object_get_member (body, name);

  if (!node || json_node_get_value_type (node) != G_TYPE_INT64)
    return wrong (error, name, "a whole number of UTC microseconds");
  *value = json_node_get_int (node);
  return TRUE;
}

static gboolean
read_source (const IsrRequest *request, JsonObject *body, IsrLabel *label, GError **error)
{
  JsonNode *node = json_object_get_member (body, "source");

  if (!node || json_node_get_value_type (node) != G_TYPE_STRING)
    return wrong (error, "source", "the name of a source");
  label->source = json_node_dup_string (node);
  return isr_house_check_source (request->house, label->source, error);
}

static IsrLabel *
read_label (const IsrRequest *request, GError **error)
{
  g_autoptr (JsonObject) body = isr_request_read_json (request, SAID " " ANSWERED, error);
  g_autoptr (IsrLabel) label = g_new0 (IsrLabel, 1);

  if (!body || !read_source (request, body, label, error) || !read_int (body, "start_us", &label->start_us, error) || !read_int (body, "end_us", &label->end_us, error)
      || !read_text (body, "verdict", MAX_LABEL, &label->verdict, error) || !read_text (body, "label", MAX_LABEL, &label->label, error)
      || !read_text (body, "note", MAX_NOTE, &label->note, error))
    return NULL;
  return g_steal_pointer (&label);
}

void
isr_handle_put_label (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrLabel) label = read_label (request, &error);
  g_autoptr (IsrLabel) now = label ? isr_catalog_put_label (request->house->catalog, label, &error) : NULL;

  reply_label (request, now, error);
}

void
isr_handle_delete_label (const IsrRequest *request)
{
  const char *source = isr_query_get (request->query, "source");
  g_autoptr (IsrLabel) was = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us, end_us;

  if (!source || !isr_query_get (request->query, "start_us") || !isr_query_get (request->query, "end_us")) {
    isr_reply_error (request, 400, "bad-request", "source, start_us and end_us say which label: all three are needed");
    return;
  }
  if (isr_query_get_time (request->query, "start_us", request->house->zone, 0, &start_us, &error) && isr_query_get_time (request->query, "end_us", request->house->zone, 0, &end_us, &error))
    was = isr_catalog_delete_label (request->house->catalog, source, start_us, end_us, &error);
  reply_label (request, was, error);
}
