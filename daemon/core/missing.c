/* SPDX-License-Identifier: MIT */
/* missing.c - formats and packages, as Debian 12 has them (`apt-cache show` says so, Gstreamer-Decoders). */
#include "daemon/core/missing.h"

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
isr_missing_advise (const char *media, const char *name)
{
  const char *what = name ? name : media;
  const char *packages = "gstreamer1.0-libav"; /* all but everything else */

  if (media && find (media, &packages) && !packages)
    return g_strdup_printf ("no package of Debian can decode it (%s is missing): convert the file, as with ffmpeg -i FILE FILE.flac", what);
  return g_strdup_printf ("no decoder for it is installed (%s is missing): install %s, then ask again", what ? what : "something", packages);
}
