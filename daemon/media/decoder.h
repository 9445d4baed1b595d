/* SPDX-License-Identifier: MIT */
/* decoder.h - packets in, samples out: one of GStreamer's decoders, without its demuxers,
 * which would trim and place by rules of their own. Blocks: for workers. */
#pragma once

#include <gst/gst.h>

#include "plugins/format/format.h"

G_BEGIN_DECLS

typedef struct _IsrDecoder IsrDecoder;

/* Is there a decoder for the packets of @unpacker? */
gboolean isr_decoder_check (IsrUnpacker *unpacker, GError **error);

/* A decoder for the packets of @unpacker. ISR_MEDIA_ERROR_NO_DECODER names the package. */
IsrDecoder *isr_decoder_new (IsrUnpacker *unpacker, GError **error);
void isr_decoder_free (IsrDecoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrDecoder, isr_decoder_free)

/* The first packet is at the sample @position of the file. Once: who jumps takes a new decoder. */
void isr_decoder_begin (IsrDecoder *self, gint64 position);
void isr_decoder_push (IsrDecoder *self, const IsrUnpacked *packet);
void isr_decoder_end (IsrDecoder *self);

/* S16, interleaved, at the rate and with the channels of the decoder (known with
 * the first samples). @position is that of the first sample frame, at the packets'
 * rate. NULL: nothing within @timeout_ms, or (*ended) nothing any more. */
GstBuffer *isr_decoder_pull (IsrDecoder *self, guint timeout_ms, gint64 *position, gboolean *ended);
/* Packets pushed that the decoder has not taken yet. */
guint isr_decoder_get_backlog (IsrDecoder *self);
guint isr_decoder_get_rate (IsrDecoder *self);
guint isr_decoder_get_channels (IsrDecoder *self);

G_END_DECLS
