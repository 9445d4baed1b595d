/* SPDX-License-Identifier: MIT */
#include "plugins/split/isrsplitsink.h"

struct _IsrSplitSink {
  GstBin parent;
};

G_DEFINE_FINAL_TYPE (IsrSplitSink, isr_split_sink, GST_TYPE_BIN)

static void
isr_split_sink_class_init (IsrSplitSinkClass *klass)
{
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass),
      "ISR split sink", "Sink/File/Audio",
      "Records one audio stream into files cut on the clock, each playable alone",
      "The ISR authors");
}

static void
isr_split_sink_init (IsrSplitSink *self)
{
}
