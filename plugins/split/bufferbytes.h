/* SPDX-License-Identifier: MIT */
/* bufferbytes.h - a GstBuffer's bytes as GBytes, without a copy. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* They keep the memory, not the buffer. Empty where it can not be read. */
GBytes *isr_buffer_get_bytes (GstBuffer *buffer);

G_END_DECLS
