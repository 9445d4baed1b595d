/* SPDX-License-Identifier: MIT */
/* child.h - decoding in a process of its own: what it says, and the process itself.
 *
 *     isr decode-levels FILE RATE FIRST_SAMPLE SAMPLES [NEXT]
 *
 * On its stdout come messages, each uint32 kind, uint32 size, payload, in the byte
 * order of the machine that both run on:
 *
 *     1  begun    IsrChildBegun
 *     2  rows     IsrLevelsRow ...
 *     3  end      uint64 samples that are to be played
 *     4  failed   a sentence
 *
 * The child lowers its priority, limits its memory and its time, can write no file,
 * and dies with its parent. */
#pragma once

#include "daemon/analysis/decode.h"

G_BEGIN_DECLS

#define ISR_CHILD_COMMAND "decode-levels"

enum {
  ISR_CHILD_BEGUN = 1,
  ISR_CHILD_ROWS,
  ISR_CHILD_END,
  ISR_CHILD_FAILED,
};

#define ISR_CHILD_MAX_SIZE 65536 /* of a payload */

typedef struct {
  guint32 rate, channels;
  guint64 first_window, skip;
  double duration; /* seconds; negative: not known */
} IsrChildBegun;

/* The process: @arguments behind the command. gst_init() is done. Returns its exit status. */
int isr_child_main (const char *const *arguments);

/* Prefers the decoders that the recorder uses itself. After gst_init(). */
void isr_decode_prefer_ours (void);

G_END_DECLS
