/* SPDX-License-Identifier: MIT */
/* tap-private.h - what a tap knows of kinds of streams and of positions. Without state
 * of its own, and without a thread. */
#pragma once

#include <gst/gst.h>

#include "plugins/format/format.h"

G_BEGIN_DECLS

typedef enum {
  ISR_TAP_NONE,
  ISR_TAP_MP3,
  ISR_TAP_AAC,
  ISR_TAP_FLAC,
  ISR_TAP_OGG,
} IsrTapKind;

IsrTapKind isr_tap_kind_from_caps (const GstCaps *caps);
IsrStream *isr_tap_kind_make_stream (IsrTapKind kind); /* NULL for NONE */
/* What a decoder has to know of packets such as @packet. @caps: of the pad. */
GstCaps *isr_tap_kind_make_caps (IsrTapKind kind, GstCaps *caps, GBytes *packet, guint rate, guint channels);

/* The bytes of @buffer, as long as anybody needs them, uncopied. */
GBytes *isr_tap_get_bytes (GstBuffer *buffer);

/* Stream time as isrsplitsink counts it: samples, over changes of the rate. */
typedef struct {
  guint64 base_ns; /* before the rate became what it is */
  guint64 samples; /* since then */
  guint rate;      /* Hz; 0: nothing was counted yet */
} IsrTapPosition;

guint64 isr_tap_position_get (const IsrTapPosition *self, guint64 ahead); /* ns */
void isr_tap_position_set_rate (IsrTapPosition *self, guint rate);

G_END_DECLS
