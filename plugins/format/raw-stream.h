/* SPDX-License-Identifier: MIT */
/* raw-stream.h - the input side of WAV and of our FLAC encoder: raw audio needs
 * no taking apart, its packets are the buffers that come in. For plugins/format
 * only. */
#pragma once

#include "plugins/format/stream-private.h"

G_BEGIN_DECLS

typedef struct {
  IsrStream parent;
  IsrPcm pcm;
  GQueue pending; /* GBytes */
} IsrRawStream;

void isr_raw_stream_init (IsrRawStream *self, const IsrStreamClass *klass, const IsrPcm *pcm);

/* For the class tables of WAV and FLAC. */
void isr_raw_stream_push (IsrStream *stream, GBytes *bytes);
gboolean isr_raw_stream_next (IsrStream *stream, IsrPacket *packet, GError **error);
void isr_raw_stream_free (IsrStream *stream);

G_END_DECLS
