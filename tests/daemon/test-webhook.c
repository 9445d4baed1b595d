/* SPDX-License-Identifier: MIT */
/* A web server that takes, refuses, is slow, is not there. */
#include "daemon/ops/hooks.h"
#include "daemon/ops/webhook.h"
#include "tests/daemon/temp.h"

#include <libsoup/soup.h>

typedef struct {
  SoupServer *server;
  char *url;
  const guint *answers; /* the statuses of the first ones, ended by 0; then 200 */
  gboolean silent;      /* no answer at all */
  guint asked;
  GPtrArray *told; /* bodies that were answered with 200 */
  const char *retry_after;
} Fixture;

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  Fixture *f = data;
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  guint status = f->answers && *f->answers ? *f->answers++ : 200;

  f->asked++;
  g_assert_cmpstr (soup_server_message_get_method (message), ==, "POST");
  g_assert_cmpstr (soup_message_headers_get_content_type (soup_server_message_get_request_headers (message), NULL), ==, "application/json");
  if (f->silent) {
    soup_server_message_pause (message);
    return;
  }
  if (status == 200)
    g_ptr_array_add (f->told, g_strndup (body->data, (gsize) body->length));
  if (f->retry_after)
    soup_message_headers_append (soup_server_message_get_response_headers (message), "Retry-After", f->retry_after);
  soup_message_headers_append (soup_server_message_get_response_headers (message), "Location", "/elsewhere");
  soup_server_message_set_status (message, status, NULL);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  GSList *uris;

  f->told = g_ptr_array_new_with_free_func (g_free);
  f->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (f->server, NULL, on_request, f, NULL);
  g_assert_true (soup_server_listen_local (f->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, NULL));
  uris = soup_server_get_uris (f->server);
  f->url = g_strdup_printf ("http://127.0.0.1:%d/hooks/s3cret?key=s3cret", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  soup_server_disconnect (f->server);
  g_object_unref (f->server);
  g_ptr_array_unref (f->told);
  g_free (f->url);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
post (IsrWebhook *webhook, guint number)
{
  isr_webhook_post (webhook, g_strdup_printf ("{\"n\":%u}", number));
}

static void
assert_told (Fixture *f, guint index, guint number, guint dropped)
{
  g_autofree char *wanted = g_strdup_printf ("{\"n\":%u,\"dropped\":%u}", number, dropped);

  g_assert_cmpuint (index, <, f->told->len);
  g_assert_cmpstr (f->told->pdata[index], ==, wanted);
}

/* Refused, and refused again: told in the end, in order, once. */
static void
test_retried (Fixture *f, gconstpointer data)
{
  static const guint answers[] = { 500, 429, 503, 0 };
  g_autoptr (IsrWebhook) webhook = isr_webhook_new (f->url, 20000, 1);

  f->answers = answers;
  for (guint i = 0; i < 5; i++)
    post (webhook, i);
  TEMP_WAIT_FOR (isr_webhook_is_idle (webhook));
  g_assert_cmpuint (f->asked, ==, 8);
  g_assert_cmpuint (f->told->len, ==, 5);
  for (guint i = 0; i < 5; i++)
    assert_told (f, i, i, 0);
}

/* A server that is broken for good holds nobody up for ever; the next one hears of it. */
static void
test_given_up (Fixture *f, gconstpointer data)
{
  static const guint answers[] = { 500, 500, 500, 500, 500, 500, 404, 302, 0 };
  g_autoptr (IsrWebhook) webhook = isr_webhook_new (f->url, 20000, 1);

  f->answers = answers;
  for (guint i = 0; i < 4; i++)
    post (webhook, i);
  TEMP_WAIT_FOR (isr_webhook_is_idle (webhook));
  g_assert_cmpuint (f->asked, ==, 9);
  g_assert_cmpuint (f->told->len, ==, 1);
  assert_told (f, 0, 3, 3);
}

/* Hundreds wait: the newest hundred are kept, behind the one that was under way. */
static void
test_bounded (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrWebhook) webhook = isr_webhook_new (f->url, 20000, 1);

  for (guint i = 0; i < 351; i++)
    post (webhook, i);
  TEMP_WAIT_FOR (isr_webhook_is_idle (webhook));
  g_assert_cmpuint (f->told->len, ==, ISR_WEBHOOK_QUEUE + 1);
  assert_told (f, 0, 0, 0);
  assert_told (f, 1, 251, 250);
  assert_told (f, 2, 252, 0);
  assert_told (f, 100, 350, 0);
}

/* Nobody listens; then somebody does, at the same port. */
static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrWebhook) webhook = isr_webhook_new ("http://127.0.0.1:1/", 20000, 1);

  post (webhook, 0);
  post (webhook, 1);
  TEMP_WAIT_FOR (isr_webhook_is_idle (webhook));
  g_assert_cmpuint (f->asked, ==, 0);
  isr_webhook_configure (webhook, f->url, 20000);
  post (webhook, 2);
  TEMP_WAIT_FOR (isr_webhook_is_idle (webhook));
  assert_told (f, 0, 2, 2);
}

