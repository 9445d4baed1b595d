/* SPDX-License-Identifier: MIT */
/* usbpath.h - where a USB sound card is plugged in.
 *
 * Two equal adapters have the same name, and their ids ("Device", "Device_1") go by
 * which of them was seen first. What differs for ever is the socket:
 *
 *     usb:0000:00:14.0/1.4     port 4 of the hub in port 1 of that controller
 *
 * The kernel's number of the bus may be another one at the next start, so it is not
 * in there. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of the directory of a device in sysfs, links resolved. NULL: it is not on USB. Pure. */
char *isr_usb_path_parse (const char *directory);

/* Of ALSA's card number @card; @sysfs: "/sys". */
char *isr_usb_path_of_card (const char *sysfs, int card);

G_END_DECLS
