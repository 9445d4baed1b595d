/* SPDX-License-Identifier: MIT */
/* takeup.h - a stream that goes on where another run ended: the event isr-resume becomes a buffer
 * between two marks (isr-lead), on the way that the stream itself takes, for a parser has to find
 * its frames, too.
 *
 *     lead     |frame|frame|fra                 parser holds what may not be whole
 *     marks   [                 ]               the second one before the first frame that is not
 *                                               wholly in the lead
 *
 * Streaming thread. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

gboolean isr_take_up_is_event (GstEvent *event);

/* Before @first, the first buffer: out of @pad, through @parser or (NULL) not, into @writer. Takes
 * both; returns the buffer as it is to follow. */
GstBuffer *isr_take_up_push (GstEvent *resume, GstBuffer *first, GstPad *pad, GstElement *parser, GstElement *writer);

/* The run ends: @parser, which stays, is not watched any more. */
void isr_take_up_forget (GstElement *parser);

typedef struct {
  gboolean begin;
  guint known; /* end: packets behind it that belong to the lead still */
  gint64 since_us;
} IsrTakeUpMark;

/* @s: of any event. FALSE: it is no mark. */
gboolean isr_take_up_read_mark (const GstStructure *s, IsrTakeUpMark *mark);

G_END_DECLS
