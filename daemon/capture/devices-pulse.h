/* SPDX-License-Identifier: MIT */
/* devices-pulse.h - what a PulseAudio server (or PipeWire's) knows. Only
 * devices.c calls this. */
#pragma once

#include "daemon/capture/device.h"

G_BEGIN_DECLS

/* Appends the sources of @server (NULL: PULSE_SERVER, else the user's own), with
 * their true rate, channels and format; nothing when no server answers within
 * two seconds. No server is started. */
void isr_devices_pulse_list (const char *server, GPtrArray *devices);

G_END_DECLS
