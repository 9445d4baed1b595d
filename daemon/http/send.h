/* SPDX-License-Identifier: MIT */
/* send.h - a file as an answer: whole, in parts, or not again. Range, conditions and
 * parts are answered by hand (RFC 9110, sections 13 and 14). */
#pragma once

#include "daemon/http/conditions.h"
#include "daemon/http/request.h"

G_BEGIN_DECLS

typedef struct {
  int fd;       /* read from; borrowed */
  guint64 size; /* of what is sent of it */
  GBytes *head; /* bytes that stand for the file's first ones; NULL: the file's own */
  IsrValidators validators;
  const char *type;        /* for HTTP */
  const char *disposition; /* isr_words_format_disposition() */
} IsrSendable;

typedef struct {
  char text[sizeof "bytes -/" + 3 * 20];
} IsrRangeText;

/* The answer has no end that is known: it comes in chunks, or, for who speaks HTTP/1.0 and
 * knows none, until the connection ends. */
void isr_send_set_endless (SoupServerMessage *message);

/* Content-Range, in @text. */
const char *isr_send_format_range (IsrRangeText *text, guint64 start, guint64 length, guint64 size);
void isr_send_unsatisfiable (const IsrRequest *request, guint64 size); /* 416 */

/* @range: the header, or NULL; the request's own may be gone. */
void isr_send (const IsrRequest *request, const IsrSendable *what, const char *range);

G_END_DECLS