/* A server that says nothing is not waited for longer than the limit. */
static void
test_silent (Fixture *f, gconstpointer data)
{
  g_autoptr (IsrWebhook) webhook = isr_webhook_new (f->url, 100, 1);

  f->silent = TRUE;
  post (webhook, 0);
  TEMP_WAIT_FOR (isr_webhook_is_idle (webhook));
  g_assert_cmpuint (f->told->len, ==, 0);
}

/* Stopped, freed: in the middle of a request, and of a pause. */
static void
test_ended (Fixture *f, gconstpointer data)
{
  static const guint answers[] = { 500, 0 };
  IsrWebhook *webhook = isr_webhook_new (f->url, 20000, 60000);

  f->silent = TRUE;
  post (webhook, 0);
  post (webhook, 1);
  TEMP_WAIT_FOR (f->asked == 1);
  isr_webhook_stop (webhook);
  TEMP_WAIT_FOR (isr_webhook_is_idle (webhook));
  f->silent = FALSE;
  isr_webhook_free (webhook);

  webhook = isr_webhook_new (f->url, 20000, 60000);
  f->answers = answers;
  post (webhook, 2);
  TEMP_WAIT_FOR (f->asked == 2 && *f->answers == 0);
  for (int i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  isr_webhook_stop (webhook);
  TEMP_WAIT_FOR (isr_webhook_is_idle (webhook));
  isr_webhook_free (webhook);

  webhook = isr_webhook_new (f->url, 20000, 60000);
  post (webhook, 3);
  isr_webhook_free (webhook);
}

static void
test_pause (void)
{
  const gint64 now_us = G_GINT64_CONSTANT (1706700000000000); /* 2024-01-31 11:20:00 UTC */

  g_assert_cmpuint (isr_webhook_get_pause (1000, 1, NULL, now_us), ==, 1000);
  g_assert_cmpuint (isr_webhook_get_pause (1000, 5, NULL, now_us), ==, 16000);
  g_assert_cmpuint (isr_webhook_get_pause (1000, 1, "7", now_us), ==, 7000);
  g_assert_cmpuint (isr_webhook_get_pause (1000, 5, "7", now_us), ==, 16000);
  g_assert_cmpuint (isr_webhook_get_pause (1000, 1, "Wed, 31 Jan 2024 11:20:30 GMT", now_us), ==, 30000);
  g_assert_cmpuint (isr_webhook_get_pause (1000, 1, "Wed, 31 Jan 2024 11:00:00 GMT", now_us), ==, 1000);
  g_assert_cmpuint (isr_webhook_get_pause (1000, 1, "1000000", now_us), ==, ISR_WEBHOOK_AFTER_MAX);
  g_assert_cmpuint (isr_webhook_get_pause (1000, 1, "soon", now_us), ==, 1000);
  g_assert_false (isr_webhook_is_final (0));
  g_assert_false (isr_webhook_is_final (408));
  g_assert_false (isr_webhook_is_final (503));
  g_assert_true (isr_webhook_is_final (200));
  g_assert_true (isr_webhook_is_final (301));
  g_assert_true (isr_webhook_is_final (404));
}

static void
on_done (gpointer data)
{
  *(gboolean *) data = TRUE;
}

/* Only what was asked for; at the end what waits is still told. */
static void
test_hooks (Fixture *f, gconstpointer data)
{
  static const char *const wanted[] = { "gap", "event", NULL };
  IsrConfig config = { .webhook = f->url, .webhook_events = (GStrv) wanted, .hook_limit = G_GINT64_CONSTANT (20000000000), .timezone = (char *) "UTC" };
  IsrGap gap = { .source = (char *) "mic", .start_us = G_GINT64_CONSTANT (1706700000000000), .end_us = G_GINT64_CONSTANT (1706700002000000), .cause = ISR_CAUSE_STALLED };
  IsrEvent event = { .source = (char *) "mic", .state = ISR_EVENT_ENDED, .start_us = gap.start_us, .end_us = gap.end_us, .score = 1500, .peak = -1000, .floor = -5000, .reason = (char *) "level" };
  g_autoptr (IsrSourceState) state = isr_source_state_new ("mic", "test");
  g_autoptr (IsrHooks) hooks = isr_hooks_new (&config);
  gboolean done = FALSE;

  state->state = ISR_STATE_RECORDING;
  isr_hooks_tell_state (hooks, state);
  for (int i = 0; i < 3; i++) /* one incident */
    isr_hooks_tell_gap (hooks, &gap);
  isr_hooks_tell_event (hooks, &event);
  isr_hooks_finish (hooks, on_done, &done);
  TEMP_WAIT_FOR (done);
  g_assert_cmpuint (f->told->len, ==, 2);
  g_assert_nonnull (strstr (f->told->pdata[0], "\"event\":\"gap\""));
  g_assert_nonnull (strstr (f->told->pdata[0], "\"seconds\":2.000,\"cause\":\"stalled\""));
  g_assert_nonnull (strstr (f->told->pdata[1], "\"score\":15.00,\"peak\":-10.00,\"floor\":-50.00"));
}

#define ADD(name, func) g_test_add ("/webhook/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/webhook/pause", test_pause);
  ADD ("retried", test_retried);
  ADD ("given-up", test_given_up);
  ADD ("bounded", test_bounded);
  ADD ("refused", test_refused);
  ADD ("silent", test_silent);
  ADD ("ended", test_ended);
  ADD ("hooks", test_hooks);
  return g_test_run ();
}
