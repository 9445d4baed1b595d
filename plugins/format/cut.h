/* SPDX-License-Identifier: MIT */
/* cut.h - a stretch of one or more files as a file of its own, in its codec, not
 * encoded again: it begins at 0, has its tables, plays alone.
 *
 *     | file 1     |  file 2     |
 *           | part |  part |
 *           `------ cut ---'
 *
 * WAV and FLAC are cut at the sample, all others at the packet: the cut begins with
 * the packet in which its start lies, and ends with the one in which its end does. Of
 * FLAC the frames at the edges are encoded anew, losslessly, and the MD5 is that of
 * the cut. What a file only has for its decoder (primers) is not taken over, except
 * as the primer of the cut.
 *
 * Parts between which something is missing are put behind each other. */
#pragma once

#include "plugins/format/input.h"
#include "plugins/format/stream.h"

G_BEGIN_DECLS

typedef struct {
  IsrInput *input;
  guint64 start;   /* sample of it */
  guint64 samples; /* from there on */
  gboolean joined; /* the first sample of the file is next to the last one of the part before */
} IsrCutPart;

typedef struct {
  const IsrCutPart *parts;
  guint n;
  IsrOutput *output;
  IsrFileInfo info;                  /* of the first sample that was asked for */
  gboolean (*go_on) (gpointer data); /* asked now and then; FALSE ends it. NULL: goes on */
  gpointer data;

  /* What it became: */
  const char *extension;
  guint rate;
  guint64 early; /* samples by which it begins before what was asked for */
  IsrFileTotals totals;
  guint changed; /* with an error: the part that is unlike those before it; 0: another reason */
} IsrCut;

/* ISR_FORMAT_ERROR. */
gboolean isr_cut (IsrCut *self, GError **error);

G_END_DECLS
