/* SPDX-License-Identifier: MIT */
/* adts-frame.h - the header of an ADTS frame (ISO 13818-7, 14496-3): AAC that can be
 * joined anywhere. What SBR adds (HE-AAC) is not said in it: rate and samples
 * are those of the core coder, half of what comes out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ISR_ADTS_HEADER_SIZE 7

typedef struct {
  guint32 key;    /* MPEG version, profile, rate, channels: what no frame of a stream may differ in */
  guint rate;     /* Hz, of the core */
  guint channels; /* channel configuration; 0 = said inside the frame */
  gsize size;     /* of the whole frame, CRC included */
  guint samples;  /* 1024 a raw data block, 1-4 of these */
} IsrAdtsFrame;

/* FALSE when no frame begins at @data. */
gboolean isr_adts_frame_parse (IsrAdtsFrame *self, const guint8 *data, gsize size);

/* As IsrFrameMeasure. */
gsize isr_adts_frame_measure (const guint8 *data, gsize size, guint32 *key);

G_END_DECLS
