/* SPDX-License-Identifier: MIT */
/* httpelements.c - without a rank: http:// stays with souphttpsrc unless somebody asks. */
#include "plugins/elements.h"

#include "plugins/http/isrhttpsrc.h"

gboolean
isr_http_elements_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "isrhttpsrc", GST_RANK_NONE, ISR_TYPE_HTTP_SRC);
}
