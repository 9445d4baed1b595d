/* SPDX-License-Identifier: MIT */
/* content.c - tables of names, and typefinding where names say nothing. */
#include "plugins/split/content.h"

#include <string.h>

#include <gst/audio/audio.h>
#include <gst/base/gsttypefindhelper.h>

#define FLAC_MAX_CHANNELS 8
#define FLAC_MAX_RATE 655350

static const struct {
  const char *mime;
  IsrContent content;
} mimes[] = {
  { "audio/mpeg", ISR_CONTENT_MP3 },
  { "audio/mp3", ISR_CONTENT_MP3 },
  { "audio/mpeg3", ISR_CONTENT_MP3 },
  { "audio/x-mp3", ISR_CONTENT_MP3 },
  { "audio/x-mpeg", ISR_CONTENT_MP3 },
  { "audio/aac", ISR_CONTENT_AAC },
  { "audio/aacp", ISR_CONTENT_AAC },
  { "audio/x-aac", ISR_CONTENT_AAC },
  { "audio/x-aacp", ISR_CONTENT_AAC },
  { "audio/flac", ISR_CONTENT_FLAC },
  { "audio/x-flac", ISR_CONTENT_FLAC },
  { "application/ogg", ISR_CONTENT_OGG },
  { "application/x-ogg", ISR_CONTENT_OGG },
  { "audio/ogg", ISR_CONTENT_OGG },
  { "audio/x-ogg", ISR_CONTENT_OGG },
  { "audio/opus", ISR_CONTENT_OGG },
  { "audio/vorbis", ISR_CONTENT_OGG },
  { "text/html", ISR_CONTENT_HTML },
  { "application/xhtml+xml", ISR_CONTENT_HTML },
};

IsrContent
isr_content_from_mime (const char *mime)
{
  g_autofree char *bare = mime ? g_strndup (mime, strcspn (mime, "; \t")) : g_strdup ("");

  for (guint i = 0; i < G_N_ELEMENTS (mimes); i++) {
    if (g_ascii_strcasecmp (mimes[i].mime, bare) == 0)
      return mimes[i].content;
  }

  return ISR_CONTENT_UNKNOWN;
}

IsrContent
isr_content_from_caps (GstCaps *caps)
{
  GstStructure *s = caps && gst_caps_get_size (caps) ? gst_caps_get_structure (caps, 0) : NULL;
  int version = 1;

  if (!s)
    return ISR_CONTENT_UNKNOWN;
  if (gst_structure_has_name (s, "audio/x-raw"))
    return ISR_CONTENT_RAW;
  if (gst_structure_has_name (s, "application/x-icy"))
    return isr_content_from_mime (gst_structure_get_string (s, "content-type"));
  if (gst_structure_has_name (s, "application/octet-stream"))
    return ISR_CONTENT_UNKNOWN;
  if (gst_structure_has_name (s, "audio/mpeg")) {
    if (!gst_structure_get_int (s, "mpegversion", &version))
      return ISR_CONTENT_UNKNOWN;
    return version == 1 ? ISR_CONTENT_MP3 : ISR_CONTENT_AAC;
  }
  return isr_content_from_mime (gst_structure_get_name (s));
}

gboolean
isr_content_is_page (const guint8 *data, gsize size)
{
  static const char *const marks[] = { "<!doctype html", "<html", "<head", "<body" };
  g_autofree char *text = g_ascii_strdown ((const char *) data, (gssize) MIN (size, 1024));
  gsize blank = strspn (text, " \t\r\n\xef\xbb\xbf");

  if (text[blank] != '<')
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++) {
    if (strstr (text + blank, marks[i]))
      return TRUE;
  }

  return FALSE;
}

