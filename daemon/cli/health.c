/* SPDX-License-Identifier: MIT */
/* health.c - two signs of life: a fresh status.json, which the main loop writes every
 * two seconds, and an answer of the page.
 *
 *     status.json fresh?  --no--> does the page say that it only serves? --no--> not healthy
 *            | yes
 *     page wanted?  --yes--> GET /healthz answers 200? --no--> not healthy
 *
 * Sources that wait for their server do not count: they are in a known state, and a
 * restart of ISR would not bring the server back. One that was given up (max_retries) is
 * not healthy: nobody tries it any more. */
#include "daemon/cli/health.h"

#include "daemon/archive/status-file.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define FRESH 10  /* s */
#define TIMEOUT 5 /* s, for each step of a request */
#define LONGEST (64 * 1024)

/* --- the page --- */

/* Where a page that listens on every address is reached from here. */
static char *
get_address (const IsrConfig *config)
{
  const char *host = config->listen_host;

  if (g_str_equal (host, "*") || g_str_equal (host, "0.0.0.0"))
    host = "127.0.0.1";
  else if (g_str_equal (host, "::"))
    host = "::1";
  return g_strdup_printf (strchr (host, ':') ? "[%s]:%u" : "%s:%u", host, config->listen_port);
}

static gboolean
accept_any (GTlsConnection *connection, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer data)
{
  return TRUE; /* its own certificate, on its own address */
}

static void
on_event (GSocketClient *client, GSocketClientEvent event, GSocketConnectable *connectable, GIOStream *connection, gpointer data)
{
  if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
    g_signal_connect (connection, "accept-certificate", G_CALLBACK (accept_any), NULL);
}

/* The whole answer, head and body. */
static char *
ask (const IsrConfig *config, const char *path, GError **error)
{
  g_autofree char *address = get_address (config), *request = g_strdup_printf ("GET %s HTTP/1.0\r\nHost: %s\r\n\r\n", path, address), *answer = g_malloc0 (LONGEST + 1);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  gsize n;

  g_socket_client_set_timeout (client, TIMEOUT);
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_tls (client, config->tls_certificate != NULL);
  g_signal_connect (client, "event", G_CALLBACK (on_event), NULL);
  if (!(connection = g_socket_client_connect_to_host (client, address, (guint16) config->listen_port, NULL, error)))
    return NULL;
  if (!g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), request, strlen (request), NULL, NULL, error))
    return NULL;
  if (!g_input_stream_read_all (g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer, LONGEST, &n, NULL, error) && n == 0)
    return NULL;
  g_clear_error (error);
  return g_steal_pointer (&answer);
}

static gboolean
is_ok (const char *answer)
{
  return g_str_has_prefix (answer, "HTTP/1.") && strlen (answer) > 9 && g_str_has_prefix (answer + 9, "200");
}

static char *
check_page (const IsrConfig *config)
{
  g_autofree char *address = get_address (config), *answer = NULL;
  g_autoptr (GError) error = NULL;

  if (!(answer = ask (config, "/healthz", &error)))
    return g_strdup_printf ("the page at %s does not answer: %s", address, error->message);
  answer[strcspn (answer, "\r\n")] = '\0';
  return is_ok (answer) ? NULL : g_strdup_printf ("the page at %s answers “%s”; does another program listen there?", address, answer);
}

/* `isr serve` records nothing and writes no status.json. */
static gboolean
only_serves (const IsrConfig *config)
{
  g_autofree char *answer = ask (config, "/api/config", NULL);
  const char *body = answer && is_ok (answer) ? strstr (answer, "\r\n\r\n") : NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();

  return body && json_parser_load_from_data (parser, body + 4, -1, NULL) && JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser))
         && !json_object_get_boolean_member_with_default (json_node_get_object (json_parser_get_root (parser)), "recording", TRUE);
}

/* --- the recorder --- */

/* @failed: the names of those that were given up. */
static void
count_sources (const char *status, guint *recording, guint *all, GString *failed)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *sources = NULL;
  JsonObject *root;

  *recording = *all = 0;
  if (!json_parser_load_from_data (parser, status, -1, NULL) || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return;
  root = json_node_get_object (json_parser_get_root (parser));
  if (json_object_has_member (root, "sources"))
    sources = json_object_get_array_member (root, "sources");
  for (guint i = 0; sources && i < json_array_get_length (sources); i++) {
    JsonObject *source = json_array_get_object_element (sources, i);
    const char *state = json_object_get_string_member_with_default (source, "state", "");

    if (g_str_equal (state, "failed"))
      g_string_append_printf (failed, "%s[%s]", failed->len ? ", " : "", json_object_get_string_member_with_default (source, "name", ""));
    *recording += g_str_equal (state, "recording");
    *all += 1;
  }
}

static gboolean
is_asked (const IsrConfig *config)
{
  return config->listen_host && config->listen_port; /* port 0: nobody knows which */
}

static char *
describe_silence (const IsrConfig *config)
{
  g_autofree char *old = isr_status_file_read (config->state_directory, G_MAXINT);

  if (old)
    return g_strdup_printf ("ISR has not written %s/status.json for more than %d seconds: it hangs, was killed, or its disk is full; see its log", config->state_directory, FRESH);
  return g_strdup_printf ("no ISR records into %s: there is no status.json in it", config->state_directory);
}

char *
isr_cli_health_report (const IsrConfig *config, gboolean *healthy)
{
  g_autofree char *status = isr_status_file_read (config->state_directory, FRESH), *problem = NULL;
  g_autoptr (GString) failed = g_string_new (NULL);
  guint recording, all;

  *healthy = FALSE;
  if (!status && is_asked (config) && only_serves (config)) {
    *healthy = TRUE;
    return g_strdup ("healthy: it serves the archive and records nothing");
  }
  if (!status)
    return describe_silence (config);
  if (is_asked (config) && (problem = check_page (config)))
    return g_steal_pointer (&problem);
  count_sources (status, &recording, &all, failed);
  if (failed->len)
    return g_strdup_printf ("given up: %s (%u of %u sources are recorded); the log says why; start what was given up on the page, or restart ISR", failed->str, recording, all);
  *healthy = TRUE;
  return g_strdup_printf ("healthy: %u of %u sources are recorded", recording, all);
}

int
isr_cli_health (const IsrConfig *config)
{
  gboolean healthy;
  g_autofree char *sentence = isr_cli_health_report (config, &healthy);

  g_print ("%s\n", sentence);
  return healthy ? 0 : 1;
}
