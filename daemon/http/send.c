/* SPDX-License-Identifier: MIT */
/* send.c - headers, ranges, parts. */
#include "daemon/http/send.h"

#include "daemon/http/body.h"
#include "daemon/http/range.h"

void
isr_send_set_endless (SoupServerMessage *message)
{
  gboolean old = soup_server_message_get_http_version (message) == SOUP_HTTP_1_0;

  soup_message_headers_set_encoding (soup_server_message_get_response_headers (message), old ? SOUP_ENCODING_EOF : SOUP_ENCODING_CHUNKED);
}

static char *
append_number (char *out, char before, guint64 number)
{
  char digits[20], *p = digits + sizeof digits;

  do
    *--p = (char) ('0' + number % 10);
  while (number /= 10);
  *out++ = before;
  return mempcpy (out, p, (gsize) (digits + sizeof digits - p));
}

/* By hand: printf() would be a third of what is done for a small range. */
const char *
isr_send_format_range (IsrRangeText *text, guint64 start, guint64 length, guint64 size)
{
  char *p = append_number (mempcpy (text->text, "bytes", 5), ' ', start);

  p = append_number (append_number (p, '-', start + length - 1), '/', size);
  *p = '\0';
  return text->text;
}

void
isr_send_unsatisfiable (const IsrRequest *request, guint64 size)
{
  g_autofree char *content_range = g_strdup_printf ("bytes */%" G_GUINT64_FORMAT, size);
  g_autofree char *sentence = g_strdup_printf ("the range is malformed or lies outside of the file, which has %" G_GUINT64_FORMAT " bytes now", size);

  isr_reply_error (request, 416, "range", sentence);
  soup_message_headers_replace (request->answer, "Content-Range", content_range);
  soup_message_headers_remove (request->answer, "Content-Disposition");
}

/* The bytes that stand in for the file's first ones, and the file behind them. */
static void
add_stretch (IsrBody *body, const IsrSendable *what, guint64 start, guint64 length)
{
  gsize size = what->head ? g_bytes_get_size (what->head) : 0;

  if (start < size) {
    gsize n = (gsize) MIN (length, size - start);

    isr_body_add_bytes (body, g_bytes_new_from_bytes (what->head, (gsize) start, n));
    start += n;
    length -= n;
  }
  isr_body_add_range (body, start, length);
}

static void
add_parts (const IsrRequest *request, const IsrSendable *what, IsrBody *body, const GArray *ranges)
{
  g_autofree char *boundary = g_uuid_string_random ();
  g_autofree char *type = g_strconcat ("multipart/byteranges; boundary=", boundary, NULL);

  for (guint i = 0; i < ranges->len; i++) {
    const IsrRange *range = &g_array_index (ranges, IsrRange, i);
    IsrRangeText text;
    const char *content_range = isr_send_format_range (&text, range->start, range->length, what->size);

    isr_body_add_text (body, g_strdup_printf ("%s--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n", i ? "\r\n" : "", boundary, what->type, content_range));
    add_stretch (body, what, range->start, range->length);
  }
  isr_body_add_text (body, g_strdup_printf ("\r\n--%s--\r\n", boundary));
  soup_message_headers_replace (request->answer, "Content-Type", type);
}

static void
send_body (const IsrRequest *request, const IsrSendable *what, const GArray *ranges)
{
  IsrBody *body = isr_body_new (what->fd);

  soup_server_message_set_status (request->message, ranges->len ? 206 : 200, NULL);
  soup_message_headers_replace (request->answer, "Content-Type", what->type);
  if (ranges->len == 0) {
    soup_message_headers_append (request->answer, "Accept-Ranges", "bytes"); /* a part says it by itself */
    add_stretch (body, what, 0, what->size);
  } else if (ranges->len == 1) {
    const IsrRange *range = &g_array_index (ranges, IsrRange, 0);
    IsrRangeText text;

    soup_message_headers_append (request->answer, "Content-Range", isr_send_format_range (&text, range->start, range->length, what->size));
    add_stretch (body, what, range->start, range->length);
  } else {
    add_parts (request, what, body, ranges);
  }
  if (isr_body_send (body, request->message, request->head))
    return;
  isr_reply_error (request, 503, "unavailable", "too many files are open: ask again in a moment");
  soup_message_headers_remove (request->answer, "Content-Range");
  soup_message_headers_remove (request->answer, "Content-Disposition");
}

void
isr_send (const IsrRequest *request, const IsrSendable *what, const char *range)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (IsrRange));
  const char *wanted = request->head || !isr_conditions_may_be_partial (&what->validators, request->headers) ? NULL : range;

  soup_message_headers_append (request->answer, "Content-Disposition", what->disposition);
  isr_validators_put (&what->validators, request->answer);
  if (isr_conditions_is_unmodified (&what->validators, request->headers)) {
    soup_server_message_set_status (request->message, 304, NULL);
  } else if (isr_range_parse (wanted, what->size, ranges) == ISR_RANGE_UNSATISFIABLE) {
    isr_send_unsatisfiable (request, what->size);
  } else {
    send_body (request, what, ranges);
  }
}
