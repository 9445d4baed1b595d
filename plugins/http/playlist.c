/* SPDX-License-Identifier: MIT */
/* playlist.c - a line at a time: "http://..." (M3U), "File1=http://..." (PLS). */
#include "plugins/http/playlist.h"

#include <string.h>

static const char *const mimes[] = {
  "audio/x-mpegurl", "audio/mpegurl", "application/x-mpegurl", "application/mpegurl", "application/vnd.apple.mpegurl", "audio/x-scpls", "audio/scpls", "application/pls", "application/pls+xml", "application/x-scpls"
};

/* Of a list that is served as what it is not. */
static const char *const vague[] = { "text/plain", "application/octet-stream", "binary/octet-stream" };

static gboolean
is_one_of (const char *mime, const char *const *names, guint n)
{
  for (guint i = 0; i < n; i++)
    if (g_ascii_strcasecmp (mime, names[i]) == 0)
      return TRUE;
  return FALSE;
}

gboolean
isr_playlist_is (const char *mime, const char *path)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  if (mime && is_one_of (mime, mimes, G_N_ELEMENTS (mimes)))
    return TRUE;
  if (mime && !is_one_of (mime, vague, G_N_ELEMENTS (vague)))
    return FALSE;
  return g_str_has_suffix (lower, ".m3u") || g_str_has_suffix (lower, ".m3u8") || g_str_has_suffix (lower, ".pls");
}

static char *
get_address (char *line, gboolean pls)
{
  char *value = g_strstrip (line);

  if (pls) {
    value = g_ascii_strncasecmp (line, "File", 4) == 0 ? strchr (line, '=') : NULL;
    value = value ? g_strstrip (value + 1) : NULL;
  }
  return value && *value && *value != '#' ? g_strdup (value) : NULL;
}

char *
isr_playlist_get_address (const char *text, gsize size, gboolean *hls)
{
  g_autofree char *copy = g_strndup (text, size);
  char *body = g_str_has_prefix (copy, "\xef\xbb\xbf") ? copy + 3 : copy;
  g_auto (GStrv) lines = g_strsplit_set (body, "\r\n", -1);
  gboolean pls = g_ascii_strncasecmp (body + strspn (body, " \t\r\n"), "[playlist]", 10) == 0;
  char *address = NULL;

  *hls = strstr (body, "#EXT-X-") != NULL;
  for (guint i = 0; lines[i] && !address && !*hls; i++)
    address = get_address (lines[i], pls);
  return address;
}
