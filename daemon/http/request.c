/* SPDX-License-Identifier: MIT */
/* request.c - answers with a body that is at hand. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/request.h"

#include "daemon/core/error.h"
#include "daemon/http/json.h"

static const struct {
  guint status;
  const char *code;
} by_error[] = {
  [ISR_ERROR_USAGE] = { 400, "bad-request" },
  [ISR_ERROR_CONFIG] = { 500, "config" },
  [ISR_ERROR_LOCKED] = { 409, "locked" },
  [ISR_ERROR_NOT_FOUND] = { 404, "not-found" },
  [ISR_ERROR_BUSY] = { 409, "busy" },
  [ISR_ERROR_DEVICE] = { 500, "device" },
  [ISR_ERROR_STORAGE] = { 500, "storage" },
  [ISR_ERROR_FAILED] = { 500, "failed" },
};

void
isr_reply_json (const IsrRequest *request, guint status, char *body)
{
  soup_server_message_set_status (request->message, status, NULL);
  soup_message_headers_replace (request->answer, "Cache-Control", "no-store");
  soup_server_message_set_response (request->message, "application/json; charset=utf-8", SOUP_MEMORY_TAKE, body, strlen (body));
}

void
isr_reply_built (const IsrRequest *request, JsonBuilder *builder)
{
  isr_reply_json (request, 200, isr_json_finish (builder));
}

void
isr_reply_error (const IsrRequest *request, guint status, const char *code, const char *message)
{
  isr_reply_json (request, status, isr_json_error (code, message));
}

void
isr_reply_gerror (const IsrRequest *request, const GError *error)
{
  guint i = error->domain == ISR_ERROR && error->code < (int) G_N_ELEMENTS (by_error) ? (guint) error->code : ISR_ERROR_FAILED;

  if (by_error[i].status == 500)
    g_warning ("%s", error->message);
  isr_reply_error (request, by_error[i].status, by_error[i].code, error->message);
}
