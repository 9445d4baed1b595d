/* SPDX-License-Identifier: MIT */
/* The password, sessions, pages from elsewhere, and what is said before one has asked. */
#include "daemon/http/throttle.h"
#include "tests/daemon/house.h"

#include <crypt.h>
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <unistd.h>

#define START "/api/sources/mic/start"
#define EMPTY "Content-Length: 0\r\n"

static void
assert_status (Answer *answer, guint status, const char *code)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  g_autofree char *expected = g_strdup_printf ("{\"error\":\"%s\",\"message\":\"", code ? code : "");

  g_assert_cmpuint (answer->status, ==, status);
  if (code && !g_str_has_prefix (text, expected))
    g_error ("expected %s, but got %s", expected, text);
  answer_free (answer);
}

static void
restart (Fixture *f, const char *password)
{
  isr_http_free (f->http);
  if (password)
    temp_write (f->directory, "secret", password, -1);
  g_free (f->config.web_password_file);
  f->config.web_password_file = password ? g_build_filename (f->directory, "secret", NULL) : NULL;
  start_server (f);
}

static Answer *
log_in (Fixture *f, const char *body)
{
  g_autofree char *headers = g_strdup_printf ("Content-Length: %zu\r\n\r\n%s", strlen (body), body);

  return ask (f->port, "POST", "/api/session", headers);
}

/* "Authorization: Bearer TOKEN\r\n" of the right password. */
static char *
get_bearer (Fixture *f, const char *body, char **cookie)
{
  g_autoptr (Answer) answer = log_in (f, body);
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (answer->body, NULL), (gssize) g_bytes_get_size (answer->body), NULL));
  if (cookie)
    *cookie = answer_header (answer, "Set-Cookie");
  return g_strdup_printf (EMPTY "Authorization: Bearer %s\r\n", json_object_get_string_member (json_node_get_object (json_parser_get_root (parser)), "token"));
}

static gboolean
get_flag (Fixture *f, const char *name, const char *headers)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", "/api/config", headers);
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_assert_true (json_parser_load_from_data (parser, g_bytes_get_data (answer->body, NULL), (gssize) g_bytes_get_size (answer->body), NULL));
  return json_object_get_boolean_member (json_node_get_object (json_parser_get_root (parser)), name);
}

static void
try_sessions (Fixture *f)
{
  g_autofree char *cookie = NULL, *bearer = NULL, *name = NULL, *with_cookie = NULL, *start = NULL;

  assert_status (ask (f->port, "POST", START, EMPTY), 401, "password");
  assert_status (ask (f->port, "GET", "/api/files", NULL), 200, NULL); /* reading needs none */
  assert_status (log_in (f, "{\"password\":\"wrong\"}"), 401, "password");
  bearer = get_bearer (f, "{\"password\":\"hunter2\"}", &cookie);
  start = g_strdup_printf ("isr_session_%u=", f->port);
  g_assert_true (g_str_has_prefix (cookie, start));
  g_assert_nonnull (strstr (cookie, "; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"));
  g_assert_null (strstr (cookie, "Secure"));

  name = g_strndup (cookie, strcspn (cookie, ";"));
  with_cookie = g_strdup_printf (EMPTY "Cookie: a=b; %s\r\n", name);
  assert_status (ask (f->port, "POST", START, with_cookie), 202, NULL);
  assert_status (ask (f->port, "POST", START, bearer), 202, NULL);
  g_assert_true (get_flag (f, "password", NULL));
  g_assert_false (get_flag (f, "writable", NULL));
  g_assert_false (get_flag (f, "authenticated", NULL));
  g_assert_true (get_flag (f, "writable", with_cookie));
  g_assert_true (get_flag (f, "authenticated", bearer));

  assert_status (ask (f->port, "DELETE", "/api/session", with_cookie), 200, NULL);
  assert_status (ask (f->port, "POST", START, with_cookie), 401, "password");
  assert_status (ask (f->port, "POST", START, bearer), 401, "password");
}

static void
test_plain (Fixture *f, gconstpointer data)
{
  restart (f, "hunter2\nthe second line is a note\n");
  try_sessions (f);
}

