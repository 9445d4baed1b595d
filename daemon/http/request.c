/* SPDX-License-Identifier: MIT */
/* request.c - what came with a request, and answers with a body that is at hand. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/request.h"

#include "daemon/core/error.h"
#include "daemon/http/coding.h"
#include "daemon/http/intake.h"
#include "daemon/http/json.h"
#include "daemon/http/params.h"
#include "daemon/http/read-json.h"

G_DEFINE_QUARK (isr - http - error, isr_http_error)

static const struct {
  guint status;
  const char *code;
} by_error[] = {
  [ISR_ERROR_USAGE] = { 400, "bad-request" },
  [ISR_ERROR_CONFIG] = { 500, "config" },
  [ISR_ERROR_LOCKED] = { 409, "locked" },
  [ISR_ERROR_NOT_FOUND] = { 404, "not-found" },
  [ISR_ERROR_BUSY] = { 409, "recording" },
  [ISR_ERROR_PROTECTED] = { 409, "protected" },
  [ISR_ERROR_READ_ONLY] = { 403, "read-only" },
  [ISR_ERROR_NO_SPACE] = { 507, "no-space" },
  [ISR_ERROR_DEVICE] = { 500, "device" },
  [ISR_ERROR_STORAGE] = { 500, "storage" },
  [ISR_ERROR_UNAVAILABLE] = { 503, "unavailable" },
  [ISR_ERROR_FAILED] = { 500, "failed" },
};

static const struct {
  guint status;
  const char *code;
} by_status[] = {
  { 401, "password" },
  { 403, "forbidden" },
  { 413, "too-large" },
  { 429, "too-many" },
  { 501, "no-decoder" },
  { 503, "unavailable" },
  { 507, "no-space" },
};

gboolean
isr_request_get_body (const IsrRequest *request, GBytes **body, GError **error)
{
  switch (isr_intake_get (request->message, body)) {
    case ISR_INTAKE_WHOLE:
      return TRUE;
    case ISR_INTAKE_TOO_LONG:
      g_set_error (error, ISR_HTTP_ERROR, 413, "the body is longer than the %d bytes that are taken", ISR_INTAKE_MAX);
      return FALSE;
    case ISR_INTAKE_CUT_OFF:
    default:
      g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "the body ended before its Content-Length");
      return FALSE;
  }
}

static gboolean
check_members (JsonObject *object, const char *known, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (object);

  for (GList *name = names; name; name = name->next)
    if (!isr_params_check_name (name->data, known, "member of the body", error))
      return FALSE;
  return TRUE;
}

JsonObject *
isr_request_read_json (const IsrRequest *request, const char *known, GError **error)
{
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GBytes) body = NULL;
  const char *data;
  gsize size;

  if (!isr_request_get_body (request, &body, error))
    return NULL;
  data = g_bytes_get_data (body, &size);
  object = isr_read_json (data ? data : "", size, error);
  return object && check_members (object, known, error) ? g_steal_pointer (&object) : NULL;
}

gboolean
isr_request_may_change (const IsrRequest *request)
{
  const IsrHouse *house = request->house;

  return isr_auth_has_password (house->auth) ? isr_auth_knows (house->auth, request->headers) : isr_access_is_writable (house->access);
}

static gboolean
takes_gzip (const IsrRequest *request)
{
  return isr_accepts_gzip (soup_message_headers_get_list (request->headers, "Accept-Encoding"));
}

static void
set_body (const IsrRequest *request, const char *type, const IsrMade *made)
{
  soup_message_headers_append (request->answer, "Vary", "Accept-Encoding");
  if (made->zipped)
    soup_message_headers_replace (request->answer, "Content-Encoding", "gzip");
  soup_server_message_set_response (request->message, type, SOUP_MEMORY_STATIC, NULL, 0);
  soup_message_body_append_bytes (soup_server_message_get_response_body (request->message), made->bytes);
}

static void
reply (const IsrRequest *request, guint status, const char *type, char *body)
{
  g_autoptr (IsrMade) made = isr_made_new_plain (body, takes_gzip (request));

  soup_server_message_set_status (request->message, status, NULL);
  soup_message_headers_replace (request->answer, "Cache-Control", "no-store");
  set_body (request, type, made);
}

void
isr_reply_json (const IsrRequest *request, guint status, char *body)
{
  reply (request, status, "application/json; charset=utf-8", body);
}

void
isr_reply_text (const IsrRequest *request, const char *type, char *body)
{
  reply (request, 200, type, body);
}

void
isr_reply_made (const IsrRequest *request, const IsrMade *made)
{
  soup_message_headers_replace (request->answer, "ETag", made->etag);
  soup_message_headers_replace (request->answer, "Cache-Control", "private, no-cache");
  soup_server_message_set_status (request->message, made->bytes ? 200 : 304, NULL);
  if (made->bytes)
    set_body (request, "application/json; charset=utf-8", made);
}

void
isr_reply_body (const IsrRequest *request, char *body)
{
  g_autoptr (IsrMade) made = isr_made_new (body, takes_gzip (request), soup_message_headers_get_list (request->headers, "If-None-Match"));

  isr_reply_made (request, made);
}

void
isr_reply_built (const IsrRequest *request, JsonBuilder *builder)
{
  isr_reply_body (request, isr_json_finish (builder));
}

void
isr_reply_error (const IsrRequest *request, guint status, const char *code, const char *message)
{
  isr_reply_json (request, status, isr_json_error (code, message));
}

/* What is wrong in the house, people shall find in the log. */
static void
reply_failure (const IsrRequest *request, guint status, const char *code, const char *message)
{
  if (status == 500)
    g_warning ("%s", message);
  if (status == 503)
    soup_message_headers_replace (request->answer, "Retry-After", "5");
  isr_reply_error (request, status, code, message);
}

void
isr_reply_gerror (const IsrRequest *request, const GError *error)
{
  guint i = error->domain == ISR_ERROR && error->code < (int) G_N_ELEMENTS (by_error) ? (guint) error->code : ISR_ERROR_FAILED;

  for (guint j = 0; error->domain == ISR_HTTP_ERROR && j < G_N_ELEMENTS (by_status); j++)
    if (by_status[j].status == (guint) error->code) {
      reply_failure (request, by_status[j].status, by_status[j].code, error->message);
      return;
    }
  reply_failure (request, by_error[i].status, by_error[i].code, error->message);
}
