/* SPDX-License-Identifier: MIT */
/* httpplugin.c - makes libgstisrhttp.so of the elements. */
#include "plugins/elements.h"

#define PACKAGE "isr"

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, isrhttp,
    "Live audio over HTTP that reconnects and rejoins without a seam",
    isr_http_elements_register, ISR_VERSION, "MIT", "ISR", "https://isr.invalid/")
