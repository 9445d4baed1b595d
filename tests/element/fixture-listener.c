/* SPDX-License-Identifier: MIT */
/* fixture-listener.c - a probe on the source's pad, and the bus. */
#include "tests/element/fixture-listener.h"

#include <string.h>

#define LIMIT (60 * G_TIME_SPAN_SECOND)

static void
take_buffer (Listener *self, GstBuffer *buffer)
{
  GstMapInfo map;

  g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
  g_mutex_lock (&self->lock);
  g_assert_cmpuint (GST_BUFFER_OFFSET (buffer), ==, self->bytes->len);
  if (GST_BUFFER_FLAG_IS_SET (buffer, GST_BUFFER_FLAG_DISCONT) && self->bytes->len > 0)
    g_ptr_array_add (self->events, g_strdup_printf ("discont @%u", self->bytes->len));
  g_byte_array_append (self->bytes, map.data, (guint) map.size);
  g_cond_broadcast (&self->changed);
  while (self->held)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  gst_buffer_unmap (buffer, &map);
}

static char *
describe_tags (GstEvent *event)
{
  g_autofree char *title = NULL;
  guint64 position = 0;
  GstTagList *tags;

  gst_event_parse_tag (event, &tags);
  gst_structure_get_uint64 (gst_event_get_structure (event), "position", &position);
  if (gst_tag_list_get_string (tags, GST_TAG_TITLE, &title))
    return g_strdup_printf ("title: %s @%" G_GUINT64_FORMAT, title, position);
  gst_tag_list_get_string (tags, GST_TAG_ORGANIZATION, &title);
  return g_strdup_printf ("station: %s", title);
}

static char *
describe_custom (const GstStructure *s, guint at)
{
  GBytes *lead = NULL;
  gint64 since = 0;
  char *text;

  gst_structure_get_int64 (s, "since", &since);
  if (!gst_structure_has_name (s, "isr-resume"))
    return g_strdup_printf ("gap: %s @%u since %" G_GINT64_FORMAT, gst_structure_get_string (s, "cause"), at, since);
  g_assert_true (gst_structure_get (s, "lead", G_TYPE_BYTES, &lead, NULL));
  text = g_strdup_printf ("resume: lead %" G_GSIZE_FORMAT " @%u since %" G_GINT64_FORMAT, g_bytes_get_size (lead), at, since);
  g_bytes_unref (lead);
  return text;
}

static char *
describe (GstEvent *event, guint at)
{
  const GstStructure *s = gst_event_get_structure (event);
  g_autofree char *text = NULL;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      text = gst_caps_to_string (caps);
      return g_strdup_printf ("caps: %s", text);
    case GST_EVENT_TAG:
      return describe_tags (event);
    case GST_EVENT_CUSTOM_DOWNSTREAM:
      return describe_custom (s, at);
    case GST_EVENT_CUSTOM_DOWNSTREAM_STICKY:
      text = gst_structure_to_string (s);
      return g_strdup_printf ("headers: %s", text);
    default:
      return g_strdup (GST_EVENT_TYPE_NAME (event));
  }
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  Listener *self = data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    take_buffer (self, GST_PAD_PROBE_INFO_BUFFER (info));
  } else {
    g_mutex_lock (&self->lock);
    g_ptr_array_add (self->events, describe (GST_PAD_PROBE_INFO_EVENT (info), self->bytes->len));
    g_cond_broadcast (&self->changed);
    g_mutex_unlock (&self->lock);
  }
  return GST_PAD_PROBE_OK;
}

