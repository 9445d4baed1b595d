/* SPDX-License-Identifier: MIT */
/* loudness.h - an isrloudness as the config wants it. */
#pragma once

#include <gst/gst.h>

#include "daemon/config/config.h"

G_BEGIN_DECLS

/* (transfer floating). NULL: ISR_ERROR_FAILED. */
GstElement *isr_loudness_make (const IsrSourceConfig *config, GError **error);

G_END_DECLS
