/* SPDX-License-Identifier: MIT */
/* message.h - bus messages of isrsplitsink (plugins/messages.h) as values. */
#pragma once

#include <gst/gst.h>

#include "daemon/core/recording.h"
#include "daemon/core/title.h"

G_BEGIN_DECLS

/* The name of a file in the archive: @location, absolute and with or without
 * ".part", below @root. Outside of @root: the path itself. */
char *isr_message_get_name (const char *root, const char *location);

/* Of isr-file-opened, isr-file-closed and isr-file-renamed (with the new name). What a message does not tell is 0. */
IsrRecording *isr_message_to_recording (const GstStructure *message, const char *source, const char *root);

/* Of isr-title; NULL: it tells no title. */
IsrTitle *isr_message_to_title (const GstStructure *message, const char *source);

G_END_DECLS
