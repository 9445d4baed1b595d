/* SPDX-License-Identifier: MIT */
/* receiver.h - what isrhttpsrc does between start and stop: connects, receives, waits,
 * tries again, and makes one stream of it. For isrhttpsrc only. */
#pragma once

#include "plugins/http/outlet.h"
#include "plugins/http/settings.h"

G_BEGIN_DECLS

typedef struct _IsrReceiver IsrReceiver;

/* @history: what another one left, or NULL. */
IsrReceiver *isr_receiver_new (GstBaseSrc *owner, const IsrReceiverSettings *settings, IsrReceiverStats *stats, const GstStructure *history);

/* No streaming thread may be in create(). */
void isr_receiver_free (IsrReceiver *self);
/* What downstream has taken of it last, for the next one; NULL: nothing. The same. */
GstStructure *isr_receiver_make_history (IsrReceiver *self);

/* Streaming thread: the next buffer; events go before it. */
GstFlowReturn isr_receiver_create (IsrReceiver *self, GstBuffer **buffer);

/* Any thread. */
void isr_receiver_unlock (IsrReceiver *self);
void isr_receiver_unlock_stop (IsrReceiver *self);

/* Any thread: create() delivers what has arrived until now, then EOS. */
void isr_receiver_finish (IsrReceiver *self);

G_END_DECLS
