/* SPDX-License-Identifier: MIT */
/* probe.h - what a file of audio is and how long it plays, without decoding it.
 *
 * Headers, tables and the last page say it for most; an MP3 of changing bitrate without a
 * table and ADTS are walked from frame to frame. What a file says about when it was
 * recorded and by whom is told, too. */
#pragma once

#include "plugins/format/input.h"

G_BEGIN_DECLS

typedef struct {
  guint rate;
  guint channels;     /* 0: not said */
  guint64 samples;    /* that a player plays; 0: can not be known */
  gboolean estimated; /* out of the size of the file and the bitrate of some frames */
  gboolean ours;      /* ISR wrote it */
  char *source;       /* that it names; NULL: none */
  gboolean timed;     /* start_us is said by the file */
  gboolean local;     /* but as a time of day, in whatever zone: utc_offset is not */
  gint64 start_us;    /* of the first sample: UTC, or local time as if it were */
  int utc_offset;     /* seconds east of UTC */
} IsrProbe;

/* FALSE with ISR_FORMAT_ERROR when it is no audio that is known. */
gboolean isr_probe (IsrInput *input, IsrProbe *probe, GError **error);
void isr_probe_clear (IsrProbe *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IsrProbe, isr_probe_clear)

G_END_DECLS
