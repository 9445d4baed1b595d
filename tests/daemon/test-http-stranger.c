/* SPDX-License-Identifier: MIT */
/* What a stranger sends who wants in, byte for byte: names that are not ours, lengths that
 * lie, old protocols, pages from elsewhere. Nothing but what was asked is done, each gets
 * one answer, and what can not be trusted ends the connection. */
#include "tests/daemon/house.h"

typedef struct {
  const char *request; /* "{}" stands for one that would start a source, hidden in a body */
  guint status;        /* 0: cut without an answer, or with one */
} Row;

#define HIDDEN "POST /api/sources/mic/start HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
#define HOST "Host: localhost\r\n"
#define CLOSE "Connection: close\r\n"
#define STOP "POST /api/sources/nobody/stop HTTP/1.1\r\n" HOST
#define SESSION "POST /api/session HTTP/1.1\r\n" HOST
#define BODY "{\"password\":\"x\"}" /* 16 bytes */

static guint
count_answers (Client *client)
{
  guint n = 0;

  for (guint i = 0; i + 10 <= client->in->len; i++) /* "HTTP/1.1 200" */
    n += memcmp (client->in->data + i, "HTTP/1.", 7) == 0 && client->in->data[i + 8] == ' ' && g_ascii_isdigit (client->in->data[i + 9]);
  return n;
}

static void
send_row (Client *client, const char *request)
{
  g_auto (GStrv) parts = g_strsplit (request, "{}", -1);
  g_autofree char *text = strstr (request, "{}") ? g_strjoinv (HIDDEN, parts) : g_strdup (request);

  client_read (client);
  client_send (client, text, strlen (text));
}

/* All of these end with their connection. */
static void
assert_rows (Fixture *f, const Row *rows, guint n)
{
  for (guint i = 0; i < n; i++) {
    g_autoptr (Client) client = client_new (f->port);
    g_autoptr (Answer) answer = NULL;

    send_row (client, rows[i].request);
    TEMP_WAIT_FOR (client->ended);
    answer = client->in->len ? client_parse (client) : NULL;
    if (rows[i].status && (!answer || answer->status != rows[i].status))
      g_error ("%u instead of %u for: %s", answer ? answer->status : 0, rows[i].status, rows[i].request);
    if (answer && answer->status >= 400)
      assert_header (answer, "Content-Type", "application/json; charset=utf-8");
    g_assert_cmpuint (count_answers (client), <=, 1);
  }
  g_assert_true (!f->asked || g_str_has_suffix (f->asked, " nobody")); /* nothing hidden was done */
}

