/* SPDX-License-Identifier: MIT */
/* Where the server listens, with TLS and without, and whom it lets go. */
#include "tests/daemon/house.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#define SHORT 150 /* ms */

static void
restart (Fixture *f, const char *host)
{
  isr_http_free (f->http);
  g_free (f->config.listen_host);
  f->config.listen_host = g_strdup (host);
  start_server (f);
}

static void
set_limits (Fixture *f, guint connections, guint receive_ms, guint idle_ms)
{
  const IsrLimits limits = { connections, receive_ms, idle_ms };

  isr_http_set_limits (f->http, &limits);
}

/* --- connections ----------------------------------------------------------- */

static void
test_slow_requests (Fixture *f, gconstpointer data)
{
  static const char *const slow[] = { "", "G", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n", "POST /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n123" };

  set_limits (f, 100, SHORT, 60000);
  for (guint i = 0; i < G_N_ELEMENTS (slow); i++) {
    g_autoptr (Client) client = client_begin (f->port, slow[i]);

    TEMP_WAIT_FOR (client->ended);
    g_assert_null (f->asked);
  }
}

#define KEPT "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

static guint
count_answers (Client *client)
{
  guint n = 0;

  for (guint i = 0; i + 8 <= client->in->len; i++)
    n += memcmp (client->in->data + i, "HTTP/1.1", 8) == 0;
  return n;
}

static void
test_idle (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_begin (f->port, KEPT);

  TEMP_WAIT_FOR (count_answers (client) == 1);
  g_assert_false (client->ended);
  set_limits (f, 100, 60000, SHORT);
  client_send (client, KEPT, strlen (KEPT));
  TEMP_WAIT_FOR (client->ended);
  g_assert_cmpuint (count_answers (client), ==, 2);
}

/* Neither many requests on one connection nor many connections leave anything open. */
static void
test_nothing_is_left (Fixture *f, gconstpointer data)
{
  guint before = temp_count_open_files ();

  for (int i = 0; i < 100; i++) {
    Client *client = client_begin (f->port, KEPT);

    for (guint n = 1; n <= 3; n++) {
      TEMP_WAIT_FOR (count_answers (client) == n);
      if (n < 3)
        client_send (client, KEPT, strlen (KEPT));
    }
    client_free (client);
  }
  TEMP_WAIT_FOR (temp_count_open_files () <= before);
}

/* The server's end of @client's connection, as we are both ends; -1: not accepted yet. */
static int
find_other_end (Client *client)
{
  struct sockaddr_in ours, theirs;
  socklen_t size = sizeof ours;

  g_assert_cmpint (getsockname (g_socket_get_fd (client->socket), (struct sockaddr *) &ours, &size), ==, 0);
  for (int fd = 3; fd < 1024; fd++) {
    size = sizeof theirs;
    if (getpeername (fd, (struct sockaddr *) &theirs, &size) == 0 && size == sizeof theirs && theirs.sin_family == AF_INET && theirs.sin_port == ours.sin_port)
      return fd;
  }
  return -1;
}

static void
assert_no_delay (Client *client)
{
  int option = 0;
  socklen_t size = sizeof option;

  TEMP_WAIT_FOR (find_other_end (client) >= 0);
  g_assert_cmpint (getsockopt (find_other_end (client), IPPROTO_TCP, TCP_NODELAY, &option, &size), ==, 0);
  g_assert_cmpint (option, ==, 1);
}

/* Head and body are two packets: the second must not wait until the first is acknowledged. */
static void
test_no_delay (Fixture *f, gconstpointer data)
{
  static const char *const requests[] = { KEPT, "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET /stream/" NAME " HTTP/1.1\r\nHost: localhost\r\n\r\n" };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autoptr (Client) client = client_begin (f->port, requests[i]);

    TEMP_WAIT_FOR (client_has (client, "HTTP/1.1 200"));
    assert_no_delay (client);
  }
}

/* Three at once in one packet. */
static void
test_pipelined (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = client_begin (f->port, KEPT KEPT KEPT);

  TEMP_WAIT_FOR (count_answers (client) == 3);
}

/* libsoup's own limit is 64 KiB of headers; it says nothing and cuts. */
static void
test_long_headers (Fixture *f, gconstpointer data)
{
  g_autofree char *large = g_strnfill (60000, 'x');
  g_autofree char *fits = g_strdup_printf ("X: %s\r\n", large);
  g_autofree char *twice = g_strdup_printf ("%sY: %s\r\n", fits, large);
  g_autofree char *request = g_strdup_printf ("GET /healthz HTTP/1.1\r\nHost: localhost\r\n%s\r\n", twice);
  g_autoptr (Answer) answer = ask (f->port, "GET", "/healthz", fits);
  g_autoptr (Client) client = client_new (f->port);

  g_assert_cmpuint (answer->status, ==, 200);
  client_read (client);
  g_socket_send (client->socket, request, strlen (request), NULL, NULL);
  TEMP_WAIT_FOR (client->ended);
  g_assert_cmpuint (count_answers (client), ==, 0);
}

