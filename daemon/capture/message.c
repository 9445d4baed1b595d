/* SPDX-License-Identifier: MIT */
/* message.c - fields into fields. */
#include "daemon/capture/message.h"

#include "plugins/messages.h"

#include <string.h>

char *
isr_message_get_name (const char *root, const char *location)
{
  gsize n = strlen (root);
  const char *name = location;
  g_autofree char *stem = NULL;

  while (n > 0 && root[n - 1] == '/')
    n--;
  if (strncmp (location, root, n) == 0 && location[n] == '/')
    name = location + n + strspn (location + n, "/");
  stem = g_strdup (name);
  if (g_str_has_suffix (stem, ".part"))
    stem[strlen (stem) - strlen (".part")] = '\0';
  return g_steal_pointer (&stem);
}

IsrRecording *
isr_message_to_recording (const GstStructure *message, const char *source, const char *root)
{
  IsrRecording *self = isr_recording_new ();
  const char *location = gst_structure_get_string (message, gst_structure_has_name (message, ISR_MESSAGE_FILE_RENAMED) ? "new-location" : "location");

  self->source = g_strdup (source);
  self->name = isr_message_get_name (root, location ? location : "");
  self->recording = gst_structure_has_name (message, ISR_MESSAGE_FILE_OPENED);
  gst_structure_get_int64 (message, "start-utc-us", &self->start_us);
  if (!gst_structure_get_int64 (message, "end-utc-us", &self->end_us))
    self->end_us = self->start_us;
  gst_structure_get_int (message, "utc-offset", &self->utc_offset);
  gst_structure_get_uint64 (message, "position", &self->position);
  gst_structure_get_uint64 (message, "samples", &self->samples);
  gst_structure_get_uint (message, "rate", &self->rate);
  gst_structure_get_uint (message, "channels", &self->channels);
  gst_structure_get_uint64 (message, "bytes", &self->bytes);
  self->mtime_us = self->end_us;
  self->reason = g_strdup (gst_structure_get_string (message, "reason"));
  self->clock = g_strdup (gst_structure_get_string (message, "clock"));
  self->cause = g_strdup (gst_structure_get_string (message, "cause"));
  return self;
}

IsrTitle *
isr_message_to_title (const GstStructure *message, const char *source)
{
  const char *title = gst_structure_get_string (message, "title");
  gint64 at_us;

  if (!title || !gst_structure_get_int64 (message, "start-utc-us", &at_us))
    return NULL;
  return isr_title_new (source, at_us, title, gst_structure_get_string (message, "artist"));
}
