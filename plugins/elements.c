/* SPDX-License-Identifier: MIT */
/* elements.c - the table of elements. */
#include "plugins/elements.h"

#include "plugins/loudness/isrloudness.h"
#include "plugins/split/isrsplitsink.h"

static const struct {
  const char *name;
  GType (*type) (void);
} elements[] = {
  { "isrloudness", isr_loudness_get_type },
  { "isrsplitsink", isr_split_sink_get_type },
};

gboolean
isr_elements_register (GstPlugin *plugin)
{
  for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
    if (!gst_element_register (plugin, elements[i].name, GST_RANK_NONE, elements[i].type ()))
      return FALSE;
  }

  return TRUE;
}
