/* SPDX-License-Identifier: MIT */
/* receiver.h - what isrhttpsrc does between start and stop: connects, receives, waits,
 * tries again, and makes one stream of it. For isrhttpsrc only. */
#pragma once

#include <gst/base/gstbasesrc.h>

G_BEGIN_DECLS

typedef struct {
  char *location, *user_agent, *user, *password;
  gint64 stall, retry_delay; /* µs */
  gint64 low_watermark;      /* µs of audio; 0: none */
  guint max_retries;         /* 0: for ever */
  gboolean icy, strict;
} IsrReceiverSettings;

void isr_receiver_settings_copy (IsrReceiverSettings *self, const IsrReceiverSettings *from);
void isr_receiver_settings_clear (IsrReceiverSettings *self);

/* Written with the owner's object lock held. */
typedef struct {
  guint64 bytes;       /* passed on */
  guint64 swallowed;   /* came again and were not */
  guint64 reads;       /* wake-ups with data */
  guint connections;   /* that brought audio */
  guint rejoined;      /* exactly */
  guint approximate;   /* by the clock */
  guint gaps;          /* events isr-gap */
  guint rate;          /* bytes per second; 0: not known yet */
  guint low_watermark; /* bytes, of this connection; 0: not set */
} IsrReceiverStats;

typedef struct _IsrReceiver IsrReceiver;

IsrReceiver *isr_receiver_new (GstBaseSrc *owner, const IsrReceiverSettings *settings, IsrReceiverStats *stats);

/* No streaming thread may be in create(). */
void isr_receiver_free (IsrReceiver *self);

/* Streaming thread: the next buffer; events go before it. */
GstFlowReturn isr_receiver_create (IsrReceiver *self, GstBuffer **buffer);

/* Any thread. */
void isr_receiver_unlock (IsrReceiver *self);
void isr_receiver_unlock_stop (IsrReceiver *self);

/* Any thread: create() delivers what has arrived until now, then EOS. */
void isr_receiver_finish (IsrReceiver *self);

G_END_DECLS
