/* SPDX-License-Identifier: MIT */
/* titles.c - keys that GStreamer knows, and text; a queue of those whose time is
 * not known yet. */
#include "plugins/split/titles.h"

#include <string.h>

#include <gst/tag/tag.h>

#include "plugins/messages.h"

#define EVENT "isr-titles"

typedef struct {
  char *title, *artist;
  gint64 position_ns;
} Title;

static void
add_comment (GstTagList *tags, const char *comment)
{
  const char *value = strchr (comment, '=');
  g_autofree char *key = value ? g_ascii_strup (comment, value - comment) : NULL;
  const char *tag = key ? gst_tag_from_vorbis_tag (key) : NULL;

  if (tag && value[1] && gst_tag_get_type (tag) == G_TYPE_STRING)
    gst_tag_list_add (tags, GST_TAG_MERGE_APPEND, tag, value + 1, NULL);
}

GstTagList *
isr_titles_from_comments (const char *const *comments)
{
  g_autoptr (GstTagList) tags = gst_tag_list_new_empty ();

  for (guint i = 0; comments && comments[i]; i++)
    add_comment (tags, comments[i]);
  return gst_tag_list_is_empty (tags) ? NULL : g_steal_pointer (&tags);
}

GstEvent *
isr_titles_event_from_icy (const char *title)
{
  g_autoptr (GstTagList) tags = gst_tag_list_new (GST_TAG_TITLE, title, NULL);

  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new (EVENT, "tags", GST_TYPE_TAG_LIST, tags, NULL));
}

GstTagList *
isr_titles_from_event (GstEvent *event)
{
  const GstStructure *s = gst_event_get_structure (event);
  GstTagList *tags = NULL;

  if (s && gst_structure_has_name (s, EVENT))
    gst_structure_get (s, "tags", GST_TYPE_TAG_LIST, &tags, NULL);
  return tags;
}

static void
title_free (gpointer data)
{
  Title *title = data;

  g_free (title->title);
  g_free (title->artist);
  g_free (title);
}

void
isr_titles_note (IsrTitles *self, const GstTagList *tags, gint64 position_ns)
{
  g_autofree char *text = NULL, *artist = NULL;
  Title *title;

  gst_tag_list_get_string (tags, GST_TAG_TITLE, &text);
  gst_tag_list_get_string (tags, GST_TAG_ARTIST, &artist);
  if (!text || (g_strcmp0 (text, self->last_title) == 0 && g_strcmp0 (artist, self->last_artist) == 0))
    return;
  g_free (self->last_title);
  self->last_title = g_strdup (text);
  g_free (self->last_artist);
  self->last_artist = g_strdup (artist);
  title = g_new (Title, 1);
  *title = (Title){ g_steal_pointer (&text), g_steal_pointer (&artist), position_ns };
  g_queue_push_tail (&self->waiting, title);
}

static void
post (GstElement *facade, const Title *title, gint64 utc_us)
{
  GstStructure *s = gst_structure_new (ISR_MESSAGE_TITLE,
      "version", G_TYPE_UINT, ISR_MESSAGE_VERSION,
      "title", G_TYPE_STRING, title->title,
      "position", G_TYPE_UINT64, (guint64) title->position_ns,
      "start-utc-us", G_TYPE_INT64, utc_us,
      NULL);

  if (title->artist)
    gst_structure_set (s, "artist", G_TYPE_STRING, title->artist, NULL);
  gst_element_post_message (facade, gst_message_new_element (GST_OBJECT (facade), s));
}

void
isr_titles_tell (IsrTitles *self, GstElement *facade, IsrTitlesLocator locate, gpointer owner)
{
  Title *title;
  gint64 utc_us;

  while ((title = g_queue_peek_head (&self->waiting)) && locate (owner, title->position_ns, &utc_us)) {
    post (facade, title, utc_us);
    title_free (g_queue_pop_head (&self->waiting));
  }
}

void
isr_titles_clear (IsrTitles *self)
{
  g_queue_clear_full (&self->waiting, title_free);
  g_clear_pointer (&self->last_title, g_free);
  g_clear_pointer (&self->last_artist, g_free);
}