IsrContent
isr_content_from_bytes (GstObject *asker, const guint8 *data, gsize size, gboolean final, char **mime)
{
  GstTypeFindProbability probability = GST_TYPE_FIND_NONE;
  g_autoptr (GstCaps) caps = NULL;
  IsrContent content;

  caps = gst_type_find_helper_for_data (asker, data, size, &probability);
  if (!caps || probability < (final ? GST_TYPE_FIND_MINIMUM : GST_TYPE_FIND_NEARLY_CERTAIN))
    return ISR_CONTENT_UNKNOWN;
  content = isr_content_from_caps (caps);
  if (content != ISR_CONTENT_UNKNOWN)
    return content;
  *mime = g_strdup (gst_structure_get_name (gst_caps_get_structure (caps, 0)));
  return ISR_CONTENT_OTHER;
}

char *
isr_content_describe (const guint8 *data, gsize size)
{
  gsize n = MIN (size, 32);
  GString *s = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (s, "%02x ", data[i]);
  g_string_append_c (s, '"');
  for (gsize i = 0; i < n; i++)
    g_string_append_c (s, g_ascii_isprint (data[i]) ? (char) data[i] : '.');
  g_string_append_c (s, '"');

  return g_string_free (s, FALSE);
}

static gboolean
pcm_from_structure (IsrPcm *self, const GstStructure *s)
{
  static const struct {
    const char *name;
    IsrSampleFormat format;
  } formats[] = {
    { "S16LE", ISR_SAMPLE_S16 },
    { "S24LE", ISR_SAMPLE_S24 },
    { "S24_32LE", ISR_SAMPLE_S24_32 },
    { "S32LE", ISR_SAMPLE_S32 },
    { "F32LE", ISR_SAMPLE_F32 },
  };
  const char *name = gst_structure_get_string (s, "format");
  int rate = 0, channels = 0;

  *self = (IsrPcm){ 0 };
  gst_structure_get_int (s, "rate", &rate);
  gst_structure_get_int (s, "channels", &channels);
  gst_structure_get (s, "channel-mask", GST_TYPE_BITMASK, &self->channel_mask, NULL);
  self->rate = (guint) rate;
  self->channels = (guint) channels;
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    if (g_strcmp0 (formats[i].name, name) == 0) {
      self->format = formats[i].format;
      return rate > 0 && channels > 0;
    }
  }

  return FALSE;
}

/* auto: FLAC where it keeps every bit and every channel. */
static gboolean
choose_flac (const IsrPcm *pcm, IsrSplitFormat format)
{
  if (format != ISR_SPLIT_FORMAT_AUTO)
    return format == ISR_SPLIT_FORMAT_FLAC;
  return pcm->format != ISR_SAMPLE_F32 && pcm->format != ISR_SAMPLE_S32 && pcm->channels <= FLAC_MAX_CHANNELS && pcm->rate <= FLAC_MAX_RATE;
}

gboolean
isr_kind_from_caps (IsrKind *self, GstCaps *caps, IsrSplitFormat format)
{
  int channels = 0;

  *self = (IsrKind){ isr_content_from_caps (caps) };
  if (self->content != ISR_CONTENT_UNKNOWN && gst_structure_get_int (gst_caps_get_structure (caps, 0), "channels", &channels))
    self->channels = (guint) channels;
  if (self->content != ISR_CONTENT_RAW)
    return self->content != ISR_CONTENT_UNKNOWN;
  if (!pcm_from_structure (&self->pcm, gst_caps_get_structure (caps, 0)))
    return FALSE;
  self->flac = choose_flac (&self->pcm, format);
  return TRUE;
}

IsrStream *
isr_kind_make_stream (gconstpointer kind, GError **error)
{
  const IsrKind *self = kind;

  switch (self->content) {
    case ISR_CONTENT_RAW:
      return self->flac ? isr_stream_new_flac_encoder (&self->pcm, error) : isr_stream_new_wav (&self->pcm);
    case ISR_CONTENT_MP3:
      return isr_stream_new_mp3 ();
    case ISR_CONTENT_AAC:
      return isr_stream_new_adts ();
    case ISR_CONTENT_FLAC:
      return isr_stream_new_flac ();
    case ISR_CONTENT_OGG:
      return isr_stream_new_ogg ();
    default:
      g_set_error (error, ISR_FORMAT_ERROR, ISR_FORMAT_ERROR_UNSUPPORTED, "This is no format that is recorded");
      return NULL;
  }
}
