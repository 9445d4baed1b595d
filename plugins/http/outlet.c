/* SPDX-License-Identifier: MIT */
/* outlet.c - one queue of buffers and events, in order. Messages do not wait in it:
 * what is told is told when it happens. */
#include "plugins/http/outlet.h"

#include "plugins/http/audiotype.h"
#include "plugins/messages.h"

struct _IsrOutlet {
  GstBaseSrc *owner;       /* not referenced: it owns who owns us */
  IsrReceiverStats *stats; /* object lock of owner */

  GQueue out;     /* GstBuffer, GstEvent */
  gboolean begun; /* a buffer went downstream, and the segment before it */
  GstCaps *caps;  /* the last ones sent */
  char *title;    /* the last one sent */

  guint64 passed; /* bytes of audio */
  gsize given;    /* of them: in the buffer that is on its way downstream */
  gint64 last_us; /* monotonic: the last of them; 0: none yet */
  gint64 last_utc;
  gboolean gap_sent, pause_sent; /* since the last of them */
};

IsrOutlet *
isr_outlet_new (GstBaseSrc *owner, IsrReceiverStats *stats)
{
  IsrOutlet *self = g_new0 (IsrOutlet, 1);

  self->owner = owner;
  self->stats = stats;
  g_queue_init (&self->out);
  return self;
}

void
isr_outlet_free (IsrOutlet *self)
{
  g_queue_clear_full (&self->out, (GDestroyNotify) gst_mini_object_unref);
  gst_caps_replace (&self->caps, NULL);
  g_free (self->title);
  g_free (self);
}

void
isr_outlet_tell (IsrOutlet *self, const char *state, const char *reason, const char *detail, gint64 retry_us)
{
  GstStructure *message = gst_structure_new (ISR_MESSAGE_STREAM,
      "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
      "state", G_TYPE_STRING, state,
      "reason", G_TYPE_STRING, reason,
      "detail", G_TYPE_STRING, detail,
      "retry-in", G_TYPE_UINT64, (guint64) (retry_us * 1000), NULL);

  GST_INFO_OBJECT (self->owner, "%s: %s (%s)", state, detail, reason);
  gst_element_post_message (GST_ELEMENT (self->owner), gst_message_new_element (GST_OBJECT (self->owner), message));
}

void
isr_outlet_count (IsrOutlet *self, guint *counter)
{
  GST_OBJECT_LOCK (self->owner);
  (*counter)++;
  GST_OBJECT_UNLOCK (self->owner);
}

/* --- audio --- */

/* Tags need a segment before them: while there is none the first buffer goes first. */
static GstBuffer *
take_buffer (IsrOutlet *self)
{
  for (GList *l = self->out.head; l; l = l->next) {
    GstBuffer *buffer = l->data;

    if (!GST_IS_BUFFER (buffer))
      continue;
    g_queue_delete_link (&self->out, l);
    self->begun = TRUE;
    return buffer;
  }
  return NULL;
}

GstBuffer *
isr_outlet_next (IsrOutlet *self)
{
  GstBuffer *buffer;

  while (self->begun && self->out.head && GST_IS_EVENT (self->out.head->data))
    gst_pad_push_event (GST_BASE_SRC_PAD (self->owner), g_queue_pop_head (&self->out));
  buffer = take_buffer (self);
  self->given = buffer ? gst_buffer_get_size (buffer) : 0; /* nobody asks for more who has not taken it */
  return buffer;
}

gsize
isr_outlet_count_untaken (const IsrOutlet *self)
{
  gsize size = self->given;

  for (GList *l = self->out.head; l; l = l->next)
    size += GST_IS_BUFFER (l->data) ? gst_buffer_get_size (l->data) : 0;
  return size;
}

gboolean
isr_outlet_is_empty (IsrOutlet *self)
{
  return self->out.length == 0;
}

void
isr_outlet_send_resume (IsrOutlet *self, GBytes *lead, guint known, gint64 since_us)
{
  GstStructure *resume = gst_structure_new (ISR_EVENT_RESUME, "lead", G_TYPE_BYTES, lead, "known", G_TYPE_UINT, known, "since", G_TYPE_INT64, since_us, NULL);

  gst_pad_push_event (GST_BASE_SRC_PAD (self->owner), gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, resume));
}

static void
send_gap (IsrOutlet *self, const char *cause, gboolean pending)
{
  GstStructure *gap = gst_structure_new (ISR_EVENT_GAP, "cause", G_TYPE_STRING, cause, "since", G_TYPE_INT64, self->last_utc, NULL);

  if (pending)
    gst_structure_set (gap, "pending", G_TYPE_BOOLEAN, TRUE, NULL);
  g_queue_push_tail (&self->out, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gap));
}

