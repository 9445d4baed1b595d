/* SPDX-License-Identifier: MIT */
/* webhook.c - queue, request, pause.
 *
 *   post --> queue (100) --> request --> told --> next
 *                            ^    | no answer, 5xx, 429: pause, at most five times
 *                            '----'
 *
 * One line in the log when a server begins to refuse, one when it takes them again. */
#include "daemon/ops/webhook.h"

#include <libsoup/soup.h>

#include "daemon/core/log.h"

struct _IsrWebhook {
  grefcount references; /* one is the owner's, one that of a request under way */
  char *url, *where, *login;
  guint limit_ms, first_ms;
  SoupSession *session;

  GQueue queue; /* char * */
  char *body;   /* the one that is told now; NULL: none */
  guint tries;  /* of it */
  GCancellable *cancellable;
  SoupMessage *message; /* under way; NULL: none */
  guint timer;          /* to the limit of the request, or to the end of the pause */
  gboolean late;        /* the limit is over */
  gboolean freed, stopped;
  gboolean failing; /* that was said */
  guint lost;       /* since one was told */
  guint carried;    /* those that the body speaks of */
  guint untold;     /* since the server failed */

  void (*on_idle) (gpointer data);
  gpointer data;
};

static void
unref (IsrWebhook *self)
{
  if (!g_ref_count_dec (&self->references))
    return;
  g_object_unref (self->session);
  g_object_unref (self->cancellable);
  g_free (self->body);
  g_free (self->url);
  g_free (self->where);
  g_free (self->login);
  g_free (self);
}

/* --- judging ---------------------------------------------------------------- */

gboolean
isr_webhook_is_final (guint status)
{
  return status != 0 && status != 408 && status != 425 && status != 429 && status < 500;
}

static gint64
parse_retry_after (const char *text, gint64 now_us)
{
  g_autoptr (GDateTime) date = NULL;
  guint64 seconds = 0;

  if (g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT32, &seconds, NULL))
    return (gint64) seconds * 1000;
  date = soup_date_time_new_from_http_string (text);
  return date ? g_date_time_to_unix (date) * 1000 - now_us / 1000 : 0;
}

guint
isr_webhook_get_pause (guint first_ms, guint tries, const char *retry_after, gint64 now_us)
{
  gint64 own = (gint64) first_ms << MIN (tries - 1, 16);
  gint64 wished = retry_after ? MIN (parse_retry_after (retry_after, now_us), ISR_WEBHOOK_AFTER_MAX) : 0;

  return (guint) MAX (own, wished);
}

/* --- the log ------------------------------------------------------------------ */

static void
tell_failure (IsrWebhook *self, const char *reason)
{
  if (!self->failing)
    isr_log_warning (NULL, "[hooks] webhook: %s was not told: %s", self->where, reason);
  self->failing = TRUE;
}

static void
tell_success (IsrWebhook *self)
{
  if (self->failing)
    isr_log_info (NULL, "[hooks] webhook: %s listens again; %u were not told", self->where, self->untold);
  self->failing = FALSE;
  self->untold = 0;
}

/* --- one after the other -------------------------------------------------------- */

static void send_next (IsrWebhook *self);

static void
lose (IsrWebhook *self, char *json)
{
  self->lost++;
  self->untold++;
  g_free (json);
}

/* And with it the news of those before it. */
static void
lose_body (IsrWebhook *self)
{
  self->lost += self->carried;
  lose (self, g_steal_pointer (&self->body));
}

static void
finish (IsrWebhook *self)
{
  g_clear_pointer (&self->body, g_free);
  send_next (self);
}

static void send (IsrWebhook *self);

static gboolean
on_pause_over (gpointer data)
{
  IsrWebhook *self = data;

  self->timer = 0;
  send (self);
  return G_SOURCE_REMOVE;
}

static void
retry (IsrWebhook *self, const char *reason, const char *retry_after)
{
  tell_failure (self, reason);
  if (self->tries >= ISR_WEBHOOK_TRIES || self->stopped) {
    lose_body (self);
    finish (self);
    return;
  }
  self->timer = g_timeout_add (isr_webhook_get_pause (self->first_ms, self->tries, retry_after, g_get_real_time ()), on_pause_over, self);
}

static void
judge (IsrWebhook *self, guint status, const char *reason, const char *retry_after)
{
  if (!isr_webhook_is_final (status)) {
    retry (self, reason, retry_after);
    return;
  }
  if (SOUP_STATUS_IS_SUCCESSFUL (status)) {
    tell_success (self);
  } else {
    tell_failure (self, reason);
    lose_body (self);
  }
  finish (self);
}

static char *
describe (IsrWebhook *self, guint status, const GError *error)
{
  if (self->late)
    return g_strdup_printf ("no answer within %.3g s", self->limit_ms / 1e3);
  if (error)
    return g_strdup (error->message);
  return g_strdup_printf ("it answers %u %s%s", status, soup_status_get_phrase (status), SOUP_STATUS_IS_REDIRECTION (status) ? "; give the address that it leads to" : "");
}

