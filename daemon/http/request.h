/* SPDX-License-Identifier: MIT */
/* request.h - one request as the handlers see it, and the ways to answer it. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "daemon/analysis/analysis.h"
#include "daemon/archive/catalog.h"
#include "daemon/config/config.h"
#include "daemon/core/control.h"
#include "daemon/http/access.h"
#include "daemon/http/auth.h"
#include "daemon/http/coding.h"
#include "daemon/http/day-lines.h"
#include "daemon/http/query.h"
#include "daemon/http/sse.h"
#include "daemon/http/words.h"
#include "daemon/media/cuts.h"
#include "daemon/media/live.h"

G_BEGIN_DECLS

/* What a room elsewhere makes: a path, and the function that makes its body. */
typedef struct {
  char *path;
  char *content_type;
  char *(*make) (gpointer data);
  /* With make NULL: calls answer once with the body, now or later. */
  void (*begin) (gpointer data, void (*answer) (gpointer token, char *body), gpointer token);
  gpointer data;
} IsrServed;

/* What every handler may use. */
typedef struct {
  const IsrConfig *config;
  IsrCatalog *catalog;
  const IsrControl *control;
  GTimeZone *zone;
  char *timezone; /* its name */
  IsrAccess *access;
  IsrAuth *auth;
  GCancellable *ended; /* the house is torn down: what works for it may not touch it any more */
  IsrSse *sse;
  IsrDayLines *day_lines;
  IsrWordsKeeper *words;
  IsrCuts *cuts;
  IsrLive *live;
  GPtrArray *served;     /* IsrServed */
  gboolean ready;        /* the archive has been looked through */
  IsrAnalysis *analysis; /* NULL: there is none */
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

/* Errors whose code is the status of the answer: those that no room but ours knows.
 * The code of the answer: 401 "password", 403 "forbidden", 413 "too-large", 429
 * "too-many", 501 "no-decoder", 503 "unavailable", 507 "no-space". */
#define ISR_HTTP_ERROR (isr_http_error_quark ())
GQuark isr_http_error_quark (void);

/* The body of a POST, PUT or DELETE; empty when there is none. FALSE: 413. */
gboolean isr_request_get_body (const IsrRequest *request, GBytes **body, GError **error);
/* The same as a JSON object of which all members are @known (names, a blank between two).
 * NULL: 413, or 400 for what is none, or has others. */
JsonObject *isr_request_read_json (const IsrRequest *request, const char *known, GError **error);

/* Whether this one may change something: on loopback everybody, with a password who
 * has given it. */
gboolean isr_request_may_change (const IsrRequest *request);

void isr_reply_json (const IsrRequest *request, guint status, char *body);     /* (transfer full) */
void isr_reply_text (const IsrRequest *request, const char *type, char *body); /* 200; (transfer full) */
/* 200, or 304 for whoever has it already. */
void isr_reply_body (const IsrRequest *request, char *body); /* JSON; (transfer full) */
void isr_reply_made (const IsrRequest *request, const IsrMade *made);
void isr_reply_built (const IsrRequest *request, JsonBuilder *builder);
/* {"error": code, "message": text} */
void isr_reply_error (const IsrRequest *request, guint status, const char *code, const char *message);
/* The status that the error's code has: of ISR_ERROR 400, 403, 404, 409, 500, 507; of
 * ISR_HTTP_ERROR the code itself. */
void isr_reply_gerror (const IsrRequest *request, const GError *error);

G_END_DECLS
