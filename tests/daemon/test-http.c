/* SPDX-License-Identifier: MIT */
/* The server as clients meet it: a real socket, real files, a real catalog. */
#include "tests/daemon/house.h"

#include <json-glib/json-glib.h>

static JsonObject *
parse_object (const Answer *answer, JsonParser *parser)
{
  g_autoptr (GError) error = NULL;
  gsize size;
  const char *text = g_bytes_get_data (answer->body, &size);

  assert_header (answer, "Content-Type", "application/json; charset=utf-8");
  json_parser_load_from_data (parser, text, (gssize) size, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static void
assert_error (const Answer *answer, guint status, const char *code)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = parse_object (answer, parser);

  g_assert_cmpuint (answer->status, ==, status);
  g_assert_cmpstr (json_object_get_string_member (object, "error"), ==, code);
  g_assert_cmpuint (strlen (json_object_get_string_member (object, "message")), >, 10);
  assert_header (answer, "X-Content-Type-Options", "nosniff");
}

static void
assert_asked (Fixture *f, const char *method, const char *target, const char *headers, guint status, const char *code)
{
  g_autoptr (Answer) answer = ask (f->port, method, target, headers);

  assert_error (answer, status, code);
}

static char *
get_names (Fixture *f, const char *target, char **next)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", target, NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = parse_object (answer, parser);
  JsonArray *files;
  GString *names = g_string_new (NULL);

  g_assert_cmpuint (answer->status, ==, 200);
  files = json_object_get_array_member (object, "files");
  for (guint i = 0; i < json_array_get_length (files); i++)
    g_string_append_printf (names, "%s%s", i ? " " : "", json_object_get_string_member (json_array_get_object_element (files, i), "name"));
  if (next)
    *next = g_strdup (json_object_get_string_member_with_default (object, "next", NULL));
  return g_string_free (names, FALSE);
}

#define assert_names(f, target, expected)                      \
  G_STMT_START                                                 \
  {                                                            \
    g_autofree char *names_ = get_names ((f), (target), NULL); \
    g_assert_cmpstr (names_, ==, (expected));                  \
  }                                                            \
  G_STMT_END

static void
test_files (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", "/api/files", NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = parse_object (answer, parser);
  JsonObject *file = json_array_get_object_element (json_object_get_array_member (object, "files"), 0);
  g_autofree char *first = NULL, *second = NULL, *next = NULL, *target = NULL;

  g_assert_true (json_object_get_null_member (object, "next"));
  g_assert_cmpstr (json_object_get_string_member (file, "name"), ==, NAME);
  g_assert_cmpstr (json_object_get_string_member (file, "start"), ==, "2024-01-31T12:00:00.000000+01:00");
  g_assert_cmpint (json_object_get_int_member (file, "start_us"), ==, 1706698800 * G_TIME_SPAN_SECOND);
  g_assert_cmpstr (json_object_get_string_member (file, "end"), ==, "2024-01-31T13:00:00.000000+01:00");
  g_assert_cmpint (json_object_get_int_member (file, "size"), ==, SIZE);
  g_assert_cmpfloat (json_object_get_double_member (file, "duration"), ==, 3600);
  g_assert_cmpstr (json_object_get_string_member (file, "ext"), ==, "flac");
  g_assert_false (json_object_get_boolean_member (file, "recording"));

  add (f, "b+c d%.mp3", 1706785200, "x", 1); /* a day later, 2024-02-01T12:00+01:00 */
  assert_names (f, "/api/files?day=2024-01-31", NAME);
  assert_names (f, "/api/files?day=2024-02-01", "b+c d%.mp3");
  assert_names (f, "/api/files?day=2024-02-02", "");
  assert_names (f, "/api/files?from=2024-02-01", "b+c d%.mp3");
  assert_names (f, "/api/files?to=2024-02-01T00:00:00+01:00", NAME);
  assert_names (f, "/api/files?from=1706785200000000&to=1706785200000001", "b+c d%.mp3");
  assert_names (f, "/api/files?from=-9223372036854775808&to=9223372036854775807", "b+c d%.mp3 " NAME);
  assert_names (f, "/api/files?source=mic&q=B%2Bc%20D%25", "b+c d%.mp3");
  assert_names (f, "/api/files?q=b+c", "b+c d%.mp3");
  first = get_names (f, "/api/files?limit=1", &next);
  g_assert_cmpstr (first, ==, "b+c d%.mp3");
  target = g_strdup_printf ("/api/files?limit=1&cursor=%s", next);
  second = get_names (f, target, NULL);
  g_assert_cmpstr (second, ==, NAME);
}

