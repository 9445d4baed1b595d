/* SPDX-License-Identifier: MIT */
/* server.c - listens, and hands each request to the routes.
 *
 * SoupServer has a Range of its own, which takes whole bodies: it never sees the
 * header, the handlers have read it before. What is no HTTP (an address whose
 * percent-encoding is broken, among others) SoupServer answers itself, before anybody
 * is asked, with whatever body there is: so every answer begins as that one. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/server.h"

#include "daemon/core/files-limit.h"
#include "daemon/http/intake.h"
#include "daemon/http/json.h"
#include "daemon/http/door.h"
#include "daemon/http/routes.h"

struct _IsrHttp {
  SoupServer *server;
  IsrConnections *connections;
  IsrHouse house;
  IsrDoor *door;
  gulong changed;
  guint meter;     /* source */
  GBytes *no_http; /* what is said to what is none */
  char *uri;
  guint port;
};

/* As what is no HTTP is refused. */
static void
refuse (IsrHttp *self, SoupServerMessage *message)
{
  gsize size;
  const char *body = g_bytes_get_data (self->no_http, &size);

  soup_server_message_set_status (message, 400, NULL);
  soup_server_message_set_response (message, "application/json; charset=utf-8", SOUP_MEMORY_COPY, body, size);
}

/* libsoup takes a chunk whose size is none for the last one; what comes after it must
 * not be taken for the next request. */
static void
end_after (SoupServerMessage *message, gboolean doubtful)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (doubtful || soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CHUNKED)
    soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection", "close");
}

/* What holds the others is not seen from here: a page that listens, or a download. */
static void
refuse_excess (SoupServerMessage *message)
{
  SoupMessageHeaders *answer = soup_server_message_get_response_headers (message);
  char *body = isr_json_error ("unavailable", "your address has as many connections as one may have, and all of them are being answered: close some, or ask again in a while; of a proxy for many people, raise connections_per_address in [web]");

  soup_server_message_set_status (message, 503, NULL);
  soup_message_headers_replace (answer, "Retry-After", "10");
  soup_message_headers_replace (answer, "Connection", "close");
  soup_message_headers_replace (answer, "Cache-Control", "no-store");
  soup_server_message_set_response (message, "application/json; charset=utf-8", SOUP_MEMORY_TAKE, body, strlen (body));
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  IsrHttp *self = data;
  gboolean doubtful = isr_intake_is_doubtful (message);

  if (doubtful)
    refuse (self, message);
  else if (isr_connections_is_excess (self->connections, message))
    refuse_excess (message);
  else
    isr_route (&self->house, message);
  end_after (message, doubtful);
  if (soup_server_message_get_status (message) == 304) /* else it would say: Content-Length: 0 */
    soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), SOUP_ENCODING_NONE);
  soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range");
}

/* The answer to what will not reach us. */
static void
on_request_started (SoupServer *server, SoupServerMessage *message, IsrHttp *self)
{
  SoupMessageHeaders *answer = soup_server_message_get_response_headers (message);

  soup_message_headers_append (answer, "X-Content-Type-Options", "nosniff");
  soup_message_headers_append (answer, "Content-Type", "application/json; charset=utf-8");
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), self->no_http);
}

/* All but that no browser may guess its type. */
static void
forget_answer (SoupServerMessage *message)
{
  soup_message_body_truncate (soup_server_message_get_response_body (message));
  soup_message_headers_remove (soup_server_message_get_response_headers (message), "Content-Type");
}

/* Who asks before a long body is sent is spared sending it. */
static void
answer_expectation (SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  gboolean asks = soup_message_headers_get_expectations (headers) & SOUP_EXPECTATION_CONTINUE;
  g_autofree char *text = NULL;
  char *body;

  if (!asks || soup_message_headers_get_content_length (headers) <= ISR_INTAKE_MAX)
    return;
  text = g_strdup_printf ("the body would be longer than the %d bytes that are taken", ISR_INTAKE_MAX);
  body = isr_json_error ("too-large", text);
  soup_server_message_set_status (message, 413, NULL);
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Connection", "close");
  soup_server_message_set_response (message, "application/json; charset=utf-8", SOUP_MEMORY_TAKE, body, strlen (body));
}

