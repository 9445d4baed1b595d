/* SPDX-License-Identifier: MIT */
/* stretch.h - one stretch of encoded audio, decoded and listened to: one pipeline,
 * from its first packet to its last message.
 *
 * isrloudness counts what the decoder gives it from 0 on. The decoder says by its
 * timestamps which packet that came from, and a packet's timestamp is its place in
 * the recording: so what is said of a run is moved to where the recording has it. A
 * decoder that leaves something out makes a new run. Main loop. */
#pragma once

#include "daemon/capture/decoders.h"
#include "daemon/capture/tap.h"
#include "daemon/config/config.h"

G_BEGIN_DECLS

typedef struct _IsrStretch IsrStretch;

typedef struct {
  void (*message) (gpointer data, const GstStructure *message);
  /* It is over; @error: why, NULL: it came to its end. The last call; it frees itself. */
  void (*over) (gpointer data, IsrStretch *stretch, const GError *error);
} IsrStretchFuncs;

/* Begins at once. @error: an element is missing, its name or names in the message. */
IsrStretch *isr_stretch_new (const IsrSourceConfig *config, const IsrDecoder *decoder, const IsrTapStretch *what, const IsrStretchFuncs *funcs, gpointer data, GError **error);

/* Nothing more will be fed: it ends by itself. */
void isr_stretch_end (IsrStretch *self);
/* It hangs: nobody waits for it or hears of it any more, also not `over`. */
void isr_stretch_abandon (IsrStretch *self);

IsrFeedSrc *isr_stretch_get_feed (IsrStretch *self);

G_END_DECLS
