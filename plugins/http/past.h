/* SPDX-License-Identifier: MIT */
/* past.h - what was passed on last, as a value: it outlives the stream that it was part of,
 * so that another one can go on where that ended. Pure. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  GBytes *bytes;      /* the last ones passed on */
  GPtrArray *heads;   /* GBytes: the heads that were passed on, oldest first (prologue.h) */
  GPtrArray *packets; /* GBytes: instead of bytes, what is left of Ogg in files of our own: the last packets, oldest
                       * first; then heads are its header packets. NULL: bytes */
  guint rate;         /* of them: bytes per second; 0: not known */
} IsrPast;

/* Takes both. */
IsrPast *isr_past_new (GBytes *bytes, GPtrArray *heads);
/* Takes both arrays. */
IsrPast *isr_past_new_recorded (GPtrArray *packets, GPtrArray *headers, guint rate);
void isr_past_free (IsrPast *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrPast, isr_past_free)

/* An array for heads. */
GPtrArray *isr_past_heads_new (void);

G_END_DECLS
