/* SPDX-License-Identifier: MIT */
/* outlet.h - all that leaves isrhttpsrc: audio, the events around it, messages, figures.
 *
 * Audio and events wait in one queue, in order, and the receiver takes in nothing while
 * something is left in it. Knows where in the stream it is and when the last byte went;
 * knows nothing of connections and retries. For the receiver only, in its streaming thread. */
#pragma once

#include <gst/base/gstbasesrc.h>

#include "plugins/http/reach.h"

G_BEGIN_DECLS

/* Written with the owner's object lock held. */
typedef struct {
  guint64 bytes;       /* passed on */
  guint64 swallowed;   /* came again and were not */
  guint64 reads;       /* wake-ups with data */
  guint connections;   /* that brought audio */
  guint rejoined;      /* exactly */
  guint approximate;   /* by the clock */
  guint gaps;          /* events isr-gap, those that are pending left out */
  guint rate;          /* bytes per second; 0: not known yet */
  guint low_watermark; /* bytes, of this connection; 0: not set */
} IsrReceiverStats;

typedef struct _IsrOutlet IsrOutlet;

/* @owner: not referenced. @stats: outlives it. */
IsrOutlet *isr_outlet_new (GstBaseSrc *owner, IsrReceiverStats *stats);
void isr_outlet_free (IsrOutlet *self);

/* Posts isr-stream, at once. @retry_us: µs until the next try; 0: none. */
void isr_outlet_tell (IsrOutlet *self, const char *state, const char *reason, const char *detail, gint64 retry_us);

/* @counter: one of the figures. */
void isr_outlet_count (IsrOutlet *self, guint *counter);

/* The next buffer, after the events before it; NULL: nothing is left. */
GstBuffer *isr_outlet_next (IsrOutlet *self);
gboolean isr_outlet_is_empty (IsrOutlet *self);

/* @bytes stays the caller's. @discont: it does not continue what was sent. @age: µs since the last of it came. */
void isr_outlet_send_audio (IsrOutlet *self, GBytes *bytes, gboolean discont, gint64 age);

/* isr-resume, at once: before anything else was sent. @since_us: UTC. */
void isr_outlet_send_resume (IsrOutlet *self, GBytes *lead, guint known, gint64 since_us);

/* Bytes of audio that nobody downstream has taken yet. */
gsize isr_outlet_count_untaken (const IsrOutlet *self);
/* The last caps sent; NULL: none. Borrowed. */
GstCaps *isr_outlet_get_caps (const IsrOutlet *self);

/* Monotonic time of the last byte, µs; 0: none yet. */
gint64 isr_outlet_get_last (IsrOutlet *self);

/* isr-gap, @cause ISR_GAP_*: once after the last byte, and never before the first one. */
void isr_outlet_send_gap (IsrOutlet *self, const char *cause);

/* The same, pending: what comes next may go on where the last byte was. */
void isr_outlet_send_pause (IsrOutlet *self, const char *cause);

/* The open file is complete when nothing has come for long, whatever the reason: sends
 * the pause @limit µs after the last byte. Returns µs until then, at least 1. */
gint64 isr_outlet_watch (IsrOutlet *self, gint64 limit, const char *cause);

/* @mime: as IsrReached. TRUE: it is another one than before, behind a gap. */
gboolean isr_outlet_set_format (IsrOutlet *self, const char *mime, const char *cause);

/* A tag with "position", the bytes before it. Nothing for no title or the last one again. */
void isr_outlet_send_title (IsrOutlet *self, const char *title);

/* What the answer says: the sticky event http-headers, at once; the station's tags. */
void isr_outlet_send_headers (IsrOutlet *self, const IsrReached *reached);
void isr_outlet_send_station (IsrOutlet *self, const IsrReached *reached);

G_END_DECLS
