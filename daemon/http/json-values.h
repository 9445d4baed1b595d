/* SPDX-License-Identifier: MIT */
/* json-values.h - members of JSON objects, each a name and a value. */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void isr_json_add_string (JsonBuilder *builder, const char *name, const char *value); /* NULL is null */
void isr_json_add_int (JsonBuilder *builder, const char *name, gint64 value);
void isr_json_add_double (JsonBuilder *builder, const char *name, double value);
void isr_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value);
/* "name" in ISO 8601 and "name_us"; 0: both null. */
void isr_json_add_time (JsonBuilder *builder, const char *name, gint64 utc_us, GTimeZone *zone);

G_END_DECLS
