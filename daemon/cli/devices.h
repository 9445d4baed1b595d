/* SPDX-License-Identifier: MIT */
/* devices.h - `isr --list-devices [--json]`: what can be recorded here. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Prints all devices to stdout and returns the exit status: 0, also when there
 * is none (said on stderr). With @json, an array of objects:
 *
 *     id          string   what to write as `device =`
 *     kind        string   "card", "pcm", "pulse", "monitor"
 *     name        string   for people
 *     card        string   id of the sound card; absent when there is none
 *     default     bool     what `device = default` (or `monitor`) means
 *     rate        number   Hz, its own; absent when unknown
 *     channels    number   its own; absent when unknown
 *     rates       array    [lowest, highest] that it takes; absent when unknown
 *     format      string   the widest it has, "S16LE", ...; absent when unknown
 *     problem     string   why it can not be opened now; absent when it can */
int isr_cli_devices (gboolean json);

/* That array. @devices: IsrDevice. */
char *isr_cli_devices_to_json (const GPtrArray *devices);

G_END_DECLS
