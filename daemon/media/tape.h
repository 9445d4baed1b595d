/* SPDX-License-Identifier: MIT */
/* tape.h - a file that grows in memory and of which only the beginning and the end are
 * kept: what an encoder makes while somebody listens. */
#pragma once

#include "plugins/format/format.h"

G_BEGIN_DECLS

typedef struct {
  IsrInput input; /* what lies between beginning and end reads as if it were not there */
  GByteArray *head;
  GByteArray *tail;
  guint64 base; /* offset of the tail */
} IsrTape;

void isr_tape_init (IsrTape *self);
void isr_tape_clear (IsrTape *self);
void isr_tape_append (IsrTape *self, const guint8 *data, gsize size);

G_END_DECLS
