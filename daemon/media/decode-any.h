/* SPDX-License-Identifier: MIT */
/* decode-any.h - whatever GStreamer can decode. Only for the process that may crash. */
#pragma once

#include "daemon/media/decode.h"

G_BEGIN_DECLS

/* @plain: whoever asks for its middle waits until all before that is decoded: there are files whose
 * demuxer does not come back from a jump. */
IsrDecode *isr_decode_any_new (int fd, gboolean plain, GError **error);

G_END_DECLS