static void
test_hashed (Fixture *f, gconstpointer data)
{
  g_autofree struct crypt_data *crypted = g_new0 (struct crypt_data, 1);
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];

  g_assert_nonnull (crypt_gensalt_rn ("$y$", 1, NULL, 0, setting, sizeof setting));
  restart (f, crypt_rn ("hunter2", setting, crypted, sizeof *crypted));
  try_sessions (f);
}

static void
test_bad_files (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = { "", "\nsecond", "$y$nonsense", "$", "\xff\xfe" };
  IsrConfig config = f->config;

  config.web_password_file = g_build_filename (f->directory, "secret", NULL);
  for (guint i = 0; i <= G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    if (i)
      temp_write (f->directory, "secret", bad[i - 1], -1);
    g_assert_null (isr_http_new (&config, f->catalog, &f->control, &error));
    g_assert_error (error, ISR_ERROR, ISR_ERROR_CONFIG);
    g_assert_nonnull (strstr (error->message, "password_file"));
  }
  g_free (config.web_password_file);
}

static void
test_bad_bodies (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = { "", "x", "[]", "{}", "{\"password\":1}", "{\"password\":null}", "{\"password\":{}}", "{\"password\":\"a\"" };
  g_autofree char *filler = g_strnfill (70000, 'x');
  g_autofree char *large = g_strdup_printf ("{\"password\":\"%s\"}", filler);

  assert_status (log_in (f, "{\"password\":\"x\"}"), 409, "no-password");
  restart (f, "hunter2");
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_status (log_in (f, bad[i]), 400, "bad-request");
  assert_status (log_in (f, large), 413, "too-large");
  assert_status (ask (f->port, "GET", "/api/session", NULL), 405, "method");
}

/* After a few wrong ones nobody at this address is let in for a while, not even with the right one. */
static void
test_throttled (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) waits = NULL;
  g_autofree char *seconds = NULL;

  restart (f, "hunter2");
  for (int i = 0; i < ISR_THROTTLE_TRIES; i++)
    assert_status (log_in (f, "{\"password\":\"wrong\"}"), 401, "password");
  waits = log_in (f, "{\"password\":\"hunter2\"}");
  seconds = answer_header (waits, "Retry-After");
  g_assert_cmpuint (waits->status, ==, 429);
  g_assert_cmpint (atoi (seconds), >=, 1);
  g_assert_cmpint (atoi (seconds), <=, ISR_THROTTLE_SECONDS);
}

/* Of many at once none gets a try for nothing, and nobody waits for ever. */
static void
test_at_once (Fixture *f, gconstpointer data)
{
  Client *clients[12];
  guint refused = 0, wrong = 0;

  restart (f, "hunter2");
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++) {
    static const char request[] = "POST /api/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 16\r\n\r\n{\"password\":\"x\"}";

    clients[i] = client_new (f->port);
    client_read (clients[i]);
    client_send (clients[i], request, strlen (request));
  }
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++) {
    g_autoptr (Answer) answer = NULL;

    TEMP_WAIT_FOR (clients[i]->ended);
    answer = client_parse (clients[i]);
    refused += answer->status == 429;
    wrong += answer->status == 401;
    client_free (clients[i]);
  }
  g_assert_cmpuint (refused + wrong, ==, G_N_ELEMENTS (clients));
  g_assert_cmpuint (wrong, <=, ISR_THROTTLE_TRIES);
  g_assert_cmpuint (wrong, >=, 1);
}

/* The server ends while a password is being checked. */
static void
test_end_while_checking (Fixture *f, gconstpointer data)
{
  static const char request[] = "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16\r\n\r\n{\"password\":\"x\"}";
  g_autoptr (Client) client = NULL;

  restart (f, "$6$rounds=300000$saltsalt$u0wkQhEDvmbK9AAQ4uBDzeVO7m1xZ6sTjCzPSyU8xyQ3Gtw4KUkaVOcRpVMvKPXJtRzpB6cWEf1bCF9tV1iXn.");
  client = client_new (f->port);
  client_send (client, request, strlen (request));
  for (int i = 0; i < 20; i++)
    g_main_context_iteration (NULL, FALSE);
  isr_http_free (f->http);
  client_read (client);
  TEMP_WAIT_FOR (client->ended);
  start_server (f);
}

