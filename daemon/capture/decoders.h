/* SPDX-License-Identifier: MIT */
/* decoders.h - which elements decode what is recorded, and where to get them. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct {
  const char *extension; /* of the recording's files (IsrStream) */
  const char *demuxer;   /* in front of it, or NULL: then every buffer is a frame with its time */
  const char *parser;    /* ... or NULL */
  const char *decoders;  /* the first of them that is installed, separated by blanks */
  const char *converter; /* behind it, or NULL */
  const char *package;   /* Debian's name of what has them */
} IsrDecoder;

/* NULL: what is recorded so can not be decoded. */
const IsrDecoder *isr_decoders_find (const char *extension);

/* Adds decoder and all that belongs to it to @bin, behind @source; the last one is
 * returned, borrowed. NULL: @missing is the element that is not installed. */
GstElement *isr_decoder_build (const IsrDecoder *self, GstBin *bin, GstElement *source, const char **missing);

G_END_DECLS
