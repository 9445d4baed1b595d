/* SPDX-License-Identifier: MIT */
/* kept.h - the answer to what was said: when it is on the medium. */
#pragma once

#include <json-glib/json-glib.h>

#include "daemon/http/request.h"

G_BEGIN_DECLS

/* As isr_reply_built(), but not before all that was said so far is kept; where that
 * fails, the error. */
void isr_reply_kept (const IsrRequest *request, JsonBuilder *builder);

G_END_DECLS
