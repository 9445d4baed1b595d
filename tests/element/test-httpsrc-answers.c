/* SPDX-License-Identifier: MIT */
/* test-httpsrc-answers.c - isrhttpsrc and servers that answer with something else than audio:
 * errors, pages, playlists, redirects, questions for a password. */
#include "tests/element/httpsrc-helper.h"

/* --- answers that are no audio --- */

static void
test_each_answer_has_its_reason (void)
{
  static const struct {
    const char *answer, *reason, *words;
  } rows[] = {
    { "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\n\r\n", "unauthorized", "answers 401 Unauthorized: check username and password" },
    { "HTTP/1.0 403 Forbidden\r\n\r\n", "unauthorized", "403 Forbidden" },
    { "HTTP/1.0 404 File Not Found\r\n\r\n", "not-found", "404 File Not Found: there is no such mount now" },
    { "HTTP/1.0 503 Busy\r\n\r\n", "unavailable", "overloaded" },
    { "HTTP/1.0 418 I'm a teapot\r\n\r\n", "http-418", "418 I'm a teapot" },
    { "HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<html>", "not-audio", "no audio but text/html" },
    { "HTTP/1.0 200 OK\r\nContent-Type: audio/mpeg\r\n\r\n\n<!DOCTYPE html><html>", "not-audio", "web page" },
    { "HTTP/1.0 302 Found\r\nLocation: /again\r\n\r\n", "redirect-loop", "more than 8 redirects" },
    { "HTTP/1.0 302 Found\r\nLocation: ftp://host/\r\n\r\n", "not-found", "is no address" },
    { "HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n#EXTM3U\n#EXT-X-VERSION:3\nseg1.ts\n", "not-audio", "HLS" },
    { "HTTP/1.0 200 OK\r\nContent-Type: audio/x-scpls\r\n\r\n[playlist]\nNumberOfEntries=0\n", "not-audio", "a playlist without an address" },
    { "this is no HTTP at all\r\n\r\n", "unavailable", "does not answer as a web server does" },
    { "", "unavailable", "does not answer as a web server does" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Server) server = server_new (script_answer_and_close, (gpointer) rows[i].answer, FALSE);
    g_autofree char *url = server_get_url (server, "/live"), *detail = NULL;
    g_autoptr (Listener) l = listener_new (url, NULL);

    detail = listener_wait_stream (l, rows[i].reason);
    g_test_message ("%s", detail);
    g_assert_nonnull (strstr (detail, rows[i].words));
    g_assert_cmpuint (l->bytes->len, ==, 0);
  }
}

static void
script_gigantic_headers (Client *client, gpointer data)
{
  g_autofree char *value = g_strnfill (1000, 'x');

  client_say (client, "HTTP/1.0 200 OK\r\n");
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *line = g_strdup_printf ("X-%u: %s\r\n", i, value);

    client_say (client, line);
  }
}

static void
test_gigantic_headers_are_refused (void)
{
  g_autoptr (Server) server = server_new (script_gigantic_headers, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) l = listener_new (url, NULL);

  detail = listener_wait_stream (l, "unavailable");
}

static void
test_silence_instead_of_headers_is_a_timeout (void)
{
  g_autoptr (Server) server = server_new (script_answer, (gpointer) "HTTP/1.0 200 ", FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) l = listener_new (url, "stall-timeout", 100 * GST_MSECOND, NULL);

  detail = listener_wait_stream (l, "timeout");
  g_assert_nonnull (strstr (detail, "does not answer"));
}

static void
test_a_closed_port_refuses_and_retries_end (void)
{
  Server *server = server_new (script_plain, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) l = NULL;
  g_autoptr (GError) error = NULL;

  server_free (server);
  l = listener_new (url, "max-retries", 3, NULL);
  detail = listener_wait_stream (l, "refused");
  error = listener_wait_error (l);
  g_assert_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_READ);
  g_assert_nonnull (strstr (error->message, "refuses the connection"));
  g_assert_nonnull (strstr (error->message, "given up after 3 retries"));
}

/* --- other addresses --- */

static void
script_leads (Client *client, gpointer answer)
{
  if (strstr (client->request, "GET /stream"))
    script_plain (client, NULL);
  else
    client_say (client, answer);
}