static void
test_files_errors (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = {
    "limit=0",
    "limit=1001",
    "limit=",
    "limit=+5",
    "limit=1e3",
    "limit=99999999999999999999",
    "day=2024-02-30",
    "day=",
    "day=yesterday",
    "day=2024-1-1",
    "from=now",
    "to=2024-01-31T12:00:00",
    "from=99999999999999999999",
    "cursor=abc",
    "cursor=",
    "q=1&q=2",
  };
  static const char *const malformed[] = { "q=%", "q=%zz", "q=%00", "q=%ff", "%zz=1" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *target = g_strconcat ("/api/files?", bad[i], NULL);

    assert_asked (f, "GET", target, NULL, 400, "bad-request");
  }
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++) { /* some never come as far as our code */
    g_autofree char *target = g_strconcat ("/api/files?", malformed[i], NULL);
    g_autoptr (Answer) answer = ask (f->port, "GET", target, NULL);

    g_assert_cmpuint (answer->status, ==, 400);
  }
}

static void
test_days (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", "/api/days?source=mic", NULL);
  g_autofree char *body = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  g_autoptr (Answer) unlike = ask (f->port, "GET", "/api/days?q=no-such-name", NULL);
  g_autofree char *nothing = g_strndup (g_bytes_get_data (unlike->body, NULL), g_bytes_get_size (unlike->body));

  g_assert_cmpstr (body, ==, "{\"days\":[{\"day\":\"2024-01-31\",\"files\":1,\"bytes\":700001,\"duration\":3600.0,\"coverage\":1.0,\"events\":0,\"unreviewed\":0}]}");
  g_assert_cmpstr (nothing, ==, "{\"days\":[]}");
}

/* Before the archive is looked through nobody can say that there is no such source. */
static void
test_unknown_source (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) before = ask (f->port, "GET", "/api/days?source=nobody", NULL), known = NULL;

  g_assert_cmpuint (before->status, ==, 200);
  isr_http_set_ready (f->http, TRUE);
  assert_asked (f, "GET", "/api/days?source=nobody", NULL, 404, "not-found");
  known = ask (f->port, "GET", "/api/days?source=mic", NULL);
  g_assert_cmpuint (known->status, ==, 200);
}

static void
test_status (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", "/api/status", NULL);
  g_autofree char *body = g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  g_autofree char *same = isr_http_dup_status (&f->control, f->catalog, "Europe/Berlin");
  const char *sources = strstr (body, ",\"sources\":");

  g_assert_cmpuint (answer->status, ==, 200);
  assert_header (answer, "Cache-Control", "no-store");
  g_assert_true (g_str_has_prefix (body, "{\"now\":\"20"));
  g_assert_nonnull (strstr (body, "\"now_us\":"));
  g_assert_cmpstr (sources, ==, ",\"sources\":[{\"name\":\"mic\",\"type\":\"soundcard\",\"state\":\"waiting-to-retry\",\"reason\":\"busy\",\"detail\":null,"
                                "\"warnings\":[\"clipping\",\"overruns\"],\"since\":\"2024-01-31T12:20:00.123456+01:00\",\"since_us\":1706700000123456,"
                                "\"retry_at\":\"2024-01-31T12:20:05.000000+01:00\",\"retry_at_us\":1706700005000000,\"retries\":0,\"disk_since\":null,\"disk_since_us\":null,\"file\":null,"
                                "\"level\":-23.45,\"peak\":-1.0,\"floor\":null,\"coverage_today\":null}]}");
  g_assert_cmpstr (strstr (same, ",\"sources\":"), ==, sources);
}

