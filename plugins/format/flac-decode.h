/* SPDX-License-Identifier: MIT */
/* flac-decode.h - a FLAC file decoded frame by frame, from any sample on, each with
 * the bytes that it stands in. */
#pragma once

#include "plugins/format/flac-header.h"
#include "plugins/format/input.h"

G_BEGIN_DECLS

typedef struct _IsrFlacDecode IsrFlacDecode;

/* One decoded frame, or the rest of one behind the sample that was sought. Valid
 * until the next call. */
typedef struct {
  const gint32 *const *channels;
  guint samples;
  guint64 start, end; /* offsets of the whole frame in the file; both 0: not known */
} IsrFlacBlock;

/* @input must outlive it. NULL: no FLAC file with a STREAMINFO. */
IsrFlacDecode *isr_flac_decode_new (IsrInput *input);
void isr_flac_decode_free (IsrFlacDecode *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IsrFlacDecode, isr_flac_decode_free)

const IsrFlacInfo *isr_flac_decode_get_info (IsrFlacDecode *self);

gboolean isr_flac_decode_seek (IsrFlacDecode *self, guint64 sample);

/* FALSE: there is no further frame. */
gboolean isr_flac_decode_next (IsrFlacDecode *self, IsrFlacBlock *block);

G_END_DECLS
