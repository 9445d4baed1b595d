/* SPDX-License-Identifier: MIT */
/* write-json.h - a tree of JSON as text. Pure. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* On one line. A number is written with as few digits as lead back to it: -23.45, not
 * the -23.449999999999999 of JsonGenerator; what is no number (NaN, infinity) is null. */
char *isr_write_json (JsonNode *node);

G_END_DECLS
