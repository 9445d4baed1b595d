/* SPDX-License-Identifier: MIT */
/* devices.h - what can be recorded on this machine. All calls block (they open
 * devices and talk to a sound server): not on the main loop of a recorder. */
#pragma once

#include "daemon/capture/device.h"

G_BEGIN_DECLS

/* Cards by their id (never by their number, which changes at reboot), PCMs that
 * people defined in asound.conf, sources and monitors of PulseAudio or PipeWire:
 * each once, in this order. Never NULL. */
GPtrArray *isr_devices_list (void);

/* The device that @wanted means (see isr_device_match), with its own rate,
 * channels and format. ISR_ERROR_DEVICE, ISR_ERROR_BUSY: in use by another
 * process. */
IsrDevice *isr_devices_resolve (const char *wanted, GError **error);

/* The sound server that the PCM @wanted of asound.conf leads to; NULL: none of its own.
 * Reads files only. */
char *isr_devices_get_server (const char *wanted);

/* Is there anything that `device = default` could mean? */
gboolean isr_devices_have_default (void);

G_END_DECLS
