/* SPDX-License-Identifier: MIT */
/* range.h - the Range header of RFC 9110, section 14. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_RANGE_MAX_PARTS 16

typedef struct {
  guint64 start;
  guint64 length; /* never 0 */
} IsrRange;

typedef enum {
  ISR_RANGE_WHOLE,         /* 200: no header, another unit, too many parts, or more bytes than the whole has */
  ISR_RANGE_PARTIAL,       /* 206 */
  ISR_RANGE_UNSATISFIABLE, /* 416: malformed, or none of them in the file */
} IsrRangeResult;

/* @header: value of Range, or NULL; @size of the file. With ISR_RANGE_PARTIAL,
 * the parts that lie in the file are appended to @ranges (IsrRange), clamped, in
 * the order asked. */
IsrRangeResult isr_range_parse (const char *header, guint64 size, GArray *ranges);

G_END_DECLS
