/* SPDX-License-Identifier: MIT */
/* decode.h - a file to levels, by whatever decoder GStreamer has for it.
 *
 * Blocks, for as long as decoding takes. Of files from anywhere: a broken one can hang
 * or kill a decoder, so the recorder has it done by a child (child.h). */
#pragma once

#include "daemon/analysis/levels-file.h"

G_BEGIN_DECLS

typedef struct {
  const char *path;
  const char *next;     /* file that goes on where this one ends: completes the last window; NULL: none */
  guint rate;           /* of the next two; 0: that of what comes out of the decoder */
  guint64 first_sample; /* of the file, in its run */
  guint64 samples;      /* that it has, as far as is known: no more are heard; 0: not known */
} IsrDecodeOrder;

typedef struct {
  guint rate, channels;
  guint64 samples; /* that were decoded and are to be played */
  guint64 first_window;
  guint64 skip; /* samples before its first one */
} IsrDecodeResult;

typedef struct {
  /* Before any windows; duration in seconds, negative: not known. */
  void (*begun) (const IsrDecodeResult *so_far, double duration, gpointer data);
  void (*windows) (const IsrLevelsRow *rows, gsize n, gpointer data);
  /* Asked now and then; TRUE: stop. */
  gboolean (*is_cancelled) (gpointer data);
} IsrDecodeHooks;

/* ISR_ERROR_NOT_FOUND: no such file; ISR_ERROR_FAILED: no audio, no decoder, damaged;
 * G_IO_ERROR_CANCELLED. The message does not name the file. */
gboolean isr_decode_levels (const IsrDecodeOrder *order, const IsrDecodeHooks *hooks, gpointer data, IsrDecodeResult *result, GError **error);

G_END_DECLS
