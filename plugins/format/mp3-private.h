/* SPDX-License-Identifier: MIT */
/* mp3-private.h - what the MP3 stream and its writer share. */
#pragma once

#include "plugins/format/framer.h"
#include "plugins/format/mp3-history.h"
#include "plugins/format/mp3-info.h"
#include "plugins/format/stream-private.h"

G_BEGIN_DECLS

typedef struct {
  IsrStream parent;
  IsrFramer framer;
  GError *error;        /* why the input is unusable */
  gboolean free_format; /* the first bytes looked like that */
  gboolean drained;
  gboolean ended; /* drained, and all frames received */

  /* The packet handed out last. */
  IsrMp3Frame frame; /* size 0: none yet */
  GBytes *bytes;

  IsrMp3History history; /* of the frames before it */

  /* What the source's Info frame said. */
  guint32 info_key;  /* of which frames */
  guint skip;        /* samples after the packet handed out last that are not to be played */
  guint64 announced; /* frames; 0 = not known, or known to be wrong */
  guint drop;        /* samples at the end of these that are not to be played */
  guint64 received;  /* frames since */
  GPtrArray *held;   /* GBytes: frames not handed out yet, the last of received; none or one mostly */

  gboolean interrupted; /* while frames were held: the gap is behind them */
  guint before;         /* how many of them are still held */
} IsrMp3Stream;

IsrWriter *isr_mp3_writer_new (IsrMp3Stream *stream, IsrOutput *output);

G_END_DECLS
