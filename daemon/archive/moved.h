/* SPDX-License-Identifier: MIT */
/* moved.h - of files that are gone and files that are new: which are the same. */
#pragma once

#include "daemon/archive/scan.h"
#include "daemon/core/recording.h"

G_BEGIN_DECLS

/* @gone: IsrRecording; @fresh: IsrFound. IsrFound -> IsrRecording, both borrowed: those
 * with the same size and the same time of the last write to the microsecond, which
 * renaming keeps, and no other one that could be meant. */
GHashTable *isr_moved_find (GPtrArray *gone, GPtrArray *fresh);

G_END_DECLS