static void
test_names (Fixture *f, gconstpointer data)
{
#define GET "GET /healthz HTTP/1.1\r\n" CLOSE
  static const Row rows[] = {
    { GET "Host: localhost\r\n\r\n", 200 },
    { GET "Host: localhost.\r\n\r\n", 200 },
    { GET "Host: LocalHost.:8080\r\n\r\n", 200 },
    { GET "Host: 127.0.0.1:99\r\n\r\n", 200 },
    { GET "Host: [::1]:99\r\n\r\n", 200 },
    { GET "Host: https://radio.example\r\n\r\n", 400 },
    { GET "Host: radio.example\r\n\r\n", 200 },
    { GET "Host: radio.example.\r\n\r\n", 200 },
    { GET "Host: \r\n\r\n", 403 },
    { GET "Host: .\r\n\r\n", 403 },
    { GET "Host: localhost..\r\n\r\n", 403 },
    { GET "Host: localhost.evil\r\n\r\n", 403 },
    { GET "Host: evil@localhost\r\n\r\n", 403 },
    { GET "Host: localhost, evil\r\n\r\n", 403 },
    { GET "Host: localhost:abc\r\n\r\n", 400 },
    { GET "Host: localhost%00.evil\r\n\r\n", 400 },
    { GET "Host: 127.1\r\n\r\n", 403 },
    { GET "Host: 2130706433\r\n\r\n", 403 },
    { GET "Host: 0.0.0.0\r\n\r\n", 403 },
    { GET "Host: [::ffff:127.0.0.1]\r\n\r\n", 403 },
    { GET "Host: [fe80::1%25lo]\r\n\r\n", 403 },
    { GET "Host: localhost\r\n folded.evil\r\n\r\n", 403 },
    { GET "Host: localhost\r\nHost: evil.example\r\n\r\n", 403 },
    { GET "Host: evil.example\r\nHost: localhost\r\n\r\n", 403 },
    { GET "Host: localhost\r\nHost: localhost\r\n\r\n", 403 },
    { GET "Host : localhost\r\n\r\n", 400 },
    { GET "\r\n", 400 },
    /* what stands in the first line counts as well */
    { "GET http://localhost/healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 200 },
    { "GET http://[::1]:8080/healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 200 },
    { "GET http://evil.example/healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 403 },
    { "GET http://local/healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 403 },
    { "GET http://localhost/healthz HTTP/1.1\r\n" CLOSE "Host: evil.example\r\n\r\n", 403 },
    { "GET http://user:word@evil.example/healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 403 },
    { "GET https://localhost/healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 400 },
    { "GET ftp://localhost/healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 400 },
    { "GET //evil.example/healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 404 },
    { "OPTIONS * HTTP/1.1\r\n" CLOSE HOST "\r\n", 404 },
    { "CONNECT evil.example:443 HTTP/1.1\r\n" CLOSE HOST "\r\n", 0 },
    { "GET /healthz HTTP/1.0\r\n\r\n", 200 }, /* who knows no Host */
    { "GET /healthz HTTP/1.0\r\nHost: evil.example\r\n\r\n", 403 },
    { "GET http://evil.example/healthz HTTP/1.0\r\n\r\n", 403 },
  };

  assert_rows (f, rows, G_N_ELEMENTS (rows));
}

/* Where a body ends has to be certain, else what is in it could be taken for a request. */
static void
test_lengths (Fixture *f, gconstpointer data)
{
  static const Row rows[] = {
    { STOP "Content-Length: 0\r\n" CLOSE "\r\n", 404 },
    { STOP "Content-Length: 5\r\nContent-Length: 0\r\n\r\n{}", 400 },
    { STOP "Content-Length: 0\r\nContent-Length: 5\r\n\r\n{}", 400 },
    { STOP "Content-Length: 0\r\nContent-Length: 0\r\n\r\n{}", 400 },
    { STOP "Content-Length: 0, 0\r\n\r\n{}", 0 },
    { STOP "Content-Length: +0\r\n\r\n{}", 400 },
    { STOP "Content-Length: \r\n\r\n{}", 400 },
    { STOP "Content-Length: 0x0\r\n\r\n{}", 0 },
    { STOP "Content-Length: -1\r\n\r\n{}", 0 },
    { STOP "Content-Length: 99999999999999999999\r\n\r\n{}", 0 },
    { STOP "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}", 400 },
    { STOP "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{}", 400 },
    { STOP "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{}", 400 },
    { STOP "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{}", 501 },
    { STOP "Transfer-Encoding: xchunked\r\n\r\n{}", 501 },
    /* chunks: all is well, and the connection ends */
    { STOP "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{}", 404 },
    { STOP "Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nTrailer: x\r\n\r\n{}", 404 },
    { STOP "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n{}", 404 },
    { STOP "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n{}", 0 },
    { STOP "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n\r\n{}", 0 },
    { SESSION "Transfer-Encoding: chunked\r\n\r\n10\r\n" BODY "\r\n0\r\n\r\n", 409 },
    { SESSION "Transfer-Encoding: chunked\r\n\r\nzz\r\n" BODY "\r\n0\r\n\r\n", 400 },
    { "POST /api/session HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n10\r\n" BODY "\r\n0\r\n\r\n", 409 },
    { SESSION "Content-Length: 16\r\n" CLOSE "\r\n" BODY, 409 },
    { SESSION "Content-Length: 10\r\n" CLOSE "\r\n" BODY, 400 },
    { SESSION CLOSE "\r\n" BODY, 400 }, /* no length: no body */
  };

  assert_rows (f, rows, G_N_ELEMENTS (rows));
}

static void
test_expectations (Fixture *f, gconstpointer data)
{
  static const Row rows[] = {
    { SESSION "Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n", 413 }, /* before it is sent */
    { SESSION "Expect: something-else\r\nContent-Length: 16\r\n\r\n" BODY, 417 },
  };
  static const char asks[] = SESSION CLOSE "Expect: 100-continue\r\nContent-Length: 16\r\n\r\n";
  g_autoptr (Client) client = client_new (f->port);

  assert_rows (f, rows, G_N_ELEMENTS (rows));
  client_read (client);
  client_send (client, asks, strlen (asks));
  TEMP_WAIT_FOR (client_has (client, "HTTP/1.1 100 Continue\r\n"));
  client_send (client, BODY, strlen (BODY));
  TEMP_WAIT_FOR (client->ended);
  g_assert_true (client_has (client, "HTTP/1.1 409"));
}

/* Nobody who speaks HTTP/1.0 knows chunks, and some radios do so. */
static void
test_old_protocol (Fixture *f, gconstpointer data)
{
  static const char events[] = "GET /api/events HTTP/1.0\r\n\r\n", list[] = "GET /api/files HTTP/1.0\r\n\r\n";
  g_autoptr (Client) client = client_new (f->port), other = client_new (f->port);
  g_autoptr (Answer) answer = NULL, files = NULL;
  g_autofree char *length = NULL;

  client_read (client);
  client_send (client, events, strlen (events));
  TEMP_WAIT_FOR (client_has (client, "event: level"));
  answer = client_parse (client);
  assert_header (answer, "Transfer-Encoding", NULL);
  assert_header (answer, "Content-Length", NULL);
  g_assert_cmpint (memcmp (g_bytes_get_data (answer->body, NULL), "retry: 2000\n\n", 13), ==, 0);

  client_read (other);
  client_send (other, list, strlen (list));
  TEMP_WAIT_FOR (other->ended);
  files = client_parse (other);
  length = answer_header (files, "Content-Length");
  g_assert_cmpuint (strtoul (length, NULL, 10), ==, g_bytes_get_size (files->body));
}

/* What a browser says of the page that asks. */
static void
test_sites (Fixture *f, gconstpointer data)
{
  static const struct {
    const char *method, *target, *headers;
    guint status;
  } rows[] = {
    { "GET", "/api/jobs", "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n", 200 },
    { "GET", "/api/jobs", "Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n", 200 },
    { "GET", "/", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n", 200 }, /* a link leads here */
    { "GET", "/download/" NAME, "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: navigate\r\n", 200 },
    { "GET", "/api/jobs", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n", 403 }, /* a picture */
    { "GET", "/stream/" NAME, "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\n", 403 },
    { "GET", "/stream/" NAME, "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nOrigin: https://radio.example\r\n", 200 }, /* a listed one */
    { "GET", "/api/jobs", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nOrigin: null\r\n", 403 },
    { "GET", "/api/jobs", "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\n", 403 },
    { "POST", "/api/sources/mic/stop", "Sec-Fetch-Site: same-origin\r\n", 202 },
    { "POST", "/api/sources/mic/stop", "Sec-Fetch-Site: none\r\n", 202 },
    { "POST", "/api/sources/mic/stop", "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n", 403 }, /* a form */
    { "POST", "/api/sources/mic/stop", "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: no-cors\r\n", 403 },
    { "POST", "/api/sources/mic/stop", "Sec-Fetch-Site: junk\r\n", 403 },
    { "POST", "/api/sources/mic/stop", "Origin: null\r\n", 403 },
    { "POST", "/api/sources/mic/stop", "Origin: \r\n", 403 },
    { "POST", "/api/sources/mic/stop", "Origin: https://radio.example\r\nOrigin: https://evil.example\r\n", 403 },
    { "POST", "/api/sources/mic/stop", "Host: localhost\r\nOrigin: http://localhost\r\n", 202 },
    { "POST", "/api/sources/mic/stop", "Host: localhost\r\nOrigin: moz-extension://localhost\r\n", 403 },
    { "POST", "/api/sources/mic/stop", "Host: localhost\r\nOrigin: http://localhost:8081\r\n", 403 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *headers = g_strconcat (rows[i].headers, strcmp (rows[i].method, "POST") == 0 ? "Content-Length: 0\r\n" : "", NULL);
    g_autoptr (Answer) answer = ask (f->port, rows[i].method, rows[i].target, headers);

    if (answer->status != rows[i].status)
      g_error ("%u instead of %u for %s %s with %s", answer->status, rows[i].status, rows[i].method, rows[i].target, rows[i].headers);
  }
}

/* Nothing, much and too much: wrong, and said in the time that all take. */
static void
test_passwords (Fixture *f, gconstpointer data)
{
  static const gsize lengths[] = { 0, 511, 512, 1000, 60000 };

  temp_write (f->directory, "secret", "hunter2", -1);
  f->config.web_password_file = g_build_filename (f->directory, "secret", NULL);
  isr_http_free (f->http);
  start_server (f);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autofree char *word = g_strnfill (lengths[i], 'x'), *request = g_strdup_printf (SESSION CLOSE "Content-Length: %zu\r\n\r\n{\"password\":\"%s\"}", lengths[i] + 15, word);
    const Row row = { request, 401 };

    assert_rows (f, &row, 1);
  }
}

/* Tokens that are none, in each place that has one; none of them is an error of ours. */
static void
test_tokens (Fixture *f, gconstpointer data)
{
  static const char *const headers[] = {
    "Authorization: Bearer\r\n", "Authorization: Bearer \r\n", "Authorization: Basic aHVudGVyMg==\r\n", "Authorization: Bearer ../../etc/passwd\r\n",
    "Authorization: Bearer 0000000000000000000000000000000000000000000000000000000000000000\r\n", "Cookie: isr_session=\r\n", "Cookie: ;;;=;\r\n", "Cookie: isr_session_1=a; isr_session_1=b\r\n"
  };

  temp_write (f->directory, "secret", "hunter2", -1);
  f->config.web_password_file = g_build_filename (f->directory, "secret", NULL);
  isr_http_free (f->http);
  start_server (f);
  for (guint i = 0; i < G_N_ELEMENTS (headers); i++) {
    g_autofree char *all = g_strconcat (headers[i], "Content-Length: 0\r\n", NULL);
    g_autoptr (Answer) answer = ask (f->port, "POST", "/api/sources/mic/start", all), reads = ask (f->port, "GET", "/api/files", headers[i]);

    g_assert_cmpuint (answer->status, ==, 401);
    g_assert_cmpuint (reads->status, ==, 200);
  }
  g_assert_null (f->asked);
}

static void
test_paths (Fixture *f, gconstpointer data)
{
#define PATH(path) "GET " path " HTTP/1.1\r\n" CLOSE HOST "\r\n"
  static const Row rows[] = {
    { PATH ("/stream/%00"), 400 },
    { PATH ("/stream/a%00.flac"), 400 },
    { PATH ("/stream/%ff"), 400 },
    { PATH ("/stream/%c0%ae%c0%ae%c0%afmarker"), 400 }, /* overlong */
    { PATH ("/stream/%f0%80%80%af"), 400 },             /* overlong */
    { PATH ("/stream/%ed%a0%80"), 400 },                /* half of a pair */
    { PATH ("/stream/%f4%90%80%80"), 400 },             /* beyond Unicode */
    { PATH ("/stream/%2e%2e%2fisr.db"), 404 },
    { PATH ("/stream/..%2f..%2fetc%2fpasswd"), 404 },
    { PATH ("/stream/%252e%252e%252fisr.db"), 404 },
    { PATH ("/stream/..%5cisr.db"), 404 },
    { PATH ("/../../etc/passwd"), 404 },
    { PATH ("/%2e%2e/%2e%2e/etc/passwd"), 404 },
    { PATH ("/assets/%2e%2e/index.html"), 200 }, /* which is /index.html */
    { PATH ("/%zz"), 400 },
    { PATH ("//healthz"), 404 },
    { PATH ("/healthz/"), 404 },
    { PATH ("/healthz%2f"), 404 },
    { PATH ("/HEALTHZ"), 404 },
    { PATH ("healthz"), 400 },
    { "G<>T /healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 405 },
    { "get /healthz HTTP/1.1\r\n" CLOSE HOST "\r\n", 405 },
    { "GET /heal thz HTTP/1.1\r\n" CLOSE HOST "\r\n", 400 },
    { "GET /healthz HTTP/2.0\r\n" CLOSE HOST "\r\n", 505 },
    { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505 },
    { "GET /healthz\r\n\r\n", 400 },
  };
  g_autofree char *name = g_strnfill (60000, 'a'), *endless = g_strnfill (70000, 'a');
  g_autofree char *longest = g_strdup_printf (PATH ("/stream/%s"), name), *longer = g_strdup_printf (PATH ("/stream/%s"), endless);
  const Row lengths[] = { { longest, 404 }, { longer, 0 } };

  assert_rows (f, rows, G_N_ELEMENTS (rows));
  assert_rows (f, lengths, G_N_ELEMENTS (lengths));
}

/* Several at once, with bodies between them: each is answered, in order. */
static void
test_pipelined (Fixture *f, gconstpointer data)
{
  static const char requests[] = "GET /api/files HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello" SESSION "Content-Length: 16\r\n\r\n" BODY "GET /stream/" NAME " HTTP/1.1\r\n" HOST "Range: bytes=0-3\r\n\r\n"
                                 "HEAD /healthz HTTP/1.1\r\n" HOST "\r\nGET /nothing HTTP/1.1\r\n" HOST CLOSE "\r\n";
  static const char *const expected[] = { "HTTP/1.1 200", "HTTP/1.1 409", "HTTP/1.1 206", "HTTP/1.1 200", "HTTP/1.1 404" };
  g_autoptr (Client) client = client_new (f->port);
  const char *at;

  client_read (client);
  client_send (client, requests, strlen (requests));
  TEMP_WAIT_FOR (client->ended);
  g_byte_array_append (client->in, (const guint8 *) "", 1);
  at = (const char *) client->in->data;
  g_assert_cmpuint (count_answers (client), ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    at = memmem (at, client->in->len - (gsize) (at - (const char *) client->in->data), expected[i], strlen (expected[i]));
    g_assert_nonnull (at);
    at++;
  }
}

/* --- many connections ------------------------------------------------------ */

#define LISTEN "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define KEPT "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

static void
set_limits (Fixture *f, guint connections)
{
  const IsrLimits limits = { connections, 60000, 50000 }; /* of two that are silent since the same time the idle one is cut first */

  isr_http_set_limits (f->http, &limits);
}

/* Anew when it is cut. */
static gboolean
is_answered (Fixture *f, Client **client)
{
  if (*client && (*client)->ended)
    g_clear_pointer (client, client_free);
  if (!*client)
    *client = client_begin (f->port, KEPT);
  return count_answers (*client) == 1;
}

/* Who says nothing gives way to who asks, the one that would be cut next first. */
static void
test_silent_give_way (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) listens = client_begin (f->port, LISTEN), idle = NULL, begun = NULL, asks = NULL, other = NULL;

  set_limits (f, 3);
  TEMP_WAIT_FOR (client_has (listens, "retry"));
  idle = client_begin (f->port, KEPT);
  TEMP_WAIT_FOR (count_answers (idle) == 1);
  begun = client_begin (f->port, "GET /healthz HTTP/1.1\r\n");
  asks = client_begin (f->port, KEPT); /* the fourth */
  TEMP_WAIT_FOR (count_answers (asks) == 1 && idle->ended);
  g_assert_false (begun->ended || listens->ended || asks->ended);
  g_clear_pointer (&asks, client_free);
  set_limits (f, 1);
  other = client_begin (f->port, KEPT);
  TEMP_WAIT_FOR (begun->ended); /* with half of a request */
  g_assert_false (listens->ended);
}

/* All are being answered: there is no room, until one of them goes. */
static void
test_too_many (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) first = client_begin (f->port, LISTEN), second = client_begin (f->port, LISTEN), third = NULL;

  TEMP_WAIT_FOR (client_has (first, "retry") && client_has (second, "retry"));
  set_limits (f, 2);
  third = client_new (f->port);
  client_read (third);
  TEMP_WAIT_FOR (third->ended);
  g_assert_cmpuint (third->in->len, ==, 0);
  g_assert_false (first->ended || second->ended);
  g_clear_pointer (&second, client_free);
  TEMP_WAIT_FOR (is_answered (f, &third));
  g_assert_false (first->ended);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-stranger/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("names", test_names);
  ADD ("lengths", test_lengths);
  ADD ("expectations", test_expectations);
  ADD ("old-protocol", test_old_protocol);
  ADD ("sites", test_sites);
  ADD ("passwords", test_passwords);
  ADD ("tokens", test_tokens);
  ADD ("paths", test_paths);
  ADD ("pipelined", test_pipelined);
  ADD ("silent-give-way", test_silent_give_way);
  ADD ("too-many", test_too_many);
  return g_test_run ();
}
