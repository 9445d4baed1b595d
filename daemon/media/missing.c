/* SPDX-License-Identifier: MIT */
/* missing.c - formats and packages, as Debian 12 has them (`apt-cache show` says so, Gstreamer-Decoders). */
#include "daemon/media/missing.h"

static const struct {
  const char *media;
  const char *packages; /* NULL: there is none */
} table[] = {
  { "video/x-ms-asf", "gstreamer1.0-plugins-ugly and gstreamer1.0-libav" }, /* the container, and WMA in it */
  { "video/mpegts", "gstreamer1.0-plugins-bad and gstreamer1.0-libav" },
  { "application/mxf", "gstreamer1.0-plugins-bad" },
  { "audio/x-caf", NULL },
  { "audio/x-w64", NULL },
  { "video/quicktime", "gstreamer1.0-plugins-good" },
  { "audio/x-matroska", "gstreamer1.0-plugins-good" },
  { "video/x-matroska", "gstreamer1.0-plugins-good" },
  { "audio/webm", "gstreamer1.0-plugins-good" },
  { "video/webm", "gstreamer1.0-plugins-good" },
  { "audio/x-au", "gstreamer1.0-plugins-good" },
  { "audio/x-wavpack", "gstreamer1.0-plugins-good" },
  { "audio/x-opus", "gstreamer1.0-plugins-base" },
  { "audio/x-vorbis", "gstreamer1.0-plugins-base" },
  { "application/ogg", "gstreamer1.0-plugins-base" },
};

static gboolean
find (const char *media, const char **packages)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].media, media)) {
      *packages = table[i].packages;
      return TRUE;
    }
  return FALSE;
}

char *
isr_missing_describe (GstMessage *message)
{
  const GstStructure *said = gst_message_has_name (message, "missing-plugin") ? gst_message_get_structure (message) : NULL;
  g_autoptr (GstCaps) caps = NULL;
  const char *packages = "gstreamer1.0-libav"; /* all but everything else */
  const char *name = said ? gst_structure_get_string (said, "name") : NULL;
  const char *media = "";

  if (!said)
    return NULL;
  if (gst_structure_get (said, "detail", GST_TYPE_CAPS, &caps, NULL) && gst_caps_get_size (caps) > 0)
    media = gst_structure_get_name (gst_caps_get_structure (caps, 0));
  if (find (media, &packages) && !packages)
    return g_strdup_printf ("no package of Debian can decode it (%s is missing): convert the file, as with ffmpeg -i FILE FILE.flac, or download it", name ? name : media);
  return g_strdup_printf ("no decoder for it is installed (%s is missing): install %s, then ask again", name ? name : media, packages);
}
