/* SPDX-License-Identifier: MIT */
/* write-json.c - one function per kind of node. */
#include "daemon/http/write-json.h"

#include <math.h>
#include <string.h>

static void write_node (GString *out, JsonNode *node);

static void
write_string (GString *out, const char *text)
{
  if (!text) {
    g_string_append (out, "null");
    return;
  }
  g_string_append_c (out, '"');
  for (const char *p = text; *p; p++) {
    guchar c = (guchar) *p;

    if (c == '"' || c == '\\')
      g_string_append_printf (out, "\\%c", c);
    else if (c == '\n')
      g_string_append (out, "\\n");
    else if (c < 0x20 || c == 0x7f)
      g_string_append_printf (out, "\\u%04x", c);
    else
      g_string_append_c (out, (char) c);
  }
  g_string_append_c (out, '"');
}

static void
write_double (GString *out, double value)
{
  static const char *const formats[] = { "%.6g", "%.15g", "%.16g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  guint i = 0;

  if (!isfinite (value)) {
    g_string_append (out, "null");
    return;
  }
  do
    g_ascii_formatd (text, sizeof text, formats[i++], value);
  while (i < G_N_ELEMENTS (formats) && g_ascii_strtod (text, NULL) != value);
  g_string_append (out, text);
  if (!strpbrk (text, ".e"))
    g_string_append (out, ".0");
}

static void
write_value (GString *out, JsonNode *node)
{
  switch (json_node_get_value_type (node)) {
    case G_TYPE_INT64:
      g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
      break;
    case G_TYPE_BOOLEAN:
      g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
      break;
    case G_TYPE_DOUBLE:
      write_double (out, json_node_get_double (node));
      break;
    default:
      write_string (out, json_node_get_string (node));
      break;
  }
}

static void
write_object (GString *out, JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  gboolean first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  for (; json_object_iter_next_ordered (&iter, &name, &node); first = FALSE) {
    if (!first)
      g_string_append_c (out, ',');
    write_string (out, name);
    g_string_append_c (out, ':');
    write_node (out, node);
  }
  g_string_append_c (out, '}');
}

static void
write_array (GString *out, JsonArray *array)
{
  guint n = json_array_get_length (array);

  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++) {
    if (i)
      g_string_append_c (out, ',');
    write_node (out, json_array_get_element (array, i));
  }
  g_string_append_c (out, ']');
}

static void
write_node (GString *out, JsonNode *node)
{
  switch (json_node_get_node_type (node)) {
    case JSON_NODE_OBJECT:
      write_object (out, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      write_array (out, json_node_get_array (node));
      break;
    case JSON_NODE_VALUE:
      write_value (out, node);
      break;
    case JSON_NODE_NULL:
    default:
      g_string_append (out, "null");
      break;
  }
}

char *
isr_write_json (JsonNode *node)
{
  g_autoptr (GString) out = g_string_sized_new (1024);

  write_node (out, node);
  return g_string_free (g_steal_pointer (&out), FALSE);
}
