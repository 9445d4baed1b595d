/* SPDX-License-Identifier: MIT */
/* isrsplitsink.h - the recording sink: one stream in, files cut on the clock out. */
#pragma once

#include <gst/gst.h>

#include "plugins/split/fileverbs.h"
#include "plugins/split/upstream.h"

G_BEGIN_DECLS

#define ISR_TYPE_SPLIT_SINK (isr_split_sink_get_type ())
G_DECLARE_FINAL_TYPE (IsrSplitSink, isr_split_sink, ISR, SPLIT_SINK, GstBin)

/* The system calls it writes with from its next run on; for tests of bad disks. */
void isr_split_sink_set_verbs (IsrSplitSink *self, const IsrFileVerbs *verbs);

/* What it reads the clocks with from its next run on; for tests of time. */
void isr_split_sink_set_clocks (IsrSplitSink *self, IsrClockReader reader);

G_END_DECLS
