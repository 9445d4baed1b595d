/* SPDX-License-Identifier: MIT */
/* json-values.c - a name, then its value. */
#include "daemon/http/json-values.h"

#include "daemon/http/json.h"

void
isr_json_add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

void
isr_json_add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

void
isr_json_add_double (JsonBuilder *builder, const char *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

void
isr_json_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

void
isr_json_add_time (JsonBuilder *builder, const char *name, gint64 utc_us, GTimeZone *zone)
{
  g_autofree char *name_us = g_strconcat (name, "_us", NULL);
  g_autofree char *text = utc_us ? isr_json_format_time (utc_us, zone) : NULL;

  isr_json_add_string (builder, name, text);
  if (text)
    isr_json_add_int (builder, name_us, utc_us);
  else
    isr_json_add_string (builder, name_us, NULL);
}
