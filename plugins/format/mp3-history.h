/* SPDX-License-Identifier: MIT */
/* mp3-history.h - what a Layer III decoder must have seen before a cut.
 *
 * A frame that comes first in a file is played wrong in three ways: its main
 * data began in earlier frames (the bit reservoir), its first half overlaps
 * with the granule before it (IMDCT), and the synthesis filterbank rings on for
 * 480 samples. Two exact granules before it mend the last two; for the first,
 * the main data that they reach back into is needed, but not the frames that
 * carried it: at 32 kb/s that would be eight of them, more than the 12 bits of
 * an Info frame can declare as not to be played.
 *
 * So the primer is: one carrier, a silent frame of our own making, as large
 * as it takes, whose main data area ends with the 511 (255) bytes that stood before
 * the next frame; then the frames of the last two granules, unchanged. Its
 * length is the same at every bitrate:
 *
 *     MPEG-1      carrier, f-1           2 * 1152 samples
 *     MPEG-2/2.5  carrier, f-2, f-1      3 *  576 samples
 *
 * For plugins/format only. */
#pragma once

#include "plugins/format/mp3-frame.h"

G_BEGIN_DECLS

#define ISR_MP3_HISTORY_MAX 2

typedef struct {
  GByteArray *main_data;               /* the last bytes of all main data areas so far */
  GBytes *frames[ISR_MP3_HISTORY_MAX]; /* the last ones, as long as they can be decoded */
  guint n_frames;
  gsize areas;  /* bytes at the end of main_data that are theirs */
  guint64 seen; /* frames since the beginning */
} IsrMp3History;

void isr_mp3_history_init (IsrMp3History *self);
void isr_mp3_history_clear (IsrMp3History *self);
void isr_mp3_history_forget (IsrMp3History *self);
void isr_mp3_history_add (IsrMp3History *self, const IsrMp3Frame *frame, GBytes *bytes);

/* Nothing comes for a while: the frames are kept as copies, and hold nothing larger. */
void isr_mp3_history_settle (IsrMp3History *self);

/* Frames that have to precede one that is to be exact. */
guint isr_mp3_history_get_depth (const IsrMp3Frame *frame);

/* Appends a frame without sound (its side information is all zero), otherwise like
 * @like, whose main data area ends with @data. */
gboolean isr_mp3_history_append_carrier (GByteArray *primer, const IsrMp3Frame *like, const guint8 *data, gsize size);

/* Appends the primer of a file that begins with @next to @primer: at most
 * @max_frames of the frames before it. How many frames that makes, carrier included. */
guint isr_mp3_history_get_primer (const IsrMp3History *self, const IsrMp3Frame *next, guint max_frames, GByteArray *primer);

G_END_DECLS
