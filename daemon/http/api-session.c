/* SPDX-License-Identifier: MIT */
/* api-session.c - POST and DELETE /api/session: the password for a token.
 *
 * A try is taken from the address before the password is looked at, so that trying
 * at the same time gains nothing; the right one gives it back. The hash is computed
 * in a worker, the recorder shall not wait for it. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/handlers.h"
#include "daemon/http/json.h"

typedef struct {
  IsrRequest request; /* `rest` and `query` are gone by then */
  GInetAddress *address;
  IsrPassword *password;
  char *text;
} Try;

static void
try_free (gpointer data)
{
  Try *self = data;

  g_object_unref (self->request.message);
  g_clear_object (&self->address);
  isr_password_unref (self->password);
  g_free (self->text);
  g_free (self);
}

static void
check (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Try *self = data;

  g_task_return_boolean (task, isr_password_is (self->password, self->text));
}

static void
reply_token (const IsrRequest *request)
{
  IsrAuth *auth = request->house->auth;
  g_autofree char *token = isr_sessions_add (auth->sessions, g_get_monotonic_time ());
  g_autofree char *cookie = isr_auth_format_cookie (auth, token);

  soup_message_headers_replace (request->answer, "Set-Cookie", cookie);
  isr_reply_json (request, 200, g_strdup_printf ("{\"token\":\"%s\"}", token));
}

static void
reply_wait (const IsrRequest *request, guint seconds)
{
  g_autofree char *header = g_strdup_printf ("%u", seconds);
  g_autofree char *text = g_strdup_printf ("too many tries: wait %u seconds, then try again", seconds);

  soup_message_headers_replace (request->answer, "Retry-After", header);
  isr_reply_error (request, 429, "too-many", text);
}

static void
on_checked (GObject *source, GAsyncResult *result, gpointer data)
{
  Try *self = g_task_get_task_data (G_TASK (result));
  IsrAuth *auth;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return; /* the house is gone */
  auth = self->request.house->auth;
  auth->checking--;
  if (g_task_propagate_boolean (G_TASK (result), NULL)) {
    isr_throttle_forgive (auth->throttle, self->address);
    reply_token (&self->request);
  } else {
    g_message ("a wrong password came from %s", soup_server_message_get_remote_host (self->request.message));
    isr_reply_error (&self->request, 401, "password", "this is not the password");
  }
  soup_server_message_unpause (self->request.message);
}

static void
check_async (const IsrRequest *request, GInetAddress *address, const char *text)
{
  Try *self = g_new0 (Try, 1);
  g_autoptr (GTask) task = g_task_new (NULL, request->house->ended, on_checked, NULL);

  self->request = *request;
  g_object_ref (self->request.message);
  self->address = g_object_ref (address);
  self->password = isr_password_ref (request->house->auth->password);
  self->text = g_strdup (text);
  request->house->auth->checking++;
  soup_server_message_pause (request->message);
  g_task_set_task_data (task, self, try_free);
  g_task_run_in_thread (task, check);
}

static GInetAddress *
find_address (const IsrRequest *request)
{
  GSocketAddress *address = soup_server_message_get_remote_address (request->message);

  return G_IS_INET_SOCKET_ADDRESS (address) ? g_object_ref (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))) : g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
}

static void
try_password (const IsrRequest *request, const char *text)
{
  IsrAuth *auth = request->house->auth;
  g_autoptr (GInetAddress) address = find_address (request);
  guint seconds = auth->checking < ISR_AUTH_AT_ONCE ? isr_throttle_take (auth->throttle, address, g_get_monotonic_time ()) : 1;

  if (seconds)
    reply_wait (request, seconds);
  else
    check_async (request, address, text);
}

void
isr_handle_session (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = isr_request_read_json (request, "password", &error);
  JsonNode *password = object ? json_object_get_member (object, "password") : NULL;

  if (!object)
    isr_reply_gerror (request, error);
  else if (!password || json_node_get_value_type (password) != G_TYPE_STRING)
    isr_reply_error (request, 400, "bad-request", "password is missing: send {\"password\": \"...\"}");
  else if (!isr_auth_has_password (request->house->auth))
    isr_reply_error (request, 409, "no-password", "no password is set: put password_file into [web]");
  else
    try_password (request, json_node_get_string (password));
}

/* Also whoever has none is rid of it. */
void
isr_handle_session_end (const IsrRequest *request)
{
  IsrAuth *auth = request->house->auth;
  g_autofree char *token = isr_auth_find_token (auth, request->headers);
  g_autofree char *cookie = isr_auth_format_cookie (auth, NULL);

  if (token)
    isr_sessions_remove (auth->sessions, token);
  soup_message_headers_replace (request->answer, "Set-Cookie", cookie);
  isr_reply_json (request, 200, g_strdup ("{}"));
}
