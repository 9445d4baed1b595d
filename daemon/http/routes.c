/* SPDX-License-Identifier: MIT */
/* routes.c - the table, and what is checked before any of its handlers is called:
 * the Host, the address, the method, for changes whether they are allowed, and whether
 * the parameters are those that the address takes. */
#define G_LOG_DOMAIN "isr-http"

#include "daemon/http/routes.h"

#include "daemon/http/handlers.h"
#include "daemon/http/known.h"
#include "daemon/http/params.h"
#include "daemon/http/question.h"

#include <string.h>

typedef void (*Handler) (const IsrRequest *request);

typedef struct {
  const char *path;   /* with a / at its end: a prefix, what follows is `rest` */
  const char *method; /* "GET" takes HEAD as well; all others change something */
  const char *takes;  /* its parameters; NULL: a query is no question to us, and ignored */
  Handler handle;
  gboolean apart; /* asks nothing of the catalog: answered also while that is made again */
} Route;

/* What is asked for hundreds of times a second comes first. */
static const Route routes[] = {
  { "/stream/", "GET", NULL, isr_handle_stream },
  { "/download/", "GET", NULL, isr_handle_download },
  { "/", "GET", NULL, isr_handle_index, TRUE },
  { "/index.html", "GET", NULL, isr_handle_index, TRUE },
  { "/sw.js", "GET", NULL, isr_handle_worker, TRUE },
  { "/assets/", "GET", NULL, isr_handle_asset, TRUE },
  { "/api/files", "GET", "day from to source q limit cursor", isr_handle_files },
  { "/api/files/", "PUT", "protected", isr_handle_protect },
  { "/api/files/", "DELETE", "", isr_handle_delete_file },
  { "/api/trash", "GET", "", isr_handle_trash },
  { "/api/trash/", "POST", "", isr_handle_restore },
  { "/api/trash/", "DELETE", "", isr_handle_delete_trash },
  { "/api/storage", "GET", "", isr_handle_storage },
  { "/api/sources", "GET", "", isr_handle_sources },
  { "/api/days", "GET", "source q", isr_handle_days },
  { "/api/status", "GET", "", isr_handle_status, TRUE },
  { "/api/coverage", "GET", "day from to source", isr_handle_coverage },
  { "/api/config", "GET", "", isr_handle_config, TRUE },
  { "/api/events", "GET", "", isr_handle_events, TRUE },
  { "/api/labels", "GET", "source day from to verdict", isr_handle_labels },
  { "/api/labels", "PUT", "", isr_handle_put_label },
  { "/api/labels", "DELETE", "source start_us end_us", isr_handle_delete_label },
  { "/api/titles", "GET", "day from to source q limit cursor", isr_handle_titles },
  { "/api/cue", "GET", "file", isr_handle_cue },
  { "/api/session", "POST", "", isr_handle_session, TRUE },
  { "/api/session", "DELETE", "", isr_handle_session_end, TRUE },
  { "/api/analyze", "GET", "file margin min_gap mode wait", isr_handle_analyze },
  { "/api/levels", "GET", "source from to points", isr_handle_levels },
  { "/api/highlights", "GET", "day from to source limit margin min_gap mode", isr_handle_highlights },
  { "/api/export", "GET", "day from to source margin min_gap mode format", isr_handle_export },
  { "/api/jobs", "GET", "", isr_handle_jobs },
  { "/api/jobs", "POST", "kind file day from to source", isr_handle_start_job },
  { "/api/jobs/", "DELETE", "", isr_handle_cancel_job },
  { "/api/sources/", "POST", "", isr_handle_control, TRUE },
  { "/api/clip", "GET", "file start end source from to", isr_handle_clip },
  { "/api/cut", "GET", "file start end source from to", isr_handle_cut },
  { "/live/", "GET", NULL, isr_handle_live },
  { "/api/openapi.json", "GET", "", isr_handle_openapi, TRUE },
  { "/healthz", "GET", NULL, isr_handle_health, TRUE },
  { "/readyz", "GET", NULL, isr_handle_ready, TRUE },
};

