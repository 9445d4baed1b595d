/* SPDX-License-Identifier: MIT */
/* loudness.c - the config's units are those of the element's properties. */
#include "daemon/capture/loudness.h"

#include "daemon/core/error.h"

GstElement *
isr_loudness_make (const IsrSourceConfig *config, GError **error)
{
  GstElement *loudness = gst_element_factory_make ("isrloudness", NULL);

  if (!loudness) {
    g_set_error (error, ISR_ERROR, ISR_ERROR_FAILED, "GStreamer has no element “isrloudness”; it is part of ISR: build it anew");
    return NULL;
  }
  g_object_set (loudness, "margin", config->margin, "min-gap", (guint64) config->min_gap, NULL);
  if (config->mode)
    gst_util_set_object_arg (G_OBJECT (loudness), "mode", config->mode);
  return loudness;
}
