/* SPDX-License-Identifier: MIT */
/* httpsource.h - the element that a stream is received with, set up as the config says. */
#pragma once

#include <gst/gst.h>

#include "daemon/capture/lull.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

/* As `http_source` says; @lull: what slows souphttpsrc, else unchanged. Floating. NULL,
 * ISR_ERROR_FAILED: it is not installed. */
GstElement *isr_http_source_new (const IsrSourceConfig *config, IsrLull **lull, GError **error);

G_END_DECLS
