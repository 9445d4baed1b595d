/* SPDX-License-Identifier: MIT */
/* question.h - a stretch of the archive as clip and cut are asked for it, and answers
 * that take a while. */
#pragma once

#include "daemon/http/request.h"
#include "daemon/media/span.h"

G_BEGIN_DECLS

/* ?file=&start=&end= or ?source=&from=&to=. NULL: ISR_MEDIA_ERROR, ISR_ERROR. */
IsrSpan *isr_request_read_span (const IsrRequest *request, GError **error);

/* The status that a reason of media has. */
void isr_reply_media_error (const IsrRequest *request, const GError *error);

/* A request that is answered later: what the handler was given, as far as it lasts.
 * The message waits meanwhile. */
typedef struct {
  IsrRequest request; /* without rest and query */
  char *range;        /* the header, or NULL */
  GSource *leaving;
  gulong finished;
  gboolean gone; /* the client is: nothing can be answered */
  void (*on_gone) (gpointer data);
  gpointer data;
} IsrLater;

/* @on_gone (may be NULL) is called when all is sent, or the client has left; not by clear. */
void isr_later_init (IsrLater *self, const IsrRequest *request, void (*on_gone) (gpointer data), gpointer data);
void isr_later_clear (IsrLater *self);

G_END_DECLS
