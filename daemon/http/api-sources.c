/* SPDX-License-Identifier: MIT */
/* api-sources.c - every source that is configured or has recordings: /api/sources. */
#include "daemon/archive/sources.h"
#include "daemon/http/handlers.h"
#include "daemon/http/json-values.h"
#include "daemon/http/json.h"
#include "daemon/http/pending.h"

#include <string.h>

static const IsrSourceState *
find_state (GPtrArray *states, const char *name)
{
  for (guint i = 0; i < states->len; i++)
    if (g_str_equal (((IsrSourceState *) states->pdata[i])->name, name))
      return states->pdata[i];
  return NULL;
}

static void
add_source (JsonBuilder *builder, const IsrSourceFiles *source, const IsrSourceState *state, GTimeZone *zone)
{
  json_builder_begin_object (builder);
  isr_json_add_string (builder, "name", source->name);
  isr_json_add_string (builder, "type", state ? state->type : NULL);
  isr_json_add_boolean (builder, "configured", state != NULL);
  isr_json_add_int (builder, "files", source->files);
  isr_json_add_time (builder, "first", source->first_us, zone);
  isr_json_add_time (builder, "last", source->last_us, zone);
  json_builder_end_object (builder);
}

static gboolean
has_name (gconstpointer source, gconstpointer name)
{
  return g_str_equal (((const IsrSourceFiles *) source)->name, name);
}

/* Those of the configuration in its order, then the others by name. */
static void
add_sources (JsonBuilder *builder, GPtrArray *sources, GPtrArray *states, GTimeZone *zone)
{
  for (guint i = 0; i < states->len; i++) {
    const IsrSourceState *state = states->pdata[i];
    IsrSourceFiles none = { .name = state->name };
    guint place;

    add_source (builder, g_ptr_array_find_with_equal_func (sources, state->name, has_name, &place) ? sources->pdata[place] : &none, state, zone);
  }
  for (guint i = 0; i < sources->len; i++)
    if (!find_state (states, ((IsrSourceFiles *) sources->pdata[i])->name))
      add_source (builder, sources->pdata[i], NULL, zone);
}

static void
reply (const IsrRequest *request, GPtrArray *sources)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();
  g_autoptr (GPtrArray) states = isr_control_states (request->house->control);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  add_sources (builder, sources, states, request->house->zone);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}

static void
on_sources (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (IsrPending) pending = data;
  const IsrRequest *request = isr_pending_get_request (pending);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sources = isr_catalog_sources_finish (ISR_CATALOG (object), result, &error);

  if (request && sources)
    reply (request, sources);
  else if (request)
    isr_reply_gerror (request, error);
}

void
isr_handle_sources (const IsrRequest *request)
{
  IsrPending *pending = isr_pending_new (request);

  isr_catalog_sources_async (request->house->catalog, isr_pending_get_cancellable (pending), on_sources, pending);
}
