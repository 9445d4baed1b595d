/* SPDX-License-Identifier: MIT */
/* content.h - what comes in: from caps, a content type, or the bytes themselves. */
#pragma once

#include <gst/gst.h>

#include "plugins/format/stream.h"
#include "plugins/split/settings.h"

G_BEGIN_DECLS

typedef enum {
  ISR_CONTENT_UNKNOWN, /* it does not say */
  ISR_CONTENT_RAW,
  ISR_CONTENT_MP3,
  ISR_CONTENT_AAC,
  ISR_CONTENT_FLAC,
  ISR_CONTENT_OGG,
  ISR_CONTENT_HTML,  /* a web page where audio was expected */
  ISR_CONTENT_OTHER, /* something that is not recorded */
} IsrContent;

#define ISR_CONTENT_RAW_CAPS                                                                                 \
  "audio/x-raw, format = (string) { S16LE, S24LE, S24_32LE, S32LE, F32LE }, layout = (string) interleaved, " \
  "rate = (int) 48000, channels = (int) [ 1, 64 ]; "                                                         \
  "audio/x-raw, format = (string) { S16LE, S24LE, S24_32LE, S32LE, F32LE }, layout = (string) interleaved, " \
  "rate = (int) [ 1, 768000 ], channels = (int) [ 1, 64 ]; "

/* What the element accepts. ANY would let in planar audio; and a bare alsasrc would
 * choose 44,100 Hz, did not 48,000 come first. */
#define ISR_CONTENT_CAPS \
  ISR_CONTENT_RAW_CAPS   \
  "audio/mpeg; audio/x-flac; application/ogg; audio/ogg; application/x-icy; application/octet-stream"

/* What reaches the writer. */
#define ISR_CONTENT_PARSED_CAPS                                               \
  ISR_CONTENT_RAW_CAPS                                                        \
  "audio/mpeg, mpegversion = (int) 1; "                                       \
  "audio/mpeg, mpegversion = (int) { 2, 4 }, stream-format = (string) adts; " \
  "audio/x-flac; application/ogg; audio/ogg"

IsrContent isr_content_from_caps (GstCaps *caps);

/* "audio/mpeg; charset=..." in any case. */
IsrContent isr_content_from_mime (const char *mime);

/* A web page where audio was expected. */
gboolean isr_content_is_page (const guint8 *data, gsize size);

/* Typefinding, which loads every plugin that knows a type: for what does not say what it
 * is. With @final what is only likely counts as well. @mime (free it) says what was found
 * where that is ISR_CONTENT_OTHER. */
IsrContent isr_content_from_bytes (GstObject *asker, const guint8 *data, gsize size, gboolean final, char **mime);

/* The first bytes for people: hexadecimal and as text. */
char *isr_content_describe (const guint8 *data, gsize size);

/* A content with what is needed to make a stream of it. */
typedef struct {
  IsrContent content;
  IsrPcm pcm;     /* RAW */
  gboolean flac;  /* RAW: into FLAC files */
  guint channels; /* 0: the caps do not say */
} IsrKind;

/* From the caps that reach the writer; FALSE where they are none of them. */
gboolean isr_kind_from_caps (IsrKind *self, GstCaps *caps, IsrSplitFormat format);

/* An IsrStreamMaker. */
IsrStream *isr_kind_make_stream (gconstpointer kind, GError **error);

G_END_DECLS
