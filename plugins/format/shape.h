/* SPDX-License-Identifier: MIT */
/* shape.h - what a decoder does not tell of a file: which of the samples that come out
 * of it are to be played, and where plain samples lie, which need no decoder.
 *
 * Pure: bytes in, numbers out. */
#pragma once

#include "plugins/format/input.h"

G_BEGIN_DECLS

typedef enum {
  ISR_SHAPE_OTHER, /* nothing to be said: decode it and take what comes */
  ISR_SHAPE_MP3,   /* its Info frame says what to skip and how much to play */
  ISR_SHAPE_PCM,   /* samples lie in it as they are */
} IsrShapeKind;

typedef struct {
  IsrShapeKind kind;

  guint64 skip;    /* MP3: samples at the start of what is decoded (without the Info frame) that are not to be played */
  guint64 samples; /* MP3: that are to be played after them; 0: all that come */

  guint64 data, size;   /* PCM: where they lie, bytes; whole frames, and inside the file */
  const char *encoding; /* PCM: as GStreamer names it, "S16LE" and so on; static */
  guint rate, channels; /* PCM */
} IsrShape;

void isr_shape_read (IsrShape *self, IsrInput *input);

G_END_DECLS
