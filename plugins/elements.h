/* SPDX-License-Identifier: MIT */
/* elements.h - the one door to ISR's elements. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Registers every element of ISR: with @plugin when it is loaded as
 * libgstisr.so, with NULL statically in the calling process, where ours then
 * wins over any libgstisr.so on the plugin path. Call after gst_init(). */
gboolean isr_elements_register (GstPlugin *plugin);

/* The same for those that need libsoup: isrhttpsrc. They are a plugin of their own,
 * libgstisrhttp.so, so that libgstisr.so does without it. Only with the option http. */
gboolean isr_http_elements_register (GstPlugin *plugin);

G_END_DECLS