/* "X-Content-Type-Options: nosniff" is there already: server.c. */
static const struct {
  const char *name, *value;
  gboolean pages; /* says something of a page only, which sound is none */
} security_headers[] = {
  { "Content-Security-Policy", "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'", TRUE },
  { "Referrer-Policy", "same-origin", TRUE },
  { "Cross-Origin-Resource-Policy", "same-origin" },
};

static gboolean
matches_path (const Route *route, const char *path, const char **rest)
{
  gsize length = strlen (route->path);
  gboolean prefix = length > 1 && route->path[length - 1] == '/';

  *rest = path + length;
  return prefix ? strncmp (path, route->path, length) == 0 && path[length] : strcmp (path, route->path) == 0;
}

static gboolean
changes (const Route *route)
{
  return strcmp (route->method, "GET") != 0;
}

/* The row of path and method. NULL: there is none, and @allowed has the methods that
 * the path takes ("": there is no such path). */
static const Route *
find_route (const char *path, const char *method, const char **rest, GString *allowed)
{
  const char *wanted = strcmp (method, "HEAD") == 0 ? "GET" : method;

  for (guint i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (!matches_path (&routes[i], path, rest))
      continue;
    if (strcmp (routes[i].method, wanted) == 0)
      return &routes[i];
    g_string_append_printf (allowed, "%s%s", allowed->len ? ", " : "", changes (&routes[i]) ? routes[i].method : "GET, HEAD");
  }
  return NULL;
}

static const IsrServed *
find_served (const IsrHouse *house, const char *path)
{
  for (guint i = 0; i < house->served->len; i++)
    if (strcmp (((IsrServed *) house->served->pdata[i])->path, path) == 0)
      return house->served->pdata[i];
  return NULL;
}

typedef struct {
  IsrLater later;
  const IsrServed *served;
} Served;

static void
on_body (gpointer token, char *body)
{
  Served *self = token;
  g_autoptr (SoupServerMessage) message = g_object_ref (self->later.request.message);
  gboolean gone = self->later.gone;

  if (gone)
    g_free (body);
  else if (body)
    isr_reply_text (&self->later.request, self->served->content_type, body);
  else
    isr_reply_error (&self->later.request, 503, "unavailable", "ISR is about to end");
  isr_later_clear (&self->later);
  g_free (self);
  if (!gone)
    soup_server_message_unpause (message);
}

static void
begin_body (const IsrRequest *request, const IsrServed *served)
{
  Served *self = g_new0 (Served, 1);

  self->served = served;
  isr_later_init (&self->later, request, NULL, NULL);
  served->begin (served->data, on_body, self);
}

/* Under /api/ everything that is asked has to be understood. Elsewhere a query belongs to
 * whoever made the address: to the page, to a player, to what monitors. */
static const char *
find_takes (const char *path)
{
  return g_str_has_prefix (path, "/api/") ? "" : NULL;
}

/* As long as the archive is being looked through, nobody can say that there is no such one. */
static gboolean
check_source (const IsrRequest *request, const char *source, GError **error)
{
  return !source || !request->house->ready || isr_house_check_source (request->house, source, error);
}

/* NULL: the query is not what the address @takes, and that is answered. */
static IsrQuery *
read_query (const IsrRequest *request, const char *takes)
{
  const char *text = takes ? g_uri_get_query (soup_server_message_get_uri (request->message)) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (IsrQuery) query = isr_query_parse (text, &error);

  if (query && (!text || isr_params_check (query, takes, request->house->zone, &error)) && check_source (request, isr_query_get (query, "source"), &error))
    return g_steal_pointer (&query);
  isr_reply_gerror (request, error);
  return NULL;
}

