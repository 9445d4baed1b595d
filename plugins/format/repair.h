/* SPDX-License-Identifier: MIT */
/* repair.h - makes a playing file of one that was never finished.
 *
 * A crash, a power cut, a full disk leave a .part: whole up to some byte, then
 * torn, with a header that does not know how long the file became. Repair cuts
 * what is torn and writes the totals and tables that closing would have
 * written. It works on unfinished WAV and FLAC of other programs, too. A file
 * that is complete is left as it is, to the byte. */
#pragma once

#include "plugins/format/input.h"
#include "plugins/format/output.h"

G_BEGIN_DECLS

typedef struct {
  guint64 samples;  /* that a player plays now */
  guint rate;       /* Hz */
  guint64 bytes;    /* size of the file now */
  gboolean changed; /* FALSE: it was complete */
  const char *note; /* a sentence on what could not be mended (static), or NULL */
} IsrRepairResult;

/* @input and @output are the same file: output's verbs change it in place, and
 * append() adds at its (truncated) end. The format is told by the content.
 * FALSE with ISR_FORMAT_ERROR when nothing in it can be played, in which case
 * nothing was changed. */
gboolean isr_repair (IsrInput *input, IsrOutput *output, IsrRepairResult *result, GError **error);

G_END_DECLS
