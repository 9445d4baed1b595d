/* SPDX-License-Identifier: MIT */
/* decode-any.h - whatever GStreamer can decode. Only for the process that may crash. */
#pragma once

#include "daemon/media/decode.h"

G_BEGIN_DECLS

IsrDecode *isr_decode_any_new (int fd, GError **error);

G_END_DECLS
