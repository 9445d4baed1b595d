/* SPDX-License-Identifier: MIT */
/* api-status.c - how it goes: /api/status, /api/config, /api/events, /healthz. */
#include "daemon/http/handlers.h"
#include "daemon/http/json.h"

void
isr_handle_status (const IsrRequest *request)
{
  g_autoptr (GPtrArray) states = isr_control_states (request->house->control);

  isr_reply_json (request, 200, isr_json_status (states, request->house->catalog, request->house->zone));
}

void
isr_handle_config (const IsrRequest *request)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "timezone");
  json_builder_add_string_value (builder, request->house->timezone);
  json_builder_set_member_name (builder, "version");
  json_builder_add_string_value (builder, ISR_VERSION);
  json_builder_set_member_name (builder, "writable");
  json_builder_add_boolean_value (builder, isr_access_is_writable (request->house->access));
  json_builder_end_object (builder);
  isr_reply_built (request, builder);
}

/* The main loop turns: that is what it says. */
void
isr_handle_health (const IsrRequest *request)
{
  isr_reply_json (request, 200, g_strdup ("{\"status\":\"ok\"}"));
}

void
isr_handle_events (const IsrRequest *request)
{
  const char *last_id = soup_message_headers_get_one (request->headers, "Last-Event-ID");

  if (request->head) {
    soup_message_headers_set_content_type (request->answer, "text/event-stream", NULL);
    soup_server_message_set_status (request->message, 200, NULL);
  } else if (!isr_sse_listen (request->house->sse, request->message, last_id)) {
    soup_message_headers_replace (request->answer, "Retry-After", "30");
    isr_reply_error (request, 503, "too-many", "too many listen to events already: close a few pages and try again");
  }
}
