/* SPDX-License-Identifier: MIT */
/* page.h - a list of the catalog: read, written and zipped by a worker. */
#pragma once

#include "daemon/http/request.h"

G_BEGIN_DECLS

typedef struct _IsrPage IsrPage;

/* One kind of list; both functions are called in the worker. */
typedef struct {
  const char *name; /* of its array */
  GPtrArray *(*find) (IsrCatalog *snapshot, const IsrCatalogQuery *query, char **next, GError **error);
  gboolean (*add) (JsonBuilder *builder, const IsrPage *page, IsrCatalog *snapshot, GPtrArray *rows, GError **error); /* the members of the array */
  gboolean whole;                                                                                                     /* comes at once: it has no "next" */
} IsrPageKind;

/* What a list may know of its request. */
struct _IsrPage {
  const IsrPageKind *kind;
  IsrCatalogQuery query;
  char *source, *text, *cursor; /* of the query */
  char *verdict;
  GTimeZone *zone;
  IsrAnalysis *analysis; /* to be asked for isr_analysis_has_levels() alone; NULL: there is none */
};

/* {"NAME": [...], "next": cursor}, or the error. */
void isr_reply_page (const IsrRequest *request, const IsrPageKind *kind);

G_END_DECLS
