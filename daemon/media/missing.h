/* SPDX-License-Identifier: MIT */
/* missing.h - what to install when GStreamer lacks something. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Of a message "missing-plugin": what is missing, and the Debian package that has it, or that none
 * has. NULL: it is another message. (transfer full) */
char *isr_missing_describe (GstMessage *message);

G_END_DECLS
