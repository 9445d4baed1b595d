/* SPDX-License-Identifier: MIT */
/* sections.h - loud sections as people get them: with the recording that they begin
 * in, and what was said about them. */
#pragma once

#include "daemon/core/event.h"
#include "daemon/http/request.h"

G_BEGIN_DECLS

/* One section in all that is shown of it; the texts are owned. */
typedef struct {
  const IsrEvent *event; /* borrowed */
  char *file;            /* NULL: it lies in no recording any more */
  double start, end;     /* seconds from the first sample of that file */
  gint64 label_id;       /* 0: nothing was said about it */
  char *verdict, *label, *note;
} IsrSectionView;

void isr_section_view_free (IsrSectionView *self);

/* Views of @events (IsrEvent, any order, which is kept), out of @catalog or a snapshot of it. @file: the seconds are those
 * of this recording; NULL: of the one in which each begins. */
GPtrArray *isr_section_views (IsrCatalog *catalog, GPtrArray *events, const IsrRecording *file, GError **error);

void isr_json_add_section (JsonBuilder *builder, const IsrSectionView *view, GTimeZone *zone);

/* Numbers in dB, null where nothing is known. */
void isr_json_add_levels (JsonBuilder *builder, const gint16 *values, guint n);

/* margin, min_gap, mode of a request. */
typedef struct {
  double margin_value;
  gint64 min_gap_value;
  const double *margin;  /* NULL: not given */
  const gint64 *min_gap; /* ns */
  const char *mode;
} IsrWish;

/* ISR_ERROR_USAGE. @self is not to be moved. */
gboolean isr_request_read_wish (const IsrRequest *request, IsrWish *self, GError **error);

G_END_DECLS
