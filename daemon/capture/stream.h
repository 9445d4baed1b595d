/* SPDX-License-Identifier: MIT */
/* stream.h - what isr-stream (plugins/messages.h) means for the state of a source. */
#pragma once

#include <gst/gst.h>

#include "daemon/config/config.h"
#include "daemon/core/source-state.h"

G_BEGIN_DECLS

typedef struct {
  IsrState state;
  const char *reason, *detail; /* of the message */
  gint64 wait;                 /* µs until the next try; 0: none is due */
} IsrStreamNews;

/* FALSE: the state stays as it is, @now; a drop whose first retry is on its way is no
 * news yet, nor is a rejoin without a seam. */
gboolean isr_stream_news_read (IsrStreamNews *self, const GstStructure *message, IsrState now);

/* Connects again by itself: nobody else needs to watch it. */
gboolean isr_stream_is_watched (const IsrSourceConfig *config);

/* @format, the extension of a file, is what the configuration says that the stream is. Opus,
 * Vorbis, Speex and FLAC in Ogg are all "ogg". */
gboolean isr_stream_is_promised (const IsrSourceConfig *config, const char *format);

G_END_DECLS
