/* SPDX-License-Identifier: MIT */
/* httpelements.h - the door to the elements that need libsoup: a plugin of their own,
 * libgstisrhttp.so, so that libgstisr.so does without it. Built with the option http. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* As isr_elements_register(). */
gboolean isr_http_elements_register (GstPlugin *plugin);

G_END_DECLS
