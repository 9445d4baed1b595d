/* SPDX-License-Identifier: MIT */
/* partspan.h - when a file was heard, kept beside its bytes: after a crash it is known, though
 * nobody was told of the file. Where the file system can not, its name says it to the second. */
#pragma once

#include <gst/gst.h>

#include "plugins/split/partfile.h"

G_BEGIN_DECLS

/* By isr-file-opened, isr-file-closed. Of a clock that is not set nothing is kept. */
void isr_part_span_note_start (IsrPartFile *part, const GstStructure *opened);
void isr_part_span_note_end (IsrPartFile *part, const GstStructure *closed);

G_END_DECLS
