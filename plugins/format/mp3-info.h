/* SPDX-License-Identifier: MIT */
/* mp3-info.h - the frame in front of an MP3 file that says how long it is:
 * "Xing" (VBR) or "Info" (CBR), with the extension of LAME that says how many
 * samples at both ends are not to be played.
 *
 *     header, side information (zero)
 *     "Info"  flags  frames  bytes  100 entries of a table of contents  quality
 *     "LavfISR"  ...  delay:12 padding:12  ...  length  CRC of the music  CRC of the above
 *
 * The convention: a player skips delay + 529 samples and drops padding - 529,
 * for a decoder is 529 samples late. ffmpeg does so only if the encoder's name
 * begins with LAME, Lavf or Lavc. Without a name nothing is skipped.
 *
 * Pure: bytes in, bytes out. For plugins/format only. */
#pragma once

#include "plugins/format/mp3-frame.h"

G_BEGIN_DECLS

#define ISR_MP3_DECODER_DELAY 529
#define ISR_MP3_MAX_DELAY 4095

/* --- what frames there are: grows with a file --------------------------- */

#define ISR_MP3_INDEX_SIZE 512

typedef struct {
  guint64 frames;
  guint64 bytes; /* that they have */
  guint bitrate; /* of the last one */
  gboolean vbr;
  guint16 crc; /* over the bytes */

  guint64 offsets[ISR_MP3_INDEX_SIZE]; /* where every @step-th frame begins */
  guint64 step;
} IsrMp3Index;

void isr_mp3_index_init (IsrMp3Index *self);

/* @primer: the frame is not the source's, its bitrate says nothing. */
void isr_mp3_index_add (IsrMp3Index *self, const IsrMp3Frame *frame, const guint8 *data, gboolean primer);

/* --- the frame ---------------------------------------------------------- */

typedef struct {
  gboolean vbri;    /* the table of another encoder: only recognised */
  gboolean ours;    /* made by isr_mp3_info_new() */
  gboolean gapless; /* delay and padding are given */
  gsize offset;     /* of "Info" in the frame */
  gsize extension;  /* of the encoder's name in the frame: behind those of the fields that there are */
  guint flags;      /* which of frames, bytes, table there are: 1, 2, 4 */
  guint frames;     /* without this one; 0 = not known */
  guint bytes;      /* with this one; 0 = not known */
  guint skip;       /* samples that a player skips at the start: delay + 529 */
  guint drop;       /* and drops at the end: padding - 529 */
} IsrMp3Info;

/* FALSE when the whole frame @data is none of these. */
gboolean isr_mp3_info_parse (IsrMp3Info *self, const IsrMp3Frame *frame, const guint8 *data);

/* A frame like @frame with room for everything, to be filled. @gapless: it is
 * to carry delay and padding, which needs a @skip of 529 or more. NULL if no
 * bitrate makes a frame that is large enough. */
GByteArray *isr_mp3_info_new (const IsrMp3Frame *frame, gboolean gapless);

/* Writes counts, table, delays and checksums, as far as the frame has a place for them. */
void isr_mp3_info_fill (guint8 *data, gsize size, const IsrMp3Index *index, guint skip, guint drop);

G_END_DECLS
