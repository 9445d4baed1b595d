/* SPDX-License-Identifier: MIT */
/* params.h - whether a request says what its address understands. Pure.
 *
 * The route table names the parameters of each address; this is the one place that
 * judges a query against it, before any handler reads a value: a misspelt filter is
 * refused, as the answer to a question that nobody asked would be a lie. All errors are
 * ISR_ERROR_USAGE. */
#pragma once

#include "daemon/http/query.h"

G_BEGIN_DECLS

/* @known: the names, a blank between two; "": none. Refused are a name that is not among
 * them, two that exclude each other (day and from, file and source, ...), and a span that
 * does not end behind its begin (from and to, start_us and end_us). Other values are the
 * handlers' to judge. */
gboolean isr_params_check (const IsrQuery *query, const char *known, GTimeZone *zone, GError **error);

/* The first of these alone, for one name. @what: "parameter", "member of the body". */
gboolean isr_params_check_name (const char *name, const char *known, const char *what, GError **error);

G_END_DECLS
