/* SPDX-License-Identifier: MIT */
/* titles.c - keys that GStreamer knows, and text. */
#include "plugins/split/titles.h"

#include <string.h>

#include <gst/tag/tag.h>

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

GstTagList *
isr_titles_from_icy (const char *title)
{
  return gst_tag_list_new (GST_TAG_TITLE, title, NULL);
}