static void
on_request_headers (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  forget_answer (message);
  isr_intake_watch (message);
  answer_expectation (message);
}

static void
on_changed (IsrCatalog *catalog, const char *kind, const char *name, IsrHttp *self)
{
  isr_sse_publish (self->house.sse, g_str_equal (kind, "source") ? "status" : kind, name);
}

/* Levels are of the moment: sent to those who listen now, and not kept. */
static gboolean
send_levels (gpointer data)
{
  IsrHttp *self = data;
  g_autoptr (GPtrArray) states = isr_sse_is_heard (self->house.sse) ? isr_control_states (self->house.control) : NULL;
  g_autofree char *levels = states ? isr_json_levels (states, g_get_real_time ()) : NULL;

  if (levels)
    isr_sse_send (self->house.sse, "level", levels);
  return G_SOURCE_CONTINUE;
}

static void
served_free (gpointer data)
{
  IsrServed *served = data;

  g_free (served->path);
  g_free (served->content_type);
  g_free (served);
}

static GTimeZone *
make_zone (const char *name)
{
  GTimeZone *zone = name ? g_time_zone_new_identifier (name) : NULL;

  return zone ? zone : g_time_zone_new_local ();
}

static void
take_config (IsrHttp *self, const IsrConfig *config)
{
  self->house.config = config;
  g_clear_pointer (&self->house.zone, g_time_zone_unref);
  g_free (self->house.timezone);
  self->house.zone = make_zone (config->timezone);
  self->house.timezone = g_strdup (g_time_zone_get_identifier (self->house.zone));
}

static void
furnish (IsrHttp *self, const IsrConfig *config, IsrCatalog *catalog, const IsrControl *control)
{
  take_config (self, config);
  self->house.catalog = g_object_ref (catalog);
  self->house.control = control;
  self->house.ended = g_cancellable_new ();
  self->house.sse = isr_sse_new ();
  self->house.day_lines = isr_day_lines_new ();
  self->house.words = isr_words_keeper_new ();
  self->house.live = isr_live_new (catalog, control);
  self->house.cuts = isr_cuts_new (isr_catalog_get_output_directory (catalog));
  self->house.served = g_ptr_array_new_with_free_func (served_free);
  self->changed = g_signal_connect (catalog, "changed", G_CALLBACK (on_changed), self);
  self->meter = g_timeout_add_seconds (1, send_levels, self);
}

/* What may be done from where depends on where we really listen. */
static void
note_address (IsrHttp *self)
{
  g_autoptr (GUri) uri = isr_door_find_widest (self->door);
  gboolean handed = !g_str_equal (self->house.config->listen_host, "*") && isr_door_is_handed (self->door);

  self->uri = g_uri_to_string (uri);
  self->port = (guint) g_uri_get_port (uri);
  self->house.access = isr_access_new (handed ? g_uri_get_host (uri) : self->house.config->listen_host, (const char *const *) self->house.config->allow_origins);
  isr_auth_set_port (self->house.auth, self->port);
}

static GBytes *
make_no_http (void)
{
  char *body = isr_json_error ("bad-request", "this is no HTTP/1.1 request that can be understood: its first line, its Host, its length, its encoding or a “%” in its address is broken");

  return g_bytes_new_take (body, strlen (body));
}

