/* SPDX-License-Identifier: MIT */
/* takeup.c - a mark, a buffer, a mark. A parser gives a frame out when it has seen some bytes of the
 * next one, so the second mark can not follow the buffer: a probe behind it looks for each frame in
 * the lead. */
#include "plugins/split/takeup.h"

#include <string.h>

#include "plugins/messages.h"

#define PROBE "isr-take-up" /* of the parser's pad: the probe's number, while there is one */

typedef struct {
  GBytes *lead;
  gsize seen; /* bytes of it that came out of the parser, or never will */
  gint64 since_us;
  GstPad *to;
} Watch;

static void
watch_free (gpointer data)
{
  Watch *self = data;

  g_bytes_unref (self->lead);
  gst_object_unref (self->to);
  g_free (self);
}

gboolean
isr_take_up_is_event (GstEvent *event)
{
  const GstStructure *s = gst_event_get_structure (event);

  return GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM && s && gst_structure_has_name (s, ISR_EVENT_RESUME);
}

static void
send_mark (GstPad *to, gboolean begin, guint known, gint64 since_us)
{
  GstStructure *s = gst_structure_new (ISR_EVENT_LEAD, "begin", G_TYPE_BOOLEAN, begin, "known", G_TYPE_UINT, known, "since", G_TYPE_INT64, since_us, NULL);

  gst_pad_send_event (to, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, s));
}

/* In what has not come out of it yet. */
static gboolean
is_in_lead (Watch *self, GstBuffer *buffer)
{
  gsize size;
  const guint8 *lead = g_bytes_get_data (self->lead, &size), *found = NULL;
  GstMapInfo map;

  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_HEADER))
    return TRUE;
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return FALSE;
  if (map.size)
    found = memmem (lead + self->seen, size - self->seen, map.data, map.size);
  if (found)
    self->seen = (gsize) (found - lead) + map.size;
  gst_buffer_unmap (buffer, &map);
  return found != NULL;
}

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Watch *self = data;

  if (is_in_lead (self, GST_PAD_PROBE_INFO_BUFFER (info)))
    return GST_PAD_PROBE_OK;
  send_mark (self->to, FALSE, 0, self->since_us);
  g_object_set_data (G_OBJECT (pad), PROBE, NULL);
  return GST_PAD_PROBE_REMOVE;
}

static void
watch_parser (GstElement *parser, GBytes *lead, gint64 since_us, GstPad *to)
{
  g_autoptr (GstPad) out = gst_element_get_static_pad (parser, "src");
  Watch *watch = g_new0 (Watch, 1);

  *watch = (Watch){ g_bytes_ref (lead), 0, since_us, gst_object_ref (to) };
  g_object_set_data (G_OBJECT (out), PROBE, GUINT_TO_POINTER (gst_pad_add_probe (out, GST_PAD_PROBE_TYPE_BUFFER, on_frame, watch, watch_free)));
  /* cppcheck-suppress memleak; the probe has it */
}

void
isr_take_up_forget (GstElement *parser)
{
  g_autoptr (GstPad) out = gst_element_get_static_pad (parser, "src");
  gulong probe = GPOINTER_TO_UINT (g_object_steal_data (G_OBJECT (out), PROBE));

  if (probe)
    gst_pad_remove_probe (out, probe);
}

GstBuffer *
isr_take_up_push (GstEvent *taken, GstBuffer *first, GstPad *pad, GstElement *parser, GstElement *writer)
{
  g_autoptr (GstEvent) resume = taken;
  g_autoptr (GstPad) to = gst_element_get_static_pad (writer, "sink");
  g_autoptr (GBytes) lead = NULL;
  gint64 since_us = 0;
  guint known = 0;

  gst_structure_get_uint (gst_event_get_structure (resume), "known", &known);
  if (!gst_structure_get (gst_event_get_structure (resume), "lead", G_TYPE_BYTES, &lead, "since", G_TYPE_INT64, &since_us, NULL) || !lead)
    return first;
  send_mark (to, TRUE, 0, since_us);
  if (parser)
    watch_parser (parser, lead, since_us, to);
  gst_pad_push (pad, gst_buffer_new_wrapped_bytes (lead));
  if (!parser)
    send_mark (to, FALSE, known, since_us);
  first = gst_buffer_make_writable (first);
  GST_BUFFER_FLAG_UNSET (first, GST_BUFFER_FLAG_DISCONT); /* at it a parser throws away what it holds */
  return first;
}

gboolean
isr_take_up_read_mark (const GstStructure *s, IsrTakeUpMark *mark)
{
  return s && gst_structure_has_name (s, ISR_EVENT_LEAD) && gst_structure_get (s, "begin", G_TYPE_BOOLEAN, &mark->begin, "known", G_TYPE_UINT, &mark->known, "since", G_TYPE_INT64, &mark->since_us, NULL);
}
