/* SPDX-License-Identifier: MIT */
/* read-json.c - looks before it parses.
 *
 * JsonParser calls itself once a level: sixty thousand “[” would cost the stack. So the
 * depth is counted first. It takes the last of two members of one name, which hides
 * a mistake: that is left as it is, all parsers of JSON do so. */
#include "daemon/http/read-json.h"

#include "daemon/core/error.h"
#include "daemon/http/write-json.h"

#include <string.h>

/* The largest number of brackets that are open at once, strings left aside. */
static guint
find_depth (const char *data, gsize size)
{
  guint depth = 0, most = 0;
  gboolean text = FALSE;

  for (gsize i = 0; i < size; i++) {
    if (text && data[i] == '\\')
      i++;
    else if (data[i] == '"')
      text = !text;
    else if (!text && (data[i] == '[' || data[i] == '{'))
      depth++;
    else if (!text && depth && (data[i] == ']' || data[i] == '}'))
      depth--;
    most = MAX (most, depth);
  }
  return most;
}

/* Escapes can spell half of a surrogate pair, which no text is. */
static JsonObject *
take_object (JsonNode *root, GError **error)
{
  g_autofree char *text = isr_write_json (root);

  if (g_utf8_validate (text, -1, NULL))
    return json_node_dup_object (root);
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "the body has an escape \\ud800-\\udfff that stands alone: send the letter itself");
  return NULL;
}

JsonObject *
isr_read_json (const char *data, gsize size, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) reason = NULL;
  JsonNode *root;

  if (!g_utf8_validate_len (data, size, NULL)) {
    g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "the body is not UTF-8: send a JSON object, encoded so");
    return NULL;
  }
  if (find_depth (data, size) > ISR_JSON_MAX_DEPTH) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "the body is nested deeper than %d levels", ISR_JSON_MAX_DEPTH);
    return NULL;
  }
  if (!json_parser_load_from_data (parser, data, (gssize) size, &reason)) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_USAGE, "the body is no JSON: %s", reason->message);
    return NULL;
  }
  root = json_parser_get_root (parser);
  if (root && JSON_NODE_HOLDS_OBJECT (root))
    return take_object (root, error);
  g_set_error_literal (error, ISR_ERROR, ISR_ERROR_USAGE, "the body is no JSON object: send one, such as {\"name\": \"value\"}");
  return NULL;
}
