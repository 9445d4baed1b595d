/* SPDX-License-Identifier: MIT */
/* media.c - /stream/<name> and /download/<name>: the bytes of a recording.
 *
 * The name is looked up in the catalog, whose answer alone leads to a path: no
 * request can name a file. Range, conditions and parts are answered by hand (RFC
 * 9110, sections 13 and 14). What is still being written is sent as long as it is
 * now, under the URL that it keeps: an open file does not mind being renamed. */
#define G_LOG_DOMAIN "isr-media"

#include "daemon/archive/scan.h"
#include "daemon/http/body.h"
#include "daemon/http/handlers.h"
#include "daemon/http/range.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  const IsrRequest *request;
  IsrRecording *recording;
  int fd;
  guint64 size;
  gint64 mtime; /* seconds */
  char *etag;   /* NULL while it is being written */
  const char *content_type;
} Media;

static void
media_clear (Media *self)
{
  g_clear_pointer (&self->recording, isr_recording_free);
  g_clear_pointer (&self->etag, g_free);
  if (self->fd >= 0)
    close (self->fd);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Media, media_clear)

/* Between the answer and open() the file may get its final name: once more. */
static int
open_recording (IsrCatalog *catalog, const IsrRecording *recording)
{
  int fd = -1;

  for (int attempt = 0; fd < 0 && attempt < 2; attempt++) {
    g_autofree char *path = isr_catalog_get_path (catalog, recording);

    fd = open (path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno != ENOENT)
      g_message ("%s: can not be opened: %s", path, g_strerror (errno));
  }
  return fd;
}

static gboolean
open_media (Media *self, const IsrRequest *request)
{
  struct stat st;

  self->request = request;
  self->fd = -1;
  self->recording = isr_catalog_lookup (request->house->catalog, request->rest);
  if (!self->recording)
    return FALSE;
  self->fd = open_recording (request->house->catalog, self->recording);
  if (self->fd < 0 || fstat (self->fd, &st) < 0 || !S_ISREG (st.st_mode))
    return FALSE;
  self->size = (guint64) st.st_size;
  self->mtime = st.st_mtim.tv_sec;
  self->content_type = isr_audio_content_type (self->recording->name);
  if (!self->content_type)
    self->content_type = "application/octet-stream";
  if (!self->recording->recording)
    self->etag = g_strdup_printf ("\"%" G_GINT64_MODIFIER "x-%" G_GINT64_MODIFIER "x-%lx\"", (gint64) st.st_size, (gint64) st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
  return TRUE;
}

static char *
format_mtime (const Media *self)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (self->mtime);

  return soup_date_time_to_string (time, SOUP_DATE_HTTP);
}

/* RFC 6266: a plain name for old clients, the true one in UTF-8 (RFC 8187). */
static void
set_disposition (const Media *self, const char *disposition)
{
  const char *slash = strrchr (self->recording->name, '/');
  const char *name = slash ? slash + 1 : self->recording->name;
  g_autofree char *plain = g_str_to_ascii (name, "C");
  g_autofree char *escaped = g_uri_escape_string (name, NULL, FALSE);
  g_autofree char *value = NULL;

  g_strdelimit (plain, "\"\\%", '_');
  for (char *p = plain; *p; p++)
    if (!g_ascii_isprint (*p))
      *p = '_';
  value = g_strdup_printf ("%s; filename=\"%s\"; filename*=UTF-8''%s", disposition, plain, escaped);
  soup_message_headers_replace (self->request->answer, "Content-Disposition", value);
}

static void
set_headers (const Media *self, const char *disposition)
{
  SoupMessageHeaders *answer = self->request->answer;
  g_autofree char *mtime = format_mtime (self);

  soup_message_headers_replace (answer, "Accept-Ranges", "bytes");
  set_disposition (self, disposition);
  if (self->etag) {
    soup_message_headers_replace (answer, "ETag", self->etag);
    soup_message_headers_replace (answer, "Last-Modified", mtime);
    soup_message_headers_replace (answer, "Cache-Control", "private, no-cache");
  } else {
    soup_message_headers_replace (answer, "Cache-Control", "no-store");
  }
}

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

