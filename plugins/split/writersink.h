/* SPDX-License-Identifier: MIT */
/* writersink.h - the base sink inside isrsplitsink. Not registered as an element. */
#pragma once

#include <gst/base/gstbasesink.h>

#include "plugins/split/fileverbs.h"
#include "plugins/split/settings.h"
#include "plugins/split/upstream.h"

G_BEGIN_DECLS

#define ISR_TYPE_WRITER_SINK (isr_writer_sink_get_type ())
G_DECLARE_FINAL_TYPE (IsrWriterSink, isr_writer_sink, ISR, WRITER_SINK, GstBaseSink)

/* What the writer needs of the bin around it. */
typedef struct {
  /* The settings as they are now: asked once, when a run begins. */
  void (*get_settings) (GstElement *facade, IsrSplitSettings *settings);
  char *(*format_location) (GstElement *facade, const char *stem, gint64 utc_us);
} IsrWriterHooks;

/* @facade: source of all messages; outlives the writer. */
GstElement *isr_writer_sink_new (GstElement *facade, const IsrWriterHooks *hooks);

void isr_writer_sink_split_now (IsrWriterSink *self); /* any thread */
GstStructure *isr_writer_sink_get_stats (IsrWriterSink *self);
void isr_writer_sink_set_verbs (IsrWriterSink *self, const IsrFileVerbs *verbs); /* below PAUSED */
void isr_writer_sink_set_clocks (IsrWriterSink *self, IsrClockReader reader);    /* below PAUSED */

G_END_DECLS
