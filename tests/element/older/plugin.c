/* SPDX-License-Identifier: MIT */
/* An older libgstisr.so, as an upgrade may leave it on a plugin path: it has an
 * isrsplitsink, too, and that one can do nothing. */
#include <gst/gst.h>

#define PACKAGE "isr"
#define TYPE_OLDER_SINK (older_sink_get_type ())

typedef struct {
  GstElement parent;
} OlderSink;

typedef struct {
  GstElementClass parent_class;
} OlderSinkClass;

static GType older_sink_get_type (void);
G_DEFINE_TYPE (OlderSink, older_sink, GST_TYPE_ELEMENT)

static void
older_sink_class_init (OlderSinkClass *klass)
{
  gst_element_class_set_static_metadata (GST_ELEMENT_CLASS (klass), "Older", "Sink", "Of yesterday", "ISR");
}

static void
older_sink_init (OlderSink *self)
{
}

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_element_register (plugin, "isrsplitsink", GST_RANK_PRIMARY, TYPE_OLDER_SINK);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, isr, "An older ISR", plugin_init, "0.0.1", "MIT/X11", "ISR", "https://isr.invalid/")
