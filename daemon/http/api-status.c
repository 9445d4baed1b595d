/* SPDX-License-Identifier: MIT */
/* api-status.c - how it goes: /api/status, /api/config, /api/events, /healthz, /readyz. */
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"
#include "daemon/http/send.h"

#define CLIP_PRE_ROLL 2 /* seconds that the page plays around a section */
#define CLIP_POST_ROLL 1

void
isr_handle_status (const IsrRequest *request)
{
  g_autoptr (GPtrArray) states = isr_control_states (request->house->control);

  isr_reply_json (request, 200, isr_json_status (states, request->house->catalog, request->house->zone));
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_sources (JsonBuilder *builder, GPtrArray *sources)
{
  json_builder_set_member_name (builder, "sources");
  json_builder_begin_array (builder);
  for (guint i = 0; sources && i < sources->len; i++) {
    const IsrSourceConfig *source = sources->pdata[i];

    json_builder_begin_object (builder);
    add_string (builder, "name", source->name);
    add_string (builder, "type", isr_source_type_to_string (source->type));
    add_double (builder, "split_minutes", (double) source->split_interval / 60e9);
    add_double (builder, "split_offset_minutes", (double) source->split_offset / 60e9);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_analysis (JsonBuilder *builder, const IsrConfig *config)
{
  add_double (builder, "margin", config->margin);
  add_double (builder, "min_gap", (double) config->min_gap / 1e9);
  add_string (builder, "mode", config->mode);
  add_double (builder, "clip_pre_roll", CLIP_PRE_ROLL);
  add_double (builder, "clip_post_roll", CLIP_POST_ROLL);
}

/* What the page has to know before it asks anything else; never a secret. */
void
isr_handle_config (const IsrRequest *request)
{
  const IsrHouse *house = request->house;
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  add_string (builder, "version", ISR_VERSION);
  add_string (builder, "timezone", house->timezone);
  add_analysis (builder, house->config);
  add_boolean (builder, "recording", house->control->start != NULL);
  add_boolean (builder, "password", isr_auth_has_password (house->auth));
  add_boolean (builder, "authenticated", isr_auth_knows (house->auth, request->headers));
  add_boolean (builder, "writable", isr_catalog_is_writable (house->catalog) && isr_request_may_change (request));
  add_sources (builder, house->config->sources);
  json_builder_end_object (builder);
  isr_reply_json (request, 200, isr_json_finish (builder));
}

/* The main loop turns: that is what it says. A catalog that is not whole is no reason to end
 * a process that records. */
void
isr_handle_health (const IsrRequest *request)
{
  isr_reply_json (request, 200, g_strdup_printf ("{\"status\":\"ok\",\"catalog\":\"%s\"}", isr_catalog_get_condition (request->house->catalog)->state));
}

/* The catalog is open, else we would not be here; and it knows what lies in the archive. */
void
isr_handle_ready (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;

  if (!isr_catalog_check_whole (request->house->catalog, &error))
    isr_reply_gerror (request, error);
  else if (request->house->ready)
    isr_reply_json (request, 200, g_strdup ("{\"status\":\"ready\"}"));
  else
    isr_reply_error (request, 503, "starting", "the archive is still being looked through: what is asked for may not be in the lists yet");
}

void
isr_handle_events (const IsrRequest *request)
{
  const char *last_id = soup_message_headers_get_one (request->headers, "Last-Event-ID");

  if (request->head) {
    soup_message_headers_set_content_type (request->answer, "text/event-stream", NULL);
    soup_message_headers_replace (request->answer, "Cache-Control", "no-store");
    isr_send_set_endless (request->message);
    soup_message_body_complete (soup_server_message_get_response_body (request->message));
    soup_server_message_set_status (request->message, 200, NULL);
  } else if (!isr_sse_listen (request->house->sse, request->message, last_id)) {
    soup_message_headers_replace (request->answer, "Retry-After", "30");
    isr_reply_error (request, 503, "too-many", "too many listen to events already: close a few pages and try again");
  }
}
