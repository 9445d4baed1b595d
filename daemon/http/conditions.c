/* SPDX-License-Identifier: MIT */
/* conditions.c - tags and times compared. */
#include "daemon/http/conditions.h"

#include <string.h>

/* An entity tag of the list is ours; weak ones count, it is only for 304. */
static gboolean
matches_etag (const char *list, const char *etag)
{
  g_auto (GStrv) tags = g_strsplit (list, ",", -1);

  for (guint i = 0; tags[i]; i++) {
    const char *tag = g_strstrip (tags[i]);

    if (strcmp (tag, "*") == 0 || strcmp (g_str_has_prefix (tag, "W/") ? tag + 2 : tag, etag) == 0)
      return TRUE;
  }
  return FALSE;
}

gboolean
isr_conditions_is_unmodified (const IsrValidators *self, SoupMessageHeaders *request)
{
  const char *none_match = soup_message_headers_get_list (request, "If-None-Match");
  const char *since = soup_message_headers_get_one (request, "If-Modified-Since");
  g_autoptr (GDateTime) time = NULL;

  if (!self->etag)
    return FALSE;
  if (none_match)
    return matches_etag (none_match, self->etag);
  time = since && self->mtime ? soup_date_time_new_from_http_string (since) : NULL;
  return time && self->mtime <= g_date_time_to_unix (time);
}

gboolean
isr_conditions_may_be_partial (const IsrValidators *self, SoupMessageHeaders *request)
{
  const char *condition = soup_message_headers_get_one (request, "If-Range");

  if (!condition)
    return TRUE;
  if (!self->etag)
    return FALSE;
  return strcmp (condition, self->etag) == 0 || (self->mtime && strcmp (condition, self->modified) == 0);
}

void
isr_validators_put (const IsrValidators *self, SoupMessageHeaders *answer)
{
  if (self->etag && self->mtime)
    soup_message_headers_append (answer, "Last-Modified", self->modified);
  if (self->etag)
    soup_message_headers_append (answer, "ETag", self->etag);
  soup_message_headers_append (answer, "Cache-Control", self->etag ? "private, no-cache" : "no-store");
}
