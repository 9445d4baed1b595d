/* SPDX-License-Identifier: MIT */
/* api-control.c - POST /api/sources/<name>/start, stop, split. */
#include "daemon/core/error.h"
#include "daemon/http/handlers.h"

#include <string.h>

static const struct {
  const char *name;
  gboolean (*call) (const IsrControl *self, const char *source, GError **error);
} verbs[] = {
  { "start", isr_control_start },
  { "stop", isr_control_stop },
  { "split", isr_control_split },
};

void
isr_handle_control (const IsrRequest *request)
{
  const char *slash = strrchr (request->rest, '/');
  g_autofree char *source = slash ? g_strndup (request->rest, (gsize) (slash - request->rest)) : NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; slash && i < G_N_ELEMENTS (verbs); i++) {
    if (strcmp (slash + 1, verbs[i].name) != 0)
      continue;
    if (verbs[i].call (request->house->control, source, &error))
      isr_reply_json (request, 202, g_strdup ("{}"));
    else if (g_error_matches (error, ISR_ERROR, ISR_ERROR_BUSY))
      isr_reply_error (request, 409, "busy", error->message);
    else
      isr_reply_gerror (request, error);
    return;
  }
  isr_reply_error (request, 404, "not-found", "there is no such action: POST /api/sources/<name>/start, stop or split");
}