static void
test_wide_with_password (Fixture *f, gconstpointer data)
{
  g_autofree char *bearer = NULL;

  g_free (f->config.listen_host);
  f->config.listen_host = g_strdup ("0.0.0.0");
  restart (f, "hunter2"); /* no warning: it would be fatal */
  g_assert_true (isr_http_is_writable (f->http));
  assert_status (ask (f->port, "POST", START, EMPTY), 401, "password");
  bearer = get_bearer (f, "{\"password\":\"hunter2\"}", NULL);
  assert_status (ask (f->port, "POST", START, bearer), 202, NULL);
}

/* The cookie comes with whatever the browser sends: the Origin decides. */
static void
test_foreign_page (Fixture *f, gconstpointer data)
{
  g_autofree char *cookie = NULL, *bearer = NULL, *name = NULL, *headers = NULL;

  restart (f, "hunter2");
  bearer = get_bearer (f, "{\"password\":\"hunter2\"}", &cookie);
  name = g_strndup (cookie, strcspn (cookie, ";"));
  headers = g_strdup_printf (EMPTY "Cookie: %s\r\nOrigin: http://evil.example\r\n", name);
  assert_status (ask (f->port, "POST", START, headers), 403, "origin");
  assert_status (ask (f->port, "DELETE", "/api/session", headers), 403, "origin");
  assert_status (ask (f->port, "GET", "/api/files", headers), 403, "origin");
  assert_status (ask (f->port, "GET", "/api/files", "Sec-Fetch-Site: cross-site\r\n"), 200, NULL); /* a link */
  g_assert_null (f->asked);
}

static void
test_listed_page (Fixture *f, gconstpointer data)
{
#define LISTED "Origin: https://radio.example\r\n"
  g_autoptr (Answer) read = ask (f->port, "GET", "/api/files", LISTED);
  g_autoptr (Answer) before = ask (f->port, "OPTIONS", "/api/session", LISTED "Access-Control-Request-Method: POST\r\n");
  g_autofree char *expose = answer_header (read, "Access-Control-Expose-Headers");
  g_autofree char *allow = answer_header (before, "Access-Control-Allow-Headers");

  g_assert_nonnull (strstr (expose, "ISR-Gap-Seconds, ISR-Gaps, ISR-Start"));
  g_assert_cmpuint (read->status, ==, 200);
  assert_header (read, "Access-Control-Allow-Origin", "https://radio.example");
  assert_header (read, "Cross-Origin-Resource-Policy", "cross-origin");
  g_assert_nonnull (strstr (expose, "Content-Range"));
  g_assert_nonnull (strcasestr (read->head, "\r\nVary: Origin"));
  g_assert_cmpuint (before->status, ==, 204);
  assert_header (before, "Access-Control-Allow-Methods", "POST, DELETE");
  assert_header (before, "Access-Control-Max-Age", "600");
  g_assert_nonnull (strstr (allow, "Authorization"));
  assert_status (ask (f->port, "OPTIONS", "/nowhere", LISTED "Access-Control-Request-Method: GET\r\n"), 404, "not-found");
  assert_status (ask (f->port, "OPTIONS", "/api/files", LISTED), 405, "method");
  assert_status (ask (f->port, "OPTIONS", "/api/files", "Origin: https://evil.example\r\nAccess-Control-Request-Method: GET\r\n"), 403, "origin");
  {
    g_autoptr (Answer) own = ask (f->port, "GET", "/api/files", NULL);

    assert_header (own, "Access-Control-Allow-Origin", NULL);
  }
}

static void
test_ready (Fixture *f, gconstpointer data)
{
  assert_status (ask (f->port, "GET", "/readyz", NULL), 503, "starting");
  isr_http_set_ready (f->http, TRUE);
  assert_status (ask (f->port, "GET", "/readyz", NULL), 200, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-sessions/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("plain", test_plain);
  ADD ("hashed", test_hashed);
  ADD ("bad-files", test_bad_files);
  ADD ("bad-bodies", test_bad_bodies);
  ADD ("throttled", test_throttled);
  ADD ("at-once", test_at_once);
  ADD ("end-while-checking", test_end_while_checking);
  ADD ("wide-with-password", test_wide_with_password);
  ADD ("foreign-page", test_foreign_page);
  ADD ("listed-page", test_listed_page);
  ADD ("ready", test_ready);
  return g_test_run ();
}