/* What SoupServer refuses before we are asked has a body, too. */
static void
test_broken_requests (Fixture *f, gconstpointer data)
{
  static const char *const broken[] = {
    "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /api/files?q=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    "GET\r\n\r\n",
    "GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
    "\r\n\r\n\r\n",
    "CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
  };

  set_limits (f, 100, SHORT, SHORT);
  for (guint i = 0; i < G_N_ELEMENTS (broken); i++) {
    g_autoptr (Client) client = client_begin (f->port, broken[i]);
    g_autoptr (Answer) answer = NULL;

    TEMP_WAIT_FOR (client->ended);
    if (!client->in->len)
      continue; /* not even a request */
    answer = client_parse (client);
    g_assert_cmpuint (answer->status, >=, 400);
    assert_header (answer, "Content-Type", "application/json; charset=utf-8");
    g_assert_cmpint (memcmp (g_bytes_get_data (answer->body, NULL), "{\"error\":\"", 10), ==, 0);
  }
}

/* --- addresses ------------------------------------------------------------- */

static guint
try_address (const char *host, guint port)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string (host, port);
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (address), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);

  return socket && g_socket_connect (socket, address, NULL, NULL);
}

static void
test_ipv6 (Fixture *f, gconstpointer data)
{
  if (!try_address ("127.0.0.1", f->port) || g_access ("/proc/net/if_inet6", R_OK) != 0) {
    g_test_skip ("this machine has no IPv6");
    return;
  }
  restart (f, "::1");
  g_assert_true (g_str_has_prefix (isr_http_get_uri (f->http), "http://[::1]:"));
  g_assert_true (isr_http_is_writable (f->http));
  g_assert_true (try_address ("::1", f->port));
  g_assert_false (try_address ("127.0.0.1", f->port));
}

static void
test_all_addresses (Fixture *f, gconstpointer data)
{
  g_test_expect_message ("isr-http", G_LOG_LEVEL_WARNING, "*everybody on the network*");
  restart (f, "*");
  g_test_assert_expected_messages ();
  g_assert_true (try_address ("127.0.0.1", f->port));
  if (g_access ("/proc/net/if_inet6", R_OK) == 0)
    g_assert_true (try_address ("::1", f->port));
  g_assert_false (isr_http_is_writable (f->http));
}

static void
test_name (Fixture *f, gconstpointer data)
{
  restart (f, "localhost");
  g_assert_true (try_address ("127.0.0.1", f->port) || try_address ("::1", f->port));
  g_assert_true (isr_http_is_writable (f->http));
}

/* --- sockets of systemd ------------------------------------------------------ */

/* A child with number 3 set as systemd does it, and LISTEN_PID its own. */
static void
test_handed (Fixture *f, gconstpointer data)
{
  if (g_test_subprocess ()) {
    g_autoptr (Answer) answer = NULL;
    g_autofree char *pid = g_strdup_printf ("%d", getpid ());

    isr_http_free (f->http);
    g_setenv ("LISTEN_PID", pid, TRUE);
    g_setenv ("LISTEN_FDS", "1", TRUE);
    if (g_str_equal (data, "0.0.0.0"))
      g_test_expect_message ("isr-http", G_LOG_LEVEL_WARNING, "*everybody on the network*");
    start_server (f);
    g_test_assert_expected_messages ();
    g_assert_cmpstr (g_getenv ("LISTEN_FDS"), ==, NULL);
    g_assert_cmpint (isr_http_is_writable (f->http), ==, g_str_equal (data, "127.0.0.1"));
    answer = ask (f->port, "GET", "/healthz", NULL);
    g_assert_cmpuint (answer->status, ==, 200);
    return;
  }
  {
    g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (data, 0);
    g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
    g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
    g_autoptr (GSubprocess) child = NULL;
    g_autofree char *path = g_strdup (g_test_get_path ());

    g_assert_true (g_socket_bind (socket, any, FALSE, NULL) && g_socket_listen (socket, NULL));
    g_subprocess_launcher_take_fd (launcher, dup (g_socket_get_fd (socket)), 3);
    child = g_subprocess_launcher_spawn (launcher, NULL, "/proc/self/exe", "-q", "--GTestSubprocess", "-p", path, NULL);
    g_assert_true (g_subprocess_wait_check (child, NULL, NULL));
  }
}

/* --- TLS --------------------------------------------------------------------- */

static void
make_certificate (Fixture *f)
{
  g_autofree char *key = g_build_filename (f->directory, "key.pem", NULL);
  g_autofree char *certificate = g_build_filename (f->directory, "certificate.pem", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (child, NULL, &error));
  f->config.tls_certificate = g_steal_pointer (&certificate);
  f->config.tls_key = g_steal_pointer (&key);
}

static void
on_communicated (GObject *source, GAsyncResult *result, gpointer data)
{
  g_assert_true (g_subprocess_communicate_utf8_finish (G_SUBPROCESS (source), result, data, NULL, NULL));
}