static void
test_config (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = ask (f->port, "GET", "/api/config", NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = parse_object (answer, parser);

  g_assert_cmpstr (json_object_get_string_member (object, "timezone"), ==, "Europe/Berlin");
  g_assert_cmpstr (json_object_get_string_member (object, "version"), ==, ISR_VERSION);
  g_assert_true (json_object_get_boolean_member (object, "writable"));
}

static void
test_control (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) start = ask (f->port, "POST", "/api/sources/mic/start", "Content-Length: 0\r\n");

  g_assert_cmpuint (start->status, ==, 202);
  g_assert_cmpstr (f->asked, ==, "start mic");
  {
    g_autoptr (Answer) split = ask (f->port, "POST", "/api/sources/a%2Fb%20c+d/split", "Content-Length: 3\r\n\r\nxyz");

    g_assert_cmpuint (split->status, ==, 202);
    g_assert_cmpstr (f->asked, ==, "split a/b c+d");
  }
  assert_asked (f, "POST", "/api/sources/nobody/stop", "Content-Length: 0\r\n", 404, "not-found");
  g_assert_cmpstr (f->asked, ==, "stop nobody");
  assert_asked (f, "POST", "/api/sources/mic/explode", "Content-Length: 0\r\n", 404, "not-found");
  assert_asked (f, "POST", "/api/sources/mic", "Content-Length: 0\r\n", 404, "not-found");
  g_assert_cmpstr (f->asked, ==, "stop nobody");
}

static void
test_nothing_records (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = NULL;

  f->control = (IsrControl){ 0 };
  answer = ask (f->port, "GET", "/api/status", NULL);
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (answer->body, NULL), (gssize) g_bytes_get_size (answer->body), "\"sources\":[]}"));
  assert_asked (f, "POST", "/api/sources/mic/start", "Content-Length: 0\r\n", 403, "read-only");
}

static void
test_methods (Fixture *f, gconstpointer data)
{
  static const char *const readable[] = { "/", "/api/files", "/api/days", "/api/status", "/api/config", "/healthz", "/api/events", "/stream/x", "/download/x", "/assets/0123abcd/app.js" };
  static const char *const methods[] = { "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW" };

  for (guint i = 0; i < G_N_ELEMENTS (readable); i++) {
    for (guint j = 0; j < G_N_ELEMENTS (methods); j++) {
      g_autoptr (Answer) answer = ask (f->port, methods[j], readable[i], "Content-Length: 0\r\n");

      assert_error (answer, 405, "method");
      assert_header (answer, "Allow", "GET, HEAD");
    }
  }
  {
    g_autoptr (Answer) answer = ask (f->port, "GET", "/api/sources/mic/start", NULL);

    assert_error (answer, 405, "method");
    assert_header (answer, "Allow", "POST");
  }
  g_assert_null (f->asked);
}

static void
test_hosts (Fixture *f, gconstpointer data)
{
  static const char *const good[] = { "localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080", "radio.example", "radio.example:443" };
  static const char *const bad[] = { "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "10.0.0.1", "[::1", "localhost:1x", "" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autofree char *host = g_strdup_printf ("Host: %s\r\n", good[i]);
    g_autoptr (Answer) answer = ask (f->port, "GET", "/healthz", host);

    g_assert_cmpuint (answer->status, ==, 200);
  }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *host = g_strdup_printf ("Host: %s\r\n", bad[i]);
    g_autoptr (Answer) answer = ask (f->port, "GET", "/healthz", host);

    g_assert_true (answer->status == 403 || answer->status == 400); /* SoupServer itself refuses what is no authority */
  }
  assert_asked (f, "GET", "/api/files", "Host: evil.example\r\n", 403, "host");
}

static void
test_origins (Fixture *f, gconstpointer data)
{
  static const char *const bad[] = { "Origin: http://evil.example\r\n", "Origin: null\r\n", "Origin: http://127.0.0.1:1\r\n", "Sec-Fetch-Site: cross-site\r\n", "Origin: https://radio.example.evil\r\n" };
  g_autofree char *own = g_strdup_printf ("Content-Length: 0\r\nOrigin: http://127.0.0.1:%u\r\n", f->port);

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *headers = g_strconcat ("Content-Length: 0\r\n", bad[i], NULL);

    assert_asked (f, "POST", "/api/sources/mic/start", headers, 403, "origin");
  }
  g_assert_null (f->asked);
  {
    g_autoptr (Answer) same = ask (f->port, "POST", "/api/sources/mic/start", own);
    g_autoptr (Answer) configured = ask (f->port, "POST", "/api/sources/mic/stop", "Content-Length: 0\r\nOrigin: https://radio.example\r\n");

    g_assert_cmpuint (same->status, ==, 202);
    g_assert_cmpuint (configured->status, ==, 202);
  }
}

