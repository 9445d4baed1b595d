/* SPDX-License-Identifier: MIT */
/* read-json.h - JSON that comes from elsewhere. Pure. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define ISR_JSON_MAX_DEPTH 16

/* The object that @data is. NULL with ISR_ERROR_USAGE, a sentence for the answer's
 * 400: no JSON, no object, nested deeper than ISR_JSON_MAX_DEPTH. */
JsonObject *isr_read_json (const char *data, gsize size, GError **error);

G_END_DECLS
