/* SPDX-License-Identifier: MIT */
/* titles.h - what a stream says about itself, as GStreamer tags, and when it said it.
 *
 * A title comes ahead of its audio: its time is known when the first packet after it
 * has been placed. Until then it waits here. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Of "KEY=value" comments; NULL when there is nothing in them that tags can say. */
GstTagList *isr_titles_from_comments (const char *const *comments);

/* Of an ICY title: an event of our own that keeps its place between the buffers.
 * Parsers would add a tag event to their own tags and send it again and again. */
GstEvent *isr_titles_event_from_icy (const char *title);
/* The tags of such an event; NULL: it is another one. */
GstTagList *isr_titles_from_event (GstEvent *event);

typedef struct {
  GQueue waiting; /* of Title */
  char *last_title, *last_artist;
} IsrTitles; /* all 0: no title yet */

/* Notes a title in @tags that differs from the one before, at stream time @position_ns. */
void isr_titles_note (IsrTitles *self, const GstTagList *tags, gint64 position_ns);

/* UTC of a position; FALSE: nothing behind it has been placed yet. */
typedef gboolean (*IsrTitlesLocator) (gpointer owner, gint64 position_ns, gint64 *utc_us);

/* Posts isr-title for all whose time is known. */
void isr_titles_tell (IsrTitles *self, GstElement *facade, IsrTitlesLocator locate, gpointer owner);

void isr_titles_clear (IsrTitles *self);

G_END_DECLS