void
isr_outlet_send_gap (IsrOutlet *self, const char *cause)
{
  if (self->gap_sent || self->last_us == 0)
    return;
  send_gap (self, cause, FALSE);
  self->gap_sent = TRUE;
  isr_outlet_count (self, &self->stats->gaps);
}

void
isr_outlet_send_pause (IsrOutlet *self, const char *cause)
{
  if (self->gap_sent || self->pause_sent || self->last_us == 0)
    return;
  send_gap (self, cause, TRUE);
  self->pause_sent = TRUE;
}

void
isr_outlet_send_audio (IsrOutlet *self, GBytes *bytes, gboolean discont, gint64 age)
{
  GstBuffer *buffer = gst_buffer_new_wrapped_bytes (bytes);

  if (discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  GST_BUFFER_OFFSET (buffer) = self->passed;
  self->passed += g_bytes_get_size (bytes);
  GST_BUFFER_OFFSET_END (buffer) = self->passed;
  g_queue_push_tail (&self->out, buffer);
  self->last_us = g_get_monotonic_time () - age;
  self->last_utc = g_get_real_time () - age;
  self->gap_sent = self->pause_sent = FALSE;
}

gint64
isr_outlet_watch (IsrOutlet *self, gint64 limit, const char *cause)
{
  gint64 left = self->last_us + limit - g_get_monotonic_time ();

  if (self->last_us == 0 || self->gap_sent || self->pause_sent)
    return G_MAXINT64;
  if (left <= 0)
    isr_outlet_send_pause (self, cause);
  return MAX (left, 1);
}

gint64
isr_outlet_get_last (IsrOutlet *self)
{
  return self->last_us;
}

/* --- what goes with it --- */

GstCaps *
isr_outlet_get_caps (const IsrOutlet *self)
{
  return self->caps;
}

gboolean
isr_outlet_set_format (IsrOutlet *self, const char *mime, const char *cause)
{
  g_autoptr (GstCaps) caps = isr_audio_type_get_caps (mime);
  gboolean other = self->caps && !gst_caps_is_equal (caps, self->caps);

  if (self->caps && !other)
    return FALSE;
  if (other) { /* nothing of what came before goes on in it */
    isr_outlet_send_gap (self, cause);
    isr_outlet_next (self);
  }
  gst_caps_replace (&self->caps, caps);
  gst_base_src_set_caps (self->owner, caps);
  return other;
}

/* Takes @tags; "position" counts the bytes before it. */
static void
send_tags (IsrOutlet *self, GstTagList *tags)
{
  GstEvent *event = gst_event_new_tag (tags);

  gst_structure_set (gst_event_writable_structure (event), "position", G_TYPE_UINT64, self->passed, NULL);
  g_queue_push_tail (&self->out, event);
}

void
isr_outlet_send_title (IsrOutlet *self, const char *title)
{
  if (!title || !*title || g_strcmp0 (title, self->title) == 0)
    return;
  g_free (self->title);
  self->title = g_strdup (title);
  send_tags (self, gst_tag_list_new (GST_TAG_TITLE, title, NULL));
}

static void
add_header (const char *name, const char *value, gpointer headers)
{
  if (g_utf8_validate (value, -1, NULL))
    gst_structure_set (headers, name, G_TYPE_STRING, value, NULL);
}

/* As souphttpsrc does it, so that others find what they look for. */
void
isr_outlet_send_headers (IsrOutlet *self, const IsrReached *reached)
{
  GstStructure *headers = gst_structure_new_empty ("response-headers");
  GstStructure *all;

  isr_http_connection_foreach_header (reached->connection, add_header, headers);
  all = gst_structure_new ("http-headers",
      "uri", G_TYPE_STRING, reached->where,
      "http-status-code", G_TYPE_UINT, isr_http_connection_get_status (reached->connection),
      "response-headers", GST_TYPE_STRUCTURE, headers, NULL);
  gst_structure_free (headers);
  gst_pad_push_event (GST_BASE_SRC_PAD (self->owner), gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, all));
}

void
isr_outlet_send_station (IsrOutlet *self, const IsrReached *reached)
{
  static const struct {
    const char *header, *tag;
  } names[] = { { "icy-name", GST_TAG_ORGANIZATION }, { "icy-genre", GST_TAG_GENRE }, { "icy-url", GST_TAG_LOCATION } };
  g_autoptr (GstTagList) tags = gst_tag_list_new_empty ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    const char *value = isr_http_connection_get_header (reached->connection, names[i].header);

    if (value && *value && g_utf8_validate (value, -1, NULL))
      gst_tag_list_add (tags, GST_TAG_MERGE_REPLACE, names[i].tag, value, NULL);
  }
  if (!gst_tag_list_is_empty (tags))
    send_tags (self, gst_tag_list_ref (tags));
}
