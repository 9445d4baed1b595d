/* SPDX-License-Identifier: MIT */
/* export.h - loud sections as text for other programs. Pure.
 *
 *     csv        RFC 4180, a header first
 *     audacity   a label track: start, end, label, with tabs between
 *     raven      a selection table of Raven Pro and Lite, a header first */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ISR_EXPORT_CSV,
  ISR_EXPORT_AUDACITY,
  ISR_EXPORT_RAVEN,
} IsrExportFormat;

typedef struct {
  double start, end;             /* seconds from the begin of the file or of the span */
  const char *source, *file;     /* these and all other texts: NULL is empty */
  const char *start_at, *end_at; /* ISO 8601 */
  gboolean found;                /* by ISR: the next ones are known */
  double score, peak, floor;     /* dB, dBFS, dBFS */
  const char *reason;
  const char *verdict, *label, *note;
  guint rate; /* Hz; 0: not known */
} IsrExportRow;

/* FALSE: there is no such format. */
gboolean isr_export_parse_format (const char *name, IsrExportFormat *format);
const char *isr_export_get_type (IsrExportFormat format);   /* content type */
const char *isr_export_get_suffix (IsrExportFormat format); /* of a file: ".csv" */

void isr_export_begin (GString *out, IsrExportFormat format);
/* @number: from 1 on. */
void isr_export_add (GString *out, IsrExportFormat format, const IsrExportRow *row, guint number);

G_END_DECLS
