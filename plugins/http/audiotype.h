/* SPDX-License-Identifier: MIT */
/* audiotype.h - from what the server says to what GStreamer calls it. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define ISR_AUDIO_TYPE_CAPS                                                                      \
  "audio/mpeg, mpegversion=(int)1; audio/mpeg, mpegversion=(int)4, stream-format=(string)adts; " \
  "application/ogg; audio/x-flac; application/octet-stream"

/* @mime: as IsrReached; what is not known is application/octet-stream. */
GstCaps *isr_audio_type_get_caps (const char *mime);

/* A web page, whatever its type says. */
gboolean isr_audio_type_is_page (const guint8 *data, gsize size);

G_END_DECLS
