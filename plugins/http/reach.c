/* SPDX-License-Identifier: MIT */
/* reach.c - a loop of hops. */
#include "plugins/http/reach.h"

#include <libsoup/soup.h>
#include <string.h>

#include "plugins/http/playlist.h"
#include "plugins/messages.h"

#define MAX_PLAYLIST (64 * 1024)

void
isr_reached_clear (IsrReached *self)
{
  g_clear_pointer (&self->connection, isr_http_connection_free);
  g_clear_pointer (&self->where, g_free);
  g_clear_pointer (&self->mime, g_free);
}

static GUri *
without_user (GUri *uri)
{
  return soup_uri_copy (uri, SOUP_URI_USER, NULL, SOUP_URI_PASSWORD, NULL, SOUP_URI_AUTH_PARAMS, NULL, SOUP_URI_NONE);
}

char *
isr_reach_redact (const char *location)
{
  g_autoptr (GRegex) userinfo = g_regex_new ("://[^/?#\\s]*@", 0, 0, NULL);

  return g_regex_replace_literal (userinfo, location, -1, 0, "://", 0, NULL);
}

static gboolean
is_http (GUri *uri)
{
  return g_uri_get_host (uri) && *g_uri_get_host (uri) && (g_str_equal (g_uri_get_scheme (uri), "http") || g_str_equal (g_uri_get_scheme (uri), "https"));
}

static gboolean
same_server (GUri *a, GUri *b)
{
  return g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b)) && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 && g_uri_get_port (a) == g_uri_get_port (b);
}

/* Types that are certainly no audio. */
static gboolean
is_not_audio (const char *mime)
{
  static const char *const prefixes[] = { "text/", "image/", "font/", "application/json", "application/xml", "application/xhtml+xml", "application/javascript", "application/pdf" };

  for (guint i = 0; mime && i < G_N_ELEMENTS (prefixes); i++)
    if (g_str_has_prefix (mime, prefixes[i]))
      return TRUE;
  return FALSE;
}

static char *
get_mime (IsrHttpConnection *connection)
{
  const char *type = isr_http_connection_get_header (connection, "Content-Type");
  g_autofree char *bare = type ? g_strndup (type, strcspn (type, "; \t,")) : NULL;

  return bare && *bare ? g_ascii_strdown (bare, -1) : NULL;
}

/* What the playlist says, or NULL and a trouble. */
static char *
read_playlist (IsrReached *self, GCancellable *cancellable, IsrTrouble **trouble)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = isr_http_connection_read_all (self->connection, MAX_PLAYLIST, cancellable, &error);
  gboolean hls = FALSE;
  char *address;

  if (!body) {
    *trouble = isr_trouble_from_error (self->where, error);
    return NULL;
  }
  address = isr_playlist_get_address (g_bytes_get_data (body, NULL), g_bytes_get_size (body), &hls);
  if (hls)
    *trouble = isr_trouble_new (ISR_STREAM_NOT_AUDIO, "%s is HTTP Live Streaming (HLS), a list of pieces, which can not be recorded: use the station's direct stream (MP3, AAC, Ogg)", self->where);
  else if (!address)
    *trouble = isr_trouble_new (ISR_STREAM_NOT_AUDIO, "%s is a playlist without an address", self->where);
  return address;
}

/* Where the answer sends us; NULL: nowhere, or a trouble. */
static char *
get_next (IsrReached *self, GUri *uri, GCancellable *cancellable, const char **reason, IsrTrouble **trouble)
{
  guint status = isr_http_connection_get_status (self->connection);
  const char *location = isr_http_connection_get_header (self->connection, "Location");

  *reason = ISR_STREAM_REDIRECTED;
  if (status >= 300 && status < 400 && status != 304 && location)
    return g_strdup (location);
  if (status != 200) {
    *trouble = isr_trouble_from_status (self->where, status, isr_http_connection_get_phrase (self->connection));
    return NULL;
  }
  *reason = ISR_STREAM_PLAYLIST;
  if (isr_playlist_is (self->mime, g_uri_get_path (uri)))
    return read_playlist (self, cancellable, trouble);
  if (is_not_audio (self->mime))
    *trouble = isr_trouble_new (ISR_STREAM_NOT_AUDIO, "%s is no audio but %s: use the address of the stream itself, not that of the page it is played on", self->where, self->mime);
  return NULL;
}

static IsrTrouble *
hop (IsrReached *self, GUri *uri, GUri *first, const IsrHttpRequest *request, GCancellable *cancellable)
{
  g_autoptr (GUri) bare = without_user (uri);
  g_autoptr (GError) error = NULL;
  IsrHttpRequest own = *request;

  if (!own.user && g_uri_get_user (first)) {
    own.user = g_uri_get_user (first);
    own.password = g_uri_get_password (first);
  }
  if (!same_server (uri, first))
    own.user = own.password = NULL;
  isr_reached_clear (self);
  self->where = g_uri_to_string (bare);
  self->connection = isr_http_connection_open (bare, &own, cancellable, &error);
  if (!self->connection)
    return isr_trouble_from_error (self->where, error);
  self->mime = get_mime (self->connection);
  return NULL;
}

static GUri *
parse (GUri *base, const char *address, const char *where, IsrTrouble **trouble)
{
  g_autoptr (GUri) uri = base ? g_uri_parse_relative (base, address, SOUP_HTTP_URI_FLAGS, NULL) : g_uri_parse (address, SOUP_HTTP_URI_FLAGS, NULL);
  g_autofree char *shown = isr_reach_redact (address);

  if (uri && is_http (uri))
    return g_steal_pointer (&uri);
  *trouble = isr_trouble_new (ISR_STREAM_NOT_FOUND, "%s%s“%s” is no address of the form http://host:port/path", where ? where : "", where ? ": " : "", shown);
  return NULL;
}

IsrTrouble *
isr_reach (IsrReached *self, const char *location, const IsrHttpRequest *request, GCancellable *cancellable, IsrReachNote note, gpointer data)
{
  IsrTrouble *trouble = NULL;
  g_autoptr (GUri) first = parse (NULL, location, NULL, &trouble), uri = first ? g_uri_ref (first) : NULL;

  for (guint hops = 0; uri && hops <= ISR_REACH_HOPS; hops++) {
    g_autoptr (GUri) here = g_steal_pointer (&uri);
    g_autofree char *next = NULL, *detail = NULL, *shown = NULL;
    const char *reason;

    trouble = hop (self, here, first, request, cancellable);
    if (trouble || !(next = get_next (self, here, cancellable, &reason, &trouble)))
      return trouble;
    uri = parse (here, next, self->where, &trouble);
    shown = isr_reach_redact (next);
    detail = g_strdup_printf ("%s leads to %s", self->where, shown);
    note (reason, detail, data);
  }
  return trouble ? trouble : isr_trouble_new (ISR_STREAM_REDIRECT_LOOP, "%s: more than %d redirects, one after the other", self->where, ISR_REACH_HOPS);
}
