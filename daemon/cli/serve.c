/* SPDX-License-Identifier: MIT */
/* serve.c - another process' status.json as states, and its commits as news.
 *
 * The recorder replaces status.json every two seconds; what is older than ten says that
 * nobody records. Its catalog is read with a connection of our own; SQLite's data_version
 * changes with every commit, and which row it was is not told: everything is asked again. */
#include "daemon/cli/serve.h"

#include "daemon/archive/status-file.h"

#include <json-glib/json-glib.h>

#define FRESH 10   /* s */
#define INTERVAL 2 /* s */

struct _IsrViewer {
  IsrCatalog *catalog;
  char *state_directory;
  GPtrArray *configured; /* IsrSourceState: what the configuration has */
  IsrControl control;
  guint timer;
};

/* --- status.json ----------------------------------------------------------- */

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static gint64
get_number (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : 0;
}

static IsrState
read_state (const char *word)
{
  for (IsrState state = ISR_STATE_IDLE; state <= ISR_STATE_FAILED; state++)
    if (g_strcmp0 (isr_state_to_string (state), word) == 0)
      return state;
  return ISR_STATE_IDLE;
}

static GStrv
read_warnings (JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "warnings");
  JsonArray *list = node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autoptr (GStrvBuilder) warnings = g_strv_builder_new ();

  for (guint i = 0; list && i < json_array_get_length (list); i++) {
    JsonNode *word = json_array_get_element (list, i);

    if (json_node_get_value_type (word) == G_TYPE_STRING)
      g_strv_builder_add (warnings, json_node_get_string (word));
  }
  return g_strv_builder_end (warnings);
}

/* Centi-dB of dB. */
static void
read_level (JsonObject *object, const char *name, int *level)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node && (json_node_get_value_type (node) == G_TYPE_DOUBLE || json_node_get_value_type (node) == G_TYPE_INT64))
    *level = (int) (json_node_get_double (node) * 100 + (json_node_get_double (node) < 0 ? -0.5 : 0.5));
}

static IsrSourceState *
read_source (JsonObject *object)
{
  IsrSourceState *state = isr_source_state_new (get_text (object, "name") ? get_text (object, "name") : "", get_text (object, "type"));

  state->state = read_state (get_text (object, "state"));
  state->reason = g_strdup (get_text (object, "reason"));
  state->detail = g_strdup (get_text (object, "detail"));
  g_strfreev (state->warnings);
  state->warnings = read_warnings (object);
  state->since_us = get_number (object, "since_us");
  state->retry_at_us = get_number (object, "retry_at_us");
  state->retries = (guint) get_number (object, "retries");
  state->disk_us = get_number (object, "disk_since_us");
  state->file = g_strdup (get_text (object, "file"));
  read_level (object, "level", &state->level);
  read_level (object, "peak", &state->peak);
  read_level (object, "floor", &state->floor);
  return state;
}

GPtrArray *
isr_viewer_read_status (const char *text)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = json_parser_load_from_data (parser, text, -1, NULL) ? json_parser_get_root (parser) : NULL;
  JsonNode *sources = root && JSON_NODE_HOLDS_OBJECT (root) ? json_object_get_member (json_node_get_object (root), "sources") : NULL;
  JsonArray *list = sources && JSON_NODE_HOLDS_ARRAY (sources) ? json_node_get_array (sources) : NULL;
  GPtrArray *states;

  if (!list)
    return NULL;
  states = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_state_free);
  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonNode *source = json_array_get_element (list, i);

    if (JSON_NODE_HOLDS_OBJECT (source))
      g_ptr_array_add (states, read_source (json_node_get_object (source)));
  }
  return states;
}

/* --- control ---------------------------------------------------------------- */

static gpointer
copy_state (gconstpointer state, gpointer unused)
{
  return isr_source_state_copy (state);
}

/* Of the recorder while it lives, else those of the configuration, which do nothing. */
static GPtrArray *
get_states (gpointer data)
{
  IsrViewer *self = data;
  g_autofree char *text = isr_status_file_read (self->state_directory, FRESH);
  GPtrArray *states = text ? isr_viewer_read_status (text) : NULL;

  return states ? states : g_ptr_array_copy (self->configured, copy_state, NULL);
}

static GPtrArray *
list_configured (const IsrConfig *config)
{
  GPtrArray *states = g_ptr_array_new_with_free_func ((GDestroyNotify) isr_source_state_free);

  for (guint i = 0; i < config->sources->len; i++) {
    const IsrSourceConfig *source = config->sources->pdata[i];
    IsrSourceState *state = isr_source_state_new (source->name, isr_source_type_to_string (source->type));

    state->state = ISR_STATE_STOPPED;
    state->reason = g_strdup ("not-running");
    state->detail = g_strdup ("no isr records into this archive now");
    g_ptr_array_add (states, state);
  }
  return states;
}

static gboolean
on_time (gpointer data)
{
  IsrViewer *self = data;

  isr_catalog_poll (self->catalog);
  return G_SOURCE_CONTINUE;
}

IsrViewer *
isr_viewer_new (IsrCatalog *catalog, const IsrConfig *config)
{
  IsrViewer *self = g_new0 (IsrViewer, 1);

  self->catalog = catalog;
  self->state_directory = g_strdup (config->state_directory);
  self->configured = list_configured (config);
  self->control = (IsrControl){ .states = get_states, .self = self };
  self->timer = g_timeout_add_seconds (INTERVAL, on_time, self);
  return self;
}

void
isr_viewer_free (IsrViewer *self)
{
  g_source_remove (self->timer);
  g_ptr_array_unref (self->configured);
  g_free (self->state_directory);
  g_free (self);
}

const IsrControl *
isr_viewer_get_control (IsrViewer *self)
{
  return &self->control;
}
