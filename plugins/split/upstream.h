/* SPDX-License-Identifier: MIT */
/* upstream.h - what kind of source this is, and what the clocks say about its buffers. */
#pragma once

#include <gst/base/gstbasesink.h>

#include "plugins/split/recorder.h"

G_BEGIN_DECLS

/* The clocks, read together. */
typedef IsrTimeReading (*IsrClockReader) (void);

/* The real ones. */
IsrTimeReading isr_upstream_read_clocks (void);

/* Whether what is linked to @sinkpad is live. */
gboolean isr_upstream_is_live (GstPad *sinkpad);

/* @sinkpad: of the whole element, in front of any parser. */
IsrRecorderInput isr_upstream_choose_input (GstPad *sinkpad, gboolean raw, gboolean given, gboolean timed);

/* ns from when the first sample of @buffer was heard to @now: as it says itself, else as the
 * clock of the pipeline says; @duration where none tells. */
gint64 isr_upstream_get_age (GstBaseSink *sink, GstBuffer *buffer, gint64 duration, const IsrTimeReading *now);

G_END_DECLS