static void
test_follows_redirects_and_playlists (void)
{
  static const struct {
    const char *path, *answer, *reason;
  } rows[] = {
    { "/", "HTTP/1.0 302 Found\r\nLocation: /stream?x=1\r\n\r\n", "redirected" },
    { "/a/list.m3u", "HTTP/1.0 200 OK\r\nContent-Type: audio/x-mpegurl\r\n\r\n#EXTM3U\r\n#EXTINF:-1,Radio\r\n../stream\r\n", "playlist" },
    { "/list.PLS", "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n[playlist]\nNumberOfEntries=1\nFile1=/stream\nTitle1=Radio\n", "playlist" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (Server) server = server_new (script_leads, (gpointer) rows[i].answer, FALSE);
    g_autofree char *url = server_get_url (server, rows[i].path), *detail = NULL;
    g_autoptr (Listener) l = listener_new (url, NULL);

    detail = listener_wait_stream (l, rows[i].reason);
    g_assert_nonnull (strstr (detail, "leads to"));
    listener_assert_bytes (l, station, 50000);
  }
}

/* --- passwords --- */

static void
script_asks (Client *client, gpointer data)
{
  g_autofree char *good = g_base64_encode ((const guchar *) "joe:s3cret", 10);

  if (strstr (client->request, good))
    script_plain (client, NULL);
  else
    client_say (client, "HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"radio\"\r\n\r\n");
}

static void
test_a_password_opens_and_is_never_told (void)
{
  g_autoptr (Server) server = server_new (script_asks, NULL, FALSE);
  g_autofree char *url = server_get_url (server, "/live"), *secret = g_strdup_printf ("http://joe:s3cret@%s", url + strlen ("http://"));
  g_autofree char *shown = NULL, *one = NULL, *two = NULL;
  g_autoptr (Listener) in_address = listener_new (secret, NULL);
  g_autoptr (Listener) in_properties = listener_new (url, "user-id", "joe", "user-pw", "s3cret", NULL);

  listener_assert_bytes (in_address, station, 50000);
  listener_assert_bytes (in_properties, station, 50000);
  g_object_get (in_address->source, "location", &shown, NULL);
  g_assert_cmpstr (shown, ==, url);
  one = listener_wait_stream (in_address, "connected");
  two = listener_wait_stream (in_properties, "connected");
  g_assert_null (strstr (in_address->said->str, "s3cret"));
  g_assert_null (strstr (in_properties->said->str, "s3cret"));
  for (guint i = 0; i < in_address->events->len; i++)
    g_assert_null (strstr (in_address->events->pdata[i], "s3cret"));
}

static void
test_a_password_is_told_to_its_own_server_only (void)
{
  g_autoptr (Server) other = server_new (script_asks, NULL, FALSE);
  g_autofree char *target = server_get_url (other, "/live");
  g_autofree char *answer = g_strdup_printf ("HTTP/1.0 302 Found\r\nLocation: %s\r\n\r\n", target);
  g_autoptr (Server) server = server_new (script_answer_and_close, answer, FALSE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) l = listener_new (url, "user-id", "joe", "user-pw", "s3cret", NULL);

  detail = listener_wait_stream (l, "unauthorized");
  g_assert_nonnull (strstr (detail, target));
}

/* --- TLS --- */

static void
test_a_certificate_that_proves_nothing_is_refused (void)
{
  g_autoptr (Server) server = server_new (script_plain, NULL, TRUE);
  g_autofree char *url = server_get_url (server, "/"), *detail = NULL;
  g_autoptr (Listener) strict = listener_new (url, NULL), lax = listener_new (url, "ssl-strict", FALSE, NULL);

  detail = listener_wait_stream (strict, "tls");
  g_assert_nonnull (strstr (detail, "signed by nobody"));
  listener_assert_bytes (lax, station, 50000);
}

int
main (int argc, char **argv)
{
  begin_tests (&argc, &argv);
  g_test_add_func ("/httpsrc/each-answer-has-its-reason", test_each_answer_has_its_reason);
  g_test_add_func ("/httpsrc/gigantic-headers-are-refused", test_gigantic_headers_are_refused);
  g_test_add_func ("/httpsrc/silence-instead-of-headers-is-a-timeout", test_silence_instead_of_headers_is_a_timeout);
  g_test_add_func ("/httpsrc/a-closed-port-refuses-and-retries-end", test_a_closed_port_refuses_and_retries_end);
  g_test_add_func ("/httpsrc/follows-redirects-and-playlists", test_follows_redirects_and_playlists);
  g_test_add_func ("/httpsrc/a-password-opens-and-is-never-told", test_a_password_opens_and_is_never_told);
  g_test_add_func ("/httpsrc/a-password-is-told-to-its-own-server-only", test_a_password_is_told_to_its_own_server_only);
  g_test_add_func ("/httpsrc/a-certificate-that-proves-nothing-is-refused", test_a_certificate_that_proves_nothing_is_refused);
  return g_test_run ();
}
