/* SPDX-License-Identifier: MIT */
/* decision.c - signs first, then bytes; and what people are told when neither helps. */
#include "plugins/split/decision.h"

#define TYPEFIND_MIN (4 * 1024)
#define TYPEFIND_MAX (64 * 1024)

void
isr_decision_clear (IsrDecision *self)
{
  gst_caps_replace (&self->caps, NULL);
  g_clear_pointer (&self->mime, g_free);
  self->content = ISR_CONTENT_UNKNOWN;
}

void
isr_decision_take_caps (IsrDecision *self, GstCaps *caps)
{
  gst_caps_replace (&self->caps, caps);
}

static gboolean
find_content_type (GQuark field, const GValue *value, gpointer mime)
{
  if (g_ascii_strcasecmp (g_quark_to_string (field), "content-type") == 0 && G_VALUE_HOLDS_STRING (value))
    *(char **) mime = g_value_dup_string (value);
  return *(char **) mime == NULL;
}

void
isr_decision_take_event (IsrDecision *self, GstEvent *event)
{
  const GstStructure *s = gst_event_get_structure (event);
  GstStructure *headers = NULL;

  if (!s || !gst_structure_has_name (s, "http-headers"))
    return;
  if (!gst_structure_get (s, "response-headers", GST_TYPE_STRUCTURE, &headers, NULL))
    return;
  g_clear_pointer (&self->mime, g_free);
  gst_structure_foreach (headers, find_content_type, &self->mime);
  gst_structure_free (headers);
}

static GBytes *
peek (const GQueue *buffers)
{
  GByteArray *bytes = g_byte_array_new ();

  for (GList *l = buffers->head; l && bytes->len < TYPEFIND_MAX; l = l->next) {
    GstMapInfo map;

    if (!gst_buffer_map (l->data, &map, GST_MAP_READ))
      continue;
    g_byte_array_append (bytes, map.data, (guint) map.size);
    gst_buffer_unmap (l->data, &map);
  }

  return g_byte_array_free_to_bytes (bytes);
}

static void
refuse (GstElement *facade, IsrContent content, const char *found, const guint8 *data, gsize size)
{
  g_autofree char *bytes = isr_content_describe (data, size);

  if (content == ISR_CONTENT_HTML)
    GST_ELEMENT_ERROR (facade, STREAM, WRONG_TYPE,
        ("This is a web page (HTML), no audio: use the address of the stream itself, not that of the page it is played on. It begins with %s", bytes), (NULL));
  else if (found)
    GST_ELEMENT_ERROR (facade, STREAM, WRONG_TYPE,
        ("This is %s, which isrsplitsink does not record as it is: it takes MP3, AAC (ADTS), FLAC, Ogg, and raw audio. Put a demuxer or decoder before it (decodebin ! audioconvert). It begins with %s", found, bytes), (NULL));
  else
    GST_ELEMENT_ERROR (facade, STREAM, TYPE_NOT_FOUND,
        ("This is no audio that isrsplitsink knows: it takes MP3, AAC (ADTS), FLAC, Ogg, and raw audio. It begins with %s", bytes), (NULL));
}

/* A page is a page, whatever its content type says. */
static IsrContent
find_out (IsrContent signs, GstElement *facade, GBytes *bytes, gboolean final, char **found)
{
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  if (isr_content_is_page (data, size))
    return ISR_CONTENT_HTML;
  return signs != ISR_CONTENT_UNKNOWN ? signs : isr_content_from_bytes (GST_OBJECT (facade), data, size, final, found);
}

gboolean
isr_decision_make (IsrDecision *self, GstElement *facade, const GQueue *buffers, gboolean final)
{
  IsrContent signs = isr_content_from_caps (self->caps);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *found = NULL;
  gsize size = 0;
  const guint8 *data;

  self->content = signs;
  if (signs == ISR_CONTENT_RAW)
    return TRUE;
  if (signs == ISR_CONTENT_UNKNOWN)
    signs = isr_content_from_mime (self->mime);
  bytes = peek (buffers);
  data = g_bytes_get_data (bytes, &size);
  final = final || size >= TYPEFIND_MAX;
  if (signs == ISR_CONTENT_UNKNOWN && size < TYPEFIND_MIN && !final)
    return FALSE;
  self->content = find_out (signs, facade, bytes, final, &found);
  if (self->content == ISR_CONTENT_UNKNOWN && !final)
    return FALSE;
  if (self->content == ISR_CONTENT_UNKNOWN || self->content >= ISR_CONTENT_HTML) {
    refuse (facade, self->content, found, data, size);
    self->content = ISR_CONTENT_OTHER;
  }

  return TRUE;
}
