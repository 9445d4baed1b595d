/* SPDX-License-Identifier: MIT */
/* api-openapi.c - GET /api/openapi.json: the API as OpenAPI 3.1, out of openapi.json beside
 * this file. tests/e2e/test_api.py holds it against the table of routes and the server. */
#include "daemon/http/handlers.h"

GResource *isr_openapi_get_resource (void); /* made by glib-compile-resources */

void
isr_handle_openapi (const IsrRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_resource_lookup_data (isr_openapi_get_resource (), "/org/isr/http/openapi.json", G_RESOURCE_LOOKUP_FLAGS_NONE, &error);

  if (bytes)
    isr_reply_json (request, 200, g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)));
  else
    isr_reply_gerror (request, error);
}
