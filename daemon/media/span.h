/* SPDX-License-Identifier: MIT */
/* span.h - which recordings a question is about. Asked of the catalog on the main
 * loop; the answer is a value that workers take.
 *
 * A question names a file and seconds from its first sample, or a source and two
 * instants. Both become the same: an anchor, one of the files, and a stretch on
 * its time line, which may begin before it and end behind it. */
#pragma once

#include "daemon/archive/catalog.h"

G_BEGIN_DECLS

#define ISR_SPAN_SLACK_US (2 * G_TIME_SPAN_SECOND) /* what is as new as this may not be on disk yet */

typedef struct {
  IsrRecording *recording;
  char *directory; /* that its name is below */
} IsrSpanPart;

typedef struct {
  GPtrArray *parts; /* IsrSpanPart, by time; the first one may end just before the stretch, for decoders that have to hear it */
  guint anchor;     /* one of them */
  double start;     /* seconds from the anchor's first sample */
  double end;
  gint64 start_us; /* the same as UTC */
  gint64 end_us;
  gboolean open; /* its source is being written, past these parts: what is missing at the end is still to come */
} IsrSpan;

/* @end < 0: to the end of the file. ISR_MEDIA_ERROR. */
IsrSpan *isr_span_new_file (IsrCatalog *catalog, const char *name, double start, double end, GError **error);
IsrSpan *isr_span_new_source (IsrCatalog *catalog, const char *source, gint64 from_us, gint64 to_us, GError **error);
void isr_span_free (IsrSpan *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrSpan, isr_span_free)

#define ISR_SPAN_OPEN_END 1e9 /* seconds: to the end of the file, whenever that is */
gboolean isr_span_is_open_ended (const IsrSpan *self);

const IsrRecording *isr_span_get_anchor (const IsrSpan *self);

/* Opens the bytes of @part, also when it got its final name meanwhile; no link leads there.
 * Blocks. -1 and ISR_MEDIA_ERROR. */
int isr_span_part_open (const IsrSpanPart *part, GError **error);

G_END_DECLS
