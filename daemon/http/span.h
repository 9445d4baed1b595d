/* SPDX-License-Identifier: MIT */
/* span.h - the parameters that all lists take. */
#pragma once

#include "daemon/http/request.h"

G_BEGIN_DECLS

/* day, from, to, source, q, limit (100), cursor. The texts are the request's.
 * ISR_ERROR_USAGE. */
gboolean isr_request_read_query (const IsrRequest *request, IsrCatalogQuery *query, GError **error);

G_END_DECLS