/* What another TLS implementation, which checks the certificate, gets back. */
static char *
ask_tls (Fixture *f, const char *request)
{
  g_autofree char *target = g_strdup_printf ("localhost:%u", f->port);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "openssl", "s_client", "-quiet", "-ign_eof", "-4",
      "-connect", target, "-CAfile", f->config.tls_certificate, "-verify_return_error", "-verify_hostname", "localhost", NULL);
  char *answer = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8_async (child, request, NULL, on_communicated, &answer);
  TEMP_WAIT_FOR (answer);
  return answer;
}

static void
test_tls (Fixture *f, gconstpointer data)
{
  g_autofree char *answer = NULL, *session = NULL;

  make_certificate (f);
  temp_write (f->directory, "secret", "hunter2", -1);
  f->config.web_password_file = g_build_filename (f->directory, "secret", NULL);
  restart (f, "127.0.0.1");
  g_assert_true (g_str_has_prefix (isr_http_get_uri (f->http), "https://127.0.0.1:"));
  answer = ask_tls (f, "GET /api/files HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  g_assert_true (g_str_has_prefix (answer, "HTTP/1.1 200"));
  g_assert_nonnull (strstr (answer, NAME));
  session = ask_tls (f, "POST /api/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 22\r\n\r\n{\"password\":\"hunter2\"}");
  g_assert_nonnull (strstr (session, "SameSite=Strict; Secure"));
  {
    g_autoptr (Client) plain = client_begin (f->port, KEPT); /* no TLS */

    TEMP_WAIT_FOR (plain->ended);
    g_assert_false (client_has (plain, "HTTP/1.1 200"));
  }
}

/* Kept alive, and the client says goodbye in TLS: nothing stays open. */
static void
test_tls_nothing_is_left (Fixture *f, gconstpointer data)
{
  guint before;

  make_certificate (f);
  restart (f, "127.0.0.1");
  before = temp_count_open_files ();
  for (int i = 0; i < 8; i++) {
    g_autofree char *target = g_strdup_printf ("https://localhost:%u/healthz", f->port);
    g_autoptr (GError) error = NULL;
    g_autoptr (GSubprocess) child = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "curl", "-4", "-s", "--cacert", f->config.tls_certificate, target, NULL);
    char *answer = NULL;

    g_assert_no_error (error);
    g_subprocess_communicate_utf8_async (child, NULL, NULL, on_communicated, &answer);
    TEMP_WAIT_FOR (answer);
    g_assert_true (g_str_has_prefix (answer, "{\"status\":\"ok\""));
    g_free (answer);
  }
  TEMP_WAIT_FOR (temp_count_open_files () <= before);
}

static void
test_tls_no_delay (Fixture *f, gconstpointer data)
{
  g_autoptr (Client) client = NULL;

  make_certificate (f);
  restart (f, "127.0.0.1");
  client = client_begin (f->port, "");
  assert_no_delay (client);
}

static void
test_bad_certificates (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  IsrConfig config = f->config;

  make_certificate (f);
  config.tls_key = f->config.tls_key;
  g_assert_null (isr_http_new (&config, f->catalog, &f->control, &error)); /* a key alone */
  g_assert_error (error, ISR_ERROR, ISR_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, "tls_key"));
  g_clear_error (&error);
  config.tls_certificate = f->config.tls_certificate;
  config.tls_key = NULL;
  g_assert_null (isr_http_new (&config, f->catalog, &f->control, &error)); /* no key in it */
  g_assert_error (error, ISR_ERROR, ISR_ERROR_CONFIG);
  g_clear_error (&error);
  config.tls_certificate = f->directory;
  g_assert_null (isr_http_new (&config, f->catalog, &f->control, &error));
  g_assert_error (error, ISR_ERROR, ISR_ERROR_CONFIG);
  g_assert_nonnull (strstr (error->message, f->directory));
}

static void
tls_tear_down (Fixture *f, gconstpointer data)
{
  char *certificate = f->config.tls_certificate, *key = f->config.tls_key;

  tear_down (f, data);
  g_free (certificate);
  g_free (key);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/http-door/" path, Fixture, NULL, set_up, func, tls_tear_down)
  ADD ("slow-requests", test_slow_requests);
  ADD ("idle", test_idle);
  ADD ("nothing-is-left", test_nothing_is_left);
  ADD ("no-delay", test_no_delay);
  ADD ("pipelined", test_pipelined);
  ADD ("long-headers", test_long_headers);
  ADD ("broken-requests", test_broken_requests);
  ADD ("ipv6", test_ipv6);
  ADD ("all-addresses", test_all_addresses);
  ADD ("name", test_name);
  g_test_add ("/http-door/handed", Fixture, "127.0.0.1", set_up, test_handed, tear_down);
  g_test_add ("/http-door/handed-wide", Fixture, "0.0.0.0", set_up, test_handed, tear_down);
  ADD ("tls", test_tls);
  ADD ("tls-nothing-is-left", test_tls_nothing_is_left);
  ADD ("tls-no-delay", test_tls_no_delay);
  ADD ("bad-certificates", test_bad_certificates);
  return g_test_run ();
}