static gboolean
open_door (IsrHttp *self, GError **error)
{
  const IsrConfig *config = self->house.config;
  IsrLimits limits = ISR_LIMITS_DEFAULT;

  self->house.auth = isr_auth_new (config->web_password_file, config->tls_certificate != NULL, error);
  if (!self->house.auth)
    return FALSE;
  self->no_http = make_no_http ();
  limits.per_address = config->connections_per_address;
  limits.connections = MIN (limits.connections, isr_files_limit_get_share ());
  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  self->connections = isr_connections_new (self->server);
  isr_connections_set_limits (self->connections, &limits);
  g_signal_connect (self->server, "request-started", G_CALLBACK (on_request_started), self);
  soup_server_add_early_handler (self->server, NULL, on_request_headers, self, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  self->door = isr_door_open (self->server, config, error);
  return self->door != NULL;
}

IsrHttp *
isr_http_new (const IsrConfig *config, IsrCatalog *catalog, const IsrControl *control, GError **error)
{
  g_autoptr (IsrHttp) self = g_new0 (IsrHttp, 1);

  furnish (self, config, catalog, control);
  if (!open_door (self, error))
    return NULL;
  note_address (self);
  if (!isr_http_is_writable (self))
    g_warning ("[web] listen = %s: everybody on the network can read the archive and listen to it; without a password nothing can be changed from there", g_str_equal (config->listen_host, "*") ? "" : config->listen_host);
  return g_steal_pointer (&self);
}

static void
close_door (IsrHttp *self)
{
  if (!self->server)
    return;
  g_clear_pointer (&self->door, isr_door_close);
  soup_server_disconnect (self->server);
  isr_connections_free (self->connections);
}

void
isr_http_free (IsrHttp *self)
{
  g_signal_handler_disconnect (self->house.catalog, self->changed);
  g_source_remove (self->meter);
  g_cancellable_cancel (self->house.ended);
  close_door (self);
  g_ptr_array_unref (self->house.served);
  isr_sse_free (self->house.sse);
  isr_day_lines_free (self->house.day_lines);
  isr_words_keeper_free (self->house.words);
  isr_cuts_free (self->house.cuts);
  isr_live_free (self->house.live);
  g_clear_object (&self->server);
  g_clear_pointer (&self->house.access, isr_access_free);
  g_clear_pointer (&self->house.auth, isr_auth_free);
  g_object_unref (self->house.ended);
  g_clear_object (&self->house.analysis);
  g_object_unref (self->house.catalog);
  g_time_zone_unref (self->house.zone);
  g_free (self->house.timezone);
  g_clear_pointer (&self->no_http, g_bytes_unref);
  g_free (self->uri);
  g_free (self);
}

void
isr_http_set_analysis (IsrHttp *self, IsrAnalysis *analysis)
{
  g_set_object (&self->house.analysis, analysis);
}

void
isr_http_configure (IsrHttp *self, const IsrConfig *config)
{
  take_config (self, config);
}

const char *
isr_http_get_uri (IsrHttp *self)
{
  return self->uri;
}

guint
isr_http_get_port (IsrHttp *self)
{
  return self->port;
}

gboolean
isr_http_is_writable (IsrHttp *self)
{
  return isr_auth_has_password (self->house.auth) || isr_access_is_writable (self->house.access);
}

void
isr_http_set_ready (IsrHttp *self, gboolean ready)
{
  self->house.ready = ready;
}

void
isr_http_set_limits (IsrHttp *self, const IsrLimits *limits)
{
  isr_connections_set_limits (self->connections, limits);
}

void
isr_http_serve (IsrHttp *self, const char *path, const char *content_type, char *(*make) (gpointer), gpointer data)
{
  IsrServed *served = g_new (IsrServed, 1);

  *served = (IsrServed){ g_strdup (path), g_strdup (content_type), make, NULL, data };
  g_ptr_array_add (self->house.served, served);
}

void
isr_http_serve_later (IsrHttp *self, const char *path, const char *content_type, void (*begin) (gpointer data, void (*answer) (gpointer token, char *body), gpointer token), gpointer data)
{
  IsrServed *served = g_new (IsrServed, 1);

  *served = (IsrServed){ g_strdup (path), g_strdup (content_type), NULL, begin, data };
  g_ptr_array_add (self->house.served, served);
}

char *
isr_http_dup_status (const IsrControl *control, IsrCatalog *catalog, const char *zone_name)
{
  g_autoptr (GPtrArray) states = isr_control_states (control);
  g_autoptr (GTimeZone) zone = make_zone (zone_name);

  return isr_json_status (states, catalog, zone);
}