static void
on_answer (GObject *session, GAsyncResult *result, gpointer data)
{
  IsrWebhook *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GInputStream) stream = soup_session_send_finish (SOUP_SESSION (session), result, &error);
  g_autoptr (SoupMessage) message = g_steal_pointer (&self->message);
  guint status = stream ? soup_message_get_status (message) : 0;
  g_autofree char *reason = describe (self, status, error);

  g_clear_handle_id (&self->timer, g_source_remove);
  if (!self->freed)
    judge (self, status, reason, soup_message_headers_get_one (soup_message_get_response_headers (message), "Retry-After"));
  unref (self);
}

static gboolean
on_limit (gpointer data)
{
  IsrWebhook *self = data;

  self->timer = 0;
  self->late = TRUE;
  g_cancellable_cancel (self->cancellable);
  return G_SOURCE_REMOVE;
}

static void
send (IsrWebhook *self)
{
  g_autoptr (GBytes) bytes = g_bytes_new (self->body, strlen (self->body));

  self->tries++;
  self->late = FALSE;
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->message = soup_message_new ("POST", self->url); /* the configuration has checked it */
  soup_message_add_flags (self->message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (self->message, "application/json", bytes);
  if (self->login)
    soup_message_headers_replace (soup_message_get_request_headers (self->message), "Authorization", self->login);
  self->timer = g_timeout_add (self->limit_ms, on_limit, self);
  g_ref_count_inc (&self->references);
  soup_session_send_async (self->session, self->message, G_PRIORITY_DEFAULT, self->cancellable, on_answer, self);
}

/* The object, with how many before it were lost. */
static char *
complete (IsrWebhook *self, const char *json)
{
  return g_strdup_printf ("%.*s,\"dropped\":%u}", (int) strlen (json) - 1, json, self->lost);
}

static void
send_next (IsrWebhook *self)
{
  g_autofree char *json = g_queue_pop_head (&self->queue);

  if (json) {
    self->body = complete (self, json);
    self->carried = self->lost;
    self->lost = 0;
    self->tries = 0;
    send (self);
  } else if (self->on_idle) {
    self->on_idle (self->data);
  }
}

void
isr_webhook_post (IsrWebhook *self, char *json)
{
  g_queue_push_tail (&self->queue, json);
  if (self->queue.length > ISR_WEBHOOK_QUEUE)
    lose (self, g_queue_pop_head (&self->queue));
  if (!self->body)
    send_next (self);
}

/* --- the object -------------------------------------------------------------------- */

gboolean
isr_webhook_is_idle (const IsrWebhook *self)
{
  return !self->body && self->queue.length == 0;
}

void
isr_webhook_set_idle_func (IsrWebhook *self, void (*func) (gpointer data), gpointer data)
{
  self->on_idle = func;
  self->data = data;
}

void
isr_webhook_stop (IsrWebhook *self)
{
  guint left = self->queue.length + (self->body ? 1 : 0);

  self->stopped = TRUE;
  if (left)
    isr_log_warning (NULL, "[hooks] webhook: %s is not told of the last %u any more", self->where, left);
  g_queue_clear_full (&self->queue, g_free);
  if (self->message) {
    g_cancellable_cancel (self->cancellable);
    return;
  }
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->body)
    finish (self);
}

/* "https://host:443": paths and queries may be secrets, logins are. */
static char *
get_origin (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  return uri ? g_uri_join (G_URI_FLAGS_NONE, g_uri_get_scheme (uri), NULL, g_uri_get_host (uri), g_uri_get_port (uri), "", NULL, NULL) : g_strdup ("the server");
}

/* RFC 7617. NULL: the address has no login. */
static char *
make_login (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_HAS_PASSWORD, NULL);
  const char *password = uri ? g_uri_get_password (uri) : NULL;
  g_autofree char *both = uri && g_uri_get_user (uri) ? g_strdup_printf ("%s:%s", g_uri_get_user (uri), password ? password : "") : NULL;
  g_autofree char *coded = both ? g_base64_encode ((const guchar *) both, strlen (both)) : NULL;

  return coded ? g_strconcat ("Basic ", coded, NULL) : NULL;
}

void
isr_webhook_configure (IsrWebhook *self, const char *url, guint limit_ms)
{
  g_free (self->url);
  g_free (self->where);
  g_free (self->login);
  self->url = g_strdup (url);
  self->where = get_origin (url);
  self->login = make_login (url);
  self->limit_ms = limit_ms;
}

IsrWebhook *
isr_webhook_new (const char *url, guint limit_ms, guint first_ms)
{
  IsrWebhook *self = g_new0 (IsrWebhook, 1);

  g_ref_count_init (&self->references);
  self->session = soup_session_new_with_options ("user-agent", "isr/" ISR_VERSION, "max-conns", 1, "max-conns-per-host", 1, NULL);
  /* libsoup 3.2 answers a 401 with an empty body: the login is sent at once, and by us */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_AUTH_MANAGER);
  self->cancellable = g_cancellable_new ();
  self->first_ms = first_ms;
  g_queue_init (&self->queue);
  isr_webhook_configure (self, url, limit_ms);
  return self;
}

void
isr_webhook_free (IsrWebhook *self)
{
  self->freed = TRUE;
  self->on_idle = NULL;
  g_queue_clear_full (&self->queue, g_free);
  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  unref (self);
}