/* FALSE: @served is not there, or asked for in another way than by GET. */
static gboolean
reply_served (const IsrRequest *request, const IsrServed *served, GString *allowed)
{
  g_autoptr (IsrQuery) query = NULL;

  if (!served)
    return FALSE;
  g_string_assign (allowed, "GET, HEAD");
  if (!request->head && strcmp (soup_server_message_get_method (request->message), "GET") != 0)
    return FALSE;
  query = read_query (request, find_takes (served->path));
  if (!query)
    return TRUE;
  if (served->make)
    isr_reply_text (request, served->content_type, served->make (served->data));
  else
    begin_body (request, served);
  return TRUE;
}

/* @host is @name, with a port or without one; of IPv6 it has brackets. */
static gboolean
is_same_host (const char *host, const char *name)
{
  gsize length = strlen (name);

  host += *host == '[';
  return g_ascii_strncasecmp (host, name, length) == 0 && strchr (":]", host[length]);
}

/* Of "GET http://name/path" the name counts; else libsoup has it from Host. */
static gboolean
allows_target (const IsrRequest *request, const char *host)
{
  const char *name = g_uri_get_host (soup_server_message_get_uri (request->message));
  g_autofree char *target = NULL;

  if (!name || (host && is_same_host (host, name)))
    return TRUE;
  target = strchr (name, ':') ? g_strdup_printf ("[%s]", name) : g_strdup (name);
  return isr_access_allows_host (request->house->access, target);
}

/* Two of them come as one with a comma, which is no name. */
static gboolean
check_host (const IsrRequest *request)
{
  const char *host = soup_message_headers_get_list (request->headers, "Host");

  if ((!host || isr_access_allows_host (request->house->access, host)) && allows_target (request, host))
    return TRUE;
  isr_reply_error (request, 403, "host", "this server is not known by that name: use its address, or put the name into allow_origins of [web]");
  return FALSE;
}

static void
reply_no_route (const IsrRequest *request, const GString *allowed)
{
  g_autofree char *text = g_strdup_printf ("this address takes %s", allowed->str);

  if (!allowed->len) {
    isr_reply_error (request, 404, "not-found", "there is nothing at this address");
    return;
  }
  isr_reply_error (request, 405, "method", text);
  soup_message_headers_replace (request->answer, "Allow", allowed->str);
}

/* A browser tells by itself what asks: our page, the person ("none"), or a page elsewhere.
 * That may lead here by a link, and nothing else: its pictures and scripts would make us
 * work, though it is not shown the answer. */
static gboolean
is_asked_from_here (const IsrRequest *request, gboolean change)
{
  const char *site = soup_message_headers_get_list (request->headers, "Sec-Fetch-Site");
  const char *mode = soup_message_headers_get_list (request->headers, "Sec-Fetch-Mode");

  if (!site || strcmp (site, "same-origin") == 0 || strcmp (site, "none") == 0)
    return TRUE;
  return !change && (!mode || strcmp (mode, "navigate") == 0);
}

/* Programs that are no browsers say nothing of this. */
static gboolean
check_origin (const IsrRequest *request, gboolean change)
{
  const char *host = soup_message_headers_get_one (request->headers, "Host");
  const char *origin = soup_message_headers_get_list (request->headers, "Origin");

  if (isr_access_allows_origin (request->house->access, origin, host) && (origin || is_asked_from_here (request, change)))
    return TRUE;
  isr_reply_error (request, 403, "origin", "a page from elsewhere may not do this: use the page of this server, or put the origin into allow_origins of [web]");
  return FALSE;
}

/* A session is not changed but begun: that is what needs no session. */
static gboolean
check_change (const IsrRequest *request, const Route *route)
{
  gboolean session = strcmp (route->path, "/api/session") == 0;

  if (!changes (route) || session)
    return TRUE;
  if (!isr_catalog_is_writable (request->house->catalog)) {
    isr_reply_error (request, 403, "read-only", "this process only shows the archive and changes nothing in it: ask the isr that records into it");
    return FALSE;
  }
  if (isr_request_may_change (request))
    return TRUE;
  if (isr_auth_has_password (request->house->auth))
    isr_reply_error (request, 401, "password", "this needs the password: POST /api/session with {\"password\": \"...\"} gives a token");
  else
    isr_reply_error (request, 403, "read-only", "this server listens to the network and has no password: it can be read only; set password_file in [web], or listen on a loopback address");
  return FALSE;
}

