/* SPDX-License-Identifier: MIT */
/* mailbox.h - what pipelines post, in one queue for all of them, to the main loop.
 *
 * A watch on each bus makes the loop look at hundreds of descriptors each time that anything
 * happens anywhere. Here threads put their messages into one queue, and the loop is woken
 * when it was empty. The order in which a pipeline posted is kept. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _IsrMailbox IsrMailbox;

typedef void (*IsrMailFunc) (GstMessage *message, gpointer data);

/* From here on the bus of @element keeps nothing: what @wants says TRUE to (in the thread that
 * posts) is given to @func on the default main context, until the mailbox is closed. */
IsrMailbox *isr_mailbox_new (GstElement *element, gboolean (*wants) (GstMessage *message), IsrMailFunc func, gpointer data);

/* What was posted so far is delivered now, to all. Main loop only. */
void isr_mailbox_deliver (void);

/* Nothing is delivered any more. */
void isr_mailbox_close (IsrMailbox *self);

G_END_DECLS
