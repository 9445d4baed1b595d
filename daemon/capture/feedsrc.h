/* SPDX-License-Identifier: MIT */
/* feedsrc.h - encoded audio on its way from a recording to its analysis: a bounded
 * queue with a source pad.
 *
 *     recording thread: push, never waits ---> queue (1 MiB) ---> analysis thread
 *
 * What has no room is refused, so that a decoder that sleeps costs memory up to a
 * limit and the recording nothing. appsrc would drop on its own and not say what. A
 * plain GType, not registered as an element. */
#pragma once

#include <gst/base/gstpushsrc.h>

G_BEGIN_DECLS

#define ISR_FEED_SRC_LIMIT (1024 * 1024) /* bytes */

#define ISR_TYPE_FEED_SRC (isr_feed_src_get_type ())
G_DECLARE_FINAL_TYPE (IsrFeedSrc, isr_feed_src, ISR, FEED_SRC, GstPushSrc)

/* @timed: buffers have timestamps; else bytes are counted. (transfer floating) */
GstElement *isr_feed_src_new (GstCaps *caps, gboolean timed);

/* Any thread. Takes all @buffers, at once, so that the other side wakes up once; FALSE: no
 * room for the last of them, or closed: they are gone. */
gboolean isr_feed_src_push (IsrFeedSrc *self, GQueue *buffers);
/* Any thread. EOS after what is in the queue. */
void isr_feed_src_end (IsrFeedSrc *self);
/* Any thread. Nobody listens any more: the queue is empty and takes nothing. */
void isr_feed_src_close (IsrFeedSrc *self);
gboolean isr_feed_src_is_closed (IsrFeedSrc *self);

G_END_DECLS
