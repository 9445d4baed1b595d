/* SPDX-License-Identifier: MIT */
/* lull.h - a live source that is read about twice a second instead of at every packet.
 *
 * What recording a stream costs is waking up. isrhttpsrc lets the kernel wait; from
 * souphttpsrc no socket can be had, so its thread is held for a moment when it has
 * taken all that was there: what comes meanwhile stays with the kernel, and is read
 * in one go. The first seconds are left alone, for the time of a stream is learned
 * from when its bytes come. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _IsrLull IsrLull;

/* @source: its only src pad is held. Outlives its streaming. */
IsrLull *isr_lull_new (GstElement *source);
void isr_lull_free (IsrLull *self);

/* No more of them. Waits (for a moment) until what is there has been read. Any thread but
 * the streaming one, as often as you like. */
void isr_lull_end (IsrLull *self);

G_END_DECLS
