/* SPDX-License-Identifier: MIT */
/* plugin.c - makes libgstisr.so of the elements. */
#include "plugins/elements.h"

#define PACKAGE "isr"

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, isr,
    "Audio recording without loss: files cut on the clock, loud events",
    isr_elements_register, ISR_VERSION, "MIT/X11", "ISR", "https://isr.invalid/")