static gboolean
is_unmodified (const Media *self)
{
  SoupMessageHeaders *headers = self->request->headers;
  const char *none_match = soup_message_headers_get_list (headers, "If-None-Match");
  const char *since = soup_message_headers_get_one (headers, "If-Modified-Since");
  g_autoptr (GDateTime) time = NULL;

  if (!self->etag)
    return FALSE;
  if (none_match)
    return matches_etag (none_match, self->etag);
  time = since ? soup_date_time_new_from_http_string (since) : NULL;
  return time && self->mtime <= g_date_time_to_unix (time);
}

/* If-Range wants the same bytes: a strong tag, or the exact time. */
static gboolean
may_be_partial (const Media *self)
{
  const char *condition = soup_message_headers_get_one (self->request->headers, "If-Range");
  g_autofree char *mtime = NULL;

  if (!condition)
    return TRUE;
  if (!self->etag)
    return FALSE;
  mtime = format_mtime (self);
  return strcmp (condition, self->etag) == 0 || strcmp (condition, mtime) == 0;
}

static char *
format_content_range (const IsrRange *range, guint64 size)
{
  return g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT, range->start, range->start + range->length - 1, size);
}

static void
add_parts (const Media *self, IsrBody *body, const GArray *ranges)
{
  g_autofree char *boundary = g_uuid_string_random ();
  g_autofree char *type = g_strconcat ("multipart/byteranges; boundary=", boundary, NULL);

  for (guint i = 0; i < ranges->len; i++) {
    const IsrRange *range = &g_array_index (ranges, IsrRange, i);
    g_autofree char *content_range = format_content_range (range, self->size);

    isr_body_add_text (body, g_strdup_printf ("%s--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n", i ? "\r\n" : "", boundary, self->content_type, content_range));
    isr_body_add_range (body, range->start, range->length);
  }
  isr_body_add_text (body, g_strdup_printf ("\r\n--%s--\r\n", boundary));
  soup_message_headers_replace (self->request->answer, "Content-Type", type);
}

static void
send_body (Media *self, const GArray *ranges)
{
  IsrBody *body = isr_body_new (g_steal_fd (&self->fd));

  soup_server_message_set_status (self->request->message, ranges->len ? 206 : 200, NULL);
  soup_message_headers_replace (self->request->answer, "Content-Type", self->content_type);
  if (ranges->len == 0) {
    isr_body_add_range (body, 0, self->size);
  } else if (ranges->len == 1) {
    const IsrRange *range = &g_array_index (ranges, IsrRange, 0);
    g_autofree char *content_range = format_content_range (range, self->size);

    soup_message_headers_replace (self->request->answer, "Content-Range", content_range);
    isr_body_add_range (body, range->start, range->length);
  } else {
    add_parts (self, body, ranges);
  }
  isr_body_send (body, self->request->message, self->request->head);
}

static void
reply_unsatisfiable (const Media *self)
{
  g_autofree char *content_range = g_strdup_printf ("bytes */%" G_GUINT64_FORMAT, self->size);
  g_autofree char *sentence = g_strdup_printf ("the range is malformed or lies outside of the file, which has %" G_GUINT64_FORMAT " bytes now; at most %d parts are given", self->size, ISR_RANGE_MAX_PARTS);

  isr_reply_error (self->request, 416, "range", sentence);
  soup_message_headers_replace (self->request->answer, "Content-Range", content_range);
  soup_message_headers_remove (self->request->answer, "Content-Disposition");
}

static void
handle_media (const IsrRequest *request, const char *disposition)
{
  g_auto (Media) media = { .fd = -1 };
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (IsrRange));
  const char *range = request->head ? NULL : soup_message_headers_get_one (request->headers, "Range");

  if (!open_media (&media, request)) {
    isr_reply_error (request, 404, "not-found", "there is no such recording: it was deleted or renamed, or the address is wrong");
    return;
  }
  set_headers (&media, disposition);
  if (is_unmodified (&media)) {
    soup_server_message_set_status (request->message, 304, NULL);
    return;
  }
  if (isr_range_parse (may_be_partial (&media) ? range : NULL, media.size, ranges) == ISR_RANGE_UNSATISFIABLE)
    reply_unsatisfiable (&media);
  else
    send_body (&media, ranges);
}

void
isr_handle_stream (const IsrRequest *request)
{
  handle_media (request, "inline");
}

void
isr_handle_download (const IsrRequest *request)
{
  handle_media (request, "attachment");
}
