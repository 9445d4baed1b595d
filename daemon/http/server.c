/* SPDX-License-Identifier: MIT */
/* server.c - listens, and hands each request to the routes.
 *
 * SoupServer has a Range of its own, which takes whole bodies: it never sees the
 * header, the handlers have read it before. An address whose percent-encoding is broken
 * SoupServer answers itself, with 400 and no body, before anybody is asked. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/server.h"

#include "daemon/core/error.h"
#include "daemon/http/intake.h"
#include "daemon/http/json.h"
#include "daemon/http/routes.h"

struct _IsrHttp {
  SoupServer *server;
  IsrHouse house;
  gulong changed;
  guint meter; /* source */
  char *uri;
  guint port;
};

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  IsrHttp *self = data;

  isr_route (&self->house, message);
  soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range");
}

static void
on_request_headers (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  isr_intake_watch (message);
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

static GSocketAddress *
find_address (const IsrConfig *config, GError **error)
{
  g_autoptr (GSocketConnectable) target = g_network_address_new (config->listen_host, (guint16) config->listen_port);
  g_autoptr (GSocketAddressEnumerator) addresses = g_socket_connectable_enumerate (target);

  return g_socket_address_enumerator_next (addresses, NULL, error);
}

static gboolean
start_listening (IsrHttp *self, const IsrConfig *config, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GSocketAddress) address = find_address (config, &reason);
  SoupServerListenOptions options = config->tls_certificate ? SOUP_SERVER_LISTEN_HTTPS : 0;

  if (address && soup_server_listen (self->server, address, options, &reason))
    return TRUE;
  g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "[web] listen: can not listen on %s:%u: %s; stop the program that has the port, choose another one with listen = %s:PORT, or listen = none", config->listen_host, config->listen_port, reason ? reason->message : "the name has no address", config->listen_host);
  return FALSE;
}

static gboolean
set_certificate (IsrHttp *self, const IsrConfig *config, GError **error)
{
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) reason = NULL;

  if (!config->tls_certificate)
    return TRUE;
  certificate = g_tls_certificate_new_from_files (config->tls_certificate, config->tls_key ? config->tls_key : config->tls_certificate, &reason);
  if (certificate) {
    soup_server_set_tls_certificate (self->server, certificate);
    return TRUE;
  }
  g_set_error (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] tls_certificate: %s can not be used: %s; it must be a PEM file, its key in tls_key or in the same file", config->tls_certificate, reason->message);
  return FALSE;
}

/* Nothing is served that was meant to be behind a password. */
static gboolean
check_config (const IsrConfig *config, GError **error)
{
  if (!config->web_password_file)
    return TRUE;
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_CONFIG, "[web] password_file: this version does not ask for a password; leave the key out and listen on a loopback address, or put a reverse proxy with a password in front");
  return FALSE;
}

static void
note_address (IsrHttp *self)
{
  GSList *uris = soup_server_get_uris (self->server);

  if (uris) {
    self->uri = g_uri_to_string (uris->data);
    self->port = (guint) g_uri_get_port (uris->data);
  }
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
}

static GTimeZone *
make_zone (const char *name)
{
  GTimeZone *zone = name ? g_time_zone_new_identifier (name) : NULL;

  return zone ? zone : g_time_zone_new_local ();
}

static void
furnish (IsrHttp *self, const IsrConfig *config, IsrCatalog *catalog, const IsrControl *control)
{
  self->house.catalog = g_object_ref (catalog);
  self->house.control = control;
  self->house.zone = make_zone (config->timezone);
  self->house.timezone = g_strdup (g_time_zone_get_identifier (self->house.zone));
  self->house.access = isr_access_new (config->listen_host, (const char *const *) config->allow_origins);
  self->house.sse = isr_sse_new ();
  self->house.cuts = isr_cuts_new (isr_catalog_get_output_directory (catalog));
  self->house.served = g_ptr_array_new_with_free_func (served_free);
  self->meter = g_timeout_add_seconds (1, send_levels, self);
  self->changed = g_signal_connect (catalog, "changed", G_CALLBACK (on_changed), self);
}

IsrHttp *
isr_http_new (const IsrConfig *config, IsrCatalog *catalog, const IsrControl *control, GError **error)
{
  g_autoptr (IsrHttp) self = g_new0 (IsrHttp, 1);

  furnish (self, config, catalog, control);
  self->server = soup_server_new ("raw-paths", TRUE, NULL);
  soup_server_add_early_handler (self->server, NULL, on_request_headers, self, NULL);
  soup_server_add_handler (self->server, NULL, on_request, self, NULL);
  if (!check_config (config, error) || !set_certificate (self, config, error) || !start_listening (self, config, error))
    return NULL;
  note_address (self);
  if (!isr_access_is_writable (self->house.access))
    g_warning ("[web] listen = %s: everybody on the network can read the archive and listen to it; without a password nothing can be changed from there", config->listen_host);
  return g_steal_pointer (&self);
}

void
isr_http_free (IsrHttp *self)
{
  g_signal_handler_disconnect (self->house.catalog, self->changed);
  g_source_remove (self->meter);
  soup_server_disconnect (self->server);
  g_ptr_array_unref (self->house.served);
  isr_sse_free (self->house.sse);
  isr_cuts_free (self->house.cuts);
  g_object_unref (self->server);
  isr_access_free (self->house.access);
  g_object_unref (self->house.catalog);
  g_time_zone_unref (self->house.zone);
  g_free (self->house.timezone);
  g_free (self->uri);
  g_free (self);
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
  return isr_access_is_writable (self->house.access);
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
