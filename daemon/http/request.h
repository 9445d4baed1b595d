/* SPDX-License-Identifier: MIT */
/* request.h - one request as the handlers see it, and the ways to answer it. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "daemon/archive/catalog.h"
#include "daemon/core/control.h"
#include "daemon/http/access.h"
#include "daemon/http/query.h"
#include "daemon/http/sse.h"

G_BEGIN_DECLS

/* What every handler may use. */
typedef struct {
  IsrCatalog *catalog;
  const IsrControl *control;
  GTimeZone *zone;
  char *timezone; /* its name */
  IsrAccess *access;
  IsrSse *sse;
} IsrHouse;

typedef struct {
  const IsrHouse *house;
  SoupServerMessage *message;
  SoupMessageHeaders *headers; /* of the request */
  SoupMessageHeaders *answer;  /* headers of the answer */
  const char *rest;            /* of the path, decoded, behind the route's prefix */
  const IsrQuery *query;
  gboolean head;
} IsrRequest;

void isr_reply_json (const IsrRequest *request, guint status, char *body); /* (transfer full) */
void isr_reply_built (const IsrRequest *request, JsonBuilder *builder);    /* 200 */
/* {"error": code, "message": text} */
void isr_reply_error (const IsrRequest *request, guint status, const char *code, const char *message);
/* The status that the error's code has: 400, 404, 409, 500. */
void isr_reply_gerror (const IsrRequest *request, const GError *error);

G_END_DECLS
