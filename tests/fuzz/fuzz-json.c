/* SPDX-License-Identifier: MIT */
/* Bodies of requests: what is taken can be written, and reads the same again. */
#include "daemon/http/read-json.h"
#include "daemon/http/write-json.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static char *
write_object (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  return isr_write_json (node);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *copy = g_strndup ((const char *) data, size);
  g_autoptr (JsonObject) object = isr_read_json (copy, strnlen (copy, size), NULL);
  g_autofree char *text = object ? write_object (object) : NULL;
  g_autoptr (JsonObject) again = text ? isr_read_json (text, strlen (text), NULL) : NULL;
  g_autofree char *same = again ? write_object (again) : NULL;

  g_assert_true (!object || (again && g_str_equal (text, same)));
  return 0;
}