static gboolean
check_catalog (const IsrRequest *request, const Route *route)
{
  g_autoptr (GError) error = NULL;

  if (route->apart || isr_catalog_check_whole (request->house->catalog, &error))
    return TRUE;
  isr_reply_gerror (request, error);
  return FALSE;
}

/* What the pages that are listed in the config may read of an answer, and send. */
static void
allow_origin (const IsrRequest *request)
{
  const char *origin = soup_message_headers_get_one (request->headers, "Origin");

  if (!origin || !isr_access_is_listed (request->house->access, origin))
    return;
  soup_message_headers_replace (request->answer, "Access-Control-Allow-Origin", origin);
  soup_message_headers_replace (request->answer, "Access-Control-Expose-Headers", "Accept-Ranges, Content-Disposition, Content-Range, ETag, ISR-Gap-Seconds, ISR-Gaps, ISR-Start, Retry-After");
  soup_message_headers_replace (request->answer, "Cross-Origin-Resource-Policy", "cross-origin");
  soup_message_headers_append (request->answer, "Vary", "Origin");
}

/* A browser asks first whether a listed page may ask. FALSE: it is no such question. */
static gboolean
reply_preflight (const IsrRequest *request, const char *allowed)
{
  gboolean asks = strcmp (soup_server_message_get_method (request->message), "OPTIONS") == 0 && soup_message_headers_get_one (request->headers, "Access-Control-Request-Method");

  if (!asks || !*allowed || !soup_message_headers_get_one (request->answer, "Access-Control-Allow-Origin"))
    return FALSE;
  soup_server_message_set_status (request->message, 204, NULL);
  soup_message_headers_replace (request->answer, "Access-Control-Allow-Methods", allowed);
  soup_message_headers_replace (request->answer, "Access-Control-Allow-Headers", "Authorization, Content-Type, If-None-Match, If-Range, Last-Event-ID, Range");
  soup_message_headers_replace (request->answer, "Access-Control-Max-Age", "600");
  return TRUE;
}

static void
run (IsrRequest *request, const char *path)
{
  g_autoptr (IsrQuery) query = NULL;
  g_autoptr (GString) allowed = g_string_new (NULL);
  const Route *route = find_route (path, soup_server_message_get_method (request->message), &request->rest, allowed);

  if (!check_origin (request, route && changes (route)))
    return;
  if (!route && (reply_served (request, find_served (request->house, path), allowed) || reply_preflight (request, allowed->str)))
    return;
  if (!route) {
    reply_no_route (request, allowed);
    return;
  }
  if (!check_change (request, route) || !check_catalog (request, route))
    return;
  request->query = query = read_query (request, route->takes);
  if (query)
    route->handle (request);
}

static gboolean
is_sound (const char *path)
{
  return g_str_has_prefix (path, "/stream/") || g_str_has_prefix (path, "/download/");
}

static void
add_headers (const IsrRequest *request, const char *path)
{
  gboolean sound = is_sound (path);

  for (guint i = 0; i < G_N_ELEMENTS (security_headers); i++)
    if (!sound || !security_headers[i].pages)
      soup_message_headers_append (request->answer, security_headers[i].name, security_headers[i].value);
  allow_origin (request);
}

void
isr_route (const IsrHouse *house, SoupServerMessage *message)
{
  IsrRequest request = {
    .house = house,
    .message = message,
    .headers = soup_server_message_get_request_headers (message),
    .answer = soup_server_message_get_response_headers (message),
    .head = strcmp (soup_server_message_get_method (message), "HEAD") == 0,
  };
  g_autoptr (GError) error = NULL;
  const char *raw = g_uri_get_path (soup_server_message_get_uri (message));
  g_autofree char *path = isr_uri_decode (raw, &error);

  add_headers (&request, raw);
  if (!check_host (&request))
    return;
  if (path)
    run (&request, path);
  else
    isr_reply_gerror (&request, error);
}
