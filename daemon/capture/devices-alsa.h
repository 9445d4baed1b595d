/* SPDX-License-Identifier: MIT */
/* devices-alsa.h - what libasound knows. Only devices.c calls this. */
#pragma once

#include "daemon/capture/device.h"

G_BEGIN_DECLS

/* Append capture PCMs of the cards, and PCMs of asound.conf; both measured. */
void isr_devices_alsa_list_cards (GPtrArray *devices);
void isr_devices_alsa_list_pcms (GPtrArray *devices);

/* Is @name a PCM of the configuration, stock ones included? */
gboolean isr_devices_alsa_has_pcm (const char *name);

/* TRUE when the PCM @name is of type pulse, or converts (plug) one that is; NULL
 * for what it does not say. @direct: it is one itself. */
gboolean isr_devices_alsa_get_pulse (const char *name, char **server, char **source, gboolean *direct);

/* Opens the device without any conversion and fills its range.
 * ISR_ERROR_DEVICE, ISR_ERROR_BUSY, in ALSA's own words. */
gboolean isr_devices_alsa_measure (IsrDevice *device, GError **error);

G_END_DECLS
