/* SPDX-License-Identifier: MIT */
/* missing.c - GStreamer's own words are for programs. */
#include "daemon/media/missing.h"

#include "daemon/core/missing.h"

char *
isr_missing_describe (GstMessage *message)
{
  const GstStructure *said = gst_message_has_name (message, "missing-plugin") ? gst_message_get_structure (message) : NULL;
  g_autoptr (GstCaps) caps = NULL;

  if (!said)
    return NULL;
  gst_structure_get (said, "detail", GST_TYPE_CAPS, &caps, NULL);
  return isr_missing_advise (caps && gst_caps_get_size (caps) > 0 ? gst_structure_get_name (gst_caps_get_structure (caps, 0)) : NULL, gst_structure_get_string (said, "name"));
}
