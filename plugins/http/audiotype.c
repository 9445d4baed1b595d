/* SPDX-License-Identifier: MIT */
/* audiotype.c - a table. */
#include "plugins/http/audiotype.h"

#include <string.h>

#define MP3 "audio/mpeg, mpegversion=(int)1"
#define AAC "audio/mpeg, mpegversion=(int)4, stream-format=(string)adts"
#define OGG "application/ogg"
#define FLAC "audio/x-flac"

static const struct {
  const char *mime, *caps;
} types[] = {
  { "audio/mpeg", MP3 },
  { "audio/mp3", MP3 },
  { "audio/mpeg3", MP3 },
  { "audio/x-mp3", MP3 },
  { "audio/x-mpeg", MP3 },
  { "audio/aac", AAC },
  { "audio/aacp", AAC },
  { "audio/x-aac", AAC },
  { "audio/x-aacp", AAC },
  { "application/ogg", OGG },
  { "application/x-ogg", OGG },
  { "audio/ogg", OGG },
  { "audio/x-ogg", OGG },
  { "audio/opus", OGG },
  { "audio/vorbis", OGG },
  { "audio/flac", FLAC },
  { "audio/x-flac", FLAC },
};

GstCaps *
isr_audio_type_get_caps (const char *mime)
{
  for (guint i = 0; mime && i < G_N_ELEMENTS (types); i++)
    if (g_str_equal (types[i].mime, mime))
      return gst_caps_from_string (types[i].caps);
  return gst_caps_new_empty_simple ("application/octet-stream");
}

gboolean
isr_audio_type_is_page (const guint8 *data, gsize size)
{
  static const char *const marks[] = { "<!doctype html", "<html" };
  g_autofree char *copy = g_strndup ((const char *) data, MIN (size, 512));
  g_autofree char *text = g_ascii_strdown (copy, -1);
  const char *begin = text + strspn (text, " \t\r\n\xef\xbb\xbf");

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (g_str_has_prefix (begin, marks[i]))
      return TRUE;
  return FALSE;
}