Listener *
listener_new (const char *location, ...)
{
  Listener *self = g_new0 (Listener, 1);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) pad = NULL;
  const char *first;
  va_list args;

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->said = g_string_new (NULL);
  self->bytes = g_byte_array_new ();
  self->events = g_ptr_array_new_with_free_func (g_free);
  self->pipeline = gst_pipeline_new (NULL);
  self->source = gst_element_factory_make ("isrhttpsrc", NULL);
  g_assert_nonnull (self->source);
  g_object_set (sink, "sync", FALSE, "async", FALSE, NULL);
  g_object_set (self->source, "location", location, "retry-delay", 5 * GST_MSECOND, NULL);
  va_start (args, location);
  first = va_arg (args, const char *);
  if (first)
    g_object_set_valist (G_OBJECT (self->source), first, args);
  va_end (args);
  gst_bin_add_many (GST_BIN (self->pipeline), self->source, sink, NULL);
  g_assert_true (gst_element_link (self->source, sink));
  pad = gst_element_get_static_pad (self->source, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_data, self, NULL);
  self->bus = gst_element_get_bus (self->pipeline);
  g_assert_cmpint (gst_element_set_state (self->pipeline, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  return self;
}

static GstMessage *
pop (Listener *self, GstClockTime limit)
{
  GstMessage *message = gst_bus_timed_pop (self->bus, limit);
  const GstStructure *s = message ? gst_message_get_structure (message) : NULL;
  g_autofree char *text = s ? gst_structure_to_string (s) : NULL;

  if (text)
    g_string_append_printf (self->said, "%s\n", text);
  return message;
}

void
listener_free (Listener *self)
{
  GstMessage *message;

  listener_release (self);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  while ((message = pop (self, 0)))
    gst_message_unref (message);
  gst_object_unref (self->bus);
  gst_object_unref (self->pipeline);
  g_string_free (self->said, TRUE);
  g_byte_array_unref (self->bytes);
  g_ptr_array_unref (self->events);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

void
listener_wait_bytes (Listener *self, gsize n)
{
  gint64 end = g_get_monotonic_time () + LIMIT;

  g_mutex_lock (&self->lock);
  while (self->bytes->len < n)
    if (!g_cond_wait_until (&self->changed, &self->lock, end))
      g_error ("waited in vain for %" G_GSIZE_FORMAT " bytes, there are %u", n, self->bytes->len);
  g_mutex_unlock (&self->lock);
}

static char *
find (Listener *self, const char *prefix, guint n)
{
  for (guint i = 0; i < self->events->len; i++)
    if (g_str_has_prefix (self->events->pdata[i], prefix) && n-- == 0)
      return self->events->pdata[i];
  return NULL;
}

void
listener_wait_event (Listener *self, const char *prefix)
{
  gint64 end = g_get_monotonic_time () + LIMIT;

  g_mutex_lock (&self->lock);
  while (!find (self, prefix, 0))
    if (!g_cond_wait_until (&self->changed, &self->lock, end))
      g_error ("waited in vain for %s", prefix);
  g_mutex_unlock (&self->lock);
}

char *
listener_wait_stream (Listener *self, const char *reason)
{
  for (;;) {
    g_autoptr (GstMessage) message = pop (self, 60 * GST_SECOND);
    const GstStructure *s;

    if (!message)
      g_error ("waited in vain for %s; it said:\n%s", reason, self->said->str);
    s = gst_message_get_structure (message);
    if (s && gst_structure_has_name (s, "isr-stream") && g_str_equal (gst_structure_get_string (s, "reason"), reason))
      return g_strdup (gst_structure_get_string (s, "detail"));
  }
}

GError *
listener_wait_error (Listener *self)
{
  for (;;) {
    g_autoptr (GstMessage) message = pop (self, 60 * GST_SECOND);
    GError *error = NULL;

    if (!message)
      g_error ("waited in vain for an error; it said:\n%s", self->said->str);
    if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
      continue;
    gst_message_parse_error (message, &error, NULL);
    return error;
  }
}

guint
listener_count (Listener *self, const char *prefix)
{
  guint n = 0;

  g_mutex_lock (&self->lock);
  while (find (self, prefix, n))
    n++;
  g_mutex_unlock (&self->lock);
  return n;
}

char *
listener_get_event (Listener *self, const char *prefix, guint n)
{
  char *event;

  g_mutex_lock (&self->lock);
  event = g_strdup (find (self, prefix, n));
  g_mutex_unlock (&self->lock);
  return event;
}

guint
listener_get_stat (Listener *self, const char *field)
{
  GstStructure *stats = NULL;
  guint value = 0;

  g_object_get (self->source, "stats", &stats, NULL);
  g_assert_true (gst_structure_get_uint (stats, field, &value));
  gst_structure_free (stats);
  return value;
}

void
listener_assert_bytes (Listener *self, gconstpointer data, gsize size)
{
  listener_wait_bytes (self, size);
  g_mutex_lock (&self->lock);
  g_assert_cmpmem (self->bytes->data, self->bytes->len, data, size);
  g_mutex_unlock (&self->lock);
}

void
listener_hold (Listener *self)
{
  g_mutex_lock (&self->lock);
  self->held = TRUE;
  g_mutex_unlock (&self->lock);
}

void
listener_release (Listener *self)
{
  g_mutex_lock (&self->lock);
  self->held = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}
