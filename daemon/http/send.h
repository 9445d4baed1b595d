/* SPDX-License-Identifier: MIT */
/* send.h - a file as an answer: whole, in parts, or not again. Range, conditions and
 * parts are answered by hand (RFC 9110, sections 13 and 14). */
#pragma once

#include "daemon/http/request.h"

G_BEGIN_DECLS

typedef struct {
  int fd;              /* read from; borrowed */
  guint64 size;        /* of what is sent of it */
  GBytes *head;        /* bytes that stand for the file's first ones; NULL: the file's own */
  gint64 mtime;        /* seconds; 0: none */
  const char *etag;    /* NULL: it changes, it is not to be kept */
  const char *type;    /* for HTTP */
  const char *name;    /* to be kept under */
  gboolean attachment; /* to be kept, not played */
} IsrSendable;

/* "inline" or "attachment" and the name, RFC 6266. */
void isr_send_set_disposition (SoupMessageHeaders *answer, gboolean attachment, const char *name);

char *isr_send_format_range (guint64 start, guint64 length, guint64 size); /* Content-Range */
void isr_send_unsatisfiable (const IsrRequest *request, guint64 size);     /* 416 */

/* @range: the header, or NULL; the request's own may be gone. */
void isr_send (const IsrRequest *request, const IsrSendable *what, const char *range);

G_END_DECLS
