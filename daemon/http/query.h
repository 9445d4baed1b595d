/* SPDX-License-Identifier: MIT */
/* query.h - paths and queries as RFC 3986 writes them. Pure.
 *
 * Not as HTML forms do: a `+` is a plus, and the names of our files contain it.
 * All errors are ISR_ERROR_USAGE with a sentence for the answer's 400. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Undoes percent-encoding. NULL for a broken escape, %00, or what is not UTF-8. */
char *isr_uri_decode (const char *text, GError **error);

typedef struct _IsrQuery IsrQuery;

/* "a=1&b=%20" ; NULL is an empty one. A name that comes twice is an error. */
IsrQuery *isr_query_parse (const char *text, GError **error);
void isr_query_free (IsrQuery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrQuery, isr_query_free)

/* NULL: not there. */
const char *isr_query_get (const IsrQuery *self, const char *name);
/* (element-type utf8) in the order of the text; NULL: there are none. */
const GPtrArray *isr_query_get_names (const IsrQuery *self);
/* FALSE: there, but no number between @min and @max. */
gboolean isr_query_get_uint (const IsrQuery *self, const char *name, guint min, guint max, guint fallback, guint *value, GError **error);
/* The same for a number with a point, as JSON writes one. */
gboolean isr_query_get_double (const IsrQuery *self, const char *name, double min, double max, const char *unit, double fallback, double *value, GError **error);
/* UTC µs, ISO 8601 with an offset, or a date: its midnight in @zone. */
gboolean isr_query_get_time (const IsrQuery *self, const char *name, GTimeZone *zone, gint64 fallback, gint64 *value, GError **error);
/* A date: the UTC µs where that day begins and ends in @zone. @from and @to are
 * left alone when it is not there. */
gboolean isr_query_get_day (const IsrQuery *self, const char *name, GTimeZone *zone, gint64 *from_us, gint64 *to_us, GError **error);

G_END_DECLS
