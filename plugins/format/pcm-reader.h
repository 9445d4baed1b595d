/* SPDX-License-Identifier: MIT */
/* pcm-reader.h - the samples of a lossless file, from any of them on: WAV, FLAC.
 *
 * What comes out is little-endian and interleaved: S16 up to 16 bits, S24 (packed)
 * up to 24, else S32 or F32. Pure; not thread-safe. */
#pragma once

#include "plugins/format/input.h"
#include "plugins/format/stream.h"

G_BEGIN_DECLS

typedef struct _IsrPcmReader IsrPcmReader;

/* @input must outlive it. ISR_FORMAT_ERROR when it is neither WAV nor FLAC, or none
 * that this reads (8 bits, A-law). */
IsrPcmReader *isr_pcm_reader_new (IsrInput *input, GError **error);
void isr_pcm_reader_free (IsrPcmReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrPcmReader, isr_pcm_reader_free)

gboolean isr_pcm_reader_is_flac (IsrPcmReader *self);
const IsrPcm *isr_pcm_reader_get_pcm (IsrPcmReader *self);
/* Of a file that is being written: those that its header or size declare now. */
guint64 isr_pcm_reader_get_samples (IsrPcmReader *self);

gboolean isr_pcm_reader_seek (IsrPcmReader *self, guint64 sample);

/* Sample frames put into @data: less than @frames at the end, or behind damage. */
gsize isr_pcm_reader_read (IsrPcmReader *self, guint8 *data, gsize frames);

G_END_DECLS
