/* SPDX-License-Identifier: MIT */
/* decoders.c - the table, and how a row becomes elements. */
#include "daemon/capture/decoders.h"

#define BASE "gstreamer1.0-plugins-base"
#define GOOD "gstreamer1.0-plugins-good"

static const IsrDecoder rows[] = {
  { "mp3", NULL, NULL, "mpg123audiodec", NULL, GOOD },
  { "aac", NULL, NULL, "avdec_aac faad fdkaacdec", "audioconvert", "gstreamer1.0-libav" },
  { "flac", NULL, NULL, "flacdec", NULL, GOOD },
  { "opus", "oggdemux", NULL, "opusdec", NULL, BASE },
  { "ogg", "oggdemux", NULL, "vorbisdec", NULL, BASE },
  { "oga", "oggdemux", "flacparse", "flacdec", NULL, GOOD },
  { "spx", "oggdemux", NULL, "speexdec", NULL, GOOD },
};

const IsrDecoder *
isr_decoders_find (const char *extension)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (g_strcmp0 (rows[i].extension, extension) == 0)
      return &rows[i];
  return NULL;
}

/* An Ogg stream has one pad; were there more, the first one is recorded. */
static void
on_pad (GstElement *demuxer, GstPad *pad, gpointer next)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (next, "sink");

  if (!gst_pad_is_linked (sink))
    gst_pad_link (pad, sink);
}

static GstElement *
make_first (const char *factories, const char **missing)
{
  g_auto (GStrv) names = g_strsplit (factories, " ", -1);
  GstElement *element = NULL;

  for (guint i = 0; names[i] && !element; i++)
    element = gst_element_factory_make (names[i], NULL);
  if (!element)
    *missing = factories;
  return element;
}

static gboolean
has_source_pad (GstElement *element)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "src");

  return pad != NULL;
}

/* @factories: NULL: none is wanted here. */
static gboolean
append (GstBin *bin, GstElement **last, const char *factories, const char **missing)
{
  GstElement *element = factories ? make_first (factories, missing) : NULL;

  if (!element)
    return factories == NULL;
  gst_bin_add (bin, element);
  if (has_source_pad (*last))
    gst_element_link (*last, element);
  else
    g_signal_connect_object (*last, "pad-added", G_CALLBACK (on_pad), element, 0);
  *last = element;
  return TRUE;
}

GstElement *
isr_decoder_build (const IsrDecoder *self, GstBin *bin, GstElement *source, const char **missing)
{
  const char *const chain[] = { self->demuxer, self->parser, self->decoders, self->converter };
  GstElement *last = source;

  for (guint i = 0; i < G_N_ELEMENTS (chain); i++)
    if (!append (bin, &last, chain[i], missing))
      return NULL;
  return last;
}
