/* SPDX-License-Identifier: MIT */
/* encoder.h - raw sources as Ogg/Opus, while somebody listens. Works in threads of its
 * own; the calls here never wait. */
#pragma once

#include <glib.h>

#include "daemon/media/tape.h"

G_BEGIN_DECLS

typedef struct _IsrEncoder IsrEncoder;

/* What comes in is raw (@pcm), or the frames of native FLAC behind @header. NULL: an
 * element is missing (ISR_MEDIA_ERROR_NO_DECODER). */
IsrEncoder *isr_encoder_new (const IsrPcm *pcm, GBytes *header, GError **error);
void isr_encoder_free (IsrEncoder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrEncoder, isr_encoder_free)

void isr_encoder_push (IsrEncoder *self, GBytes *bytes, guint64 samples);

/* Moves what was encoded meanwhile to @tape. FALSE: that was the last of it, it has failed
 * (ISR_MEDIA_ERROR_FAILED). */
gboolean isr_encoder_pull (IsrEncoder *self, IsrTape *tape, GError **error);

G_END_DECLS
