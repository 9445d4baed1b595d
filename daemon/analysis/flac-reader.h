/* SPDX-License-Identifier: MIT */
/* flac-reader.h - a FLAC file as buffers of interleaved samples, without a pipeline:
 * most of an archive is FLAC, and a pipeline costs a sixth more than libFLAC alone. */
#pragma once

#include <gst/gst.h>

#include "plugins/format/format.h"

G_BEGIN_DECLS

typedef struct _IsrFlacReader IsrFlacReader;

/* @input must outlive it. NULL: not FLAC, or a kind of it that is left to a pipeline
 * (neither 16 nor 24 bits, a tag in front). */
IsrFlacReader *isr_flac_reader_new (IsrInput *input);
void isr_flac_reader_free (IsrFlacReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrFlacReader, isr_flac_reader_free)

const IsrFlacInfo *isr_flac_reader_get_info (IsrFlacReader *self);
/* Of its buffers, as flacdec has them: "S16LE", or "S24_32LE" for 24 bits. */
const char *isr_flac_reader_get_encoding (IsrFlacReader *self);

/* NULL: there is no further frame. A damaged frame is silent, or missing, as libFLAC
 * makes it. */
GstBuffer *isr_flac_reader_next (IsrFlacReader *self);

G_END_DECLS
