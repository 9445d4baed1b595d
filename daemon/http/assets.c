/* SPDX-License-Identifier: MIT */
/* assets.c - the page, out of the GResource /org/isr/web.
 *
 * index.html and sw.js are asked for again each time and mostly answered with 304; all else
 * lies in a folder that is named after a hash of its contents and may be kept for
 * ever. Texts are stored gzipped beside themselves and sent so. */
#include "daemon/http/coding.h"
#include "daemon/http/handlers.h"

#include <string.h>

#define ROOT "/org/isr/web/"

static const struct {
  const char *extension, *type;
} types[] = {
  { ".html", "text/html; charset=utf-8" },
  { ".js", "text/javascript; charset=utf-8" },
  { ".css", "text/css; charset=utf-8" },
  { ".svg", "image/svg+xml" },
  { ".json", "application/json; charset=utf-8" },
  { ".png", "image/png" },
  { ".webmanifest", "application/manifest+json" },
};

static const char *
find_type (const char *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (path, types[i].extension))
      return types[i].type;
  return NULL;
}

static GBytes *
find_bytes (const IsrRequest *request, const char *path, gboolean *gzip)
{
  g_autofree char *zipped = g_strconcat (path, ".gz", NULL);
  const char *accept = soup_message_headers_get_list (request->headers, "Accept-Encoding");
  GBytes *bytes = isr_accepts_gzip (accept) ? g_resources_lookup_data (zipped, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL) : NULL;

  *gzip = bytes != NULL;
  return bytes ? bytes : g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
}

static char *
make_etag (GBytes *bytes)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return g_strdup_printf ("\"%.16s\"", digest);
}

static void
reply_bytes (const IsrRequest *request, GBytes *bytes, const char *type)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  soup_server_message_set_status (request->message, 200, NULL);
  soup_server_message_set_response (request->message, type, SOUP_MEMORY_COPY, data, size);
}

static void
reply_asset (const IsrRequest *request, const char *name, const char *cache)
{
  g_autofree char *path = g_strconcat (ROOT, name, NULL);
  const char *type = find_type (name);
  gboolean gzip;
  g_autoptr (GBytes) bytes = type ? find_bytes (request, path, &gzip) : NULL;
  const char *known = soup_message_headers_get_list (request->headers, "If-None-Match");
  g_autofree char *etag = NULL;

  if (!bytes) {
    isr_reply_error (request, 404, "not-found", "there is nothing at this address");
    return;
  }
  etag = make_etag (bytes);
  soup_message_headers_replace (request->answer, "ETag", etag);
  soup_message_headers_replace (request->answer, "Cache-Control", cache);
  soup_message_headers_append (request->answer, "Vary", "Accept-Encoding");
  if (isr_etag_matches (known, etag)) {
    soup_server_message_set_status (request->message, 304, NULL);
    return;
  }
  if (gzip)
    soup_message_headers_replace (request->answer, "Content-Encoding", "gzip");
  reply_bytes (request, bytes, type);
}

void
isr_handle_index (const IsrRequest *request)
{
  reply_asset (request, "index.html", "no-cache");
}

/* Governs what lies beside it and below: so it is at the root, not in the folder of the rest. */
void
isr_handle_worker (const IsrRequest *request)
{
  reply_asset (request, "sw.js", "no-cache");
}

void
isr_handle_asset (const IsrRequest *request)
{
  g_autofree char *name = g_strconcat ("assets/", request->rest, NULL);

  reply_asset (request, name, "public, max-age=31536000, immutable");
}