static void
test_ready (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) ready = NULL;

  assert_asked (f, "GET", "/readyz", NULL, 503, "starting");
  isr_http_set_ready (f->http, TRUE);
  ready = ask (f->port, "GET", "/readyz", NULL);
  g_assert_cmpuint (ready->status, ==, 200);
}

static void
test_wide_is_read_only (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) answer = NULL;

  isr_http_free (f->http);
  g_free (f->config.listen_host);
  f->config.listen_host = g_strdup ("0.0.0.0");
  g_test_expect_message ("isr-http", G_LOG_LEVEL_WARNING, "*everybody on the network*");
  start_server (f);
  g_test_assert_expected_messages ();
  g_assert_false (isr_http_is_writable (f->http));
  assert_asked (f, "POST", "/api/sources/mic/start", "Content-Length: 0\r\n", 403, "read-only");
  g_assert_null (f->asked);
  answer = ask (f->port, "GET", "/api/config", "Host: 192.168.1.5:8080\r\n");
  g_assert_cmpuint (answer->status, ==, 200);
  assert_asked (f, "GET", "/api/config", "Host: evil.example\r\n", 403, "host");
}

static void
test_can_not_listen (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  IsrConfig config = f->config;

  config.listen_port = f->port;
  g_assert_null (isr_http_new (&config, f->catalog, &f->control, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, "127.0.0.1:"));
}

static void
test_page (Fixture *f, gconstpointer data)
{
  g_autoptr (Answer) index = ask (f->port, "GET", "/", NULL);
  g_autoptr (Answer) plain = ask (f->port, "GET", "/assets/0123abcd/app.js", NULL);
  g_autoptr (Answer) zipped = ask (f->port, "GET", "/assets/0123abcd/app.js", "Accept-Encoding: br, gzip\r\n");
  g_autoptr (Answer) refused = ask (f->port, "GET", "/assets/0123abcd/app.js", "Accept-Encoding: gzip;q=0\r\n");
  g_autofree char *etag = answer_header (index, "ETag");
  g_autofree char *condition = g_strdup_printf ("If-None-Match: %s\r\n", etag);
  g_autoptr (Answer) again = ask (f->port, "GET", "/", condition);

  assert_header (index, "Content-Type", "text/html; charset=utf-8");
  assert_header (index, "Cache-Control", "no-cache");
  g_assert_true (g_str_has_prefix (g_bytes_get_data (index->body, NULL), "<!doctype html>"));
  g_assert_nonnull (strstr (index->head, "default-src 'self'"));
  assert_header (index, "X-Content-Type-Options", "nosniff");
  assert_header (index, "Referrer-Policy", "same-origin");
  assert_header (index, "Cross-Origin-Resource-Policy", "same-origin");
  g_assert_cmpuint (again->status, ==, 304);
  g_assert_cmpuint (g_bytes_get_size (again->body), ==, 0);
  assert_header (plain, "Content-Encoding", NULL);
  assert_header (refused, "Content-Encoding", NULL);
  assert_header (plain, "Cache-Control", "public, max-age=31536000, immutable");
  assert_header (zipped, "Content-Encoding", "gzip");
  assert_header (zipped, "Vary", "Accept-Encoding");
  g_assert_cmpint (memcmp (g_bytes_get_data (zipped->body, NULL), "\x1f\x8b", 2), ==, 0);
  assert_asked (f, "GET", "/assets/0123abcd/none.js", NULL, 404, "not-found");
  assert_asked (f, "GET", "/assets/0123abcd/app.js.gz", NULL, 404, "not-found");
  assert_asked (f, "GET", "/assets/%2e%2e%2findex.html", NULL, 404, "not-found");
  assert_asked (f, "GET", "/assets/", NULL, 404, "not-found");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("files", test_files);
  ADD ("files-errors", test_files_errors);
  ADD ("days", test_days);
  ADD ("unknown-source", test_unknown_source);
  ADD ("status", test_status);
  ADD ("config", test_config);
  ADD ("control", test_control);
  ADD ("nothing-records", test_nothing_records);
  ADD ("methods", test_methods);
  ADD ("hosts", test_hosts);
  ADD ("origins", test_origins);
  ADD ("ready", test_ready);
  ADD ("wide-is-read-only", test_wide_is_read_only);
  ADD ("can-not-listen", test_can_not_listen);
  ADD ("page", test_page);
  return g_test_run ();
}
